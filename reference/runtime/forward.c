/*
 * forward: the socket is made inside the sandbox's network namespace, which is the shim's own, so that a server that
 * listens on 127.0.0.1 alone is reached, too. It is nothing of the sandbox's: when that goes, its peer does, and
 * the connection ends like any other.
 */
#include "runtime/objects.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/str.h"
#include "base/strbuf.h"

#define CHUNK 32768

struct forward {
	struct forward_events ev;
	void *userdata;
	int fd;
	uint16_t port;
	struct loop_fd *watch;
	struct loop_defer *failed; /* at once, told on the next turn */
	struct strbuf out; /* not yet sent */
	bool connected, closing, held;
	struct error err;
};

struct forward *forward_cancel(struct forward *f)
{
	if (!f)
		return NULL;
	loop_fd_free(f->watch);
	loop_defer_free(f->failed);
	fd_close(f->fd);
	strbuf_deinit(&f->out);
	error_clear(&f->err);
	free(f);
	return NULL;
}

static void finish(void *userdata)
{
	struct forward *f = userdata;
	struct forward_events ev = f->ev;
	void *owner = f->userdata;
	_cleanup_error_ struct error err = ERROR_INIT;

	error_move(&err, &f->err);
	forward_cancel(f);
	ev.done(owner, error_is_set(&err) ? &err : NULL);
}

static void arm(struct forward *f)
{
	unsigned events = f->connected && !f->held ? LOOP_READ : 0u;

	if (!f->connected || f->out.len)
		events |= LOOP_WRITE;
	if (f->watch)
		(void)loop_fd_set(f->watch, events, NULL);
}

/* What is queued, and the end behind it. A peer that takes nothing more still may have something to say. */
static void flush(struct forward *f)
{
	while (f->out.len) {
		ssize_t n = send(f->fd, f->out.data, f->out.len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0)
			strbuf_reset(&f->out);
		else
			strbuf_consume(&f->out, (size_t)n);
	}
	if (f->closing)
		shutdown(f->fd, SHUT_WR);
}

static void refused(struct forward *f, int errnum)
{
	error_set(&f->err, ERR_UNAVAILABLE, NULL, "dial tcp4 127.0.0.1:%u: connect: %s", f->port,
		  errnum == ECONNREFUSED ? "connection refused" : strerror(errnum));
}

static void check_connection(struct forward *f)
{
	socklen_t len = sizeof(int);
	int errnum = 0;

	if (getsockopt(f->fd, SOL_SOCKET, SO_ERROR, &errnum, &len) < 0)
		errnum = errno;
	f->connected = errnum == 0;
	if (errnum)
		refused(f, errnum);
}

/* False: it has ended. */
static bool receive(struct forward *f)
{
	char buf[CHUNK];
	ssize_t n = recv(f->fd, buf, sizeof(buf), 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n > 0)
		f->ev.data(f->userdata, buf, (size_t)n);
	return n > 0;
}

static void on_socket(void *userdata, int fd, unsigned events)
{
	struct forward *f = userdata;

	(void)fd;
	if (!f->connected)
		check_connection(f);
	if (!f->connected) {
		finish(f);
		return;
	}
	if (events & LOOP_WRITE)
		flush(f);
	if (events & LOOP_READ && !f->held && !receive(f))
		finish(f);
	else
		arm(f);
}

static int open_socket(struct sandbox *sb, struct forward *f, struct error *err)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(f->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	_cleanup_free_ char *path = str_printf("/proc/%d/ns/net", (int)sb->shim_pid);
	_cleanup_close_ int ns = -1;
	int r = fs_open(AT_FDCWD, path, O_RDONLY, 0, &ns, err);

	if (r == 0)
		r = net_socket_in(&sb->rt->net, ns, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0, &f->fd,
				  err);
	if (r < 0)
		return r;
	if (connect(f->fd, (struct sockaddr *)&to, sizeof(to)) < 0 && errno != EINPROGRESS) {
		refused(f, errno);
		loop_defer_schedule(f->failed);
		return 0;
	}
	return loop_watch_fd(sb->rt->loop, f->fd, LOOP_WRITE, on_socket, f, &f->watch, err);
}

int sandbox_forward(struct sandbox *sb, uint16_t port, const struct forward_events *ev,
		    void *userdata, struct forward **ret, struct error *err)
{
	struct forward *f;
	int r;

	if (!sb->alive || sb->shim_pid <= 0)
		return error_set(err, ERR_UNAVAILABLE, NULL, "the sandbox is not running");
	f = xnew(f);
	f->fd = -1;
	f->ev = *ev;
	f->userdata = userdata;
	f->port = port;
	f->failed = loop_defer_new(sb->rt->loop, finish, f);
	r = open_socket(sb, f, err);
	if (r < 0)
		forward_cancel(f);
	else
		*ret = f;
	return r;
}

void forward_write(struct forward *f, const char *data, size_t len)
{
	if (f->closing)
		return;
	strbuf_add(&f->out, data, len);
	arm(f);
}

void forward_close_write(struct forward *f)
{
	f->closing = true;
	if (f->connected && !f->out.len)
		flush(f);
}

void forward_hold(struct forward *f, bool on)
{
	f->held = on;
	arm(f);
}
