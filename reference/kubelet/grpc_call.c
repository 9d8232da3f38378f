/*
 * grpc_call: see the header.
 *
 * A client of gRPC that waits for its connection tries again when it is refused, or when the other side does not speak
 * HTTP/2: after a second, then after 1.6 times as long. So a server that is not there is a failure at the
 * timeout and not before, and one that comes up in time is asked. Once a call was begun its failure is final.
 *
 * Whether the timeout fell into connecting or into the call is told by whether the server has ever said
 * anything: in HTTP/2 both sides speak first.
 */
#include "kubelet/grpc_call.h"

#include <linux/tcp.h>
#include <netinet/in.h>

#include "base/clock.h"
#include "base/http.h"
#include "base/loop.h"
#include "base/str.h"
#include "kubelet/grpc_health.h"
#include "kubelet/pod_worker.h"

#define FIRST_RETRY_NS NSEC_PER_SEC
#define BODY_MAX 4096

struct grpc_call {
	struct kubelet *k;
	char *address, *agent;
	struct strbuf request;
	int timeout_s;
	grpc_done_fn done;
	void *userdata;
	struct http_request *http;
	int fd; /* of the connection, libcurl's; -1: none */
	int64_t retry_ns;
	struct loop_timer *deadline, *again;
};

struct grpc_call *grpc_call_cancel(struct grpc_call *g)
{
	if (!g)
		return NULL;
	http_cancel(g->http);
	loop_timer_free(g->deadline);
	loop_timer_free(g->again);
	strbuf_deinit(&g->request);
	free(g->address);
	free(g->agent);
	free(g);
	return NULL;
}

static void finish(struct grpc_call *g, bool healthy, const char *text)
{
	grpc_done_fn done = g->done;
	void *userdata = g->userdata;

	grpc_call_cancel(g);
	done(userdata, healthy, text);
}

static int open_socket(void *ctx, int family, int type, int protocol)
{
	struct grpc_call *g = ctx;

	g->fd = runtime_socket(g->k->rt, family, type, protocol, NULL);
	return g->fd;
}

static bool server_has_spoken(const struct grpc_call *g)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	return g->fd >= 0 && getsockopt(g->fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
	       info.tcpi_bytes_received > 0;
}

static void deadline_passed(void *userdata)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	struct grpc_call *g = userdata;

	if (server_has_spoken(g)) {
		strbuf_adds(&text, "timeout: health rpc did not complete within ");
		grpc_add_duration(&text, g->timeout_s);
	} else {
		strbuf_addf(&text, "timeout: failed to connect service \"%s\" within ", g->address);
		grpc_add_duration(&text, g->timeout_s);
		strbuf_adds(&text, ": context deadline exceeded");
	}
	finish(g, false, strbuf_str(&text));
}

static void answered(void *userdata, const struct http_response *resp, const struct error *err)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	struct grpc_call *g = userdata;
	bool healthy = false;

	g->http = NULL;
	g->fd = -1;
	if (err && !streq(err->reason, HTTP_INCOMPLETE)) {
		loop_timer_set(g->again, g->retry_ns);
		g->retry_ns = g->retry_ns * 8 / 5;
		return;
	}
	if (err)
		strbuf_adds(&text, "error: health rpc probe failed: rpc error: code = Unavailable "
				   "desc = error reading from server: EOF");
	else
		healthy = grpc_health_verdict(resp, g->timeout_s, &text);
	finish(g, healthy, strbuf_str(&text));
}

static char **make_headers(const struct grpc_call *g)
{
	char **list = NULL;

	strv_addf(&list, "User-Agent: %s", g->agent);
	strv_add(&list, "Content-Type: application/grpc");
	strv_add(&list, "TE: trailers");
	strv_add(&list, "Accept:");
	strv_addf(&list, "Grpc-Timeout: %lldm",
		  (long long)(MAX(loop_timer_left(g->deadline), 0) / NSEC_PER_MSEC));
	return list;
}

static void ask(void *userdata)
{
	struct grpc_call *g = userdata;
	_cleanup_strv_ char **headers = make_headers(g);
	_cleanup_free_ char *url = str_printf("http://%s" GRPC_HEALTH_PATH, g->address);
	struct http_opts opts = {
		.http2 = true,
		.url = url,
		.headers = headers,
		.body = g->request.data,
		.body_len = g->request.len,
		.max_body = BODY_MAX,
		.open_socket = open_socket,
		.open_socket_ctx = g,
	};

	/* A request that cannot be made is like a server that cannot be reached: the deadline ends it. */
	http_request(g->k->http, &opts, NULL, answered, g, &g->http, NULL);
}

struct grpc_call *grpc_call_start(struct ctr *c, const struct pod_handler *h, const char *agent,
				  int timeout_s, grpc_done_fn done, void *userdata)
{
	const char *ip = c->w->pod_ip ? c->w->pod_ip : "";
	struct grpc_call *g = xnew(g);

	g->k = c->w->k;
	g->address = str_printf(strchr(ip, ':') ? "[%s]:%d" : "%s:%d", ip, h->port);
	g->agent = xstrdup(agent);
	grpc_health_request(h->service, &g->request);
	g->timeout_s = timeout_s;
	g->done = done;
	g->userdata = userdata;
	g->fd = -1;
	g->retry_ns = FIRST_RETRY_NS;
	g->deadline = loop_timer_new(g->k->loop, deadline_passed, g);
	g->again = loop_timer_new(g->k->loop, ask, g);
	loop_timer_set(g->deadline, timeout_s * NSEC_PER_SEC);
	ask(g);
	return g;
}
