/*
 * rollout_status: counting, and the three conditions.
 *
 * Available follows the pods that are available against those that must be. ReplicaFailure is that of one of
 * the sets. Progressing tells of the rollout: a set made, a count that moved, the end; if nothing moves for
 * progressDeadlineSeconds it is False, until something does. The time counts from its lastUpdateTime, which
 * each movement renews; a pause stops it (Unknown). Once complete it stays so until the template changes:
 * pods lost later are no rollout.
 */
#include "controllers/rollout_status.h"

#include "api/meta.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"

struct maker {
	const struct rollout *ro;
	const struct rollout_news *news;
	json_t *status, *conditions;
	char now[CLOCK_STAMP_MAX];
};

/* ---- counts ---- */

static void put_count(json_t *status, const char *key, int64_t n)
{
	if (n > 0)
		json_object_set_new(status, key, json_integer(n));
}

static void put_counts(json_t *status, const struct rollout *ro)
{
	int64_t available = sets_sum(ro->sets, "status.availableReplicas");
	json_t *collisions = json_at(ro->d, "status.collisionCount"), *set;
	bool terminating = false;
	size_t i;

	put_count(status, "observedGeneration", meta_generation(ro->d));
	put_count(status, "replicas", sets_sum(ro->sets, "status.replicas"));
	put_count(status, "updatedReplicas", json_int(ro->current, "status.replicas", 0));
	put_count(status, "readyReplicas", sets_sum(ro->sets, "status.readyReplicas"));
	put_count(status, "availableReplicas", available);
	put_count(status, "unavailableReplicas", sets_sum(ro->sets, "spec.replicas") - available);
	json_array_foreach(ro->sets, i, set)
		terminating |= json_has(set, "status.terminatingReplicas");
	if (terminating)
		json_object_set_new(status, "terminatingReplicas",
				    json_integer(sets_sum(ro->sets, "status.terminatingReplicas")));
	if (collisions)
		json_object_set(status, "collisionCount", collisions);
}

/* ---- conditions ---- */

static json_t *condition(const struct maker *m, const char *type)
{
	return condition_array_get(m->conditions, type);
}

static const char *reason_of(const struct maker *m, const char *type)
{
	return json_str_or(condition(m, type), "reason", "");
}

static void drop(struct maker *m, const char *type)
{
	for (size_t i = json_array_size(m->conditions); i-- > 0;)
		if (streq(json_str(json_array_get(m->conditions, i), "type"), type))
			json_array_remove(m->conditions, i);
}

/* What says the same already keeps its times, unless renew. What changes goes to the end, as in the field. */
static void put(struct maker *m, const char *type, const char *status, const char *reason,
		const char *message, bool renew)
{
	_cleanup_json_ json_t *c = json_incref(condition(m, type));

	if (c && !renew && streq(json_str(c, "status"), status) &&
	    streq(json_str(c, "reason"), reason))
		return;
	condition_array_set(m->conditions, type, status, reason, message, m->now);
	json_decref(c);
	c = json_incref(condition(m, type));
	json_set_str(c, "lastUpdateTime", m->now);
	drop(m, type);
	json_array_append(m->conditions, c);
}

static void put_progress(struct maker *m, const char *status, const char *reason, const char *what,
			 bool renew)
{
	const json_t *set = m->ro->current;
	_cleanup_free_ char *message = str_printf("%s \"%s\" %s", set ? "ReplicaSet" : "Deployment",
						  meta_name(set ? set : m->ro->d), what);

	put(m, "Progressing", status, reason, message, renew);
}

static void put_available(struct maker *m)
{
	int64_t least = m->ro->want - m->ro->limits.unavailable;

	if (json_int(m->status, "availableReplicas", 0) >= least)
		put(m, "Available", "True", "MinimumReplicasAvailable",
		    "Deployment has minimum availability.", false);
	else
		put(m, "Available", "False", "MinimumReplicasUnavailable",
		    "Deployment does not have minimum availability.", false);
}

static const json_t *failure_of(const json_t *set)
{
	return set ? condition_get(set, "ReplicaFailure") : NULL;
}

static void put_failure(struct maker *m)
{
	const json_t *c = failure_of(m->ro->current);

	for (size_t i = 0; !c && i < json_array_size(m->ro->old); i++)
		c = failure_of(json_array_get(m->ro->old, i));
	if (c)
		put(m, "ReplicaFailure", json_str(c, "status"), json_str(c, "reason"),
		    json_str(c, "message"), false);
	else
		drop(m, "ReplicaFailure");
}

/* ---- progress ---- */

static int64_t since_update(const json_t *c, int64_t now_ns)
{
	int64_t ns;

	if (clock_parse(json_str_or(c, "lastUpdateTime", ""), &ns) < 0)
		return 0;
	return now_ns - ns;
}

static bool has_moved(const struct maker *m)
{
	const json_t *was = json_obj(m->ro->d, "status"), *is = m->status;
	int64_t old_was = json_int(was, "replicas", 0) - json_int(was, "updatedReplicas", 0);
	int64_t old_is = json_int(is, "replicas", 0) - json_int(is, "updatedReplicas", 0);
	static const char *const growing[] = { "updatedReplicas", "readyReplicas",
					       "availableReplicas" };

	for (size_t i = 0; i < ARRAY_SIZE(growing); i++)
		if (json_int(is, growing[i], 0) > json_int(was, growing[i], 0))
			return true;
	return old_is < old_was;
}

static bool is_late(const struct maker *m)
{
	int64_t deadline_ns = deployment_progress_deadline(m->ro->d) * NSEC_PER_SEC;
	const json_t *c = condition(m, "Progressing");

	if (!c || streq(json_str(c, "reason"), "NewReplicaSetAvailable"))
		return false;
	return streq(json_str(c, "reason"), "ProgressDeadlineExceeded") ||
	       since_update(c, m->news->now_ns) > deadline_ns;
}

static void judge(struct maker *m)
{
	bool all_new = json_int(m->status, "replicas", 0) ==
		       json_int(m->status, "updatedReplicas", 0);

	if (all_new && streq(reason_of(m, "Progressing"), "NewReplicaSetAvailable"))
		return;
	if (rollout_is_complete(m->ro, m->status))
		put_progress(m, "True", "NewReplicaSetAvailable", "has successfully progressed.",
			     false);
	else if (has_moved(m))
		put_progress(m, "True", "ReplicaSetUpdated", "is progressing.", true);
	else if (is_late(m))
		put_progress(m, "False", "ProgressDeadlineExceeded", "has timed out progressing.",
			     false);
}

static void put_pause(struct maker *m)
{
	bool paused = json_bool(m->ro->d, "spec.paused", false);
	const char *reason = reason_of(m, "Progressing");

	if (streq(reason, "ProgressDeadlineExceeded"))
		return;
	if (paused)
		put(m, "Progressing", "Unknown", "DeploymentPaused", "Deployment is paused", false);
	else if (streq(reason, "DeploymentPaused"))
		put(m, "Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed",
		    false);
}

static void put_news(struct maker *m)
{
	const char *set = m->news->created ?: meta_name(m->ro->current);
	_cleanup_free_ char *text = NULL;

	if (m->news->failure) {
		put(m, "Progressing", "False", "ReplicaSetCreateError", m->news->failure, false);
	} else if (m->news->created) {
		text = str_printf("Created new replica set \"%s\"", set);
		put(m, "Progressing", "True", "NewReplicaSetCreated", text, false);
	} else if (set && !condition(m, "Progressing")) {
		text = str_printf("Found new replica set \"%s\"", set);
		put(m, "Progressing", "True", "FoundNewReplicaSet", text, false);
	}
}

/* ---- the whole ---- */

json_t *rollout_status_make(const struct rollout *ro, const struct rollout_news *news)
{
	struct maker m = { .ro = ro, .news = news, .status = json_object() };

	clock_format(news->now_ns, m.now);
	m.conditions = json_dup(json_arr(ro->d, "status.conditions"));
	if (!m.conditions)
		m.conditions = json_array();
	put_counts(m.status, ro);
	if (deployment_progress_deadline(ro->d) >= 0) {
		put_pause(&m);
		put_news(&m);
	} else {
		drop(&m, "Progressing");
	}
	put_available(&m);
	if (news->rolls && deployment_progress_deadline(ro->d) >= 0)
		judge(&m);
	put_failure(&m);
	json_object_set(m.status, "conditions", m.conditions);
	json_decref(m.conditions);
	return m.status;
}

int64_t rollout_status_deadline(const struct rollout *ro, const json_t *status, int64_t now_ns)
{
	const json_t *c = condition_array_get(json_object_get(status, "conditions"), "Progressing");
	int64_t deadline = deployment_progress_deadline(ro->d);

	if (deadline < 0 || !c || json_bool(ro->d, "spec.paused", false) ||
	    streq(json_str(c, "reason"), "NewReplicaSetAvailable") ||
	    streq(json_str(c, "reason"), "ProgressDeadlineExceeded"))
		return -1;
	/* a second more: stamps are cut to whole ones */
	return MAX(deadline * NSEC_PER_SEC - since_update(c, now_ns), (int64_t)0) + NSEC_PER_SEC;
}
