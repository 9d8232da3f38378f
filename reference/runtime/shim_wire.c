/*
 * shim_wire: see the header. A frame on its way out is one heap block: header and body behind each other,
 * and the descriptors that leave with its first byte. The common case is one sendmsg() and no queue.
 *
 * A peer that announces too long a body or too many descriptors is treated as gone: there is nothing to
 * be gained from guessing where the next frame begins.
 */
#include "runtime/shim_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct shim_out {
	struct shim_out *next;
	size_t len, sent;
	int fds[SHIM_MAX_FDS];
	unsigned n_fds;
	char data[];
};

union fd_control {
	struct cmsghdr align;
	char space[CMSG_SPACE(sizeof(int) * SHIM_MAX_FDS)];
};

void shim_wire_init(struct shim_wire *w, int fd)
{
	memset(w, 0, sizeof(*w));
	w->fd = fd;
	w->out_end = &w->out;
}

static void out_free(struct shim_out *o)
{
	for (unsigned i = 0; i < o->n_fds; i++)
		close(o->fds[i]);
	free(o);
}

void shim_wire_drop(struct shim_msg *m)
{
	for (unsigned i = 0; i < m->head.n_fds && i < SHIM_MAX_FDS; i++)
		if (m->fds[i] >= 0)
			close(m->fds[i]);
	m->head.n_fds = 0;
	shim_msg_clear(m);
}

void shim_wire_deinit(struct shim_wire *w)
{
	while (w->out) {
		struct shim_out *o = w->out;

		w->out = o->next;
		out_free(o);
	}
	w->out_end = &w->out;
	shim_wire_drop(&w->in);
	w->got = 0;
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}

bool shim_wire_pending(const struct shim_wire *w)
{
	return w->out != NULL;
}

/* ---- reading ---- */

static bool keep_fds(struct shim_msg *in, struct msghdr *msg, unsigned *n)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		int fd;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < count; i++) {
			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			if (*n < SHIM_MAX_FDS)
				in->fds[(*n)++] = fd;
			else
				close(fd);
		}
	}
	return !(msg->msg_flags & MSG_CTRUNC);
}

/* Up to len bytes: their number, 0 for "not now", -1 for the end. */
static ssize_t receive(struct shim_wire *w, void *to, size_t len, unsigned *n_fds)
{
	union fd_control control;
	struct iovec iov = { to, len };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control.space,
			      .msg_controllen = sizeof(control.space) };
	ssize_t n;

	do
		n = recvmsg(w->fd, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? 0 : -1;
	if (!keep_fds(&w->in, &msg, n_fds) || n == 0)
		return -1;
	return n;
}

static int head_done(struct shim_wire *w, unsigned n_fds)
{
	unsigned announced = w->in.head.n_fds;

	w->in.head.n_fds = (uint16_t)n_fds;
	if (announced != n_fds || w->in.head.len > SHIM_MAX_BODY)
		return -1;
	w->in.body = malloc(w->in.head.len + 1);
	return w->in.body ? 0 : -1;
}

int shim_wire_read(struct shim_wire *w, struct shim_msg *ret)
{
	const size_t head = sizeof(w->in.head);

	for (;;) {
		unsigned n_fds = 0;
		bool in_head = w->got < head;
		size_t want = in_head ? head - w->got : w->in.head.len - (w->got - head);
		char *to = in_head ? (char *)&w->in.head + w->got : w->in.body + (w->got - head);
		ssize_t n;

		if (!in_head && want == 0)
			break;
		n = receive(w, to, want, &n_fds);
		if (n <= 0)
			return (int)n;
		w->got += (size_t)n;
		if (in_head && w->got < head)
			return -1; /* a header of 16 bytes is never torn apart */
		if (in_head && head_done(w, n_fds) < 0)
			return -1;
	}
	w->in.len = w->in.head.len;
	*ret = w->in;
	memset(&w->in, 0, sizeof(w->in));
	w->got = 0;
	return 1;
}

/* ---- writing ---- */

static void attach_fds(struct msghdr *msg, union fd_control *control, const struct shim_out *o)
{
	struct cmsghdr *c;

	msg->msg_control = control->space;
	msg->msg_controllen = CMSG_SPACE(sizeof(int) * o->n_fds);
	memset(control, 0, sizeof(*control));
	c = CMSG_FIRSTHDR(msg);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int) * o->n_fds);
	memcpy(CMSG_DATA(c), o->fds, sizeof(int) * o->n_fds);
}

int shim_wire_flush(struct shim_wire *w)
{
	while (w->out) {
		struct shim_out *o = w->out;
		struct iovec iov = { o->data + o->sent, o->len - o->sent };
		struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
		union fd_control control;
		ssize_t n;

		if (o->n_fds && o->sent == 0)
			attach_fds(&msg, &control, o);
		n = sendmsg(w->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -1;
		o->sent += (size_t)n;
		if (o->sent < o->len)
			continue;
		w->out = o->next;
		if (!w->out)
			w->out_end = &w->out;
		out_free(o);
	}
	return 0;
}

int shim_wire_send(struct shim_wire *w, struct shim_msg *m)
{
	struct shim_out *o = m->bad ? NULL : malloc(sizeof(*o) + sizeof(m->head) + m->len);

	if (!o) {
		shim_msg_clear(m);
		return -1;
	}
	*o = (struct shim_out){ .len = sizeof(m->head) + m->len };
	for (unsigned i = 0; i < m->head.n_fds; i++) {
		int fd = fcntl(m->fds[i], F_DUPFD_CLOEXEC, 3);

		if (fd >= 0)
			o->fds[o->n_fds++] = fd;
	}
	m->head.n_fds = (uint16_t)o->n_fds;
	memcpy(o->data, &m->head, sizeof(m->head));
	if (m->len)
		memcpy(o->data + sizeof(m->head), m->body, m->len);
	shim_msg_clear(m);
	*w->out_end = o;
	w->out_end = &o->next;
	return shim_wire_flush(w);
}
