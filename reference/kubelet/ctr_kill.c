/*
 * ctr_kill: the stages of a stop.
 *
 *	PRESTOP  the hook runs, at most as long as the budget lasts
 *	TURN     a sidecar waits until the apps and the sidecars behind it have ended, or the budget is used up
 *	TERM     the stop signal is sent; KILL follows when the budget is used up, 2 s later at the earliest
 *	KILLED   only the exit is awaited
 *
 * The exit of the container ends it at any stage: ctr_exited() frees the kill. Grace and the 2 s are real time.
 */
#include "kubelet/ctr_kill.h"

#include <signal.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "kubelet/checkpoint.h"
#include "kubelet/events.h"
#include "kubelet/hook.h"
#include "kubelet/pod_worker.h"

#define LEAST_NS (2 * NSEC_PER_SEC) /* between TERM and KILL */

enum kill_stage { STAGE_PRESTOP, STAGE_TURN, STAGE_TERM, STAGE_KILLED };

struct ctr_kill {
	struct ctr *c;
	enum kill_stage stage;
	int64_t deadline_ns; /* CLOCK_MONOTONIC */
	bool ordered;
	struct hook *hook;
	struct loop_timer *timer;
};

struct ctr_kill *ctr_kill_free(struct ctr_kill *kill)
{
	if (!kill)
		return NULL;
	hook_cancel(kill->hook);
	loop_timer_free(kill->timer);
	free(kill);
	return NULL;
}

static int64_t left(const struct ctr_kill *kill)
{
	return kill->deadline_ns - clock_now_mono_ns();
}

static void send(struct ctr_kill *kill, int signal)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	if (kill->c->rt && container_signal(kill->c->rt, signal, &err) != 0)
		log_debug("kubelet", "signal %d to %s: %s", signal, kill->c->spec->name,
			  error_text(&err));
}

static void note(struct ctr_kill *kill, enum ctr_stop stop)
{
	kill->c->stop = stop;
	if (kill->c->w->stage != WORKER_SYNC)
		checkpoint_save(kill->c->w);
}

static void send_term(struct ctr_kill *kill)
{
	kill->stage = STAGE_TERM;
	if (kill->c->stop != STOP_TERM_SENT)
		send(kill, kill->c->stop_signal ? kill->c->stop_signal : SIGTERM);
	note(kill, STOP_TERM_SENT);
	loop_timer_set(kill->timer, MAX(left(kill), LEAST_NS));
}

/* Apps first, then sidecars from the last to the first. */
static bool is_my_turn(const struct ctr *c)
{
	const struct pod_worker *w = c->w;

	for (size_t i = 0; i < w->n_ctrs; i++) {
		const struct ctr *o = &w->ctrs[i];
		bool before_me =
			o->spec->kind == POD_CONTAINER_APP ||
			(o->spec->kind == POD_CONTAINER_SIDECAR && o->spec->index > c->spec->index);

		if (before_me && ctr_is_live(o))
			return false;
	}
	return true;
}

static void take_turn(struct ctr_kill *kill)
{
	if (!kill->ordered || left(kill) <= 0 || is_my_turn(kill->c)) {
		send_term(kill);
		return;
	}
	kill->stage = STAGE_TURN;
	loop_timer_set(kill->timer, left(kill));
}

static void pre_stop_done(void *userdata, const struct error *err)
{
	struct ctr_kill *kill = userdata;

	kill->hook = NULL;
	if (err)
		ctr_event(kill->c, "Warning", "FailedPreStopHook", "PreStopHook failed");
	note(kill, STOP_PRESTOP_DONE);
	take_turn(kill);
}

static void time_is_up(void *userdata)
{
	struct ctr_kill *kill = userdata;

	if (kill->stage == STAGE_TURN) {
		send_term(kill);
	} else if (kill->stage == STAGE_TERM) {
		kill->stage = STAGE_KILLED;
		send(kill, SIGKILL);
	}
}

void ctr_kill_advance(struct ctr *c)
{
	if (c->kill && c->kill->stage == STAGE_TURN && is_my_turn(c))
		send_term(c->kill);
}

static void begin(struct ctr_kill *kill, int64_t grace_ns, const char *message)
{
	struct ctr *c = kill->c;

	if (message)
		ctr_event(c, "Normal", "Killing", "%s", message);
	else
		ctr_event(c, "Normal", "Killing", "Stopping container %s", c->spec->name);
	if (c->spec->pre_stop && grace_ns > 0)
		kill->hook = hook_run(c, c->rt, c->spec->pre_stop, grace_ns, pre_stop_done, kill);
	else
		take_turn(kill);
}

/* An earlier podd got so far. */
static void resume(struct ctr_kill *kill)
{
	if (kill->c->stop == STOP_TERM_SENT)
		send_term(kill);
	else
		take_turn(kill);
}

void ctr_kill(struct ctr *c, int64_t grace_ns, bool ordered, const char *message)
{
	struct ctr_kill *kill;

	if (c->kill || c->state != CTR_RUNNING)
		return;
	c->state = CTR_STOPPING;
	c->kill = kill = xnew(kill);
	kill->c = c;
	kill->ordered = ordered;
	kill->deadline_ns = clock_now_mono_ns() + grace_ns;
	kill->timer = loop_timer_new(c->w->k->loop, time_is_up, kill);
	if (c->stop != STOP_NONE)
		resume(kill);
	else
		begin(kill, grace_ns, message);
}
