/*
 * loop: libevent's base with one-shot timers.
 *
 * One thread, one base. A timer belongs to who made it; freeing it cancels it, also from inside its own callback.
 * Timers count real time. libevent's own cached time is left off: a turn that judged a hundred cases would
 * otherwise give stale deadlines. A pretended loop has no base but a list of its timers by what is due first; of equals the one that
 * was set first comes first, so that a recording is judged in the same way each time.
 */
#include "util/loop.h"

#include <event2/event.h>

#include "util/clock.h"

struct loop {
	struct event_base *base; /* NULL: pretended */
	struct timer *first;
	bool quit;
};

struct timer {
	struct loop *loop;
	struct event *ev; /* NULL in a pretended loop */
	timer_fn fn;
	void *userdata;
	struct timer *next;
	int64_t due;
};

struct loop *loop_new_pretended(void)
{
	return xcalloc(1, sizeof(struct loop));
}

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
	if (l && l->base)
		event_base_free(l->base);
	free(l);
	return NULL;
}

struct event_base *loop_base(struct loop *l)
{
	return l->base;
}

static void run_pretended(struct loop *l)
{
	struct timer *t;

	l->quit = false;
	while (!l->quit && (t = l->first)) {
		l->first = t->next;
		clock_set(t->due);
		t->fn(t->userdata);
	}
}

void loop_run(struct loop *l)
{
	if (l->base)
		event_base_loop(l->base, EVLOOP_NO_EXIT_ON_EMPTY);
	else
		run_pretended(l);
}

void loop_quit(struct loop *l)
{
	l->quit = true;
	if (l->base)
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

	t->loop = l;
	t->fn = fn;
	t->userdata = userdata;
	if (!l->base)
		return t;
	t->ev = evtimer_new(l->base, on_timer, t);
	if (!t->ev)
		abort();
	return t;
}

/* False when it was not set. */
static bool unlink_pretended(struct timer *t)
{
	for (struct timer **p = &t->loop->first; *p; p = &(*p)->next)
		if (*p == t) {
			*p = t->next;
			return true;
		}
	return false;
}

static void link_pretended(struct timer *t, int64_t due)
{
	struct timer **p = &t->loop->first;

	unlink_pretended(t);
	t->due = due;
	while (*p && (*p)->due <= due)
		p = &(*p)->next;
	t->next = *p;
	*p = t;
}

struct timer *timer_free(struct timer *t)
{
	if (t && t->ev)
		event_free(t->ev);
	else if (t)
		unlink_pretended(t);
	free(t);
	return NULL;
}

void timer_in(struct timer *t, int64_t ns)
{
	struct timeval tv;

	ns = MAX(ns, 0);
	if (!t->ev) {
		link_pretended(t, clock_now() + ns);
		return;
	}
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
	if (t->ev)
		evtimer_del(t->ev);
	else
		unlink_pretended(t);
}
