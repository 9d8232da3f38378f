/*
 * ctr: the record of a container and its transitions.
 *
 * Only the functions here write `state` and move runs between next, cur and last, so that the rules hold: one run is
 * new at a time; a run goes on show when it is up (or ended before that); what it replaces becomes the
 * last. Whether an end is followed by a start at once is decided at that end (`forced`): a run that we
 * stopped for a failed probe is followed without regard of its exit code, unless the back-off counted from
 * the end of the run *before* it is still in force; then it is treated like any other exit.
 */
#include "kubelet/ctr.h"

#include "base/clock.h"
#include "base/str.h"
#include "kubelet/ctr_kill.h"
#include "kubelet/ctr_plan.h"
#include "kubelet/ctr_start.h"
#include "kubelet/hook.h"
#include "kubelet/pod_worker.h"
#include "kubelet/prober.h"
#include "kubelet/streams.h"
#include "kubelet/termination_log.h"

void ctr_init(struct ctr *c, struct pod_worker *w, const struct pod_container *spec)
{
	*c = (struct ctr){ .w = w, .spec = spec };
}

void ctr_deinit(struct ctr *c)
{
	probers_stop(c);
	c->post_start = hook_cancel(c->post_start);
	c->kill = ctr_kill_free(c->kill);
	instance_clear(&c->next);
	instance_clear(&c->cur);
	instance_clear(&c->last);
	free(c->wait_reason);
	free(c->wait_message);
	free(c->image);
}

char *ctr_field_path(const struct ctr *c)
{
	const char *list = c->spec->kind == POD_CONTAINER_APP ? "containers" : "initContainers";

	return str_printf("spec.%s{%s}", list, c->spec->name);
}

void ctr_wait(struct ctr *c, const char *reason, const char *message)
{
	free(c->wait_reason);
	free(c->wait_message);
	c->wait_reason = xstrdup(reason);
	c->wait_message = xstrdup(message);
}

bool ctr_is_started(const struct ctr *c)
{
	return c->state == CTR_RUNNING || c->state == CTR_STOPPING ?
		       prober_result(c, PROBE_STARTUP) == PROBE_RESULT_SUCCESS :
		       false;
}

bool ctr_is_live(const struct ctr *c)
{
	return c->state == CTR_STARTING || c->state == CTR_RUNNING || c->state == CTR_STOPPING;
}

static bool probe_failed(const struct ctr *c)
{
	return prober_result(c, PROBE_LIVENESS) == PROBE_RESULT_FAILURE ||
	       prober_result(c, PROBE_STARTUP) == PROBE_RESULT_FAILURE;
}

static int64_t not_before(const struct ctr *c)
{
	int64_t until = 0;

	if (!c->forced && c->cur.valid && !c->cur.running)
		until = crash_backoff_until(&c->backoff, c->cur.finished_ns);
	return MAX(until, c->retry_ns);
}

/* A regular init container is not disturbed: the new image is for a run to come. */
static bool is_changed(const struct ctr *c)
{
	return c->state == CTR_RUNNING && c->spec->kind != POD_CONTAINER_INIT && c->image &&
	       !streq(c->image, c->spec->image);
}

void ctr_facts(const struct ctr *c, struct ctr_facts *ret)
{
	*ret = (struct ctr_facts){
		.kind = c->spec->kind,
		.policy = ctr_effective_policy(c->spec, c->w->pod->restart_policy),
		.state = c->state,
		.started = ctr_is_started(c),
		.was_started = c->was_started || (c->state == CTR_RUNNING && ctr_is_started(c)),
		.probe_failed = probe_failed(c),
		.changed = is_changed(c),
		.forced = c->forced,
		.exit_code = c->cur.exit_code,
		.rule = c->state == CTR_EXITED ? ctr_rule(c->spec, c->cur.exit_code) : RULE_NONE,
		.retry_ns = not_before(c),
	};
}

void ctr_status(const struct ctr *c, struct ctr_status_facts *ret)
{
	struct ctr_facts f;

	ctr_facts(c, &f);
	*ret = (struct ctr_status_facts){
		.spec = c->spec,
		.cur = &c->cur,
		.last = &c->last,
		.wait_reason = c->wait_reason,
		.wait_message = c->wait_message,
		/* while the next run is being started the one before is shown still */
		.will_restart = c->w->stage == WORKER_SYNC &&
				(c->state == CTR_STARTING || ctr_should_restart(&f)),
		.started = c->spec->kind == POD_CONTAINER_INIT ? c->cur.running : f.started,
		.was_started = f.was_started,
		.ready = prober_result(c, PROBE_READINESS) == PROBE_RESULT_SUCCESS,
		.restarts = c->cur.valid  ? c->cur.attempt :
			    c->last.valid ? c->last.attempt :
					    0,
		.stop_signal = signal_name(c->stop_signal),
	};
}

/* The newest run goes on show. */
static void show_next(struct ctr *c)
{
	if (!c->next.valid)
		return;
	if (c->cur.valid)
		instance_move(&c->last, &c->cur);
	instance_move(&c->cur, &c->next);
	ctr_wait(c, NULL, NULL);
}

void ctr_running(struct ctr *c)
{
	show_next(c);
	c->state = CTR_RUNNING;
	probers_start(c);
	c->was_started |= ctr_is_started(c);
	pod_worker_kick(c->w);
}

static void decide_forced(struct ctr *c)
{
	int64_t now = clock_nominal_ns(c->w->k->clock), until = 0;
	enum pod_restart_policy policy = ctr_effective_policy(c->spec, c->w->pod->restart_policy);

	c->forced = false;
	if (c->killed_for == ACT_KILL_CHANGED) {
		c->forced = true;
	} else if (c->killed_for == ACT_KILL_PROBE && policy != POD_RESTART_NEVER) {
		if (c->last.valid)
			until = crash_backoff_until(&c->backoff, c->last.finished_ns);
		c->forced = until <= now;
	}
	c->killed_for = ACT_NONE;
}

static void set_end(struct ctr *c, const struct container_status *st)
{
	struct instance *i = &c->cur;
	bool failed = st->exit_code != 0;

	i->running = false;
	i->exit_code = st->exit_code;
	i->signal = 0; /* shells and the field report 128 + N in the code alone */
	i->started_ns = st->started_ns;
	i->finished_ns = st->finished_ns ? st->finished_ns : clock_nominal_ns(c->w->k->clock);
	free(i->reason);
	i->reason = xstrdup(st->oom_killed || c->oom ? "OOMKilled" :
			    failed		     ? "Error" :
						       "Completed");
	free(i->message);
	i->message = termination_log_read(c, i->attempt, failed);
}

void ctr_take_end(struct ctr *c)
{
	struct container_status st;

	container_get_status(c->rt, &st);
	set_end(c, &st);
}

static void end_run(struct ctr *c)
{
	bool hook_failed = c->post_start_failed;

	probers_stop(c);
	c->post_start = hook_cancel(c->post_start);
	c->kill = ctr_kill_free(c->kill);
	decide_forced(c);
	c->state = CTR_EXITED;
	c->stop = STOP_NONE;
	c->oom = c->post_start_failed = false;
	streams_run_ended(c);
	if (hook_failed && c->w->stage == WORKER_SYNC &&
	    c->w->pod->restart_policy != POD_RESTART_NEVER)
		ctr_wait(c, "PostStartHookError", "PostStartHook failed");
	pod_worker_kick(c->w);
}

void ctr_exited(struct ctr *c)
{
	if (!c->rt || !ctr_is_live(c))
		return;
	show_next(c);
	ctr_take_end(c);
	end_run(c);
}

void ctr_start_failed(struct ctr *c, int exit_code, const char *reason, const char *message)
{
	show_next(c);
	c->cur.running = false;
	c->cur.exit_code = exit_code;
	c->cur.finished_ns = clock_nominal_ns(c->w->k->clock);
	c->cur.reason = xstrdup(reason);
	c->cur.message = xstrdup(message);
	end_run(c);
}

void ctr_lost(struct ctr *c)
{
	bool live = ctr_is_live(c);

	ctr_start_forget(c);
	if (live) {
		show_next(c);
		c->cur.running = false;
		c->cur.exit_code = 137;
		c->cur.finished_ns = clock_nominal_ns(c->w->k->clock);
		free(c->cur.reason);
		c->cur.reason = xstrdup("ContainerStatusUnknown");
		free(c->cur.message);
		c->cur.message = xstrdup("The container could not be located when the pod was "
					 "deleted.  The container used to be Running");
		end_run(c);
	}
	c->rt = c->old_rt = NULL;
}

void ctr_new_sandbox(struct ctr *c)
{
	c->rt = c->old_rt = NULL;
	c->state = CTR_NONE;
	c->was_started = false;
	c->forced = false;
}

void ctr_reset(struct ctr *c)
{
	if (!c->cur.valid)
		return; /* its turn had not come */
	ctr_start_forget(c);
	ctr_start_remove_runs(c);
	instance_clear(&c->cur);
	instance_clear(&c->last);
	c->last = (struct instance){ .valid = true,
				     .attempt = c->attempts,
				     .exit_code = 137,
				     .reason = xstrdup(CTR_RESET_REASON),
				     .message = xstrdup(CTR_RESET_TEXT) };
	ctr_wait(c, CTR_RESET_REASON, CTR_RESET_TEXT);
	c->state = CTR_NONE;
	c->was_started = c->forced = false;
	c->retry_ns = 0;
}
