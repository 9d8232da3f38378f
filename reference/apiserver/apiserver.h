/*
 * apiserver: Kubernetes' REST over the store, on a unix socket and, when asked, on 127.0.0.1 with TLS.
 *
 * It knows the store and the tables of the kinds; what only a node can do (logs, exec, images) it gets as
 * apiserver/node_ops.h. Everything is served from the loop.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "apiserver/node_ops.h"
#include "base/clock.h"
#include "base/defs.h"
#include "base/error.h"
#include "base/loop.h"
#include "store/store.h"

struct apiserver;

struct apiserver_config {
	struct store *store; /* all three outlive the server */
	struct loop *loop;
	struct clock *clock;
	const struct node_ops *node; /* copied */
	const char *version; /* of podd */
	json_t *info; /* served as /apis/podd.podtest/v1/info; a reference is kept */
};

int apiserver_new(const struct apiserver_config *cfg, struct apiserver **ret, struct error *err);
/* Ends every stream and connection. Takes NULL, returns NULL. */
struct apiserver *apiserver_free(struct apiserver *a);
DEFINE_CLEANUP_FUNC(struct apiserver *, apiserver_free)

/*
 * Listens on a socket file of mode 0600. A file that nobody listens on is replaced, one that somebody does is
 * ERR_UNAVAILABLE. The file is removed by apiserver_free().
 */
int apiserver_listen_unix(struct apiserver *a, const char *path, struct error *err);

/*
 * Listens on a loopback address (port 0: any) with TLS 1.2+, for bearers of the token. Keys, certificates and the
 * token live in pki_dir and are made at first use. *ret_url: "https://127.0.0.1:PORT", owned.
 */
int apiserver_listen_tcp(struct apiserver *a, const char *address, uint16_t port,
			 const char *pki_dir, char **ret_url, struct error *err);
