/*
 * loop: libevent's base with one-shot timers.
 *
 * One thread, one base. A timer belongs to who made it; freeing it cancels it, also from inside its own callback.
 * Timers count real time. libevent's own cached time is left off: a turn that judged a hundred cases would
 * otherwise give stale deadlines.
 */
#include "util/loop.h"

#include <event2/event.h>

struct loop {
	struct event_base *base;
};

struct timer {
	struct event *ev;
	timer_fn fn;
	void *userdata;
};

struct loop *loop_new(void)
{
	struct event_config *cfg = event_config_new();
	struct loop *l = xcalloc(1, sizeof(*l));

	event_config_set_flag(cfg, EVENT_BASE_FLAG_NO_CACHE_TIME | EVENT_BASE_FLAG_PRECISE_TIMER);
	l->base = event_base_new_with_config(cfg);
	event_config_free(cfg);
	if (!l->base)
		abort();
	return l;
}

struct loop *loop_free(struct loop *l)
{
	if (l)
		event_base_free(l->base);
	free(l);
	return NULL;
}

struct event_base *loop_base(struct loop *l)
{
	return l->base;
}

void loop_run(struct loop *l)
{
	event_base_loop(l->base, EVLOOP_NO_EXIT_ON_EMPTY);
}

void loop_quit(struct loop *l)
{
	event_base_loopbreak(l->base);
}

static void on_timer(evutil_socket_t fd, short what, void *userdata)
{
	struct timer *t = userdata;

	(void)fd;
	(void)what;
	t->fn(t->userdata);
}

struct timer *timer_new(struct loop *l, timer_fn fn, void *userdata)
{
	struct timer *t = xcalloc(1, sizeof(*t));

	t->fn = fn;
	t->userdata = userdata;
	t->ev = evtimer_new(l->base, on_timer, t);
	if (!t->ev)
		abort();
	return t;
}

struct timer *timer_free(struct timer *t)
{
	if (t)
		event_free(t->ev);
	free(t);
	return NULL;
}

void timer_in(struct timer *t, int64_t ns)
{
	struct timeval tv;

	ns = MAX(ns, 0);
	tv.tv_sec = ns / NSEC_PER_SEC;
	tv.tv_usec = (ns % NSEC_PER_SEC + 999) / 1000;
	if (tv.tv_usec >= 1000000) {
		tv.tv_sec++;
		tv.tv_usec -= 1000000;
	}
	evtimer_add(t->ev, &tv);
}

void timer_soon(struct timer *t)
{
	timer_in(t, 0);
}

void timer_stop(struct timer *t)
{
	evtimer_del(t->ev);
}
