/*
 * rest_client: one blocking HTTP client for the API.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "client/endpoint.h"

struct kind; /* api/scheme.h */
struct rest_client;

#define REST_TABLE "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
#define REST_STRATEGIC "application/strategic-merge-patch+json"
#define REST_MERGE "application/merge-patch+json"

struct rest_request {
	const char *method; /* NULL: GET */
	const char *path; /* with query */
	const char *accept; /* NULL: application/json */
	const char *content_type; /* NULL: application/json */
	const json_t *body; /* or */
	const char *data; /* raw bytes */
	size_t len;
	long limit_ms; /* 0: for ever; a limit that passes is ERR_TIMEOUT */
};

/* e is taken over. */
int rest_client_new(struct endpoint *e, struct rest_client **ret, struct error *err);
struct rest_client *rest_client_free(struct rest_client *c); /* takes NULL, returns NULL */
DEFINE_CLEANUP_FUNC(struct rest_client *, rest_client_free)

const struct endpoint *rest_endpoint(const struct rest_client *c);

/*
 * One exchange. An answer of 400 and more is a fault: the Status becomes err with its code, reason, message
 * and causes. ERR_UNAVAILABLE with reason "Unreachable" when nobody answers. ret may be NULL.
 */
int rest_call(struct rest_client *c, const struct rest_request *req, json_t **ret,
	      struct error *err);

/* Returns whether to go on. */
typedef bool (*rest_data_fn)(void *userdata, const char *data, size_t len);

/* A GET whose body comes piece by piece. limit_ms: 0 for ever; a limit that passes is ERR_TIMEOUT. */
int rest_stream(struct rest_client *c, const char *path, const char *accept, long limit_ms,
		rest_data_fn fn, void *userdata, struct error *err);
/* The same for JSON lines (watch): fn gets one borrowed value at a time. */
typedef bool (*rest_value_fn)(void *userdata, json_t *value);
int rest_watch(struct rest_client *c, const char *path, const char *accept, long limit_ms,
	       rest_value_fn fn, void *userdata, struct error *err);

/* A Status object as an error; returns -code. http: the status of the answer, where the object gives none. */
int rest_status_error(const json_t *status, long http, struct error *err);

/* Does err come from the server? Its reason is then the Status', or "Unknown". */
bool rest_is_status(const struct error *err);

/* ---- paths ---- */

/* "/api/v1/namespaces/NS/pods/NAME/SUB"; ns, name and sub may be NULL. The caller frees. */
char *rest_path(const struct kind *k, const char *ns, const char *name, const char *sub);
/* Appends ?key=value or &key=value, escaped; value NULL adds nothing. */
void rest_query(struct strbuf *path, const char *key, const char *value);
