/*
 * rollout: the facts that plan and status of a Deployment stand on.
 *
 * The current set is the oldest one whose template is the Deployment's but for the hash label, so that a
 * template which was there before finds its set again. Old pods run until they have ended, also those that
 * are being deleted: a Recreate waits for them.
 */
#include "controllers/rollout.h"

#include "api/meta.h"
#include "api/pod_status.h"
#include "api/workload.h"
#include "base/defs.h"
#include "base/json.h"
#include "controllers/rollout_set.h"

static int by_age(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	int d = strcmp(meta_creation_timestamp(x) ?: "", meta_creation_timestamp(y) ?: "");

	return d ? d : strcmp(meta_name(x) ?: "", meta_name(y) ?: "");
}

static json_t *sorted(const json_t *sets)
{
	size_t n = json_array_size(sets);
	_cleanup_free_ json_t **all = xcalloc(n, sizeof(*all));
	json_t *out = json_array();

	for (size_t i = 0; i < n; i++)
		all[i] = json_array_get(sets, i);
	qsort(all, n, sizeof(*all), by_age);
	for (size_t i = 0; i < n; i++)
		json_array_append(out, all[i]);
	return out;
}

static bool any_old_pod_runs(const struct rollout *ro, const json_t *pods)
{
	const json_t *pod, *set;
	size_t i, k;

	if (sets_sum(ro->old, "status.replicas") > 0)
		return true;
	json_array_foreach((json_t *)pods, i, pod) {
		if (pod_is_terminal(pod))
			continue;
		json_array_foreach(ro->old, k, set)
			if (meta_is_controlled_by(pod, set))
				return true;
	}
	return false;
}

void rollout_init(struct rollout *ro, const json_t *d, const json_t *sets, const json_t *pods)
{
	json_t *set;
	size_t i;

	*ro = (struct rollout){ .d = d, .sets = sorted(sets), .old = json_array() };
	ro->want = workload_replicas(d);
	deployment_limits(d, &ro->limits);
	json_array_foreach(ro->sets, i, set) {
		if (!ro->current && rollout_set_is_of(set, d))
			ro->current = set;
		else
			json_array_append(ro->old, set);
	}
	if (!deployment_is_rolling(d))
		ro->old_pods_run = any_old_pod_runs(ro, pods);
}

void rollout_deinit(struct rollout *ro)
{
	json_decref(ro->sets);
	json_decref(ro->old);
	*ro = (struct rollout){ 0 };
}

int64_t set_replicas(const json_t *set)
{
	return set ? workload_replicas(set) : 0;
}

int64_t set_available(const json_t *set)
{
	return json_int(set, "status.availableReplicas", 0);
}

int64_t sets_sum(const json_t *sets, const char *path)
{
	int64_t sum = 0;
	json_t *set;
	size_t i;

	json_array_foreach((json_t *)sets, i, set)
		sum += json_int(set, path, 0);
	return sum;
}

bool rollout_is_complete(const struct rollout *ro, const json_t *status)
{
	return json_int(status, "updatedReplicas", 0) == ro->want &&
	       json_int(status, "replicas", 0) == ro->want &&
	       json_int(status, "availableReplicas", 0) == ro->want &&
	       json_int(status, "observedGeneration", 0) >= meta_generation(ro->d);
}
