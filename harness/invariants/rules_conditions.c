/*
 * rules_conditions: the conditions of a pod against the statuses of its containers.
 *
 * A node writes both in one update, so they must agree in every version. What others write (readiness gates) is followed later, and
 * is not judged here.
 */
#include "invariants/rules.h"

static const char *const node_conditions[] = { "PodScheduled", "PodReadyToStartContainers",
					       "Initialized", "ContainersReady", "Ready" };

static void conditions_are_complete(struct scene *s)
{
	if (!node_speaks(s->now))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(node_conditions); i++)
		judge(s, condition_of(s->now, node_conditions[i]) != NULL);
}

static void scheduled_once_accepted(struct scene *s)
{
	if (node_speaks(s->now) && condition_of(s->now, "PodScheduled"))
		judge(s, streq(condition_is(s->now, "PodScheduled"), "True"));
}

/* Something else changed as well: the condition may have gone there and back between two writes. */
static bool containers_changed(const struct scene *s)
{
	static const char *const paths[] = { "status.phase", "status.containerStatuses",
					     "status.initContainerStatuses" };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (!json_same(before_at(s, paths[i]), now_at(s, paths[i])))
			return true;
	return false;
}

static void transition_time_stays(struct scene *s)
{
	const json_t *now;
	json_t *before;
	size_t i;

	if (containers_changed(s))
		return;
	json_array_foreach(before_at(s, "status.conditions"), i, before) {
		now = condition_of(s->now, json_str(before, "type"));
		if (now && streq(json_str(before, "status"), json_str(now, "status")))
			judge(s, json_same(json_object_get(before, "lastTransitionTime"),
					   json_object_get(now, "lastTransitionTime")));
	}
}

static void probe_time_is_null(struct scene *s)
{
	json_t *condition;
	size_t i;

	json_array_foreach(now_at(s, "status.conditions"), i, condition)
		judge(s, !json_object_get(condition, "lastProbeTime") ||
				 json_is_null(json_object_get(condition, "lastProbeTime")));
}

static void ready_needs_containers(struct scene *s)
{
	if (streq(condition_is(s->now, "Ready"), "True") && condition_of(s->now, "ContainersReady"))
		judge(s, streq(condition_is(s->now, "ContainersReady"), "True"));
}

/* App containers and sidecars. */
static bool counts_for_ready(const struct actor *a)
{
	return !a->init || is_sidecar(a->container);
}

static void containers_ready_means_all(struct scene *s)
{
	if (!streq(condition_is(s->now, "ContainersReady"), "True"))
		return;
	for (size_t i = 0; i < s->n_actors; i++)
		if (counts_for_ready(&s->actors[i]))
			judge(s, json_truth(status_of(s->now,
						      json_str(s->actors[i].container, "name")),
					    "ready", false));
}

/* "containers with unready status: [a b]" names exactly those that are not ready. */
static void unready_is_named(struct scene *s)
{
	const json_t *c = condition_of(s->now, "ContainersReady");
	const char *message = json_str(c, "message"), *open = message ? strchr(message, '[') : NULL;
	size_t unready = 0;

	if (!streq(json_str(c, "reason"), "ContainersNotReady"))
		return;
	_cleanup_free_ char *list = open ? strndup(open + 1, strcspn(open + 1, "]")) : xstrdup("");
	_cleanup_strv_ char **named = strv_split(list, " ");

	for (size_t i = 0; i < s->n_actors; i++) {
		const char *name = json_str(s->actors[i].container, "name");
		const json_t *status = status_of(s->now, name);

		if (!status || !counts_for_ready(&s->actors[i]) ||
		    json_truth(status, "ready", false))
			continue;
		unready++;
		judge(s, strv_has(named, name));
	}
	judge(s, !unready || unready == strv_len(named));
}

static void initialized_stays(struct scene *s)
{
	if (streq(condition_is(s->before, "Initialized"), "True"))
		judge(s, streq(condition_is(s->now, "Initialized"), "True"));
}

static void initialized_needs_init(struct scene *s)
{
	if (!streq(condition_is(s->now, "Initialized"), "True") || !s->init)
		return;
	judge(s, is_sidecar(s->container) ? has_run(s->status) : exit_code(s->status) == 0);
}

static void app_waits_for_init(struct scene *s)
{
	if (streq(condition_is(s->now, "Initialized"), "False") && !s->init)
		judge(s, !has_run(s->status) && json_int(s->status, "restartCount", 0) == 0);
}

static void running_has_a_sandbox(struct scene *s)
{
	const char *sandbox = condition_is(s->now, "PodReadyToStartContainers");

	if (json_path(s->status, "state.running") && sandbox)
		judge(s, streq(sandbox, "True"));
}

static void final_has_no_sandbox(struct scene *s)
{
	const char *sandbox = condition_is(s->now, "PodReadyToStartContainers");

	if (phase_is_final(json_str(s->now->object, "status.phase")) && sandbox &&
	    node_speaks(s->now))
		judge(s, streq(sandbox, "False"));
}

#define CONDITIONS "status.conditions"

static const struct rule rules[] = {
	{ "PHASE-014", "conditions-are-complete",
	  "a pod that its node has accepted has all five conditions", RULE_VERSION,
	  conditions_are_complete, STATUS_WRITTEN, CONDITIONS, "pod.conditions" },
	{ "SCHED-001", "scheduled-once-accepted", "a pod that its node has accepted is PodScheduled",
	  RULE_VERSION, scheduled_once_accepted, STATUS_WRITTEN, CONDITIONS, NULL },
	{ "PHASE-015", "transition-time-stays",
	  "lastTransitionTime changes only when the status does", RULE_STEP, transition_time_stays,
	  STATUS_WRITTEN | SAMPLED, CONDITIONS, NULL },
	{ "PHASE-039", "probe-time-is-null", "lastProbeTime of a condition is null", RULE_VERSION,
	  probe_time_is_null, STATUS_WRITTEN, CONDITIONS, NULL },
	{ "PHASE-018", "ready-needs-containers", "Ready needs ContainersReady", RULE_VERSION,
	  ready_needs_containers, STATUS_WRITTEN, CONDITIONS, NULL },
	{ "PHASE-017", "containers-ready-means-all",
	  "ContainersReady means that all app containers and sidecars are ready", RULE_VERSION,
	  containers_ready_means_all, STATUS_WRITTEN, "status", NULL },
	{ "PHASE-019", "unready-is-named",
	  "the message names exactly the containers that are not ready", RULE_VERSION,
	  unready_is_named, STATUS_WRITTEN, "status", NULL },
	{ "INIT-020", "initialized-stays", "Initialized stays True", RULE_STEP, initialized_stays,
	  STATUS_WRITTEN | NEW_SANDBOX, CONDITIONS, NULL },
	{ "INIT-019", "initialized-needs-init",
	  "Initialized means that init containers are done and sidecars have started", RULE_STATUS,
	  initialized_needs_init, STATUS_WRITTEN | NEW_SANDBOX, NULL, NULL },
	{ "INIT-003", "app-waits-for-init", "no app container has run before Initialized",
	  RULE_STATUS, app_waits_for_init, STATUS_WRITTEN | NEW_SANDBOX, NULL, NULL },
	{ "PHASE-021", "running-has-a-sandbox", "what runs has a sandbox that is ready",
	  RULE_STATUS, running_has_a_sandbox, STATUS_WRITTEN | NEW_SANDBOX, NULL, NULL },
	{ "PHASE-041", "final-has-no-sandbox", "the sandbox is stopped before the phase is final",
	  RULE_VERSION, final_has_no_sandbox, STATUS_WRITTEN, CONDITIONS, NULL },
};

const struct rule_set rules_conditions = { rules, ARRAY_SIZE(rules) };
