/*
 * loop: the one event loop of a program, thin over libevent.
 *
 * Every source has a handle that its owner frees; freeing is safe at any time, also inside its own
 * callback or that of another source of the same turn: a freed source is never called again.
 * Timers count real time on CLOCK_MONOTONIC and never fire early; scale waiting ones by base/clock.h first.
 * All sources of a loop must be freed before the loop. Nothing here is thread-safe.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct event_base;
struct loop;
struct loop_fd;
struct loop_timer;
struct loop_defer;
struct loop_signal;

/* The process ignores SIGPIPE from here on: a peer that went away is an error of the write. */
int loop_new(struct loop **ret, struct error *err);
struct loop *loop_free(struct loop *l); /* takes NULL, returns NULL */
DEFINE_CLEANUP_FUNC(struct loop *, loop_free)

/* For libevent's own parts (evhttp, bufferevent). */
struct event_base *loop_base(struct loop *l);

int loop_run(struct loop *l); /* until loop_quit(): its code */
void loop_quit(struct loop *l, int code); /* after the present callback */
/* For tests and synchronous clients: turns until *done, or the time is over (0: no limit); returns *done. */
bool loop_run_until(struct loop *l, const bool *done, int64_t timeout_ns);
void loop_turn(struct loop *l); /* what is ready now, without waiting */

/* ---- descriptors: level-triggered; fd stays the caller's and must outlive the handle ---- */

#define LOOP_READ 1u
#define LOOP_WRITE 2u

typedef void (*loop_fd_fn)(void *userdata, int fd, unsigned events);

int loop_watch_fd(struct loop *l, int fd, unsigned events, loop_fd_fn fn, void *userdata,
		  struct loop_fd **ret, struct error *err);
int loop_fd_set(struct loop_fd *w, unsigned events, struct error *err); /* 0: paused */
struct loop_fd *loop_fd_free(struct loop_fd *w);
DEFINE_CLEANUP_FUNC(struct loop_fd *, loop_fd_free)

/* ---- timers: made once, set as often as wanted, fire once per setting ---- */

typedef void (*loop_timer_fn)(void *userdata);

struct loop_timer *loop_timer_new(struct loop *l, loop_timer_fn fn, void *userdata);
void loop_timer_set(struct loop_timer *t, int64_t delay_ns); /* replaces an earlier setting */
void loop_timer_stop(struct loop_timer *t); /* takes NULL */
bool loop_timer_is_set(const struct loop_timer *t);
/* Real ns until it fires; -1 when not set. */
int64_t loop_timer_left(const struct loop_timer *t);
struct loop_timer *loop_timer_free(struct loop_timer *t);
DEFINE_CLEANUP_FUNC(struct loop_timer *, loop_timer_free)

/* ---- deferred calls: once on the next turn, however often scheduled before it ---- */

typedef void (*loop_defer_fn)(void *userdata);

struct loop_defer *loop_defer_new(struct loop *l, loop_defer_fn fn, void *userdata);
void loop_defer_schedule(struct loop_defer *d);
void loop_defer_cancel(struct loop_defer *d); /* takes NULL */
bool loop_defer_is_scheduled(const struct loop_defer *d);
struct loop_defer *loop_defer_free(struct loop_defer *d);
DEFINE_CLEANUP_FUNC(struct loop_defer *, loop_defer_free)

/* Fire and forget: called once on the next turn; dropped uncalled when the loop is freed before. */
void loop_call_soon(struct loop *l, loop_defer_fn fn, void *userdata);

/* ---- signals ---- */

typedef void (*loop_signal_fn)(void *userdata, int signo);

int loop_watch_signal(struct loop *l, int signo, loop_signal_fn fn, void *userdata,
		      struct loop_signal **ret, struct error *err);
struct loop_signal *loop_signal_free(struct loop_signal *s);
DEFINE_CLEANUP_FUNC(struct loop_signal *, loop_signal_free)
