/*
 * pod_gc: carries out what pod_gc_judge.h finds.
 *
 * A node may be late: one that a pod names and nobody has seen is given 40 s (its quarantine) before the store itself is asked, and
 * its pods are failed and removed. So are pods that are being deleted and have no agent: at once when they are bound to no node
 * (the API removes these by itself unless a finalizer holds them) or when their node is out of service. The surplus of ended pods is
 * removed 20 s after the last change, all of it together.
 *
 * Three sorts of keys share the queue: "node NAME", "pod NS/NAME" and "ended".
 */
#include "controllers/pod_gc.h"

#include "api/cluster.h"
#include "api/meta.h"
#include "api/pod.h"
#include "api/pod_status.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "controllers/control.h"
#include "controllers/node_health.h"
#include "controllers/pod_gc_judge.h"
#include "controllers/workqueue.h"

#define QUARANTINE (40 * NSEC_PER_SEC)
#define PERIOD (20 * NSEC_PER_SEC)
#define ENDED "ended"

struct pod_gc {
	struct control *c;
	struct informer *pods, *nodes;
	struct workqueue *queue;
	int64_t keep;
};

/* ---- notes ---- */

static void look_at_node(struct pod_gc *g, const char *name, int64_t delay_ns)
{
	_cleanup_free_ char *key = str_printf("node %s", name);

	workqueue_add_after(g->queue, key, delay_ns);
}

static void on_pod(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	struct pod_gc *g = userdata;
	_cleanup_free_ char *key = NULL;
	const json_t *node;

	if (!now)
		return;
	node = pod_node_name(now) ? informer_find(g->nodes, NULL, pod_node_name(now)) : NULL;
	if (pod_is_terminal(now) && !(was && pod_is_terminal(was)))
		workqueue_add_after(g->queue, ENDED, PERIOD);
	switch (pod_gc_judge(now, node)) {
	case POD_GC_ORPHAN:
		if (!was || !pod_node_name(was))
			look_at_node(g, pod_node_name(now), QUARANTINE);
		break;
	case POD_GC_ABANDONED:
		key = str_printf("pod %s/%s", meta_namespace(now), meta_name(now));
		workqueue_add(g->queue, key);
		break;
	case POD_GC_KEEP:
		break;
	}
}

static void on_node(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	if (!now)
		look_at_node(userdata, meta_name(was), QUARANTINE);
	else if (node_is_out_of_service(now) && !node_is_ready(now))
		look_at_node(userdata, meta_name(now), 0);
}

/* ---- work ---- */

/* Failed, so that a watcher learns how it ended, and then removed. reason, message: of DisruptionTarget, or NULL. */
static int fail_and_remove(struct pod_gc *g, json_t *pod, const char *reason, const char *message,
			   struct error *err)
{
	_cleanup_json_ json_t *edited = json_deep_copy(pod);
	char now[CLOCK_STAMP_MAX];
	int r = 0;

	if (!pod_is_terminal(pod)) {
		json_set_str(edited, "status.phase", "Failed");
		if (reason)
			pod_condition_set(edited, "DisruptionTarget", "True", reason, message,
					  clock_format(store_now_ns(g->c->store), now));
		r = control_update(g->c, &kind_pod, STORE_STATUS, edited, err);
	}
	return r < 0 ? r : control_remove(g->c, &kind_pod, edited, err);
}

static int end_pod(struct pod_gc *g, json_t *pod, const json_t *node, struct error *err)
{
	switch (pod_gc_judge(pod, node)) {
	case POD_GC_ORPHAN:
		return fail_and_remove(g, pod, "DeletionByPodGC", "PodGC: node no longer exists",
				       err);
	case POD_GC_ABANDONED:
		return fail_and_remove(g, pod, NULL, NULL, err);
	case POD_GC_KEEP:
		return 0;
	}
	return 0;
}

/* The pods of one node, which the store itself is asked for. */
static int end_pods_of(struct pod_gc *g, const char *name, struct error *err)
{
	_cleanup_json_ json_t *pods = informer_list(g->pods, NULL), *node = NULL;
	json_t *pod;
	size_t i;
	int r = store_get(g->c->store, &kind_node, NULL, name, &node, err);

	if (r < 0)
		return r;
	error_clear(err);
	r = 0;
	json_array_foreach(pods, i, pod)
		if (r == 0 && streq(pod_node_name(pod), name))
			r = end_pod(g, pod, node, err);
	return r;
}

static int end_named_pod(struct pod_gc *g, const char *key, struct error *err)
{
	_cleanup_free_ char *copy = xstrdup(key);
	const char *ns, *name = workqueue_split(copy, &ns);
	_cleanup_json_ json_t *pod = json_incref(informer_find(g->pods, ns, name));
	const char *node = pod ? pod_node_name(pod) : NULL;

	if (!pod)
		return 0;
	/* An absent node has its quarantine. */
	if (node && !informer_find(g->nodes, NULL, node))
		return 0;
	return end_pod(g, pod, node ? informer_find(g->nodes, NULL, node) : NULL, err);
}

static int end_surplus(struct pod_gc *g, struct error *err)
{
	_cleanup_json_ json_t *pods = NULL, *surplus = NULL;
	json_t *pod;
	size_t i;
	int r = 0;

	if (g->keep <= 0)
		return 0;
	pods = informer_list(g->pods, NULL);
	surplus = pod_gc_surplus(pods, (size_t)g->keep);
	json_array_foreach(surplus, i, pod)
		if (r == 0)
			r = fail_and_remove(g, pod, NULL, NULL, err);
	return r;
}

static void on_key(void *userdata, const char *key)
{
	struct pod_gc *g = userdata;
	_cleanup_error_ struct error err = ERROR_INIT;
	const char *node = str_after(key, "node "), *pod = str_after(key, "pod ");
	int r;

	if (node)
		r = end_pods_of(g, node, &err);
	else if (pod)
		r = end_named_pod(g, pod, &err);
	else
		r = end_surplus(g, &err);
	if (r < 0) {
		log_debug("controllers", "removing pods (%s): %s", key, error_text(&err));
		workqueue_add_failed(g->queue, key);
		return;
	}
	workqueue_forget(g->queue, key);
}

DEFINE_CLEANUP_FUNC(struct pod_gc *, pod_gc_free)

int pod_gc_new(struct control *c, int64_t keep, struct pod_gc **ret, struct error *err)
{
	_cleanup_(pod_gc_freep) struct pod_gc *g = xnew(g);
	int r;

	g->c = c;
	g->keep = keep;
	g->queue = workqueue_new(c->loop, c->clock, on_key, g);
	r = informer_get(c->informers, &kind_pod, &g->pods, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_node, &g->nodes, err);
	if (r < 0)
		return r;
	informer_subscribe(g->nodes, on_node, g);
	informer_subscribe(g->pods, on_pod, g);
	*ret = take_ptr(g);
	return 0;
}

struct pod_gc *pod_gc_free(struct pod_gc *g)
{
	if (!g)
		return NULL;
	workqueue_free(g->queue);
	free(g);
	return NULL;
}
