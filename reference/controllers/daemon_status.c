/*
 * daemon_status: the counts of a DaemonSet.
 *
 * They count nodes, not pods: of a node with several pods the first one speaks. numberMisscheduled are nodes that
 * have a pod and would get none. As in the field four counts are always shown and the others left out while
 * they are zero.
 */
#include "controllers/daemon_status.h"

#include "api/meta.h"
#include "api/pod_status.h"
#include "base/defs.h"
#include "base/json.h"
#include "controllers/replica_status.h"

struct counts {
	int64_t wanted, scheduled, misscheduled, ready, updated, available;
};

static void count_node(struct counts *c, const struct daemon_facts *f, const struct daemon_node *n)
{
	const json_t *pod = json_array_get(n->pods, 0);

	if (!n->fit.should_run) {
		c->misscheduled += pod != NULL;
		return;
	}
	c->wanted++;
	if (!pod)
		return;
	c->scheduled++;
	c->updated += daemon_pod_is_of(pod, f->hash);
	c->ready += pod_is_ready(pod);
	c->available += pod_is_available(pod, json_int(f->ds, "spec.minReadySeconds", 0), f->now_ns);
}

static void put_unless_zero(json_t *status, const char *key, int64_t n)
{
	if (n)
		json_set_int(status, key, n);
}

json_t *daemon_status_make(const struct daemon_facts *f)
{
	static const char *const kept[] = { "collisionCount", "conditions" };
	json_t *status = json_object(), *value;
	struct counts c = { 0 };

	for (size_t i = 0; i < f->n; i++)
		count_node(&c, f, &f->nodes[i]);
	json_set_int(status, "currentNumberScheduled", c.scheduled);
	json_set_int(status, "numberMisscheduled", c.misscheduled);
	json_set_int(status, "desiredNumberScheduled", c.wanted);
	json_set_int(status, "numberReady", c.ready);
	put_unless_zero(status, "observedGeneration", meta_generation(f->ds));
	put_unless_zero(status, "updatedNumberScheduled", c.updated);
	put_unless_zero(status, "numberAvailable", c.available);
	put_unless_zero(status, "numberUnavailable", c.wanted - c.available);
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
		value = json_object_get(json_obj(f->ds, "status"), kept[i]);
		if (value)
			json_object_set_new(status, kept[i], json_dup(value));
	}
	return status;
}

int64_t daemon_status_next_change(const struct daemon_facts *f)
{
	_cleanup_json_ json_t *pods = json_array();
	struct replica_facts all = { .active = pods, .now_ns = f->now_ns };

	for (size_t i = 0; i < f->n; i++)
		json_array_extend(pods, f->nodes[i].pods);
	return replica_status_next_change(f->ds, &all);
}
