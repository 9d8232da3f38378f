/*
 * The event loop, thin over libevent: handles with owners, exact timers, deferred calls.
 *
 * libevent is told to use CLOCK_MONOTONIC itself (not the coarse one, up to 4 ms early) and not to cache
 * the time of a turn: a timer counts from the instant it was set. Delays are rounded up to its microseconds.
 *
 * Each callback reads what it needs from its handle before it calls out and never touches the handle
 * afterwards: the callee may have freed it. libevent drops events of freed handles from the present turn.
 *
 * Deferred calls are a list served by a timer of delay zero, so descriptors get their turn between two
 * rounds even when a call schedules itself again. A round serves only what was queued when it began.
 */
#include "base/loop.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <utlist.h>

#include "base/clock.h"

struct loop {
	struct event_base *base;
	struct event *deferred_event;
	struct loop_defer *queue; /* scheduled, not yet in a round */
	struct loop_defer *round; /* being served */
	int code;
};

struct loop_fd {
	struct event *event;
	struct loop *loop;
	int fd;
	loop_fd_fn fn;
	void *userdata;
};

struct loop_timer {
	struct event *event;
	int64_t due_ns; /* CLOCK_MONOTONIC */
	loop_timer_fn fn;
	void *userdata;
};

struct loop_signal {
	struct event *event;
	int signo;
	loop_signal_fn fn;
	void *userdata;
};

struct loop_defer {
	struct loop_defer *prev, *next;
	struct loop *loop;
	struct loop_defer **list; /* the list that it is on, or NULL */
	bool once; /* loop_call_soon: frees itself */
	loop_defer_fn fn;
	void *userdata;
};

/* ---- the loop ---- */

static void serve_deferred(evutil_socket_t fd, short what, void *userdata);

static struct event *event_make(struct loop *l, int fd, short what, event_callback_fn fn, void *arg)
{
	struct event *e = event_new(l->base, fd, what, fn, arg);

	if (!e) {
		fprintf(stderr, "out of memory (event)\n");
		abort();
	}
	return e;
}

static void cleanup_configp(struct event_config **c)
{
	if (*c)
		event_config_free(*c);
}

int loop_new(struct loop **ret, struct error *err)
{
	_cleanup_(loop_freep) struct loop *l = xnew(l);
	_cleanup_(cleanup_configp) struct event_config *config = event_config_new();

	signal(SIGPIPE, SIG_IGN);
	if (!config)
		return error_set(err, ERR_INTERNAL, NULL, "event loop: no configuration");
	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
	event_config_set_flag(config, EVENT_BASE_FLAG_NO_CACHE_TIME);
	event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
	l->base = event_base_new_with_config(config);
	if (!l->base)
		return error_set_errno(err, errno, "event loop");
	l->deferred_event = event_make(l, -1, 0, serve_deferred, l);
	*ret = take_ptr(l);
	return 0;
}

struct loop *loop_free(struct loop *l)
{
	struct loop_defer *d, *next;

	if (!l)
		return NULL;
	DL_FOREACH_SAFE(l->queue, d, next)
		loop_defer_free(d);
	if (l->deferred_event)
		event_free(l->deferred_event);
	if (l->base)
		event_base_free(l->base);
	free(l);
	return NULL;
}

struct event_base *loop_base(struct loop *l)
{
	return l->base;
}

int loop_run(struct loop *l)
{
	l->code = 0;
	event_base_loop(l->base, EVLOOP_NO_EXIT_ON_EMPTY);
	return l->code;
}

void loop_quit(struct loop *l, int code)
{
	l->code = code;
	event_base_loopbreak(l->base);
}

void loop_turn(struct loop *l)
{
	event_base_loop(l->base, EVLOOP_NONBLOCK);
}

static void set_flag(void *userdata)
{
	*(bool *)userdata = true;
}

bool loop_run_until(struct loop *l, const bool *done, int64_t timeout_ns)
{
	bool late = false;
	_cleanup_(loop_timer_freep) struct loop_timer *deadline = loop_timer_new(l, set_flag, &late);

	if (timeout_ns > 0)
		loop_timer_set(deadline, timeout_ns);
	while (!*done && !late)
		event_base_loop(l->base, EVLOOP_ONCE | EVLOOP_NO_EXIT_ON_EMPTY);
	return *done;
}

/* ---- descriptors ---- */

static void fd_ready(evutil_socket_t fd, short what, void *userdata)
{
	struct loop_fd *w = userdata;
	unsigned events = (what & EV_READ ? LOOP_READ : 0) | (what & EV_WRITE ? LOOP_WRITE : 0);

	w->fn(w->userdata, fd, events);
}

int loop_watch_fd(struct loop *l, int fd, unsigned events, loop_fd_fn fn, void *userdata,
		  struct loop_fd **ret, struct error *err)
{
	_cleanup_(loop_fd_freep) struct loop_fd *w = xnew(w);
	int r;

	*w = (struct loop_fd){ .loop = l, .fd = fd, .fn = fn, .userdata = userdata };
	w->event = event_make(l, fd, EV_PERSIST, fd_ready, w);
	r = loop_fd_set(w, events, err);
	if (r < 0)
		return r;
	*ret = take_ptr(w);
	return 0;
}

int loop_fd_set(struct loop_fd *w, unsigned events, struct error *err)
{
	short what =
		(short)((events & LOOP_READ ? EV_READ : 0) | (events & LOOP_WRITE ? EV_WRITE : 0));

	event_del(w->event);
	event_assign(w->event, w->loop->base, w->fd, (short)(what | EV_PERSIST), fd_ready, w);
	if (what && event_add(w->event, NULL) < 0)
		return error_set_errno(err, errno, "watch descriptor %d", w->fd);
	return 0;
}

struct loop_fd *loop_fd_free(struct loop_fd *w)
{
	if (!w)
		return NULL;
	event_free(w->event);
	free(w);
	return NULL;
}

/* ---- timers ---- */

static void timer_fired(_unused_ evutil_socket_t fd, _unused_ short what, void *userdata)
{
	struct loop_timer *t = userdata;

	t->fn(t->userdata);
}

struct loop_timer *loop_timer_new(struct loop *l, loop_timer_fn fn, void *userdata)
{
	struct loop_timer *t = xnew(t);

	*t = (struct loop_timer){ .fn = fn, .userdata = userdata };
	t->event = event_make(l, -1, 0, timer_fired, t);
	return t;
}

void loop_timer_set(struct loop_timer *t, int64_t delay_ns)
{
	/* Rounded up, and one more: libevent cuts its own reading of the clock to microseconds. */
	int64_t us = delay_ns > 0 ? delay_ns / NSEC_PER_USEC + 2 : 0;
	struct timeval tv = { .tv_sec = us / 1000000, .tv_usec = us % 1000000 };

	t->due_ns = clock_now_mono_ns() + MAX(delay_ns, (int64_t)0);
	event_add(t->event, &tv);
}

void loop_timer_stop(struct loop_timer *t)
{
	if (t)
		event_del(t->event);
}

bool loop_timer_is_set(const struct loop_timer *t)
{
	return event_pending(t->event, EV_TIMEOUT, NULL);
}

int64_t loop_timer_left(const struct loop_timer *t)
{
	if (!loop_timer_is_set(t))
		return -1;
	return MAX(t->due_ns - clock_now_mono_ns(), (int64_t)0);
}

struct loop_timer *loop_timer_free(struct loop_timer *t)
{
	if (!t)
		return NULL;
	event_free(t->event);
	free(t);
	return NULL;
}

/* ---- deferred calls ---- */

static void defer_unlink(struct loop_defer *d)
{
	if (d->list)
		DL_DELETE(*d->list, d);
	d->list = NULL;
}

static void serve_deferred(_unused_ evutil_socket_t fd, _unused_ short what, void *userdata)
{
	struct loop *l = userdata;
	struct loop_defer *d;

	l->round = take_ptr(l->queue);
	DL_FOREACH(l->round, d)
		d->list = &l->round;
	while ((d = l->round)) {
		loop_defer_fn fn = d->fn;
		void *arg = d->userdata;

		defer_unlink(d);
		if (d->once)
			free(d);
		fn(arg);
	}
}

struct loop_defer *loop_defer_new(struct loop *l, loop_defer_fn fn, void *userdata)
{
	struct loop_defer *d = xnew(d);

	*d = (struct loop_defer){ .loop = l, .fn = fn, .userdata = userdata };
	return d;
}

void loop_defer_schedule(struct loop_defer *d)
{
	const struct timeval at_once = { 0 };

	if (d->list)
		return;
	d->list = &d->loop->queue;
	DL_APPEND(d->loop->queue, d);
	event_add(d->loop->deferred_event, &at_once);
}

void loop_defer_cancel(struct loop_defer *d)
{
	if (d)
		defer_unlink(d);
}

bool loop_defer_is_scheduled(const struct loop_defer *d)
{
	return d->list != NULL;
}

struct loop_defer *loop_defer_free(struct loop_defer *d)
{
	if (!d)
		return NULL;
	defer_unlink(d);
	free(d);
	return NULL;
}

void loop_call_soon(struct loop *l, loop_defer_fn fn, void *userdata)
{
	struct loop_defer *d = loop_defer_new(l, fn, userdata);

	d->once = true;
	loop_defer_schedule(d);
}

/* ---- signals ---- */

static void signal_came(_unused_ evutil_socket_t fd, _unused_ short what, void *userdata)
{
	struct loop_signal *s = userdata;

	s->fn(s->userdata, s->signo);
}

int loop_watch_signal(struct loop *l, int signo, loop_signal_fn fn, void *userdata,
		      struct loop_signal **ret, struct error *err)
{
	_cleanup_(loop_signal_freep) struct loop_signal *s = xnew(s);

	*s = (struct loop_signal){ .signo = signo, .fn = fn, .userdata = userdata };
	s->event = event_make(l, signo, EV_SIGNAL | EV_PERSIST, signal_came, s);
	if (event_add(s->event, NULL) < 0)
		return error_set_errno(err, errno, "watch signal %d", signo);
	*ret = take_ptr(s);
	return 0;
}

struct loop_signal *loop_signal_free(struct loop_signal *s)
{
	if (!s)
		return NULL;
	event_free(s->event);
	free(s);
	return NULL;
}
