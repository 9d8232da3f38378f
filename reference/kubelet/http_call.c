/*
 * http_call: see the header.
 *
 * User-Agent and Accept are ours unless the handler has them; an empty value takes the header out. A Host header of the
 * handler goes out as it is. Certificates are not checked. No connection is used twice.
 */
#include "kubelet/http_call.h"

#include <strings.h>

#include "base/str.h"
#include "kubelet/pod_worker.h"

static int open_socket(void *ctx, int family, int type, int protocol)
{
	struct kubelet *k = ctx;

	return runtime_socket(k->rt, family, type, protocol, NULL);
}

char *http_call_url(const struct ctr *c, const struct pod_handler *h, bool plain)
{
	int port = pod_handler_port(c->spec, h);
	const char *host = h->host && *h->host ? h->host : c->w->pod_ip;
	const char *scheme = streq(h->scheme, "HTTPS") && !plain ? "https" : "http";
	const char *path = h->path ? h->path : "/";

	if (port <= 0 || !host)
		return NULL;
	return str_printf("%s://%s:%d%s%s", scheme, host, port, *path == '/' ? "" : "/", path);
}

static bool has_header(const struct pod_handler *h, const char *name)
{
	for (size_t i = 0; i < h->n_headers; i++) {
		if (strcasecmp(h->headers[i].name, name) == 0)
			return true;
	}
	return false;
}

static char **make_headers(const struct pod_handler *h, const char *agent)
{
	char **list = NULL;

	if (!has_header(h, "User-Agent"))
		strv_addf(&list, "User-Agent: %s", agent);
	if (!has_header(h, "Accept"))
		strv_add(&list, "Accept: */*");
	strv_add(&list, "Connection: close");
	for (size_t i = 0; i < h->n_headers; i++) {
		const struct pod_http_header *x = &h->headers[i];

		if (x->value && *x->value)
			strv_addf(&list, "%s: %s", x->name, x->value);
		else
			strv_addf(&list, "%s:", x->name);
	}
	return list;
}

int http_call(struct ctr *c, const struct pod_handler *h, const struct http_call *call,
	      http_done_fn done, void *userdata, struct http_request **ret, struct error *err)
{
	_cleanup_strv_ char **headers = make_headers(h, call->agent);
	_cleanup_free_ char *url = http_call_url(c, h, call->plain);
	struct http_opts opts = {
		.method = "GET",
		.url = url,
		.headers = headers,
		.timeout_ms = call->timeout_ms,
		.max_body = HTTP_CALL_BODY_MAX,
		.follow = call->follow,
		.max_redirects = call->max_redirects,
		.fresh_connection = true,
		.open_socket = open_socket,
		.open_socket_ctx = c->w->k,
		.insecure = true,
	};

	if (!url) {
		error_set(err, ERR_INVALID, NULL, "strconv.Atoi: parsing \"%s\": invalid syntax",
			  h->port_name ? h->port_name : "");
		return HTTP_CALL_NO_PORT;
	}
	return http_request(c->w->k->http, &opts, NULL, done, userdata, ret, err);
}
