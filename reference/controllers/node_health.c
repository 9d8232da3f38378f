/*
 * node_health: the patience with a silent node, and the tables that turn conditions into taints.
 *
 * The grace is 50 s after a heartbeat (60 s when the node has never told its state): a nominal span, but at least 6 s of real time. A
 * heartbeat is somebody's work, not a mere wait, and on a fast clock a loaded machine would be too late with it. For the same reason who was
 * held up himself for a second knows nothing about the silence of others, and waits for the whole grace again.
 *
 * A taint of NoSchedule follows each condition, and spec.unschedulable; only Ready makes one of NoExecute as well, which drives pods
 * away. Ready False is "not-ready" (the agent says so itself), Unknown is "unreachable" (nobody says anything); never both. The keys are
 * this controller's own: whoever else sets one of them loses it again.
 */
#include "controllers/node_health.h"

#include "api/meta.h"
#include "base/clock.h"
#include "base/defs.h"
#include "base/json.h"

#define PREFIX "node.kubernetes.io/"

static const struct {
	const char *condition, *status; /* NULL: spec.unschedulable */
	const char *key;
	bool execute; /* also as NoExecute */
} causes[] = {
	{ "Ready", "False", PREFIX "not-ready", true },
	{ "Ready", "Unknown", PREFIX "unreachable", true },
	{ "MemoryPressure", "True", PREFIX "memory-pressure", false },
	{ "DiskPressure", "True", PREFIX "disk-pressure", false },
	{ "PIDPressure", "True", PREFIX "pid-pressure", false },
	{ "NetworkUnavailable", "True", PREFIX "network-unavailable", false },
	{ NULL, NULL, PREFIX "unschedulable", false },
};

bool node_is_ready(const json_t *node)
{
	return condition_is_true(node, "Ready");
}

bool node_is_out_of_service(const json_t *node)
{
	return json_find(json_arr(node, "spec.taints"), "key", PREFIX "out-of-service") != NULL;
}

/* ---- heartbeats ---- */

#define MONITOR_GRACE (50 * NSEC_PER_SEC)
#define STARTUP_GRACE (60 * NSEC_PER_SEC) /* of a node that has never told its state */
#define REAL_GRACE (6 * NSEC_PER_SEC)
#define HELD_UP (1 * NSEC_PER_SEC) /* real */

static int64_t nominal_of(int64_t real_ns, double rate)
{
	return (int64_t)((double)real_ns * rate);
}

int64_t node_hearing_judge(struct node_hearing *h, int64_t now_ns, double rate)
{
	int64_t grace_ns = h->told ? MONITOR_GRACE : STARTUP_GRACE, left_ns;

	if (h->due_ns && now_ns > h->due_ns + nominal_of(HELD_UP, rate))
		h->heard_ns = now_ns;
	h->due_ns = h->heard_ns + MAX(grace_ns, nominal_of(REAL_GRACE, rate));
	left_ns = h->due_ns - now_ns;
	if (left_ns > 0)
		return left_ns;
	h->due_ns = 0;
	return 0;
}

/* ---- conditions ---- */

/* What an agent says of itself; NetworkUnavailable is not the agent's. */
static const char *const own_conditions[] = { "Ready", "MemoryPressure", "DiskPressure",
					      "PIDPressure" };

static void doubt(json_t *node, const char *type, const char *now)
{
	json_t *c = condition_get(node, type);

	if (c) {
		if (!streq(json_str(c, "status"), "Unknown"))
			condition_set(node, type, "Unknown", "NodeStatusUnknown",
				      "Kubelet stopped posting node status.", now);
		return;
	}
	condition_set(node, type, "Unknown", "NodeStatusNeverUpdated",
		      "Kubelet never posted node status.", now);
	json_set_str(condition_get(node, type), "lastHeartbeatTime", meta_creation_timestamp(node));
}

json_t *node_health_silent(const json_t *node, const char *now)
{
	json_t *copy = json_deep_copy(node);

	for (size_t i = 0; i < ARRAY_SIZE(own_conditions); i++)
		doubt(copy, own_conditions[i], now);
	if (!json_same(copy, node))
		return copy;
	json_decref(copy);
	return NULL;
}

/* ---- taints ---- */

static bool is_due(const json_t *node, size_t cause, bool execute)
{
	if (execute && !causes[cause].execute)
		return false;
	if (!causes[cause].condition)
		return json_bool(node, "spec.unschedulable", false);
	return streq(json_str(condition_get(node, causes[cause].condition), "status"),
		     causes[cause].status);
}

static bool has_taint(const json_t *taints, const char *key, const char *effect)
{
	json_t *t;
	size_t i;

	json_array_foreach((json_t *)taints, i, t)
		if (streq(json_str(t, "key"), key) && streq(json_str(t, "effect"), effect))
			return true;
	return false;
}

static void set_taint(json_t *taints, const char *key, const char *effect, bool wanted,
		      const char *now)
{
	if (wanted && !has_taint(taints, key, effect))
		json_array_append_new(taints, json_pack("{s:s,s:s,s:s}", "key", key, "effect",
							effect, "timeAdded", now));
	for (size_t i = json_array_size(taints); !wanted && i-- > 0;) {
		const json_t *t = json_array_get(taints, i);

		if (streq(json_str(t, "key"), key) && streq(json_str(t, "effect"), effect))
			json_array_remove(taints, i);
	}
}

json_t *node_health_taints(const json_t *node, const char *now)
{
	json_t *copy = json_deep_copy(node);
	json_t *taints = json_make_arr(json_make_obj(copy, "spec"), "taints");

	for (size_t i = 0; i < ARRAY_SIZE(causes); i++) {
		set_taint(taints, causes[i].key, "NoSchedule", is_due(node, i, false), now);
		if (causes[i].execute)
			set_taint(taints, causes[i].key, "NoExecute", is_due(node, i, true), now);
	}
	if (!json_same(taints, json_arr(node, "spec.taints")) &&
	    (json_array_size(taints) || json_len(node, "spec.taints"))) {
		if (!json_array_size(taints))
			json_del_path(copy, "spec.taints");
		return copy;
	}
	json_decref(copy);
	return NULL;
}
