/*
 * server: the shim's end of the socket. One client at a time: podd. A new connection replaces the old one
 * (podd was killed and started again); the end of a connection only kills commands whose output nobody
 * can read any more. A shim that was never set up ends with its first client.
 */
#include "runtime/shim/shim.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/shim/task.h"

static void disconnect(struct shim *s)
{
	source_forget(&s->client);
	shim_wire_deinit(&s->wire);
	s->client.fd = -1;
	s->connected = false;
	if (!s->set_up)
		shim_exit(s, 0);
	exec_kill_all(s);
}

void shim_exit(struct shim *s, int code)
{
	if (s->connected)
		shim_wire_flush(&s->wire);
	_exit(code);
}

static void set_writable(struct shim *s)
{
	source_set(s, &s->client, EPOLLIN | (shim_wire_pending(&s->wire) ? EPOLLOUT : 0u));
}

void server_send(struct shim *s, struct shim_msg *m)
{
	if (!s->connected) {
		shim_msg_clear(m);
		return;
	}
	shim_wire_send(&s->wire, m); /* an end is noticed by reading */
	if (shim_wire_pending(&s->wire))
		set_writable(s);
}

void server_done(struct shim *s, uint64_t tag)
{
	struct shim_msg m;

	shim_msg_init(&m, SHIM_DONE, tag);
	server_send(s, &m);
}

void server_failed(struct shim *s, uint64_t tag, int errnum, const char *fmt, ...)
{
	struct shim_msg m;
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	shim_msg_init(&m, SHIM_FAILED, tag);
	shim_put_u64(&m, (uint64_t)errnum);
	shim_put_str(&m, text);
	server_send(s, &m);
}

/* ---- requests ---- */

static void on_setup(struct shim *s, struct shim_msg *m)
{
	char why[256] = "bad request";

	shim_get_setup(m, &s->setup);
	if (m->bad || (s->setup.flags & SHIM_HOST_NET && m->head.n_fds != 2) ||
	    setup_sandbox(s, m->fds, why, sizeof(why)) < 0) {
		server_failed(s, m->head.tag, errno, "%s", why);
		shim_exit(s, 1);
	}
	s->set_up = true;
	prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0); /* from now on podd may come and go */
	server_done(s, m->head.tag);
	if (setup_finish(s) < 0) {
		perror("pod-shim: mounts");
		shim_exit(s, 1);
	}
}

static void on_signal(struct shim *s, struct shim_msg *m)
{
	struct task *t = task_find(s, shim_get_str(m));
	int signo = (int)shim_get_u64(m);

	if (t && !m->bad)
		task_signal(t, signo);
}

static void on_remove(struct shim *s, struct shim_msg *m)
{
	struct task *t = task_find(s, shim_get_str(m));

	if (t && t->status.state != SHIM_STATE_STOPPED) {
		server_failed(s, m->head.tag, EBUSY, "container %s is running", t->spec.id);
		return;
	}
	if (t)
		task_free(t);
	server_done(s, m->head.tag);
}

/* A podd that asks for the state knows nothing of a start that has not been answered: it does not happen. */
static void on_state(struct shim *s, struct shim_msg *m)
{
	struct shim_msg answer;
	uint64_t n = 0;

	for (struct task *t = s->tasks; t; t = t->next) {
		t->abandoned |= t->start_tag != 0;
		if (t->abandoned)
			task_signal(t, SIGKILL);
		n += !t->abandoned;
	}
	shim_msg_init(&answer, SHIM_DONE, m->head.tag);
	shim_put_u64(&answer, n);
	for (struct task *t = s->tasks; t; t = t->next)
		if (!t->abandoned)
			shim_put_status(&answer, &t->status);
	server_send(s, &answer);
}

static void on_exec_kill(struct shim *s, struct shim_msg *m)
{
	struct proc *p = exec_find(s, m->head.tag);

	if (p)
		exec_kill(p);
}

static void on_exec_resize(struct shim *s, struct shim_msg *m)
{
	struct proc *p = exec_find(s, m->head.tag);
	unsigned cols = (unsigned)shim_get_u64(m), rows = (unsigned)shim_get_u64(m);

	if (p && !m->bad)
		exec_resize(p, cols, rows);
}

static void on_stop(struct shim *s, struct shim_msg *m)
{
	teardown_begin(s, m->head.tag);
}

static void dispatch(struct shim *s, struct shim_msg *m)
{
	static void (*const handlers[])(struct shim *, struct shim_msg *) = {
		[SHIM_SETUP] = on_setup,
		[SHIM_START] = task_start,
		[SHIM_SIGNAL] = on_signal,
		[SHIM_REMOVE] = on_remove,
		[SHIM_EXEC] = exec_start,
		[SHIM_EXEC_KILL] = on_exec_kill,
		[SHIM_EXEC_RESIZE] = on_exec_resize,
		[SHIM_STATE] = on_state,
		[SHIM_STOP] = on_stop,
	};
	unsigned op = m->head.op;

	if (op >= sizeof(handlers) / sizeof(handlers[0]) || !handlers[op] ||
	    s->set_up == (op == SHIM_SETUP))
		server_failed(s, m->head.tag, EPROTO, "unexpected request %u", op);
	else
		handlers[op](s, m);
}

static void on_client(void *userdata, uint32_t events)
{
	struct shim *s = userdata;
	struct shim_msg m;
	int r = 0;

	if (events & EPOLLOUT) {
		if (shim_wire_flush(&s->wire) < 0) {
			disconnect(s);
			return;
		}
		set_writable(s);
	}
	while (s->connected && (r = shim_wire_read(&s->wire, &m)) > 0) {
		dispatch(s, &m);
		shim_wire_drop(&m);
	}
	if (r < 0)
		disconnect(s);
}

void server_accept(void *userdata, uint32_t events)
{
	struct shim *s = userdata;
	int fd = accept4(s->listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0)
		return;
	if (s->connected)
		disconnect(s);
	shim_wire_init(&s->wire, fd);
	s->client = (struct source){ .fd = -1, .fn = on_client, .userdata = s };
	s->connected = source_add(s, &s->client, fd, EPOLLIN) == 0;
	if (!s->connected)
		shim_wire_deinit(&s->wire);
}
