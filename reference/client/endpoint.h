/*
 * endpoint: where an API server is and how one proves who one is.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

struct endpoint {
	char *server; /* "https://127.0.0.1:6443"; "http://podd" behind a socket */
	char *socket; /* path of a unix socket, or NULL */
	char *ca, *cert, *key; /* PEM, or NULL */
	char *token; /* bearer, or NULL */
	bool insecure; /* no verification of the server */
	char *ns; /* the context's namespace, or NULL */
};

struct endpoint *endpoint_free(struct endpoint *e); /* takes NULL, returns NULL */
DEFINE_CLEANUP_FUNC(struct endpoint *, endpoint_free)

struct endpoint *endpoint_new_socket(const char *path);

/*
 * The current context of a kubeconfig file: ERR_SYSTEM when it cannot be read, ERR_BAD_REQUEST when
 * something that the context names is missing. Relative file names count from the file's folder.
 */
int endpoint_from_kubeconfig(const char *path, struct endpoint **ret, struct error *err);
/* A kubeconfig with one cluster, user and context of the name; new reference. */
json_t *endpoint_to_kubeconfig(const struct endpoint *e, const char *name);

/* "unix:PATH" or the URL; for messages. The caller frees. */
char *endpoint_text(const struct endpoint *e);
