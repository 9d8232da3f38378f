/*
 * replica_status: counting.
 *
 * replicas counts the active pods; fullyLabeledReplicas those that carry every label of the template;
 * readyReplicas those whose Ready condition is True; availableReplicas those that have been ready for
 * minReadySeconds. Counters of zero are left out as in the field, replicas alone (and terminatingReplicas of a
 * ReplicaSet, which is a pointer there) is always shown. The condition ReplicaFailure exists only while
 * making or deleting pods fails.
 */
#include "controllers/replica_status.h"

#include "api/meta.h"
#include "api/pod_status.h"
#include "base/clock.h"
#include "base/defs.h"
#include "base/json.h"

static bool is_fully_labelled(const json_t *pod, const json_t *owner)
{
	json_t *want = json_obj(owner, "spec.template.metadata.labels"), *value;
	const char *key;

	json_object_foreach(want, key, value)
		if (!streq(meta_label(pod, key), json_string_value(value)))
			return false;
	return true;
}

static void put_count(json_t *status, const char *key, size_t n)
{
	if (n)
		json_object_set_new(status, key, json_integer((json_int_t)n));
}

static void put_counts(json_t *status, const json_t *owner, const struct replica_facts *f)
{
	int64_t min_ready = json_int(owner, "spec.minReadySeconds", 0);
	size_t labelled = 0, ready = 0, available = 0, i;
	json_t *pod;

	json_array_foreach(f->active, i, pod) {
		labelled += is_fully_labelled(pod, owner);
		ready += pod_is_ready(pod);
		available += pod_is_available(pod, min_ready, f->now_ns);
	}
	json_object_set_new(status, "replicas",
			    json_integer((json_int_t)json_array_size(f->active)));
	put_count(status, "fullyLabeledReplicas", labelled);
	put_count(status, "readyReplicas", ready);
	put_count(status, "availableReplicas", available);
	if (f->shows_terminating)
		json_object_set_new(status, "terminatingReplicas",
				    json_integer((json_int_t)f->terminating));
}

/* Each failure has a message of its own (it names the pod): the first one stays. */
static bool says_already(const json_t *conditions, const char *reason)
{
	return streq(json_str(condition_array_get(conditions, "ReplicaFailure"), "reason"), reason);
}

static void put_conditions(json_t *status, const json_t *owner, const struct replica_facts *f)
{
	json_t *conditions = json_deep_copy(json_arr(owner, "status.conditions"));
	char now[CLOCK_STAMP_MAX];

	if (!conditions)
		conditions = json_array();
	for (size_t i = json_array_size(conditions); i-- > 0 && !f->failure_reason;)
		if (streq(json_str(json_array_get(conditions, i), "type"), "ReplicaFailure"))
			json_array_remove(conditions, i);
	if (f->failure_reason && !says_already(conditions, f->failure_reason))
		condition_array_set(conditions, "ReplicaFailure", "True", f->failure_reason,
				    f->failure_message, clock_format(f->now_ns, now));
	if (json_array_size(conditions))
		json_object_set(status, "conditions", conditions);
	json_decref(conditions);
}

json_t *replica_status_make(const json_t *owner, const struct replica_facts *f)
{
	json_t *status = json_object();

	put_counts(status, owner, f);
	put_count(status, "observedGeneration", (size_t)meta_generation(owner));
	put_conditions(status, owner, f);
	return status;
}

int64_t replica_status_next_change(const json_t *owner, const struct replica_facts *f)
{
	int64_t min_ready_ns = json_int(owner, "spec.minReadySeconds", 0) * NSEC_PER_SEC;
	int64_t next = -1, since, left;
	json_t *pod;
	size_t i;

	if (min_ready_ns <= 0)
		return -1;
	json_array_foreach(f->active, i, pod) {
		const char *stamp = json_str(condition_get(pod, "Ready"), "lastTransitionTime");

		if (!pod_is_ready(pod) || !stamp || clock_parse(stamp, &since) < 0)
			continue;
		left = since + min_ready_ns - f->now_ns;
		if (left > 0 && (next < 0 || left < next))
			next = left;
	}
	return next;
}
