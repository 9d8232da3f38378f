/*
 * http: requests over libcurl's multi interface on our loop, any number at once.
 *
 * Callbacks come from the loop, never from inside http_start(). A call ends with exactly one `done`, or by http_cancel(), after
 * which nothing comes any more; both free it. Cancelling is allowed from inside any callback.
 */
#pragma once

#include "util/defs.h"
#include "util/error.h"
#include "util/loop.h"

struct http;
struct http_call;

/* Where to: all borrowed, must outlive the calls. PEM texts or NULL. */
struct http_target {
	const char *unix_socket; /* or NULL */
	const char *base; /* "https://host:port" or "http://podd" */
	const char *ca, *cert, *key;
	const char *token;
	bool insecure;
};

struct http_request {
	const char *method; /* NULL: GET */
	const char *path; /* with its query */
	const char *body, *content_type;
	const char *accept; /* NULL: application/json */
	long timeout_ms; /* 0: none, for streams */
};

struct http_reply {
	int status; /* 0: no answer at all, see error */
	const char *body; /* only without a data callback; ends in NUL */
	size_t len;
	const char *error; /* when status is 0, or the stream broke */
	int64_t sent, received;
};

typedef void (*http_data_fn)(void *userdata, int status, const char *data, size_t len);
typedef void (*http_done_fn)(void *userdata, const struct http_reply *reply);

struct http *http_new(struct loop *loop);
struct http *http_free(struct http *h); /* cancels what is under way */
/* on_data may be NULL: then the body is collected. */
struct http_call *http_start(struct http *h, const struct http_target *to,
			     const struct http_request *req, http_data_fn on_data,
			     http_done_fn on_done, void *userdata);
void http_cancel(struct http_call *call);
/* Only connects (TLS included). On success (reply->error is NULL) the connection stays with the call until http_cancel(). */
struct http_call *http_connect(struct http *h, const struct http_target *to, http_done_fn on_done,
			       void *userdata);
/* The easy handle (CURL *) of a connected call, for curl_easy_send() and curl_easy_recv(). */
void *http_call_handle(struct http_call *call);
