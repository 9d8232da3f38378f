/*
 * http_transfer: one libcurl easy handle, set up from http_opts, and what it received.
 *
 * Inside base only; base/http.h is the interface. The transfer owns copies of everything it was given.
 */
#pragma once

#include <curl/curl.h>

#include "base/http.h"
#include "base/strbuf.h"

struct http_transfer {
	CURL *easy;
	struct curl_slist *headers_out;
	char *method, *url, *redirect_url;
	enum http_follow follow;
	int redirects_left;
	size_t max_body;
	int (*open_socket)(void *ctx, int family, int type, int protocol);
	void *open_socket_ctx;
	http_data_fn on_data; /* NULL: collect */
	void *userdata;
	bool muted; /* cancelled: on_data is not called again */
	char **headers_in;
	struct strbuf body;
	bool truncated, stopped; /* stopped: on_data asked for it */
	char fault[CURL_ERROR_SIZE];
};

int http_transfer_init(struct http_transfer *t, const struct http_opts *opts, struct error *err);
void http_transfer_deinit(struct http_transfer *t);

enum { HTTP_TRANSFER_AGAIN = 1 };

/*
 * What its end means: 0 with *ret filled (borrowed from t), HTTP_TRANSFER_AGAIN when a redirect is to be
 * followed and the handle was prepared for it, or a fault.
 */
int http_transfer_finish(struct http_transfer *t, CURLcode code, struct http_response *ret,
			 struct error *err);
