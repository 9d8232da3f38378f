/*
 * status: the facts about a pod and its containers, told in the API's words.
 *
 * Two phases are kept apart. status_phase() is what the containers' states come to; status.phase is what
 * may be said: a terminal phase only once everything is stopped, and never taken back. So a pod
 * that completes is shown with terminated containers and its old phase first, then with the new one.
 *
 * A pod is Pending as long as one app container has never run, even if its siblings do. Under
 * restartPolicy Always an app that ended is about to be restarted: Running. A sidecar that still runs keeps a
 * pod Running; its exit code never matters.
 */
#include "kubelet/status.h"

#include "base/clock.h"
#include "base/defs.h"
#include "base/json.h"

struct tally {
	size_t apps, waiting, running, stopped, succeeded;
	size_t init_pending, init_failed;
	bool sidecar_runs;
};

static void count_app(struct tally *t, const struct ctr_status_facts *c)
{
	t->apps++;
	if (!c->cur->valid) {
		t->waiting++;
	} else if (c->cur->running) {
		t->running++;
	} else {
		t->stopped++;
		t->succeeded += c->cur->exit_code == 0;
	}
}

static void count_init(struct tally *t, const struct status_facts *f,
		       const struct ctr_status_facts *c)
{
	if (c->spec->kind == POD_CONTAINER_SIDECAR) {
		t->sidecar_runs |= c->cur->valid && c->cur->running;
		t->init_pending += !c->was_started && !c->started && !f->initialized;
	} else if (c->cur->valid && !c->cur->running && c->cur->exit_code == 0) {
		return;
	} else if (c->cur->valid && !c->cur->running && !c->will_restart) {
		t->init_failed++;
	} else {
		t->init_pending += !f->initialized;
	}
}

static struct tally count(const struct status_facts *f)
{
	struct tally t = { 0 };

	for (size_t i = 0; i < f->n_ctrs; i++) {
		if (f->ctrs[i].spec->kind == POD_CONTAINER_APP)
			count_app(&t, &f->ctrs[i]);
		else
			count_init(&t, f, &f->ctrs[i]);
	}
	return t;
}

static bool any_restart(const struct status_facts *f)
{
	for (size_t i = 0; i < f->n_ctrs; i++) {
		const struct ctr_status_facts *c = &f->ctrs[i];

		if (c->spec->kind == POD_CONTAINER_APP && c->cur->valid && !c->cur->running &&
		    c->will_restart)
			return true;
	}
	return false;
}

const char *status_phase(const struct status_facts *f)
{
	struct tally t = count(f);
	const char *by_exit = t.apps > 0 && t.succeeded == t.apps ? "Succeeded" : "Failed";

	if (f->fail_reason && (f->ending || f->terminated))
		return "Failed";
	if (f->terminated)
		return t.init_failed ? "Failed" : by_exit;
	if (t.init_failed && !f->initialized)
		return "Failed";
	if (t.init_pending || t.waiting)
		return "Pending";
	if (t.running || t.sidecar_runs)
		return "Running";
	if (t.stopped && !any_restart(f))
		return by_exit;
	return t.stopped ? "Running" : "Pending";
}

static const char *shown_phase(const struct status_facts *f)
{
	const char *phase = status_phase(f), *old = json_str(f->old, "phase");
	struct status_facts alive = *f; /* as if nothing had failed the pod */

	alive.fail_reason = NULL;
	if (streq(old, "Succeeded") || streq(old, "Failed"))
		return old;
	if (f->terminated)
		return phase;
	if (streq(phase, "Running"))
		return phase;
	if (f->fail_reason && streq(status_phase(&alive), "Running"))
		return "Running"; /* the failure is told when all has ended */
	if (streq(phase, "Succeeded") || streq(phase, "Failed") || f->ending)
		return old ? old : "Pending";
	return phase;
}

static void put_ip(json_t *s, const char *one, const char *many, const char *ip)
{
	if (!ip)
		return;
	json_take_set(s, one, json_string(ip));
	json_take_set(s, many, json_pack("[{s:s}]", "ip", ip));
}

static void put_failure(json_t *s, const struct status_facts *f)
{
	if (!f->fail_reason || !f->terminated)
		return; /* told together with the phase */
	json_take_set(s, "reason", json_string(f->fail_reason));
	if (f->fail_message)
		json_take_set(s, "message", json_string(f->fail_message));
}

json_t *status_compute(const struct status_facts *f)
{
	const char *old_ip = json_str(f->old, "podIP");
	char start[CLOCK_STAMP_MAX];
	json_t *s = json_object();

	json_take_set(s, "observedGeneration", json_integer(f->pod->generation));
	json_take_set(s, "phase", json_string(shown_phase(f)));
	if (!f->rejected)
		json_take_set(s, "conditions", status_conditions(f));
	put_failure(s, f);
	put_ip(s, "hostIP", "hostIPs", f->rejected ? NULL : f->host_ip);
	put_ip(s, "podIP", "podIPs", f->pod_ip ? f->pod_ip : f->ending ? old_ip : NULL);
	json_take_set(s, "startTime", json_string(clock_format(f->start_ns, start)));
	if (!f->rejected && f->pod->n_init_containers)
		json_take_set(s, "initContainerStatuses", status_containers(f, true));
	if (!f->rejected)
		json_take_set(s, "containerStatuses", status_containers(f, false));
	json_take_set(s, "qosClass", json_string(pod_qos_name(pod_qos_class(f->pod))));
	return s;
}
