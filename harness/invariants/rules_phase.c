/*
 * rules_phase: what a phase says about the containers, and which phase may follow which.
 *
 * A pod whose node is gone is failed by the control plane (condition DisruptionTarget): its containers are not spoken of.
 */
#include "invariants/rules.h"

static const char *phase(const struct version *v)
{
	const char *text = json_str(v->object, "status.phase");

	return text ? text : "";
}

static const json_t *app_statuses(const struct version *v)
{
	return json_path(v->object, "status.containerStatuses");
}

/* The statuses of all app containers are there. */
static bool apps_are_told(const struct scene *s)
{
	size_t n = json_array_size(app_statuses(s->now));

	return n && n == json_array_size(now_at(s, "spec.containers"));
}

static bool lost_its_node(const struct scene *s)
{
	return condition_of(s->now, "DisruptionTarget") != NULL;
}

static void phase_is_one_of_five(struct scene *s)
{
	static const char *const phases[] = { "Pending", "Running", "Succeeded", "Failed",
					      "Unknown" };
	bool known = false;

	if (!now_at(s, "status.phase"))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(phases); i++)
		known = known || streq(phase(s->now), phases[i]);
	judge(s, known);
}

static void final_phase_stays(struct scene *s)
{
	if (phase_is_final(phase(s->before)))
		judge(s, streq(phase(s->now), phase(s->before)));
}

static void final_containers_stay(struct scene *s)
{
	if (phase_is_final(phase(s->before)))
		judge(s, json_same(json_object_get(s->old, "state"),
				   json_object_get(s->status, "state")) &&
				 json_int(s->old, "restartCount", 0) ==
					 json_int(s->status, "restartCount", 0));
}

static void final_runs_nothing(struct scene *s)
{
	if (phase_is_final(phase(s->now)) && !lost_its_node(s))
		judge(s, !json_path(s->status, "state.running"));
}

static void succeeded_is_zero(struct scene *s)
{
	json_t *status;
	size_t i;

	if (!streq(phase(s->now), "Succeeded") || !apps_are_told(s))
		return;
	json_array_foreach(app_statuses(s->now), i, status)
		judge(s, exit_code(status) == 0);
}

/* A container that ended badly or never ran; sidecars do not count. */
static bool something_failed(const struct scene *s)
{
	for (size_t i = 0; i < s->n_actors; i++) {
		const json_t *status = status_of(s->now, json_str(s->actors[i].container, "name"));

		if (!(s->actors[i].init && is_sidecar(s->actors[i].container)) &&
		    (exit_code(status) > 0 || json_path(status, "state.waiting")))
			return true;
	}
	return false;
}

static void failed_has_a_failure(struct scene *s)
{
	if (streq(phase(s->now), "Failed") && !lost_its_node(s) && apps_are_told(s))
		judge(s, something_failed(s) || now_at(s, "status.reason"));
}

static void running_has_started(struct scene *s)
{
	json_t *status;
	size_t i;

	if (!streq(phase(s->now), "Running") || !app_statuses(s->now))
		return;
	json_array_foreach(app_statuses(s->now), i, status)
		judge(s, has_run(status));
}

static void pending_is_not_all_running(struct scene *s)
{
	bool all = true;
	json_t *status;
	size_t i;

	if (!streq(phase(s->now), "Pending") || !apps_are_told(s))
		return;
	json_array_foreach(app_statuses(s->now), i, status)
		all = all && json_path(status, "state.running");
	judge(s, !all);
}

/* A container with a policy of its own; sidecars are none. */
static bool has_own_policy(const struct scene *s)
{
	for (size_t i = 0; i < s->n_actors; i++)
		if (json_object_get(s->actors[i].container, "restartPolicy") &&
		    !(s->actors[i].init && is_sidecar(s->actors[i].container)))
			return true;
	return false;
}

static void always_goes_on(struct scene *s)
{
	if (streq(json_str(s->spec, "restartPolicy"), "Always") && !has_own_policy(s) &&
	    app_statuses(s->now) && !lost_its_node(s))
		judge(s, !phase_is_final(phase(s->now)) || now_at(s, "metadata.deletionTimestamp") ||
				 now_at(s, "status.reason"));
}

static void start_time_stays(struct scene *s)
{
	if (before_at(s, "status.startTime"))
		judge(s,
		      json_same(before_at(s, "status.startTime"), now_at(s, "status.startTime")));
}

static void running_is_not_pending_again(struct scene *s)
{
	if (streq(phase(s->before), "Running"))
		judge(s, !streq(phase(s->now), "Pending"));
}

static void running_is_initialized(struct scene *s)
{
	const char *initialized = condition_is(s->now, "Initialized");

	if (streq(phase(s->now), "Running") && initialized)
		judge(s, streq(initialized, "True"));
}

static void final_is_unready(struct scene *s)
{
	if (phase_is_final(phase(s->now)) && node_speaks(s->now) && condition_of(s->now, "Ready") &&
	    condition_of(s->now, "ContainersReady"))
		judge(s, streq(condition_is(s->now, "Ready"), "False") &&
				 streq(condition_is(s->now, "ContainersReady"), "False"));
}

static const struct rule rules[] = {
	{ "PHASE-001", "phase-is-one-of-five", "a phase is one of the five", RULE_VERSION,
	  phase_is_one_of_five, STATUS_WRITTEN, "status.phase", NULL },
	{ "PHASE-008", "final-phase-stays", "a final phase stays", RULE_STEP, final_phase_stays,
	  STATUS_WRITTEN, "status.phase", NULL },
	{ "RESTART-027", "final-containers-stay", "in a final phase no container changes any more",
	  RULE_STATUS_STEP, final_containers_stay, STATUS_WRITTEN, NULL, NULL },
	{ "PHASE-041", "final-runs-nothing", "no container runs in a final phase", RULE_STATUS,
	  final_runs_nothing, STATUS_WRITTEN, NULL, NULL },
	{ "PHASE-004", "succeeded-is-zero", "Succeeded means that all app containers exited with 0",
	  RULE_VERSION, succeeded_is_zero, STATUS_WRITTEN, "status", NULL },
	{ "PHASE-005", "failed-has-a-failure",
	  "Failed needs a container that failed or never ran, or a reason", RULE_VERSION,
	  failed_has_a_failure, STATUS_WRITTEN, "status", NULL },
	{ "PHASE-044", "running-has-started", "Running needs each app container to have run",
	  RULE_VERSION, running_has_started, STATUS_WRITTEN | NEW_SANDBOX, "status", NULL },
	{ "PHASE-003", "pending-is-not-all-running",
	  "a pod whose app containers all run is not Pending", RULE_VERSION,
	  pending_is_not_all_running, STATUS_WRITTEN, "status", NULL },
	{ "PHASE-006", "always-goes-on", "under Always a pod ends only by deletion or for a reason",
	  RULE_VERSION, always_goes_on, STATUS_WRITTEN, "status", NULL },
	{ "PHASE-010", "start-time-stays", "startTime never changes", RULE_STEP, start_time_stays,
	  STATUS_WRITTEN, "status.startTime", NULL },
	{ "SIDECAR-014", "running-is-not-pending-again", "a pod that ran is not Pending again",
	  RULE_STEP, running_is_not_pending_again, STATUS_WRITTEN | NEW_SANDBOX, "status.phase",
	  NULL },
	{ "INIT-003", "running-is-initialized", "a Running pod is Initialized", RULE_VERSION,
	  running_is_initialized, STATUS_WRITTEN | NEW_SANDBOX, "status.conditions", NULL },
	{ "PHASE-020", "final-is-unready", "in a final phase Ready and ContainersReady are False",
	  RULE_VERSION, final_is_unready, STATUS_WRITTEN, "status.conditions", NULL },
};

const struct rule_set rules_phase = { rules, ARRAY_SIZE(rules) };
