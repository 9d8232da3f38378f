/*
 * scheduler: gives each pod that names this scheduler and has no node one on which it fits.
 *
 * A pod is looked at when it appears or changes; when it fits nowhere it gets PodScheduled False with the reasons
 * (fit.h) and stays parked until something changes that may help (parking.h): a node, the end of a pod that took something, and for a
 * pod that cares about others (pod_affinity.h) whatever happens to them. Among several nodes the best is taken (score.h). Binding is one write, by which
 * the store sets spec.nodeName and PodScheduled together; it is never undone.
 *
 * A pod with claims waits until they are bound, and goes where their volumes are (pod_claims.h).
 *
 * Not built: preemption, topology spread, binding that waits for the first pod.
 */
#include "controllers/scheduler.h"

#include "api/cluster.h"
#include "api/meta.h"
#include "api/persistent_volume.h"
#include "api/pod.h"
#include "api/pod_status.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "controllers/control.h"
#include "controllers/fit.h"
#include "controllers/parking.h"
#include "controllers/pod_affinity.h"
#include "controllers/pod_claims.h"
#include "controllers/recorder.h"
#include "controllers/score.h"
#include "controllers/workqueue.h"

#define COMPONENT "default-scheduler"

struct scheduler {
	struct control *c;
	struct informer *pods, *nodes, *namespaces;
	struct claim_world claims;
	struct node_usage *usage;
	struct workqueue *queue;
	struct parking *parked; /* pods that fitted nowhere */
	json_t *caring; /* bound pods that care about others, by uid */
};

static bool is_ours(const json_t *pod)
{
	return !pod_node_name(pod) && pod_is_active(pod) &&
	       streq(json_str_or(pod, "spec.schedulerName", COMPONENT), COMPONENT);
}

static bool holds_place(const json_t *pod)
{
	return pod && pod_node_name(pod) && !pod_is_terminal(pod);
}

static bool cares(const json_t *pod)
{
	return json_has(pod, "spec.affinity.podAffinity") ||
	       json_has(pod, "spec.affinity.podAntiAffinity");
}

static void keep_books(struct scheduler *s, const json_t *was, json_t *now)
{
	const char *uid = meta_uid(now ? now : was);

	if (now)
		node_usage_put(s->usage, now);
	else
		node_usage_drop(s->usage, was);
	if (holds_place(now) && cares(now))
		json_object_set(s->caring, uid, now);
	else if (uid)
		json_object_del(s->caring, uid);
}

/* A pod has left a node, which may be gone itself. */
static void freed(struct scheduler *s, const char *node)
{
	const json_t *there = informer_find(s->nodes, NULL, node);

	if (there)
		parking_node_changed(s->parked, there, node_usage_of(s->usage, node));
	else
		parking_pods_changed(s->parked);
}

static void on_pod(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	struct scheduler *s = userdata;
	bool held = holds_place(was), holds = holds_place(now);

	keep_books(s, was, now);
	if (held && !holds)
		freed(s, pod_node_name(was));
	else if (holds && (!held || !json_same(meta_labels(was), meta_labels(now))))
		parking_pods_changed(s->parked);
	if (now && is_ours(now))
		workqueue_add_name(s->queue, meta_namespace(now), meta_name(now));
}

/* By their labels namespaces are selected, too. */
static void on_namespace(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	struct scheduler *s = userdata;

	if (now && (!was || !json_same(meta_labels(was), meta_labels(now))))
		parking_pods_changed(s->parked);
}

/* What of a node decides about pods. The kubelet's heartbeats change none of it. */
static bool node_differs(const json_t *a, const json_t *b)
{
	return !json_same(json_obj(a, "spec"), json_obj(b, "spec")) ||
	       !json_same(meta_labels(a), meta_labels(b)) ||
	       !json_same(json_obj(a, "status.allocatable"), json_obj(b, "status.allocatable"));
}

static void on_node(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	struct scheduler *s = userdata;

	if (now && (!was || node_differs(was, now)))
		parking_node_changed(s->parked, now, node_usage_of(s->usage, meta_name(now)));
}

/* A claim that is there, or bound, may be what a pod waits for. */
static void on_claim(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	struct scheduler *s = userdata;
	_cleanup_json_ json_t *pods = NULL;
	json_t *pod;
	size_t i;

	if (!now || (was && claim_is_bound(now) == claim_is_bound(was)))
		return;
	pods = informer_list(s->pods, meta_namespace(now));
	json_array_foreach(pods, i, pod)
		if (is_ours(pod) && pod_has_claim(pod, meta_name(now)))
			workqueue_add_name(s->queue, meta_namespace(pod), meta_name(pod));
}

static json_t *values_of(const json_t *map)
{
	json_t *all = json_array(), *value;
	const char *key;

	json_object_foreach((json_t *)map, key, value)
		json_array_append(all, value);
	return all;
}

/* The best node among those that fit, or NULL; every refusal is in *reasons. */
static const json_t *choose(struct scheduler *s, const json_t *pod, const json_t *nodes,
			    char ***reasons)
{
	/* the others matter when the pod cares about them, else those that care */
	_cleanup_json_ json_t *others = cares(pod) ? informer_list(s->pods, NULL) :
						     values_of(s->caring),
			      *namespaces = json_array_size(others) ?
						    informer_list(s->namespaces, NULL) :
						    NULL,
			      *fitting = json_array();
	_cleanup_(pod_affinity_freep) struct pod_affinity *affinity =
		pod_affinity_new(pod, others, nodes, namespaces);
	json_t *node;
	size_t i;

	json_array_foreach((json_t *)nodes, i, node) {
		const struct usage *usage = node_usage_of(s->usage, meta_name(node));

		if (meta_deletion_timestamp(node) || !fit_node(pod, node, usage, affinity, reasons))
			continue;
		if (pod_claims_reach(&s->claims, pod, node))
			json_array_append(fitting, node);
		else
			strv_add(reasons, CLAIMS_OUT_OF_REACH);
	}
	return score_best(pod, fitting, nodes, s->usage, others, namespaces);
}

static int bind_pod(struct scheduler *s, const json_t *pod, const char *node, struct error *err)
{
	_cleanup_json_ json_t *bound = json_deep_copy(pod);
	int r;

	json_set_str(bound, "spec.nodeName", node);
	r = control_update(s->c, &kind_pod, STORE_BINDING, bound, err);
	if (r < 0)
		return r;
	recorder_event(s->c->recorder, pod, COMPONENT, "Normal", "Scheduled",
		       "Successfully assigned %s/%s to %s", meta_namespace(pod), meta_name(pod),
		       node);
	return 0;
}

/* PodScheduled False. The same words again are no news: neither written nor told. */
static int refuse_pod(struct scheduler *s, const json_t *pod, const char *reason,
		      const char *message, bool tell, struct error *err)
{
	_cleanup_json_ json_t *edited = NULL;
	const json_t *old = condition_get(pod, "PodScheduled");
	char now[CLOCK_STAMP_MAX];

	if (streq(json_str(old, "reason"), reason) && streq(json_str(old, "message"), message))
		return 0;
	edited = json_deep_copy(pod);
	pod_condition_set(edited, "PodScheduled", "False", reason, message,
			  clock_format(store_now_ns(s->c->store), now));
	if (tell)
		recorder_event(s->c->recorder, pod, COMPONENT, "Warning", "FailedScheduling", "%s",
			       message);
	return control_update(s->c, &kind_pod, STORE_STATUS, edited, err);
}

static int schedule(struct scheduler *s, const char *key, json_t *pod, struct error *err)
{
	_cleanup_json_ json_t *nodes = informer_list(s->nodes, NULL);
	_cleanup_strv_ char **reasons = NULL;
	_cleanup_free_ char *message = NULL, *waits = pod_claims_refusal(&s->claims, pod);
	const json_t *node = NULL;

	if (json_len(pod, "spec.schedulingGates"))
		return refuse_pod(s, pod, "SchedulingGated",
				  "Scheduling is blocked due to non-empty scheduling gates", false,
				  err);
	if (!waits)
		node = choose(s, pod, nodes, &reasons);
	if (node)
		return bind_pod(s, pod, meta_name(node), err);
	parking_put(s->parked, key, pod, cares(pod));
	message = waits ? str_printf("0/%zu nodes are available: %s.", json_array_size(nodes),
				     waits) :
			  fit_message(reasons, json_array_size(nodes));
	return refuse_pod(s, pod, "Unschedulable", message, true, err);
}

static void on_key(void *userdata, const char *key)
{
	struct scheduler *s = userdata;
	_cleanup_free_ char *copy = xstrdup(key);
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *pod = NULL;
	const char *ns, *name = workqueue_split(copy, &ns);

	parking_drop(s->parked, key);
	pod = json_incref(informer_find(s->pods, ns, name));
	if (!pod || !is_ours(pod)) {
		workqueue_forget(s->queue, key);
		return;
	}
	if (schedule(s, key, pod, &err) < 0) {
		log_debug("controllers", "scheduling %s: %s", key, error_text(&err));
		workqueue_add_failed(s->queue, key);
		return;
	}
	workqueue_forget(s->queue, key);
}

DEFINE_CLEANUP_FUNC(struct scheduler *, scheduler_free)

int scheduler_new(struct control *c, struct scheduler **ret, struct error *err)
{
	_cleanup_(scheduler_freep) struct scheduler *s = xnew(s);
	int r;

	s->c = c;
	s->usage = node_usage_new();
	s->caring = json_object();
	s->queue = workqueue_new(c->loop, c->clock, on_key, s);
	s->parked = parking_new(s->queue);
	r = informer_get(c->informers, &kind_pod, &s->pods, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_node, &s->nodes, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_namespace, &s->namespaces, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_persistentvolumeclaim, &s->claims.claims, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_persistentvolume, &s->claims.volumes, err);
	if (r < 0)
		return r;
	informer_subscribe(s->namespaces, on_namespace, s);
	informer_subscribe(s->claims.claims, on_claim, s);
	informer_subscribe(s->nodes, on_node, s);
	informer_subscribe(s->pods, on_pod, s);
	*ret = take_ptr(s);
	return 0;
}

struct scheduler *scheduler_free(struct scheduler *s)
{
	if (!s)
		return NULL;
	parking_free(s->parked);
	workqueue_free(s->queue);
	node_usage_free(s->usage);
	json_decref(s->caring);
	free(s);
	return NULL;
}
