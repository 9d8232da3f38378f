/*
 * pod_terminate: from "stop it" to "it is over".
 *
 * Reasons: the object is being deleted or is gone, the active deadline has passed, or the
 * containers have come to their end (then what stops is at most sidecars). A postStart hook that runs is
 * waited for; only then the grace begins, one budget for the whole pod. App containers are stopped in parallel,
 * sidecars after them in reverse order (ctr_kill knows). When nothing lives any more the sandbox is
 * removed, then the volumes; then the phase is final, and the object of a deleted pod is removed.
 *
 * The deadline is checkpointed: a new podd keeps it.
 */
#include "kubelet/pod_worker.h"

#include "base/json.h"
#include "kubelet/checkpoint.h"
#include "kubelet/ctr_kill.h"
#include "kubelet/events.h"
#include "kubelet/pod_sandbox.h"
#include "kubelet/volumes.h"

#define FORCED_GRACE_NS NSEC_PER_SEC /* of a pod whose object is gone already */
#define DEADLINE_TEXT "Pod was active on the node longer than the specified deadline"

/* Real ns until activeDeadlineSeconds are over; the stamp of the start is nominal. */
static int64_t deadline_left(const struct pod_worker *w)
{
	const struct clock *clock = w->k->clock;
	int64_t passed = clock_scale_delay_ns(clock, clock_nominal_ns(clock) - w->start_ns);

	return w->pod->active_deadline_seconds * NSEC_PER_SEC - passed;
}

static bool has_deadline(const struct pod_worker *w)
{
	return w->pod->active_deadline_seconds >= 0;
}

void pod_terminate_arm(struct pod_worker *w)
{
	loop_timer_stop(w->deadline);
	if (w->stage == WORKER_SYNC && has_deadline(w))
		loop_timer_set(w->deadline, MAX(deadline_left(w), 0));
}

void pod_terminate_begin(struct pod_worker *w, int64_t grace_ns, const char *reason,
			 const char *message)
{
	w->stage = WORKER_TERMINATING;
	w->term.grace_ns = grace_ns;
	w->term.reason = xstrdup(reason);
	w->term.message = xstrdup(message);
	for (size_t i = 0; i < w->n_ctrs; i++) {
		if (w->ctrs[i].cur.valid)
			ctr_wait(&w->ctrs[i], NULL, NULL);
	}
	loop_timer_stop(w->deadline);
	loop_timer_stop(w->wake);
	checkpoint_save(w);
	pod_worker_kick(w);
}

bool pod_terminate_due(struct pod_worker *w)
{
	const struct pod *p = w->pod;

	if (w->gone) {
		pod_terminate_begin(w, FORCED_GRACE_NS, NULL, NULL);
	} else if (p->deletion_timestamp) {
		pod_terminate_begin(w, MAX(p->deletion_grace_seconds, 1) * NSEC_PER_SEC, NULL, NULL);
	} else if (has_deadline(w) && deadline_left(w) <= 0) {
		pod_event(w, "Normal", "DeadlineExceeded", "%s", DEADLINE_TEXT);
		pod_terminate_begin(w, p->grace_seconds * NSEC_PER_SEC, "DeadlineExceeded",
				    DEADLINE_TEXT);
	} else {
		return false;
	}
	return true;
}

static bool any_in(const struct pod_worker *w, enum ctr_state state)
{
	for (size_t i = 0; i < w->n_ctrs; i++) {
		if (w->ctrs[i].state == state)
			return true;
	}
	return false;
}

/* The first time: the grace begins now. After a crash of podd: what is left of it. */
static int64_t budget(struct pod_worker *w)
{
	int64_t now = clock_now_boot_ns();

	if (!w->term.begun) {
		w->term.begun = true;
		w->term.deadline_ns = now + w->term.grace_ns;
		checkpoint_save(w);
	}
	return MAX(w->term.deadline_ns - now, 0);
}

static void stop_all(struct pod_worker *w)
{
	int64_t grace = budget(w);

	for (size_t i = 0; i < w->n_ctrs; i++) {
		struct ctr *c = &w->ctrs[i];

		if (c->state == CTR_RUNNING)
			ctr_kill(c, grace, c->spec->kind == POD_CONTAINER_SIDECAR, NULL);
	}
	for (size_t i = 0; i < w->n_ctrs; i++)
		ctr_kill_advance(&w->ctrs[i]);
}

static void step_terminating(struct pod_worker *w)
{
	if (any_in(w, CTR_STARTING) || w->sandbox_state == SB_CREATING)
		return; /* a hook, or a start that cannot be called back */
	stop_all(w);
	if (any_in(w, CTR_RUNNING) || any_in(w, CTR_STOPPING))
		return;
	w->stage = WORKER_CLEANING;
	pod_sandbox_remove(w);
}

void pod_terminate_step(struct pod_worker *w)
{
	if (w->stage == WORKER_TERMINATING)
		step_terminating(w);
	if (w->stage == WORKER_CLEANING && w->sandbox_state == SB_NONE) {
		volumes_teardown(w);
		w->stage = WORKER_TERMINATED;
	}
}
