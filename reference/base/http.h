/*
 * http: asynchronous HTTP client on the loop (libcurl's multi interface).
 *
 * All strings and descriptors in http_opts are copied or used within the call. on_done comes exactly
 * once, from the loop, never from inside http_request(); a cancelled request gets no further call. The
 * handle is dead when on_done is called. Times are real.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/loop.h"

struct http_client;
struct http_request;

enum http_follow {
	HTTP_FOLLOW_NONE, /* a 3xx is the answer */
	HTTP_FOLLOW_SAME_HOST, /* to another host: the 3xx is the answer */
	HTTP_FOLLOW_ALL,
};

struct http_opts {
	const char *method; /* NULL: GET, or POST with a body */
	const char *url;
	const char *unix_socket; /* path, or NULL */
	char *const *headers; /* "Name: value"; "Name:" removes one of curl's own */
	const void *body;
	size_t body_len;
	int64_t timeout_ms; /* of the whole request with its body; 0: none. ERR_TIMEOUT */
	int64_t connect_timeout_ms; /* 0: none of its own */
	size_t max_body; /* 0: no limit. A longer body is cut there and is no fault (`truncated`) */
	enum http_follow follow;
	int max_redirects; /* this many are followed, the next is ERR_INVALID "TooManyRedirects" */
	bool http2; /* from the first byte ("prior knowledge"): what gRPC without TLS speaks */
	bool fresh_connection; /* no re-use before or after: what a probe wants */
	/* Makes the socket instead of socket(2); -1 with errno fails the request. */
	int (*open_socket)(void *ctx, int family, int type, int protocol);
	void *open_socket_ctx;
	/* TLS: PEM files or PEM texts; token goes out as "Authorization: Bearer". */
	const char *ca_file, *cert_file, *key_file;
	const char *ca_pem, *cert_pem, *key_pem;
	const char *token;
	bool insecure; /* certificates are not checked */
};

struct http_response {
	int status;
	char *const *headers; /* "Name: value" of the last answer; its trailers follow */
	const char *body; /* NUL-terminated; "" when on_data took it */
	size_t body_len;
	bool truncated;
	const char *url; /* where the answer came from, after redirects */
	const char *redirect_url; /* a redirect that was not followed, or NULL */
};

/* The body as it comes; then http_response.body is empty. A non-zero result ends the request (ERR_INTERNAL). */
typedef int (*http_data_fn)(void *userdata, const char *data, size_t len);
/* The reason of an ERR_UNAVAILABLE whose answer was begun, or its HTTP/2 stream accepted, and never ended. */
#define HTTP_INCOMPLETE "Incomplete"

/* Exactly one of the two is NULL. Connection refused, resets and TLS faults are ERR_UNAVAILABLE. */
typedef void (*http_done_fn)(void *userdata, const struct http_response *resp,
			     const struct error *err);

int http_client_new(struct loop *l, struct http_client **ret, struct error *err);
/* Cancels what is under way. Takes NULL, returns NULL. Not from inside a callback. */
struct http_client *http_client_free(struct http_client *c);
DEFINE_CLEANUP_FUNC(struct http_client *, http_client_free)

/* on_data and ret may be NULL. */
int http_request(struct http_client *c, const struct http_opts *opts, http_data_fn on_data,
		 http_done_fn on_done, void *userdata, struct http_request **ret, struct error *err);
/* Takes NULL, returns NULL. Safe inside on_data. */
struct http_request *http_cancel(struct http_request *r);

/* The value of a header (any case), or NULL; borrowed. */
const char *http_header(const struct http_response *resp, const char *name);
