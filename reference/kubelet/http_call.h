/*
 * http_call: an HTTP request to a container, as probes and hooks make it: from inside the node's network
 * namespace, to the pod's address unless the handler names a host, with its headers.
 */
#pragma once

#include "base/http.h"
#include "kubelet/ctr.h"

#define HTTP_CALL_BODY_MAX (10 * 1024)
#define HTTP_CALL_NO_PORT 1 /* the port's name is unknown; err is filled */

struct http_call {
	const char *agent; /* User-Agent */
	int64_t timeout_ms;
	enum http_follow follow;
	int max_redirects;
	bool plain; /* HTTP although the handler says HTTPS */
};

/* "http://10.88.0.2:8080/path"; the caller frees. NULL: no such port, or no address yet. */
char *http_call_url(const struct ctr *c, const struct pod_handler *h, bool plain);
int http_call(struct ctr *c, const struct pod_handler *h, const struct http_call *call,
	      http_done_fn done, void *userdata, struct http_request **ret, struct error *err);
