/*
 * rules_status: the status of one container in one version.
 *
 * A container that was lost (ContainerStatusUnknown) or removed to be made anew (RestartingAllContainers) has no times and no id.
 */
#include "invariants/rules.h"

/* ---- the lists ---- */

static bool has_names_of(const json_t *statuses, const json_t *containers, bool in_order)
{
	size_t n = json_array_size(containers), found = 0, i, k;
	json_t *c, *status;

	json_array_foreach((json_t *)containers, i, c)
		json_array_foreach((json_t *)statuses, k, status)
			found += streq(json_str(c, "name"), json_str(status, "name")) &&
				 (!in_order || i == k);
	return found == n && json_array_size(statuses) == n;
}

static void statuses_are_complete(struct scene *s)
{
	if (node_speaks(s->now))
		judge(s, has_names_of(now_at(s, "status.containerStatuses"),
				      now_at(s, "spec.containers"), false));
}

static void init_statuses_in_order(struct scene *s)
{
	if (node_speaks(s->now) && now_at(s, "spec.initContainers"))
		judge(s, has_names_of(now_at(s, "status.initContainerStatuses"),
				      now_at(s, "spec.initContainers"), true));
}

static void statuses_are_sorted(struct scene *s)
{
	const char *before = NULL, *name;
	json_t *status;
	size_t i;

	json_array_foreach(now_at(s, "status.containerStatuses"), i, status) {
		name = json_str(status, "name");
		if (before && name)
			judge(s, strcmp(before, name) < 0);
		before = name;
	}
}

/* ---- the state ---- */

static const json_t *state_of(const struct scene *s, const char *state)
{
	return json_object_get(json_object_get(s->status, "state"), state);
}

static const json_t *last_of(const struct scene *s)
{
	return json_path(s->status, "lastState.terminated");
}

static void one_state(struct scene *s)
{
	judge(s, !!state_of(s, "waiting") + !!state_of(s, "running") + !!state_of(s, "terminated") ==
			 1);
}

static void waiting_has_a_reason(struct scene *s)
{
	const char *reason = json_str(state_of(s, "waiting"), "reason");

	if (state_of(s, "waiting"))
		judge(s, reason && *reason);
}

static bool is_lost(const json_t *terminated)
{
	const char *reason = json_str(terminated, "reason");

	return streq(reason, "ContainerStatusUnknown") || streq(reason, "RestartingAllContainers");
}

static bool end_is_told(const json_t *end)
{
	return json_is_integer(json_object_get(end, "exitCode")) && json_str(end, "reason") &&
	       json_str(end, "startedAt") && json_str(end, "finishedAt") &&
	       json_str(end, "containerID");
}

static void states_have_their_fields(struct scene *s)
{
	const json_t *ends[] = { state_of(s, "terminated"), last_of(s) };

	if (state_of(s, "running"))
		judge(s, json_str(state_of(s, "running"), "startedAt") != NULL);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (ends[i] && !is_lost(ends[i]))
			judge(s, end_is_told(ends[i]));
}

static void reason_fits_code(struct scene *s)
{
	const json_t *ends[] = { state_of(s, "terminated"), last_of(s) };

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		const char *reason = json_str(ends[i], "reason");

		if (reason && !streq(reason, "OOMKilled"))
			judge(s, streq(reason, "Completed") ==
					 (json_int(ends[i], "exitCode", -1) == 0));
	}
}

/* Stamps of the API have one form, so that text compares as time does. */
static void ends_after_its_start(struct scene *s)
{
	const json_t *ends[] = { state_of(s, "terminated"), last_of(s) };

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		const char *from = json_str(ends[i], "startedAt"),
			   *to = json_str(ends[i], "finishedAt");

		if (from && to)
			judge(s, strcmp(from, to) <= 0);
	}
}

/* A container that could not be started shows the epoch. */
static void starts_after_acceptance(struct scene *s)
{
	const char *accepted = json_str(s->now->object, "status.startTime");
	const char *starts[] = { json_str(state_of(s, "running"), "startedAt"),
				 json_str(state_of(s, "terminated"), "startedAt"),
				 json_str(last_of(s), "startedAt") };

	for (size_t i = 0; accepted && i < ARRAY_SIZE(starts); i++)
		if (starts[i] && !has_prefix(starts[i], "1970-"))
			judge(s, strcmp(accepted, starts[i]) <= 0);
}

static void message_is_short(struct scene *s)
{
	const char *messages[] = { json_str(state_of(s, "terminated"), "message"),
				   json_str(last_of(s), "message") };

	for (size_t i = 0; i < ARRAY_SIZE(messages); i++)
		if (messages[i])
			judge(s, strlen(messages[i]) <= 4096);
}

static bool is_id(const char *id)
{
	const char *slashes = id ? strstr(id, "://") : NULL;

	return slashes && slashes > id && slashes[3];
}

static bool is_set(const struct scene *s, const char *key)
{
	const char *text = json_str(s->status, key);

	return text && *text;
}

static void running_has_its_names(struct scene *s)
{
	if (state_of(s, "running"))
		judge(s, is_id(json_str(s->status, "containerID")) && is_set(s, "image") &&
				 is_set(s, "imageID"));
}

/* ---- flags ---- */

static bool is_ready(const struct scene *s)
{
	return json_truth(s->status, "ready", false);
}

/* A runtime that knows no readiness leaves it out. */
static bool ready_is_told(const struct scene *s)
{
	return json_object_get(s->status, "ready") != NULL;
}

static bool is_started(const struct scene *s)
{
	return json_truth(s->status, "started", false);
}

static void ready_means_running(struct scene *s)
{
	if (!is_regular_init(s))
		judge(s, !is_ready(s) || state_of(s, "running"));
}

static void started_means_running(struct scene *s)
{
	judge(s, !is_started(s) || state_of(s, "running"));
}

static void ready_needs_started(struct scene *s)
{
	if (is_ready(s) && !is_regular_init(s) && json_object_get(s->status, "started"))
		judge(s, is_started(s));
}

static void unprobed_is_ready(struct scene *s)
{
	if (ready_is_told(s) && state_of(s, "running") && !is_regular_init(s) &&
	    !json_object_get(s->container, "startupProbe") &&
	    !json_object_get(s->container, "readinessProbe"))
		judge(s, is_ready(s));
}

static void init_ready_means_done(struct scene *s)
{
	if (ready_is_told(s) && is_regular_init(s))
		judge(s, is_ready(s) == (exit_code(s->status) == 0));
}

static void running_init_is_started(struct scene *s)
{
	if (is_regular_init(s) && state_of(s, "running") && json_object_get(s->status, "started"))
		judge(s, is_started(s));
}

/* ---- restarts ---- */

static void never_counts_nothing(struct scene *s)
{
	if (streq(json_str(s->spec, "restartPolicy"), "Never") &&
	    !json_object_get(s->container, "restartPolicy"))
		judge(s, json_int(s->status, "restartCount", 0) == 0);
}

static void restarted_has_a_last_state(struct scene *s)
{
	if (json_int(s->status, "restartCount", 0) > 0)
		judge(s, last_of(s) != NULL);
}

static const struct rule rules[] = {
	{ "PHASE-027", "statuses-are-complete",
	  "each app container has one status from the node's first on", RULE_VERSION,
	  statuses_are_complete, STATUS_WRITTEN, "status", "pod.status" },
	{ "INIT-009", "init-statuses-in-order", "each init container has one status, in spec order",
	  RULE_VERSION, init_statuses_in_order, STATUS_WRITTEN, "status.initContainerStatuses",
	  "pod.status" },
	{ "API-035", "statuses-are-sorted", "containerStatuses are sorted by name", RULE_VERSION,
	  statuses_are_sorted, STATUS_WRITTEN, "status.containerStatuses", NULL },
	{ "PHASE-011", "one-state", "a container has exactly one state", RULE_STATUS, one_state,
	  STATUS_WRITTEN, NULL, NULL },
	{ "PHASE-011", "waiting-has-a-reason", "a container that waits has a reason", RULE_STATUS,
	  waiting_has_a_reason, STATUS_WRITTEN, NULL, "pod.status" },
	{ "PHASE-012", "states-have-their-fields",
	  "running and terminated states have all their fields", RULE_STATUS,
	  states_have_their_fields, STATUS_WRITTEN, NULL, "pod.status" },
	{ "PHASE-013", "reason-fits-code", "the reason is Completed exactly when the exit code is 0",
	  RULE_STATUS, reason_fits_code, STATUS_WRITTEN, NULL, "pod.status" },
	{ "PHASE-012", "ends-after-its-start", "finishedAt is not before startedAt", RULE_STATUS,
	  ends_after_its_start, STATUS_WRITTEN, NULL, NULL },
	{ "PHASE-010", "starts-after-acceptance", "no container starts before the pod's startTime",
	  RULE_STATUS, starts_after_acceptance, STATUS_WRITTEN, NULL, NULL },
	{ "PHASE-030", "message-is-short", "a termination message has at most 4096 bytes",
	  RULE_STATUS, message_is_short, STATUS_WRITTEN, NULL, NULL },
	{ "PHASE-026", "running-has-its-names",
	  "what runs has a containerID with its scheme, an image and an imageID", RULE_STATUS,
	  running_has_its_names, STATUS_WRITTEN, NULL, "pod.status" },
	{ "PROBE-039", "ready-means-running", "a container that does not run is not ready",
	  RULE_STATUS, ready_means_running, STATUS_WRITTEN, NULL, NULL },
	{ "PHASE-025", "started-means-running", "a container that does not run is not started",
	  RULE_STATUS, started_means_running, STATUS_WRITTEN, NULL, NULL },
	{ "PROBE-012", "ready-needs-started", "a container that is not started is not ready",
	  RULE_STATUS, ready_needs_started, STATUS_WRITTEN, NULL, NULL },
	{ "PROBE-009", "unprobed-is-ready", "what runs without a probe to wait for is ready",
	  RULE_STATUS, unprobed_is_ready, STATUS_WRITTEN, NULL, "pod.status" },
	{ "INIT-008", "init-ready-means-done",
	  "an init container is ready exactly when it has exited with 0", RULE_STATUS,
	  init_ready_means_done, STATUS_WRITTEN | NEW_SANDBOX, NULL, "pod.status" },
	{ "INIT-026", "running-init-is-started", "an init container that runs is started",
	  RULE_STATUS, running_init_is_started, STATUS_WRITTEN, NULL, NULL },
	{ "RESTART-004", "never-counts-nothing", "under Never restartCount stays 0", RULE_STATUS,
	  never_counts_nothing, STATUS_WRITTEN | NEW_SANDBOX | SPEC_CHANGED, NULL, NULL },
	{ "RESTART-014", "restarted-has-a-last-state", "what was restarted has a lastState",
	  RULE_STATUS, restarted_has_a_last_state, STATUS_WRITTEN, NULL, "pod.status" },
};

const struct rule_set rules_status = { rules, ARRAY_SIZE(rules) };
