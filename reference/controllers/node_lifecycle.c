/*
 * node_lifecycle: hears the nodes' heartbeats, and says of a node that has fallen silent that its state is Unknown.
 *
 * A heartbeat is a new renewTime of the node's Lease, or a new lastHeartbeatTime of its condition Ready; what counts is when it is seen
 * here, never the stamp in it. A node from which none comes for the grace gets Unknown conditions.
 * Conditions make taints (node_health.h); the taint eviction does the rest. While a node is not Ready, its pods' condition Ready is
 * False: nobody knows better, and nobody should send them work. The node's agent takes back all of that itself when it speaks again.
 *
 * Not built: zones, and the slower eviction when many nodes of one have gone.
 */
#include "controllers/node_lifecycle.h"

#include <uthash.h>

#include "api/cluster.h"
#include "api/meta.h"
#include "api/pod.h"
#include "api/pod_status.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/loop.h"
#include "controllers/control.h"
#include "controllers/node_health.h"
#include "controllers/recorder.h"
#include "controllers/workqueue.h"

#define COMPONENT "node-controller"
#define LEASE_NAMESPACE "kube-node-lease"

/* What was last heard of one node. */
struct heartbeat {
	struct node_lifecycle *of;
	char *node;
	struct loop_timer *patience; /* set anew by each heartbeat: while they come it never ends */
	struct node_hearing hearing;
	char *stamp; /* lastHeartbeatTime of the condition Ready; NULL: no such condition */
	char *renewed; /* renewTime of the lease */
	bool fell; /* it was Ready and is not: still to be told */
	UT_hash_handle hh;
};

struct node_lifecycle {
	struct control *c;
	struct informer *nodes, *leases, *pods;
	struct workqueue *queue; /* of nodes' names */
	struct heartbeat *heartbeats;
};

/* ---- hearing ---- */

static struct heartbeat *heartbeat_of(struct node_lifecycle *n, const char *node)
{
	struct heartbeat *h = NULL;

	HASH_FIND_STR(n->heartbeats, node, h);
	return h;
}

static void on_patience_over(void *userdata)
{
	struct heartbeat *h = userdata;

	workqueue_add(h->of->queue, h->node);
}

static struct heartbeat *heartbeat_new(struct node_lifecycle *n, const char *node)
{
	struct heartbeat *h = xnew(h);

	h->of = n;
	h->node = xstrdup(node);
	h->patience = loop_timer_new(n->c->loop, on_patience_over, h);
	h->hearing.heard_ns = store_now_ns(n->c->store);
	HASH_ADD_KEYPTR(hh, n->heartbeats, h->node, strlen(h->node), h);
	return h;
}

static void heartbeat_free(struct node_lifecycle *n, struct heartbeat *h)
{
	HASH_DEL(n->heartbeats, h);
	loop_timer_free(h->patience);
	free(h->node);
	free(h->stamp);
	free(h->renewed);
	free(h);
}

/* False: its patience is over. Else it goes on until the grace is. */
static bool is_heard(struct heartbeat *h)
{
	struct control *c = h->of->c;
	int64_t left_ns =
		node_hearing_judge(&h->hearing, store_now_ns(c->store), clock_rate(c->clock));

	loop_timer_stop(h->patience);
	if (left_ns)
		loop_timer_set(h->patience, clock_scale_delay_ns(c->clock, left_ns));
	return left_ns;
}

/* A sign of life, when `now` differs from what was heard last (kept). */
static void hear(struct heartbeat *h, char **kept, const char *now)
{
	if (streq(*kept, now))
		return;
	free(*kept);
	*kept = xstrdup(now);
	h->hearing.heard_ns = store_now_ns(h->of->c->store);
	is_heard(h);
}

static void on_node(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	struct node_lifecycle *n = userdata;
	struct heartbeat *h = heartbeat_of(n, meta_name(now ? now : was));
	const json_t *ready;

	if (!now) {
		if (h)
			heartbeat_free(n, h);
		return;
	}
	if (!h)
		h = heartbeat_new(n, meta_name(now));
	ready = condition_get(now, "Ready");
	h->hearing.told = ready != NULL;
	hear(h, &h->stamp, ready ? json_str_or(ready, "lastHeartbeatTime", "") : NULL);
	h->fell |= was && node_is_ready(was) && !node_is_ready(now);
	workqueue_add(n->queue, meta_name(now));
}

static void on_lease(void *userdata, const struct kind *k _unused_, json_t *was _unused_,
		     json_t *now)
{
	struct node_lifecycle *n = userdata;
	struct heartbeat *h;

	if (!now || !streq(meta_namespace(now), LEASE_NAMESPACE))
		return;
	h = heartbeat_of(n, meta_name(now));
	if (h)
		hear(h, &h->renewed, json_str(now, "spec.renewTime"));
}

/* ---- judging ---- */

static int mark_unready(struct node_lifecycle *n, const json_t *pod, const char *now,
			struct error *err)
{
	_cleanup_json_ json_t *edited = json_deep_copy(pod);
	const json_t *ready = condition_get(pod, "Ready");

	pod_condition_set(edited, "Ready", "False", json_str(ready, "reason"),
			  json_str(ready, "message"), now);
	recorder_event(n->c->recorder, pod, COMPONENT, "Warning", "NodeNotReady",
		       "Node is not ready");
	return control_update(n->c, &kind_pod, STORE_STATUS, edited, err);
}

static int mark_pods_unready(struct node_lifecycle *n, const char *node, const char *now,
			     struct error *err)
{
	_cleanup_json_ json_t *pods = informer_list(n->pods, NULL);
	json_t *pod;
	size_t i;
	int r = 0;

	json_array_foreach(pods, i, pod)
		if (r == 0 && streq(pod_node_name(pod), node) && pod_is_ready(pod))
			r = mark_unready(n, pod, now, err);
	return r;
}

/* Writes what differs; the informer has the new version at once. */
static int write_part(struct node_lifecycle *n, enum store_part part, json_t *edited,
		      struct error *err)
{
	_cleanup_json_ json_t *node = edited;

	return node ? control_update(n->c, &kind_node, part, node, err) : 0;
}

static int reconcile(struct node_lifecycle *n, struct heartbeat *h, struct error *err)
{
	char now[CLOCK_STAMP_MAX];
	const json_t *node;
	int r = 0;

	clock_format(store_now_ns(n->c->store), now);
	if (!is_heard(h))
		r = write_part(n, STORE_STATUS,
			       node_health_silent(informer_find(n->nodes, NULL, h->node), now), err);
	if (r == 0)
		r = write_part(n, STORE_SPEC,
			       node_health_taints(informer_find(n->nodes, NULL, h->node), now), err);
	node = informer_find(n->nodes, NULL, h->node);
	if (r < 0 || !condition_get(node, "Ready") || node_is_ready(node))
		return r;
	if (h->fell)
		recorder_event(n->c->recorder, node, COMPONENT, "Normal", "NodeNotReady",
			       "Node %s status is now: NodeNotReady", h->node);
	h->fell = false;
	return mark_pods_unready(n, h->node, now, err);
}

static void on_key(void *userdata, const char *name)
{
	struct node_lifecycle *n = userdata;
	struct heartbeat *h = heartbeat_of(n, name);
	_cleanup_error_ struct error err = ERROR_INIT;

	if (h && reconcile(n, h, &err) < 0) {
		log_debug("controllers", "node %s: %s", name, error_text(&err));
		workqueue_add_failed(n->queue, name);
		return;
	}
	workqueue_forget(n->queue, name);
}

DEFINE_CLEANUP_FUNC(struct node_lifecycle *, node_lifecycle_free)

int node_lifecycle_new(struct control *c, struct node_lifecycle **ret, struct error *err)
{
	_cleanup_(node_lifecycle_freep) struct node_lifecycle *n = xnew(n);
	int r;

	n->c = c;
	n->queue = workqueue_new(c->loop, c->clock, on_key, n);
	r = informer_get(c->informers, &kind_pod, &n->pods, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_node, &n->nodes, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_lease, &n->leases, err);
	if (r < 0)
		return r;
	informer_subscribe(n->nodes, on_node, n);
	informer_subscribe(n->leases, on_lease, n);
	*ret = take_ptr(n);
	return 0;
}

struct node_lifecycle *node_lifecycle_free(struct node_lifecycle *n)
{
	struct heartbeat *h, *next;

	if (!n)
		return NULL;
	workqueue_free(n->queue);
	HASH_ITER(hh, n->heartbeats, h, next)
		heartbeat_free(n, h);
	free(n);
	return NULL;
}
