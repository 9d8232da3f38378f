/* loop: libevent's base with one-shot timers. Everything may be freed from inside any callback. */
#pragma once

#include "util/defs.h"

struct event_base;
struct loop;
struct timer;

struct loop *loop_new(void);
/* Timers alone, on the pretended clock (util/clock.h): nothing is waited for, the clock is set to what is due next. */
struct loop *loop_new_pretended(void);
struct loop *loop_free(struct loop *l);
/* NULL for a pretended one. */
struct event_base *loop_base(struct loop *l);
/* Runs until loop_quit(); a pretended one also ends when no timer is set any more. */
void loop_run(struct loop *l);
void loop_quit(struct loop *l);

typedef void (*timer_fn)(void *userdata);

struct timer *timer_new(struct loop *l, timer_fn fn, void *userdata);
struct timer *timer_free(struct timer *t);
/* Fires once, that many ns from now; a second call moves it. 0: in the loop's next turn. */
void timer_in(struct timer *t, int64_t ns);
/* As timer_in, but never later than already set. */
void timer_soon(struct timer *t);
void timer_stop(struct timer *t);
