/*
 * replica_plan: the arithmetic of ReplicaSet and ReplicationController.
 *
 * Too few pods: as many as are missing are made, at most REPLICA_BURST at once. Too many: those go whose
 * loss hurts least, in the field's order: not bound, not running, not ready, lower deletion cost, more related
 * pods on its node, ready for a shorter time, more restarts, younger. Times are compared by powers of two of the
 * age, so that pods of about the same age are taken at random (by uid) and not always the newest zone first.
 *
 * Related are the pods of all ReplicaSets of one Deployment: so a rollout does not empty a node. A ReplicaSet
 * without a controller has none.
 */
#include "controllers/replica_plan.h"

#include <stdbool.h>
#include <stdlib.h>

#include "api/meta.h"
#include "api/pod_status.h"
#include "api/workload.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"

static int phase_rank(const json_t *pod)
{
	const char *phase = pod_phase(pod);

	if (streq(phase, "Pending"))
		return 0;
	return streq(phase, "Unknown") ? 1 : 2;
}

static int64_t deletion_cost(const json_t *pod)
{
	const char *text = meta_annotation(pod, "controller.kubernetes.io/pod-deletion-cost");
	int64_t cost;

	if (!text || str_to_int64(text, INT32_MIN, INT32_MAX, &cost) < 0)
		return 0;
	return cost;
}

static int64_t stamp_of(const char *stamp)
{
	int64_t ns;

	return stamp && clock_parse(stamp, &ns) == 0 ? ns : 0;
}

static int64_t ready_since(const json_t *pod)
{
	return stamp_of(json_str(condition_get(pod, "Ready"), "lastTransitionTime"));
}

static int log2_of(int64_t ns)
{
	return ns > 0 ? 63 - __builtin_clzll((unsigned long long)ns) : 0;
}

/* By the power of two of the age; the younger first, equal powers by uid. */
static int age_rank(const json_t *a, const json_t *b, int64_t a_ns, int64_t b_ns, int64_t now_ns)
{
	int a_log, b_log;

	if (a_ns == 0 || b_ns == 0) /* no stamp at all is youngest */
		return a_ns == 0 ? -1 : 1;
	a_log = log2_of(now_ns - a_ns);
	b_log = log2_of(now_ns - b_ns);
	if (a_log != b_log)
		return a_log - b_log;
	return strcmp(meta_uid(a) ?: "", meta_uid(b) ?: "");
}

static int64_t restarts(const json_t *pod)
{
	int64_t most = 0;
	json_t *cs;
	size_t i;

	json_each(pod, "status.containerStatuses", i, cs)
		most = MAX(most, json_int(cs, "restartCount", 0));
	return most;
}

static int64_t neighbours(const json_t *pod, const json_t *related)
{
	int64_t n = 0;
	json_t *other;
	size_t i;

	json_array_foreach((json_t *)related, i, other)
		n += !!streq(pod_node_name(other), pod_node_name(pod));
	return n;
}

int replica_rank(const json_t *a, const json_t *b, const json_t *related, int64_t now_ns)
{
	bool a_bound = pod_node_name(a), b_bound = pod_node_name(b);
	bool a_ready = pod_is_ready(a), b_ready = pod_is_ready(b);
	int64_t d;

	if (a_bound != b_bound)
		return a_bound - b_bound;
	if (phase_rank(a) != phase_rank(b))
		return phase_rank(a) - phase_rank(b);
	if (a_ready != b_ready)
		return a_ready - b_ready;
	d = deletion_cost(a) - deletion_cost(b);
	if (d)
		return d < 0 ? -1 : 1;
	d = neighbours(b, related) - neighbours(a, related);
	if (d)
		return d < 0 ? -1 : 1;
	if (a_ready && ready_since(a) != ready_since(b))
		return age_rank(a, b, ready_since(a), ready_since(b), now_ns);
	d = restarts(b) - restarts(a);
	if (d)
		return d < 0 ? -1 : 1;
	if (!streq(meta_creation_timestamp(a), meta_creation_timestamp(b)))
		return age_rank(a, b, stamp_of(meta_creation_timestamp(a)),
				stamp_of(meta_creation_timestamp(b)), now_ns);
	return strcmp(meta_uid(a) ?: "", meta_uid(b) ?: "");
}

struct ranking {
	const json_t *related;
	int64_t now_ns;
};

static int compare(const void *a, const void *b, void *userdata)
{
	const struct ranking *r = userdata;

	return replica_rank(*(json_t *const *)a, *(json_t *const *)b, r->related, r->now_ns);
}

json_t *replica_victims(const json_t *active, const json_t *related, size_t n, int64_t now_ns)
{
	struct ranking ranking = { .related = related, .now_ns = now_ns };
	size_t total = json_array_size(active);
	_cleanup_free_ json_t **pods = xcalloc(total, sizeof(*pods));
	json_t *first = json_array();

	for (size_t i = 0; i < total; i++)
		pods[i] = json_array_get(active, i);
	qsort_r(pods, total, sizeof(*pods), compare, &ranking);
	for (size_t i = 0; i < n; i++)
		json_array_append(first, pods[i]);
	return first;
}

void replica_plan_make(const json_t *owner, const json_t *active, const json_t *related,
		       int64_t now_ns, struct replica_plan *ret)
{
	int64_t have = (int64_t)json_array_size(active), want = workload_replicas(owner);

	ret->create = 0;
	ret->surplus = NULL;
	if (have > want)
		ret->surplus =
			replica_victims(active, related, MIN(have - want, REPLICA_BURST), now_ns);
	else
		ret->create = MIN(want - have, REPLICA_BURST);
	if (!ret->surplus)
		ret->surplus = json_array();
}

void replica_plan_deinit(struct replica_plan *p)
{
	json_decref(p->surplus);
	p->surplus = NULL;
}
