/*
 * statefulset_status: counting a StatefulSet's pods.
 *
 * All that exist are replicas, also those that are being deleted or have ended; currentReplicas and updatedReplicas
 * leave out those that are being deleted. An update is complete when all wanted pods are there, updated and ready: then
 * the revision that it led to becomes the current one. replicas, availableReplicas and collisionCount are always
 * shown, other counters when they are not 0.
 */
#include "controllers/statefulset_status.h"

#include "api/meta.h"
#include "api/pod_status.h"
#include "api/statefulset.h"
#include "api/workload.h"
#include "base/defs.h"
#include "base/json.h"
#include "controllers/replica_status.h"
#include "controllers/statefulset_pod.h"

struct counts {
	int64_t all, ready, available, current, updated;
};

static void count(const struct sts_facts *f, struct counts *n)
{
	int64_t min_ready = json_int(f->sts, "spec.minReadySeconds", 0);
	json_t *pod;
	size_t i;

	json_array_foreach((json_t *)f->pods, i, pod) {
		bool stays = !meta_deletion_timestamp(pod);
		bool runs = streq(pod_phase(pod), "Running");

		n->all++;
		n->ready += runs && pod_is_ready(pod);
		n->available += runs && pod_is_available(pod, min_ready, f->now_ns);
		n->current += stays && streq(sts_pod_revision(pod), f->current);
		n->updated += stays && streq(sts_pod_revision(pod), f->update);
	}
}

static void put_count(json_t *status, const char *key, int64_t n)
{
	if (n)
		json_set_int(status, key, n);
}

static bool is_complete(const json_t *sts, const struct counts *n)
{
	int64_t want = workload_replicas(sts);

	return statefulset_is_rolling(sts) && n->updated == want && n->ready == want &&
	       n->all == want;
}

json_t *sts_status_make(const struct sts_facts *f)
{
	json_t *status = json_object(), *conditions = json_arr(f->sts, "status.conditions");
	struct counts n = { 0 };
	bool complete;

	count(f, &n);
	complete = is_complete(f->sts, &n);
	put_count(status, "observedGeneration", meta_generation(f->sts));
	json_set_int(status, "replicas", n.all);
	put_count(status, "readyReplicas", n.ready);
	put_count(status, "currentReplicas", complete ? n.updated : n.current);
	put_count(status, "updatedReplicas", n.updated);
	json_set_str(status, "currentRevision", complete ? f->update : f->current);
	json_set_str(status, "updateRevision", f->update);
	json_set_int(status, "collisionCount", json_int(f->sts, "status.collisionCount", 0));
	if (conditions)
		json_object_set(status, "conditions", conditions);
	json_set_int(status, "availableReplicas", n.available);
	return status;
}

int64_t sts_status_next_change(const struct sts_facts *f)
{
	struct replica_facts facts = { .active = f->pods, .now_ns = f->now_ns };

	return replica_status_next_change(f->sts, &facts);
}
