/*
 * http: one request a connection, then it is closed. Each request with a path below /probe/ counts; every
 * path answers, so that a probe's target is chosen by the manifest alone.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest/guest.h"
#include "guest/net.h"

#define TLS_HANDSHAKE 0x16 /* the first byte of a TLS client */

struct request {
	int fd;
	char peer[ENDPOINT_TEXT];
	char buf[8192];
	size_t len;
	char method[16], path[1024];
	char *headers; /* into buf, lines end with \r\n */
	char hook_name[64];
	int hook_status;
};

static void request_end(struct request *r)
{
	loop_forget(r->fd);
	close(r->fd);
	free(r);
}

static void answer(struct request *r, int status, const char *extra, const char *body, size_t len)
{
	struct text t = { 0 };

	text_addf(&t, "HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Length: %zu\r\n", status,
		  status < 400 ? "OK" : "Failed", len);
	text_add(&t, extra, strlen(extra));
	text_add(&t, "\r\n", 2);
	text_add(&t, body, len);
	for (size_t done = 0; done < t.len;) {
		struct pollfd p = { .fd = r->fd, .events = POLLOUT };
		ssize_t n = send(r->fd, t.data + done, t.len - done, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0)
			done += (size_t)n;
		else if (errno != EAGAIN || poll(&p, 1, 500) <= 0)
			break;
	}
	text_free(&t);
	request_end(r);
}

static void answer_text(struct request *r, int status, const char *body)
{
	answer(r, status, "Content-Type: text/plain\r\n", body, strlen(body));
}

static void header_value(const struct request *r, const char *name, char *buf, size_t size)
{
	size_t len = strlen(name);

	*buf = 0;
	for (const char *h = r->headers; h && *h && *h != '\r'; h = strstr(h, "\r\n") + 2) {
		if (strncasecmp(h, name, len) == 0 && h[len] == ':') {
			h += len + 1 + strspn(h + len + 1, " ");
			snprintf(buf, size, "%.*s", (int)strcspn(h, "\r"), h);
			return;
		}
	}
}

static void headers_json(const struct request *r, struct text *t)
{
	text_add(t, "{", 1);
	for (const char *h = r->headers; h && *h && *h != '\r'; h = strstr(h, "\r\n") + 2) {
		size_t len = strcspn(h, ":\r");
		const char *v = h + len + (h[len] == ':');

		v += strspn(v, " ");
		if (t->len > 1)
			text_add(t, ",", 1);
		text_json(t, h, len);
		text_add(t, ":", 1);
		text_json(t, v, strcspn(v, "\r"));
	}
	text_add(t, "}", 1);
}

static void query(const struct request *r, const char *key, char *buf, size_t size)
{
	const char *at = strchr(r->path, '?');
	size_t len = strlen(key);

	*buf = 0;
	while (at) {
		at++;
		if (strncmp(at, key, len) == 0 && at[len] == '=') {
			snprintf(buf, size, "%.*s", (int)strcspn(at + len + 1, "&"), at + len + 1);
			return;
		}
		at = strchr(at, '&');
	}
}

static void say_probe(const struct request *r, const char *name, const struct answer *a)
{
	struct text headers = { 0 };
	char value[256];
	struct line l;

	line_begin(&l, "probe");
	line_str(&l, "kind", "http");
	line_str(&l, "name", name);
	line_int(&l, "n", a->n);
	line_str(&l, "result", answer_word(a));
	line_str(&l, "peer", r->peer);
	line_str(&l, "path", r->path);
	header_value(r, "Host", value, sizeof(value));
	line_str(&l, "host", value);
	header_value(r, "User-Agent", value, sizeof(value));
	line_str(&l, "ua", value);
	headers_json(r, &headers);
	line_raw(&l, "headers", headers.data);
	line_end(&l);
	line_free(&l);
	text_free(&headers);
}

static void hang_over(void *data)
{
	struct request *r = data;

	say("probe-done", "kind", "http");
	answer_text(r, 200, "ok\n");
}

static void on_probe(struct request *r, const char *rest)
{
	char name[64];
	struct answer a;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(rest, "/?"), rest);
	a = probe_ask(name);
	say_probe(r, name, &a);
	if (a.kind == ANSWER_HANG) {
		loop_forget(r->fd);
		loop_after(a.seconds, hang_over, r);
	} else if (a.kind == ANSWER_CLOSE) {
		request_end(r);
	} else {
		answer_text(r,
			    a.kind == ANSWER_STATUS ? a.status :
			    a.kind == ANSWER_OK	    ? 200 :
						      500,
			    answer_word(&a));
	}
}

static void say_hook(const char *name, const char *phase)
{
	struct line l;

	line_begin(&l, "hook");
	line_str(&l, "name", name);
	line_str(&l, "phase", phase);
	line_str(&l, "kind", "http");
	line_end(&l);
	line_free(&l);
}

static void hook_over(void *data)
{
	struct request *r = data;

	say_hook(r->hook_name, "end");
	answer_text(r, r->hook_status, "done\n");
}

static void on_hook(struct request *r, const char *rest)
{
	char value[32];

	snprintf(r->hook_name, sizeof(r->hook_name), "%.*s", (int)strcspn(rest, "/?"), rest);
	query(r, "status", value, sizeof(value));
	r->hook_status = *value ? atoi(value) : 200;
	say_hook(r->hook_name, "begin");
	query(r, "sleep", value, sizeof(value));
	loop_forget(r->fd);
	loop_after(atof(value), hook_over, r);
}

static void on_status(struct request *r, const char *rest)
{
	answer_text(r, atoi(rest), "status\n");
}

static void redirect(struct request *r, int code, const char *to)
{
	char extra[600];

	snprintf(extra, sizeof(extra), "Location: %s\r\n", to);
	answer(r, code, extra, "", 0);
}

static void on_redirect(struct request *r, const char *rest)
{
	char to[512], code[16];

	(void)rest;
	query(r, "to", to, sizeof(to));
	query(r, "code", code, sizeof(code));
	say("redirect", "to", to);
	redirect(r, *code ? atoi(code) : 302, to);
}

static void on_loop(struct request *r, const char *rest)
{
	int left = atoi(rest);
	char to[64];

	say("loop", "left", rest);
	snprintf(to, sizeof(to), "/loop/%d", left - 1);
	if (left > 0)
		redirect(r, 302, to);
	else
		answer_text(r, 200, "ok\n");
}

static void on_facts(struct request *r, const char *rest)
{
	struct line l;

	(void)rest;
	line_begin(&l, "facts");
	facts_add(&l);
	text_add(&l.t, "}\n", 2);
	answer(r, 200, "Content-Type: application/json\r\n", l.t.data, l.t.len);
	line_free(&l);
}

static void on_headers(struct request *r, const char *rest)
{
	struct text t = { 0 };

	(void)rest;
	headers_json(r, &t);
	answer(r, 200, "Content-Type: application/json\r\n", t.data, t.len);
	text_free(&t);
}

static void on_big(struct request *r, const char *rest)
{
	size_t n = (size_t)atoll(rest);
	char *body;

	n = n > (8 << 20) ? 8 << 20 : n;
	body = must_alloc(malloc(n + 1));
	memset(body, 'x', n);
	answer(r, 200, "", body, n);
	free(body);
}

/* A body that does not end: as fast as it is taken (/endless), or a byte a second (/drip). */
static void endless_write(int fd, short revents, void *data)
{
	static const char chunk[1024] = { 'x' };
	ssize_t n = send(fd, chunk, sizeof(chunk), MSG_NOSIGNAL | MSG_DONTWAIT);

	(void)revents;
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		request_end(data);
}

static void drip(void *data)
{
	struct request *r = data;

	if (send(r->fd, "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EAGAIN)
		request_end(r);
	else
		loop_after(1, drip, r);
}

static void begin_endless(struct request *r)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";

	send(r->fd, head, sizeof(head) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	loop_forget(r->fd);
}

static void on_endless(struct request *r, const char *rest)
{
	struct answer a = probe_ask("endless");

	(void)rest;
	say_probe(r, "endless", &a);
	begin_endless(r);
	loop_watch(r->fd, POLLOUT, endless_write, r);
}

static void on_drip(struct request *r, const char *rest)
{
	struct answer a = probe_ask("drip");

	(void)rest;
	say_probe(r, "drip", &a);
	begin_endless(r);
	drip(r);
}

static const struct {
	const char *prefix;
	void (*fn)(struct request *r, const char *rest);
} routes[] = {
	{ "/probe/", on_probe },      { "/hook/", on_hook }, { "/status/", on_status },
	{ "/redirect", on_redirect }, { "/loop/", on_loop }, { "/facts", on_facts },
	{ "/headers", on_headers },   { "/big/", on_big },   { "/endless", on_endless },
	{ "/drip", on_drip },
};

static void dispatch(struct request *r)
{
	for (size_t i = 0; i < COUNT(routes); i++) {
		size_t len = strlen(routes[i].prefix);

		if (strncmp(r->path, routes[i].prefix, len) == 0) {
			routes[i].fn(r, r->path + len);
			return;
		}
	}
	answer_text(r, 200, "ok\n");
}

static void http_data(int fd, short revents, void *data)
{
	struct request *r = data;
	ssize_t n = recv(fd, r->buf + r->len, sizeof(r->buf) - 1 - r->len, MSG_DONTWAIT);

	(void)revents;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || r->len + (size_t)n >= sizeof(r->buf) - 1) {
		request_end(r);
		return;
	}
	r->len += (size_t)n;
	r->buf[r->len] = 0;
	if (r->buf[0] == TLS_HANDSHAKE) {
		answer_text(r, 400, "this is plain HTTP\n");
		return;
	}
	if (!strstr(r->buf, "\r\n\r\n"))
		return;
	r->headers = strstr(r->buf, "\r\n") + 2;
	if (sscanf(r->buf, "%15s %1023s", r->method, r->path) != 2)
		answer_text(r, 400, "bad request\n");
	else
		dispatch(r);
}

void http_accept(int fd, short revents, void *data)
{
	union endpoint peer = { .in = { 0 } };
	socklen_t len = sizeof(peer);
	int conn = accept4(fd, &peer.sa, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct request *r;

	(void)revents;
	(void)data;
	if (conn < 0)
		return;
	r = must_alloc(calloc(1, sizeof(*r)));
	r->fd = conn;
	endpoint_address(&peer, r->peer);
	loop_watch(conn, POLLIN, http_data, r);
}
