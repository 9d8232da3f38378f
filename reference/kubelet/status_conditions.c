/*
 * status_conditions: PodReadyToStartContainers, Initialized, Ready, ContainersReady, PodScheduled; and
 * AllContainersRestarting for pods in which a rule may restart all.
 *
 * Each keeps its lastTransitionTime as long as its status stays. Conditions of other types belong to
 * others (readiness gates, controllers) and are handed on untouched, behind ours.
 */
#include "kubelet/status.h"

#include "api/meta.h"
#include "base/clock.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/strbuf.h"

static const char *const own_types[] = {
	"PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled",
};
static const char restart_all_type[] = "AllContainersRestarting";

struct verdict {
	bool is_true;
	const char *reason;
	struct strbuf message;
};

static void add_name(struct strbuf *b, const char *name)
{
	if (b->len)
		strbuf_addc(b, ' ');
	strbuf_adds(b, name);
}

static void wrap_names(struct strbuf *b, const char *what)
{
	_cleanup_free_ char *names = strbuf_take(b);

	strbuf_addf(b, "containers with %s status: [%s]", what, names);
}

/* Reasons that come from the end of the pod, not from a container. */
static const char *end_reason(const struct status_facts *f)
{
	const char *phase = status_phase(f);

	if (streq(phase, "Succeeded"))
		return "PodCompleted";
	return streq(phase, "Failed") ? "PodFailed" : NULL;
}

static bool any_app_ran(const struct status_facts *f)
{
	for (size_t i = 0; i < f->n_ctrs; i++) {
		if (f->ctrs[i].spec->kind == POD_CONTAINER_APP &&
		    (f->ctrs[i].cur->valid || f->ctrs[i].last->valid))
			return true;
	}
	return false;
}

static void judge_initialized(const struct status_facts *f, struct verdict *v)
{
	if (f->pod->n_init_containers == 0 || f->initialized || any_app_ran(f)) {
		v->is_true = true;
		v->reason = streq(status_phase(f), "Succeeded") ? "PodCompleted" : NULL;
		return;
	}
	for (size_t i = 0; i < f->n_ctrs; i++) {
		const struct ctr_status_facts *c = &f->ctrs[i];
		bool done = c->spec->kind == POD_CONTAINER_SIDECAR ? c->was_started || c->started :
								     status_container_ready(c);

		if (c->spec->kind != POD_CONTAINER_APP && !done)
			add_name(&v->message, c->spec->name);
	}
	v->reason = "ContainersNotInitialized";
	wrap_names(&v->message, "incomplete");
}

static void judge_containers(const struct status_facts *f, struct verdict *v)
{
	v->reason = end_reason(f);
	if (v->reason)
		return;
	for (size_t i = 0; i < f->n_ctrs; i++) {
		const struct ctr_status_facts *c = &f->ctrs[i];

		if (c->spec->kind != POD_CONTAINER_INIT && !status_container_ready(c))
			add_name(&v->message, c->spec->name);
	}
	if (v->message.len == 0) {
		v->is_true = true;
		return;
	}
	v->reason = "ContainersNotReady";
	wrap_names(&v->message, "unready");
}

static void judge_gates(const struct status_facts *f, struct verdict *v)
{
	const json_t *conditions = json_arr(f->old, "conditions");

	for (char **gate = f->pod->readiness_gates; gate && *gate; gate++) {
		const json_t *c = condition_array_get(conditions, *gate);
		const char *is = json_str(c, "status");

		if (streq(is, "True"))
			continue;
		if (v->message.len)
			strbuf_adds(&v->message, ", ");
		if (!c)
			strbuf_addf(&v->message,
				    "corresponding condition of pod readiness gate \"%s\" does not "
				    "exist.",
				    *gate);
		else
			strbuf_addf(
				&v->message,
				"the status of pod readiness gate \"%s\" is not \"True\", but %s",
				*gate, is ? is : "");
	}
	v->is_true = v->message.len == 0;
	v->reason = v->is_true ? NULL : "ReadinessGatesNotReady";
}

static void judge_restart_all(const struct status_facts *f, struct verdict *v)
{
	v->reason = f->terminated ? end_reason(f) : NULL;
	v->is_true = f->restarting_all && !f->terminated;
	if (!v->is_true)
		return;
	v->reason = "RestartAllContainersStarted";
	strbuf_adds(&v->message, "container exited with restart policy rule");
}

static void judge(const struct status_facts *f, const char *type, struct verdict *v)
{
	if (streq(type, "PodReadyToStartContainers")) {
		v->is_true = f->sandbox_ready && !f->terminated;
	} else if (streq(type, "Initialized")) {
		judge_initialized(f, v);
	} else if (streq(type, "PodScheduled")) {
		v->is_true = true;
	} else if (streq(type, restart_all_type)) {
		judge_restart_all(f, v);
	} else {
		judge_containers(f, v);
		if (v->is_true && streq(type, "Ready"))
			judge_gates(f, v);
	}
}

static json_t *condition(const struct status_facts *f, const char *type)
{
	const json_t *old = condition_array_get(json_arr(f->old, "conditions"), type);
	struct verdict v = { 0 };
	char now[CLOCK_STAMP_MAX];
	const char *since = NULL, *status;
	json_t *c = json_object();

	judge(f, type, &v);
	status = v.is_true ? "True" : "False";
	if (streq(json_str(old, "status"), status))
		since = json_str(old, "lastTransitionTime");
	json_take_set(c, "type", json_string(type));
	json_take_set(c, "observedGeneration", json_integer(f->pod->generation));
	json_take_set(c, "status", json_string(status));
	json_take_set(c, "lastProbeTime", json_null());
	json_take_set(c, "lastTransitionTime",
		      json_string(since ? since : clock_format(f->now_ns, now)));
	if (v.reason)
		json_take_set(c, "reason", json_string(v.reason));
	if (v.message.len)
		json_take_set(c, "message", json_string(strbuf_str(&v.message)));
	strbuf_deinit(&v.message);
	return c;
}

static bool may_restart_all(const struct status_facts *f)
{
	for (size_t i = 0; i < f->n_ctrs; i++) {
		const struct pod_container *c = f->ctrs[i].spec;

		for (size_t k = 0; k < c->n_rules; k++) {
			if (c->rules[k].action == RULE_RESTART_ALL)
				return true;
		}
	}
	return false;
}

static bool is_own(const char *type)
{
	for (size_t i = 0; i < ARRAY_SIZE(own_types); i++) {
		if (streq(own_types[i], type))
			return true;
	}
	return streq(type, restart_all_type);
}

json_t *status_conditions(const struct status_facts *f)
{
	json_t *list = json_array(), *c;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(own_types); i++)
		json_take_append(list, condition(f, own_types[i]));
	if (may_restart_all(f))
		json_take_append(list, condition(f, restart_all_type));
	json_each(f->old, "conditions", i, c) {
		if (!is_own(json_str(c, "type")))
			json_array_append(list, c);
	}
	return list;
}
