/*
 * rules_restart: one container in two successive versions: the same instance, or the next one.
 *
 * The containerID tells instances apart. A node may leave out versions in between (an instance that lived for an instant is seen only
 * in lastState), so that only what both versions tell of one instance is compared.
 */
#include "invariants/rules.h"

#define NO_BACK_OFF_AFTER 600 /* s of running: the series begins anew */

static int64_t restarts(const json_t *status)
{
	return json_int(status, "restartCount", 0);
}

static const char *id_of(const json_t *status)
{
	const char *id = json_str(status, "containerID");

	return id ? id : "";
}

static const json_t *last_of(const json_t *status)
{
	return json_path(status, "lastState.terminated");
}

static bool is_next_instance(const struct scene *s)
{
	return restarts(s->status) > restarts(s->old);
}

static bool is_same_instance(const struct scene *s)
{
	return *id_of(s->old) && streq(id_of(s->old), id_of(s->status));
}

/* The instance that ran before is the one that is told as the last: nothing was left out. */
static bool follows_directly(const struct scene *s)
{
	return is_next_instance(s) && *id_of(s->old) &&
	       streq(json_str(last_of(s->status), "containerID"), id_of(s->old));
}

static void count_never_falls(struct scene *s)
{
	judge(s, restarts(s->status) >= restarts(s->old));
}

static void count_grows_by_one(struct scene *s)
{
	if (follows_directly(s))
		judge(s, restarts(s->status) == restarts(s->old) + 1);
}

static void count_grows_with_id(struct scene *s)
{
	if (*id_of(s->old) && *id_of(s->status))
		judge(s, is_same_instance(s) == !is_next_instance(s));
}

/* Seen before, or so short that it was never seen: then it is the one that the status still names. */
static void last_is_the_one_before(struct scene *s)
{
	const char *last = json_str(last_of(s->status), "containerID");

	if (restarts(s->status) == restarts(s->old) + 1 && *id_of(s->old) && last)
		judge(s, streq(last, id_of(s->old)) || streq(last, id_of(s->status)));
}

static void last_state_is_the_end(struct scene *s)
{
	const json_t *end = json_path(s->old, "state.terminated");

	if (end && follows_directly(s))
		judge(s, json_same(end, last_of(s->status)));
}

/* It has ended, and the next one is not there yet. */
static void waiting_tells_its_end(struct scene *s)
{
	const char *last = json_str(last_of(s->status), "containerID");

	if (json_path(s->status, "state.waiting") && *id_of(s->status) && last)
		judge(s, streq(last, id_of(s->status)));
}

static void ended_stays_ended(struct scene *s)
{
	const json_t *end = json_path(s->old, "state.terminated");

	if (end && is_same_instance(s))
		judge(s, !json_path(s->status, "state.running") &&
				 (!json_path(s->status, "state.terminated") ||
				  json_same(end, json_path(s->status, "state.terminated"))));
}

static void start_stays(struct scene *s)
{
	const json_t *start = json_path(s->old, "state.running.startedAt");

	if (start && is_same_instance(s) && json_path(s->status, "state.running"))
		judge(s, json_same(start, json_path(s->status, "state.running.startedAt")));
}

static void started_stays(struct scene *s)
{
	if (json_truth(s->old, "started", false) && is_same_instance(s) &&
	    json_path(s->status, "state.running"))
		judge(s, json_truth(s->status, "started", false));
}

/* ---- whether a restart was due ---- */

static bool may_be_killed(const struct scene *s)
{
	return json_object_get(s->container, "livenessProbe") ||
	       json_object_get(s->container, "startupProbe");
}

static void success_is_final(struct scene *s)
{
	if (streq(json_str(s->spec, "restartPolicy"), "OnFailure") &&
	    !json_object_get(s->container, "restartPolicy") && !may_be_killed(s) &&
	    exit_code(s->old) == 0)
		judge(s, !is_next_instance(s));
}

static void init_runs_once(struct scene *s)
{
	if (is_regular_init(s) && exit_code(s->old) == 0)
		judge(s, !is_next_instance(s));
}

static bool ran_long(const json_t *end)
{
	return stamp_seconds(end, "finishedAt") - stamp_seconds(end, "startedAt") >=
	       NO_BACK_OFF_AFTER;
}

/* The first restart is immediate; stamps have whole seconds. */
static void back_off_is_kept(struct scene *s)
{
	int64_t from = stamp_seconds(last_of(s->status), "finishedAt"),
		to = stamp_seconds(s->status, "state.running.startedAt");

	if (is_next_instance(s) && restarts(s->status) >= 2 && from > 0 && to > 0 &&
	    !may_be_killed(s) && !ran_long(last_of(s->status)))
		judge(s, to - from >= 10 - 1);
}

static const struct rule rules[] = {
	{ "RESTART-013", "count-never-falls", "restartCount never falls", RULE_STATUS_STEP,
	  count_never_falls, STATUS_WRITTEN, NULL, NULL },
	{ "RESTART-013", "count-grows-by-one", "restartCount grows by one for each instance",
	  RULE_STATUS_STEP, count_grows_by_one, STATUS_WRITTEN | NEW_SANDBOX, NULL, NULL },
	{ "RESTART-014", "count-grows-with-id",
	  "the containerID changes exactly when restartCount grows", RULE_STATUS_STEP,
	  count_grows_with_id, STATUS_WRITTEN | NEW_SANDBOX, NULL, NULL },
	{ "RESTART-014", "last-is-the-one-before", "lastState tells of the instance before",
	  RULE_STATUS_STEP, last_is_the_one_before, STATUS_WRITTEN | NEW_SANDBOX | SAMPLED, NULL,
	  NULL },
	{ "RESTART-014", "last-state-is-the-end", "lastState is the state that was seen terminated",
	  RULE_STATUS_STEP, last_state_is_the_end, STATUS_WRITTEN | NEW_SANDBOX, NULL, NULL },
	{ "RESTART-014", "waiting-tells-its-end",
	  "what waits to be started again tells of its last instance", RULE_STATUS_STEP,
	  waiting_tells_its_end, STATUS_WRITTEN | NEW_SANDBOX, NULL, NULL },
	{ "PHASE-012", "ended-stays-ended", "what has ended stays as it ended", RULE_STATUS_STEP,
	  ended_stays_ended, STATUS_WRITTEN, NULL, NULL },
	{ "PHASE-012", "start-stays", "startedAt of an instance never changes", RULE_STATUS_STEP,
	  start_stays, STATUS_WRITTEN, NULL, NULL },
	{ "PROBE-013", "started-stays", "an instance that is started stays so", RULE_STATUS_STEP,
	  started_stays, STATUS_WRITTEN, NULL, NULL },
	{ "RESTART-003", "success-is-final", "under OnFailure exit 0 is final", RULE_STATUS_STEP,
	  success_is_final, STATUS_WRITTEN | NEW_SANDBOX | SPEC_CHANGED, NULL, NULL },
	{ "INIT-006", "init-runs-once", "an init container that succeeded is not run again",
	  RULE_STATUS_STEP, init_runs_once, STATUS_WRITTEN | NEW_SANDBOX, NULL, NULL },
	{ "RESTART-040", "back-off-is-kept", "from the second restart on the delay is kept",
	  RULE_STATUS_STEP, back_off_is_kept, STATUS_WRITTEN | NEW_SANDBOX | SPEC_CHANGED, NULL,
	  NULL },
};

const struct rule_set rules_restart = { rules, ARRAY_SIZE(rules) };
