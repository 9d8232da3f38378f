/*
 * pod_sync: a turn of a pod that should run: admit, mount, decide, do.
 *
 * All decisions are compute_pod_actions()'s; here its facts are gathered and its actions carried out.
 * Each action only begins something; what follows is told by a callback that kicks the worker.
 */
#include "kubelet/pod_worker.h"

#include <inttypes.h>

#include "base/str.h"
#include "kubelet/admission.h"
#include "kubelet/ctr_kill.h"
#include "kubelet/ctr_start.h"
#include "kubelet/events.h"
#include "kubelet/pod_sandbox.h"
#include "kubelet/prober.h"
#include "kubelet/volumes.h"

#define MOUNT_RETRY_NS (10 * NSEC_PER_SEC)

static struct pod_facts gather(const struct pod_worker *w, struct ctr_facts *ctrs)
{
	for (size_t i = 0; i < w->n_ctrs; i++)
		ctr_facts(&w->ctrs[i], &ctrs[i]);
	return (struct pod_facts){
		.policy = w->pod->restart_policy,
		.sandbox = w->sandbox_state,
		.had_sandbox = w->had_sandbox,
		.volumes_ready = w->volumes_ready,
		.restarting_all = w->restarting_all,
		.sandbox_retry_ns = w->sandbox_retry_ns,
		.now_ns = clock_nominal_ns(w->k->clock),
		.n_ctrs = w->n_ctrs,
		.ctrs = ctrs,
	};
}

static int64_t probe_grace(const struct ctr *c)
{
	enum probe_type type = prober_result(c, PROBE_STARTUP) == PROBE_RESULT_FAILURE ?
				       PROBE_STARTUP :
				       PROBE_LIVENESS;
	const struct pod_probe *p = type == PROBE_STARTUP ? c->spec->startup : c->spec->liveness;
	int64_t grace = p && p->grace_seconds >= 0 ? p->grace_seconds : c->w->pod->grace_seconds;

	return grace * NSEC_PER_SEC;
}

static void kill_for_probe(struct ctr *c)
{
	bool never = ctr_effective_policy(c->spec, c->w->pod->restart_policy) == POD_RESTART_NEVER;
	bool startup = prober_result(c, PROBE_STARTUP) == PROBE_RESULT_FAILURE;
	_cleanup_free_ char *text = str_printf("Container %s failed %s probe, will be restarted",
					       c->spec->name, startup ? "startup" : "liveness");

	c->killed_for = ACT_KILL_PROBE;
	ctr_kill(c, probe_grace(c), false, never ? NULL : text);
}

static void kill_changed(struct ctr *c)
{
	_cleanup_free_ char *text =
		str_printf("Container %s definition changed, will be restarted", c->spec->name);

	c->killed_for = ACT_KILL_CHANGED;
	ctr_kill(c, c->w->pod->grace_seconds * NSEC_PER_SEC, false, text);
}

/* 10s, 1m20s, 5m0s: as Go prints a duration. */
static char *go_seconds(int64_t ns)
{
	int64_t s = ns / NSEC_PER_SEC;

	return s < 60 ? str_printf("%" PRId64 "s", s) :
			str_printf("%" PRId64 "m%" PRId64 "s", s / 60, s % 60);
}

static void show_back_off(struct ctr *c)
{
	_cleanup_free_ char *words = NULL, *delay = NULL, *text = NULL;

	if (c->retry_ns > clock_nominal_ns(c->w->k->clock) ||
	    streq(c->wait_reason, "CrashLoopBackOff"))
		return;
	words = pod_worker_words(c->w);
	delay = go_seconds(c->backoff.delay_ns);
	text = str_printf("back-off %s restarting failed container=%s pod=%s", delay, c->spec->name,
			  words);
	ctr_wait(c, "CrashLoopBackOff", text);
	ctr_event(c, "Warning", "BackOff", "Back-off restarting failed container %s in pod %s",
		  c->spec->name, words);
}

static void carry_out(struct ctr *c, enum ctr_action action)
{
	switch (action) {
	case ACT_NONE:
		break;
	case ACT_START:
		ctr_start(c);
		break;
	case ACT_KILL_PROBE:
		kill_for_probe(c);
		break;
	case ACT_KILL_CHANGED:
		kill_changed(c);
		break;
	case ACT_KILL_ALL:
		ctr_kill(c, 0, false, NULL);
		break;
	case ACT_BACK_OFF:
		show_back_off(c);
		break;
	}
}

/* That all are restarted is published before anything else of it. */
static void restart_all(struct pod_worker *w, const struct pod_actions *todo)
{
	if (todo->restart_all)
		w->restarting_all = true;
	for (size_t i = 0; todo->reset_all && i < w->n_ctrs; i++)
		ctr_reset(&w->ctrs[i]);
	if (todo->reset_all)
		w->restarting_all = false;
	if (todo->restart_all || todo->reset_all)
		pod_worker_kick(w);
}

static void act(struct pod_worker *w)
{
	_cleanup_free_ struct ctr_facts *ctrs = xcalloc(w->n_ctrs, sizeof(*ctrs));
	_cleanup_free_ enum ctr_action *acts = xcalloc(w->n_ctrs, sizeof(*acts));
	struct pod_facts facts = gather(w, ctrs);
	struct pod_actions todo;

	compute_pod_actions(&facts, acts, &todo);
	w->initialized = todo.initialized;
	if (todo.create_sandbox)
		pod_sandbox_create(w);
	for (size_t i = 0; i < w->n_ctrs; i++)
		carry_out(&w->ctrs[i], acts[i]);
	restart_all(w, &todo);
	if (todo.finished)
		pod_terminate_begin(w, w->pod->grace_seconds * NSEC_PER_SEC, NULL, NULL);
}

static void mount_volumes(struct pod_worker *w)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	int64_t now = clock_nominal_ns(w->k->clock);

	if (w->volumes_ready) {
		if (w->refresh_volumes)
			volumes_refresh(w);
	} else if (w->refresh_volumes || now >= w->volumes_retry_ns) {
		w->volumes_ready = volumes_setup(w, &err) == 0;
		w->volumes_retry_ns = now + MOUNT_RETRY_NS;
		if (!w->volumes_ready)
			pod_event(w, "Warning", "FailedMount", "%s", error_text(&err));
	}
	w->refresh_volumes = false;
}

static void reject(struct pod_worker *w, const char *reason, const char *message)
{
	w->rejected = true;
	pod_event(w, "Warning", reason, "%s", message);
	w->term.reason = xstrdup(reason);
	w->term.message = str_printf("Pod was rejected: %s", message);
	w->stage = WORKER_TERMINATED;
}

void pod_sync(struct pod_worker *w)
{
	_cleanup_free_ char *reason = NULL, *message = NULL;

	if (!w->admitted && !admission_check(w, &reason, &message)) {
		reject(w, reason, message);
		return;
	}
	w->admitted = true;
	mount_volumes(w);
	act(w);
}

int64_t pod_sync_wake_ns(const struct pod_worker *w)
{
	_cleanup_free_ struct ctr_facts *ctrs = xcalloc(w->n_ctrs, sizeof(*ctrs));
	_cleanup_free_ enum ctr_action *acts = xcalloc(w->n_ctrs, sizeof(*acts));
	struct pod_facts facts = gather(w, ctrs);
	struct pod_actions todo;

	compute_pod_actions(&facts, acts, &todo);
	return w->volumes_ready ? todo.wake_ns : w->volumes_retry_ns;
}
