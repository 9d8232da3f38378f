/*
 * serve: listening sockets of the first process. TCP counts each connection as a probe named by its port
 * and echoes lines, and says its id when asked `who`; when the pattern of the port says fail next, the listener closes, because a refused
 * connection cannot be counted here. When the next is to hang, or when it is told to be full, it accepts no more and lets
 * its queue fill: the SYN of a connection then gets no answer. UDP echoes. HTTP is http.c, gRPC is grpc.c.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest/guest.h"
#include "guest/net.h"

#define LISTENER_MAX 32
#define FILL_MAX 8
#define FILL_WAIT_MS 100 /* over loopback an answer takes no time */

static struct listener {
	int fd, port, type;
	fd_fn accept;
} listeners[LISTENER_MAX];
static size_t n_listeners;

static struct listener *by_fd(int fd)
{
	for (size_t i = 0; i < n_listeners; i++)
		if (listeners[i].fd == fd)
			return &listeners[i];
	return NULL;
}

static void say_bind(const char *at, int port, int err)
{
	struct line l;

	line_begin(&l, "bind");
	line_int(&l, "port", port);
	line_str(&l, "at", at);
	line_str(&l, "result", err ? errno_name(err) : "ok");
	line_end(&l);
	line_free(&l);
}

static int open_listener(const union endpoint *at, int type)
{
	int fd = socket(at->sa.sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1, e;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, &at->sa, endpoint_len(at)) == 0 &&
	    (type != SOCK_STREAM || listen(fd, 128) == 0))
		return fd;
	e = errno;
	close(fd);
	return -e;
}

static int serve(const char *text, int type, fd_fn fn)
{
	union endpoint at;
	int r = n_listeners == LISTENER_MAX ? -EMFILE : endpoint_parse(text, &at);
	int port = r < 0 ? 0 : endpoint_port(&at), fd = r < 0 ? r : open_listener(&at, type);

	say_bind(text, port, fd < 0 ? -fd : 0);
	if (fd < 0)
		return fd;
	listeners[n_listeners++] = (struct listener){ fd, port, type, fn };
	loop_watch(fd, POLLIN, fn, NULL);
	return 0;
}

int serve_stop(int port)
{
	int ret = -1;

	for (size_t i = 0; i < n_listeners; i++) {
		if (listeners[i].port != port)
			continue;
		loop_forget(listeners[i].fd);
		close(listeners[i].fd);
		listeners[i] = listeners[--n_listeners];
		i--;
		ret = 0;
	}
	return ret;
}

/* Connects to the port until the kernel queues no more of it; from then on a SYN gets no answer. */
static int fill_queue(int port)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int i = 0; i < FILL_MAX; i++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		struct pollfd p = { .fd = fd, .events = POLLOUT };

		if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 && errno != EINPROGRESS)
			return -errno;
		if (poll(&p, 1, FILL_WAIT_MS) == 0)
			return 0;
	}
	return -EAGAIN;
}

int serve_full(int port)
{
	int r = -ENOENT;

	for (size_t i = 0; i < n_listeners && r == -ENOENT; i++) {
		if (listeners[i].port != port || listeners[i].type != SOCK_STREAM)
			continue;
		loop_forget(listeners[i].fd);
		r = listen(listeners[i].fd, 0) < 0 ? -errno : fill_queue(port);
	}
	return r;
}

static void send_id(int fd)
{
	struct text t = { 0 };

	text_addf(&t, "%s\n", say_id());
	send(fd, t.data, t.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	text_free(&t);
}

static void tcp_data(int fd, short revents, void *data)
{
	char buf[4096];
	ssize_t n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);

	(void)revents;
	(void)data;
	if (n > 0) {
		if (n > 5 && strncmp(buf, "echo ", 5) == 0)
			send(fd, buf, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n > 3 && strncmp(buf, "who", 3) == 0)
			send_id(fd);
		return;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	loop_forget(fd);
	close(fd);
}

static void say_tcp_probe(int port, const struct answer *a, const union endpoint *peer)
{
	char name[16], addr[ENDPOINT_TEXT];
	struct line l;

	snprintf(name, sizeof(name), "%d", port);
	line_begin(&l, "probe");
	line_str(&l, "kind", "tcp");
	line_str(&l, "name", name);
	line_int(&l, "n", a->n);
	line_str(&l, "result", answer_word(a));
	line_str(&l, "peer", endpoint_address(peer, addr));
	line_end(&l);
	line_free(&l);
}

static void tcp_accept(int fd, short revents, void *data)
{
	union endpoint peer = { .in = { 0 } };
	socklen_t len = sizeof(peer);
	int conn = accept4(fd, &peer.sa, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct listener *li = by_fd(fd);
	struct answer a;
	char name[16];

	(void)revents;
	(void)data;
	if (conn < 0 || !li)
		return;
	snprintf(name, sizeof(name), "%d", li->port);
	a = probe_ask(name);
	say_tcp_probe(li->port, &a, &peer);
	loop_watch(conn, POLLIN, tcp_data, NULL);
	a = probe_peek(name);
	if (a.kind == ANSWER_FAIL)
		serve_stop(li->port);
	else if (a.kind == ANSWER_HANG)
		serve_full(li->port);
}

static void say_udp(int port, const union endpoint *peer)
{
	char addr[ENDPOINT_TEXT];
	struct line l;

	line_begin(&l, "udp");
	line_str(&l, "text", "received");
	line_int(&l, "port", port);
	line_str(&l, "peer", endpoint_address(peer, addr));
	line_end(&l);
	line_free(&l);
}

static void udp_data(int fd, short revents, void *data)
{
	struct listener *li = by_fd(fd);
	union endpoint peer;
	socklen_t len = sizeof(peer);
	char buf[2048];
	ssize_t n = recvfrom(fd, buf, sizeof(buf), MSG_DONTWAIT, &peer.sa, &len);

	(void)revents;
	(void)data;
	if (n < 0)
		return;
	say_udp(li ? li->port : 0, &peer);
	sendto(fd, buf, (size_t)n, MSG_DONTWAIT, &peer.sa, len);
}

int serve_http(const char *at)
{
	return serve(at, SOCK_STREAM, http_accept);
}

int serve_grpc(const char *at)
{
	return serve(at, SOCK_STREAM, grpc_accept);
}

int serve_tcp(const char *at)
{
	return serve(at, SOCK_STREAM, tcp_accept);
}

int serve_udp(const char *at)
{
	return serve(at, SOCK_DGRAM, udp_data);
}
