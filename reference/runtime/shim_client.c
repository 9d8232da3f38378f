/*
 * shim_client: see the header. Socket paths go through /proc/self/fd, as ROOT may be longer than the 107 bytes
 * of a socket's address. A failure to send is not reported there and then: it shows as the end of the
 * connection, from the loop, like every other death of a shim.
 */
#include "runtime/shim_client.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fsutil.h"

struct request {
	struct request *next;
	uint64_t tag;
	shim_answer_fn fn;
	void *userdata;
};

struct shim_client {
	struct shim_wire wire;
	struct loop_fd *watch;
	struct request *requests;
	uint64_t last_tag;
	const struct shim_client_events *ev;
	void *userdata;
	bool busy, dead; /* a callback runs; freed meanwhile: on_socket() ends it */
};

static socklen_t make_address(int dir_fd, struct sockaddr_un *a)
{
	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(a->sun_path, sizeof(a->sun_path), "/proc/self/fd/%d/shim.sock", dir_fd);
	return sizeof(*a);
}

int shim_listen(int dir_fd, int *ret_fd, struct error *err)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un address;
	socklen_t len = make_address(dir_fd, &address);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) < 0 || listen(fd, 4) < 0)
		return error_set_errno(err, errno, "socket for the shim");
	*ret_fd = take_fd(fd);
	return 0;
}

struct shim_client *shim_client_free(struct shim_client *c)
{
	if (!c)
		return NULL;
	while (c->requests) {
		struct request *r = c->requests;

		c->requests = r->next;
		free(r);
	}
	c->watch = loop_fd_free(c->watch);
	shim_wire_deinit(&c->wire);
	c->dead = true;
	if (!c->busy)
		free(c);
	return NULL;
}

/* ---- what comes in ---- */

static struct request *take_request(struct shim_client *c, uint64_t tag)
{
	for (struct request **at = &c->requests; *at; at = &(*at)->next) {
		struct request *r = *at;

		if (r->tag != tag)
			continue;
		*at = r->next;
		return r;
	}
	return NULL;
}

static void answer(struct request *r, struct shim_msg *m, const struct error *err)
{
	if (r->fn)
		r->fn(r->userdata, m, err);
	free(r);
}

static void refuse(struct request *r, struct shim_msg *m)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	int errnum = (int)shim_get_u64(m);

	error_set(&err, ERR_SYSTEM, NULL, "%s", shim_get_str(m));
	err.errnum = errnum;
	answer(r, m, &err);
}

static void dispatch(struct shim_client *c, struct shim_msg *m)
{
	struct request *r;

	if (m->head.op != SHIM_DONE && m->head.op != SHIM_FAILED) {
		c->ev->event(c->userdata, m);
		return;
	}
	r = take_request(c, m->head.tag);
	if (!r)
		return;
	if (m->head.op == SHIM_DONE)
		answer(r, m, NULL);
	else
		refuse(r, m);
}

/* Everybody who waits is told, then the owner; any of them may free the client. */
static void gone(struct shim_client *c)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	error_set(&err, ERR_UNAVAILABLE, NULL, "the pod's shim is gone");
	c->watch = loop_fd_free(c->watch);
	shim_wire_deinit(&c->wire);
	while (c->requests) {
		struct request *r = c->requests;

		c->requests = r->next;
		answer(r, NULL, &err);
	}
	if (!c->dead)
		c->ev->gone(c->userdata);
}

static void set_events(struct shim_client *c)
{
	(void)loop_fd_set(c->watch, LOOP_READ | (shim_wire_pending(&c->wire) ? LOOP_WRITE : 0u),
			  NULL);
}

static void on_socket(void *userdata, int fd, unsigned events)
{
	struct shim_client *c = userdata;
	struct shim_msg m;
	int r = 0;

	(void)fd;
	c->busy = true;
	if (events & LOOP_WRITE && (r = shim_wire_flush(&c->wire)) == 0)
		set_events(c);
	while (r >= 0 && !c->dead && (r = shim_wire_read(&c->wire, &m)) > 0) {
		dispatch(c, &m);
		shim_wire_drop(&m);
	}
	if (r < 0 && !c->dead)
		gone(c);
	c->busy = false;
	if (c->dead)
		free(c);
}

/* ---- what goes out ---- */

int shim_client_new(struct loop *loop, int dir_fd, const struct shim_client_events *ev,
		    void *userdata, struct shim_client **ret, struct error *err)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	_cleanup_(shim_client_freep) struct shim_client *c = NULL;
	struct sockaddr_un address;
	socklen_t len = make_address(dir_fd, &address);
	int r;

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, len) < 0)
		return error_set_errno(err, errno, "connecting the shim");
	c = xnew(c);
	c->ev = ev;
	c->userdata = userdata;
	c->last_tag = (uint64_t)clock_now_boot_ns(); /* the shim may know tags of an earlier podd */
	shim_wire_init(&c->wire, take_fd(fd));
	r = loop_watch_fd(loop, c->wire.fd, LOOP_READ, on_socket, c, &c->watch, err);
	if (r < 0)
		return r;
	*ret = take_ptr(c);
	return 0;
}

uint64_t shim_client_tag(struct shim_client *c)
{
	return ++c->last_tag;
}

void shim_client_send(struct shim_client *c, struct shim_msg *m, shim_answer_fn fn, void *userdata)
{
	struct request *r, **end = &c->requests;

	if (fn) {
		r = xnew(r);
		*r = (struct request){ .tag = m->head.tag, .fn = fn, .userdata = userdata };
		while (*end)
			end = &(*end)->next;
		*end = r;
	}
	if (!c->watch) {
		shim_msg_clear(m);
		return;
	}
	(void)shim_wire_send(&c->wire, m);
	if (shim_wire_pending(&c->wire))
		set_events(c);
}
