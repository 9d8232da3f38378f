/*
 * taint_eviction: carries out what taint_judge.h says of each pod on a tainted node.
 *
 * A pod is looked at when it is bound, when its tolerations change, and when the NoExecute taints of its node do. A toleration with
 * tolerationSeconds starts a clock when it is first needed; further taints do not start it anew, the end of all of them stops it. The clock
 * is this controller's memory: when it begins anew, so do the spans.
 *
 * An eviction is a condition DisruptionTarget and an ordinary deletion with the pod's own grace. When the node's agent is silent nobody
 * ends that grace: the pod stays Terminating until the agent is back or the node is gone (pod_gc.h).
 */
#include "controllers/taint_eviction.h"

#include "api/cluster.h"
#include "api/meta.h"
#include "api/pod.h"
#include "api/pod_status.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "controllers/control.h"
#include "controllers/recorder.h"
#include "controllers/taint_judge.h"
#include "controllers/workqueue.h"

#define COMPONENT "taint-eviction-controller"

struct taint_eviction {
	struct control *c;
	struct informer *pods, *nodes;
	struct workqueue *queue; /* of pods */
	json_t *since; /* uid to nominal ns: pods whose toleration is running out */
};

static void on_pod(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	struct taint_eviction *t = userdata;

	if (!now)
		json_object_del(t->since, meta_uid(was));
	else if (pod_node_name(now) &&
		 (!was || !pod_node_name(was) ||
		  !json_same(json_arr(was, "spec.tolerations"), json_arr(now, "spec.tolerations"))))
		workqueue_add_name(t->queue, meta_namespace(now), meta_name(now));
}

/* The taints of a node that concern us; a new reference. */
static json_t *executing(const json_t *node)
{
	json_t *list = json_array(), *taint;
	size_t i;

	json_each(node, "spec.taints", i, taint)
		if (streq(json_str(taint, "effect"), "NoExecute"))
			json_array_append(list, taint);
	return list;
}

static void on_node(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	struct taint_eviction *t = userdata;
	_cleanup_json_ json_t *before = executing(was), *after = executing(now), *pods = NULL;
	const char *node = meta_name(now ? now : was);
	json_t *pod;
	size_t i;

	if (json_equal(before, after))
		return;
	pods = informer_list(t->pods, NULL);
	json_array_foreach(pods, i, pod)
		if (streq(pod_node_name(pod), node))
			workqueue_add_name(t->queue, meta_namespace(pod), meta_name(pod));
}

static int evict(struct taint_eviction *t, const json_t *pod, struct error *err)
{
	_cleanup_json_ json_t *edited = json_deep_copy(pod);
	char now[CLOCK_STAMP_MAX];
	int r;

	pod_condition_set(edited, "DisruptionTarget", "True", "DeletionByTaintManager",
			  "Taint manager: deleting due to NoExecute taint",
			  clock_format(store_now_ns(t->c->store), now));
	r = control_update(t->c, &kind_pod, STORE_STATUS, edited, err);
	if (r < 0)
		return r;
	recorder_event(t->c->recorder, pod, COMPONENT, "Normal", "TaintManagerEviction",
		       "Marking for deletion Pod %s/%s", meta_namespace(pod), meta_name(pod));
	return control_delete(t->c, &kind_pod, edited, NULL, err);
}

/* Evicts when the span is over, else comes back then. */
static int run_out(struct taint_eviction *t, const char *key, const json_t *pod, int64_t seconds,
		   struct error *err)
{
	int64_t now_ns = store_now_ns(t->c->store), left_ns;

	if (!json_object_get(t->since, meta_uid(pod)))
		json_object_set_new(t->since, meta_uid(pod), json_integer(now_ns));
	left_ns = json_integer_value(json_object_get(t->since, meta_uid(pod))) +
		  seconds * NSEC_PER_SEC - now_ns;
	if (left_ns <= 0)
		return evict(t, pod, err);
	workqueue_add_after(t->queue, key, left_ns);
	return 0;
}

static void cancel(struct taint_eviction *t, const json_t *pod)
{
	if (json_object_del(t->since, meta_uid(pod)) == 0)
		recorder_event(t->c->recorder, pod, COMPONENT, "Normal", "TaintManagerEviction",
			       "Cancelling deletion of Pod %s/%s", meta_namespace(pod),
			       meta_name(pod));
}

static int reconcile(struct taint_eviction *t, const char *key, const json_t *pod, struct error *err)
{
	const json_t *node = informer_find(t->nodes, NULL, pod_node_name(pod));
	int64_t seconds = 0;

	switch (taint_judge(pod, node, &seconds)) {
	case TAINT_EVICTS:
		return evict(t, pod, err);
	case TAINT_LIMITED:
		return run_out(t, key, pod, seconds, err);
	case TAINT_NONE:
	case TAINT_TOLERATED:
		cancel(t, pod);
		return 0;
	}
	return 0;
}

static void on_key(void *userdata, const char *key)
{
	struct taint_eviction *t = userdata;
	_cleanup_free_ char *copy = xstrdup(key);
	_cleanup_error_ struct error err = ERROR_INIT;
	const char *ns, *name = workqueue_split(copy, &ns);
	_cleanup_json_ json_t *pod = json_incref(informer_find(t->pods, ns, name));

	if (pod && pod_node_name(pod) && !meta_deletion_timestamp(pod) &&
	    reconcile(t, key, pod, &err) < 0) {
		log_debug("controllers", "evicting %s: %s", key, error_text(&err));
		workqueue_add_failed(t->queue, key);
		return;
	}
	workqueue_forget(t->queue, key);
}

DEFINE_CLEANUP_FUNC(struct taint_eviction *, taint_eviction_free)

int taint_eviction_new(struct control *c, struct taint_eviction **ret, struct error *err)
{
	_cleanup_(taint_eviction_freep) struct taint_eviction *t = xnew(t);
	int r;

	t->c = c;
	t->since = json_object();
	t->queue = workqueue_new(c->loop, c->clock, on_key, t);
	r = informer_get(c->informers, &kind_pod, &t->pods, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_node, &t->nodes, err);
	if (r < 0)
		return r;
	informer_subscribe(t->nodes, on_node, t);
	informer_subscribe(t->pods, on_pod, t);
	*ret = take_ptr(t);
	return 0;
}

struct taint_eviction *taint_eviction_free(struct taint_eviction *t)
{
	if (!t)
		return NULL;
	workqueue_free(t->queue);
	json_decref(t->since);
	free(t);
	return NULL;
}
