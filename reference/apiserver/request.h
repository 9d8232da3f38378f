/*
 * request: one HTTP request and its answer.
 *
 * A handler either answers (one reply_* call) or keeps the request for a stream (request_keep) and returns 0; any other
 * result sends the error that it filled. The dispatcher frees what was not kept.
 */
#pragma once

#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/scheme.h"
#include "api/selector.h"
#include "apiserver/apiserver.h"
#include "apiserver/route.h"
#include "base/error.h"

#define BODY_MAX 3145728

struct request {
	struct apiserver *server;
	struct evhttp_request *http; /* libevent's; ours until the answer */
	enum evhttp_cmd_type method;
	struct route route;
	struct evkeyvalq query;
	json_t *warnings; /* sentences for Warning headers, or NULL */
	bool kept;
};

typedef int (*request_fn)(struct request *req, struct error *err);

int request_new(struct apiserver *a, struct evhttp_request *http, struct request **ret,
		struct error *err);
struct request *request_free(struct request *req); /* takes NULL, returns NULL */

/* ---- asking ---- */

const char *request_query(const struct request *req, const char *key); /* the first; NULL */
bool request_flag(const struct request *req, const char *key); /* "1", "true" or empty */
/* dflt when it is not given; ERR_BAD_REQUEST when it is no number. */
int request_int(const struct request *req, const char *key, int64_t dflt, int64_t *ret,
		struct error *err);
int request_dry_run(const struct request *req, bool *ret, struct error *err);
const char *request_header(const struct request *req, const char *name); /* NULL */

/* The body, borrowed; "" when there is none. ERR_TOO_LARGE. */
int request_body(struct request *req, const char **ret_data, size_t *ret_len, struct error *err);
/* Any JSON or YAML value, or a protobuf message of this table; *ret is NULL when there is no body. */
int request_body_value(struct request *req, const struct schema *s, json_t **ret, struct error *err);
/* An object of the route's kind, strictly unless fieldValidation says otherwise. */
int request_body_object(struct request *req, json_t **ret, struct error *err);
int request_strictness(const struct request *req, enum scheme_strictness *ret, struct error *err);
/* Without parameters, lower case; "" when there is none. buf has 64 bytes. */
const char *request_content_type(const struct request *req, char *buf);

/* labelSelector and fieldSelector, owned by the caller. */
int request_selectors(const struct request *req, struct selector **ret_labels,
		      struct field_selector **ret_fields, struct error *err);

/* ---- answering ---- */

int reply_json(struct request *req, int code, const json_t *obj); /* obj stays the caller's */
int reply_text(struct request *req, int code, const char *type, const void *data, size_t len);
int reply_error(struct request *req, const struct error *err);
