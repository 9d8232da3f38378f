/*
 * serve: listening sockets of the first process. TCP counts each connection as a probe named by its port
 * and echoes lines; when the pattern of the port says fail next, the listener closes, because a refused
 * connection cannot be counted here. UDP echoes. HTTP is http.c.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest/guest.h"

#define LISTENER_MAX 32

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

static void say_bind(int port, int err)
{
	struct line l;

	line_begin(&l, "bind");
	line_int(&l, "port", port);
	line_str(&l, "result", err ? errno_name(err) : "ok");
	line_end(&l);
	line_free(&l);
}

static int serve(int port, int type, fd_fn fn)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1, e = 0;

	if (fd < 0 || n_listeners == LISTENER_MAX)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 ||
	    (type == SOCK_STREAM && listen(fd, 128) < 0))
		e = errno;
	say_bind(port, e);
	if (e) {
		close(fd);
		return -e;
	}
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

static void tcp_data(int fd, short revents, void *data)
{
	char buf[4096];
	ssize_t n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);

	(void)revents;
	(void)data;
	if (n > 0) {
		if (n > 5 && strncmp(buf, "echo ", 5) == 0)
			send(fd, buf, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT);
		return;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	loop_forget(fd);
	close(fd);
}

static void say_tcp_probe(int port, const struct answer *a, const struct sockaddr_in *peer)
{
	char name[16], addr[INET_ADDRSTRLEN];
	struct line l;

	snprintf(name, sizeof(name), "%d", port);
	inet_ntop(AF_INET, &peer->sin_addr, addr, sizeof(addr));
	line_begin(&l, "probe");
	line_str(&l, "kind", "tcp");
	line_str(&l, "name", name);
	line_int(&l, "n", a->n);
	line_str(&l, "result", answer_word(a));
	line_str(&l, "peer", addr);
	line_end(&l);
	line_free(&l);
}

static void tcp_accept(int fd, short revents, void *data)
{
	struct sockaddr_in peer = { 0 };
	socklen_t len = sizeof(peer);
	int conn = accept4(fd, (struct sockaddr *)&peer, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);
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
}

static void udp_data(int fd, short revents, void *data)
{
	struct sockaddr_in peer;
	socklen_t len = sizeof(peer);
	char buf[2048];
	ssize_t n = recvfrom(fd, buf, sizeof(buf), MSG_DONTWAIT, (struct sockaddr *)&peer, &len);

	(void)revents;
	(void)data;
	if (n < 0)
		return;
	say("udp", "text", "received");
	sendto(fd, buf, (size_t)n, MSG_DONTWAIT, (struct sockaddr *)&peer, len);
}

int serve_http(int port)
{
	return serve(port, SOCK_STREAM, http_accept);
}

int serve_tcp(int port)
{
	return serve(port, SOCK_STREAM, tcp_accept);
}

int serve_udp(int port)
{
	return serve(port, SOCK_DGRAM, udp_data);
}
