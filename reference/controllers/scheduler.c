/*
 * scheduler: gives each pod that names this scheduler and has no node one on which it fits.
 *
 * A pod is looked at when it appears or changes; when it fits nowhere it gets PodScheduled False with the reasons
 * (fit.h) and stays parked until something changes that may help: a node, or the end of a pod that took
 * something. Among several nodes the one with the fewest pods is taken. Binding is one write that sets
 * spec.nodeName and PodScheduled together; it is never undone.
 *
 * Not built: preemption, affinity between pods, topology spread, volumes.
 */
#include "controllers/scheduler.h"

#include "api/cluster.h"
#include "api/meta.h"
#include "api/pod.h"
#include "api/pod_status.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "controllers/control.h"
#include "controllers/fit.h"
#include "controllers/recorder.h"
#include "controllers/workqueue.h"

#define COMPONENT "default-scheduler"

struct scheduler {
	struct control *c;
	struct informer *pods, *nodes;
	struct node_usage *usage;
	struct workqueue *queue;
	json_t *parked; /* keys of pods that fitted nowhere */
};

static bool is_ours(const json_t *pod)
{
	return !pod_node_name(pod) && pod_is_active(pod) &&
	       streq(json_str_or(pod, "spec.schedulerName", COMPONENT), COMPONENT);
}

/* Something became free or changed: everybody who waits gets another try. */
static void unpark(struct scheduler *s)
{
	const char *key;
	json_t *v;

	json_object_foreach(s->parked, key, v)
		workqueue_add(s->queue, key);
	json_object_clear(s->parked);
}

static void on_pod(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	struct scheduler *s = userdata;
	bool freed = was && pod_node_name(was) && !pod_is_terminal(was) &&
		     (!now || pod_is_terminal(now));

	if (now)
		node_usage_put(s->usage, now);
	else
		node_usage_drop(s->usage, was);
	if (freed)
		unpark(s);
	if (now && is_ours(now))
		workqueue_add_name(s->queue, meta_namespace(now), meta_name(now));
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
		unpark(s);
}

/* The node with the fewest pods among those that fit, or NULL; every refusal is in *reasons. */
static const json_t *choose(struct scheduler *s, const json_t *pod, const json_t *nodes,
			    char ***reasons)
{
	const json_t *best = NULL;
	size_t best_pods = 0, i;
	json_t *node;

	json_array_foreach((json_t *)nodes, i, node) {
		const struct usage *usage = node_usage_of(s->usage, meta_name(node));

		if (meta_deletion_timestamp(node) || !fit_node(pod, node, usage, reasons))
			continue;
		if (!best || usage->pods < best_pods) {
			best = node;
			best_pods = usage->pods;
		}
	}
	return best;
}

static int bind_pod(struct scheduler *s, const json_t *pod, const char *node, struct error *err)
{
	_cleanup_json_ json_t *bound = json_deep_copy(pod);
	char now[CLOCK_STAMP_MAX];
	int r;

	json_set_str(bound, "spec.nodeName", node);
	pod_condition_set(bound, "PodScheduled", "True", NULL, NULL,
			  clock_format(store_now_ns(s->c->store), now));
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

static int schedule(struct scheduler *s, const char *key, const json_t *pod, struct error *err)
{
	_cleanup_json_ json_t *nodes = informer_list(s->nodes, NULL);
	_cleanup_strv_ char **reasons = NULL;
	_cleanup_free_ char *message = NULL;
	const json_t *node;

	if (json_len(pod, "spec.schedulingGates"))
		return refuse_pod(s, pod, "SchedulingGated",
				  "Scheduling is blocked due to non-empty scheduling gates", false,
				  err);
	node = choose(s, pod, nodes, &reasons);
	if (node)
		return bind_pod(s, pod, meta_name(node), err);
	json_object_set_new(s->parked, key, json_true());
	message = fit_message(reasons, json_array_size(nodes));
	return refuse_pod(s, pod, "Unschedulable", message, true, err);
}

static void on_key(void *userdata, const char *key)
{
	struct scheduler *s = userdata;
	_cleanup_free_ char *copy = xstrdup(key);
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *pod = NULL;
	const char *ns, *name = workqueue_split(copy, &ns);

	json_object_del(s->parked, key);
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
	s->parked = json_object();
	s->queue = workqueue_new(c->loop, c->clock, on_key, s);
	r = informer_get(c->informers, &kind_pod, &s->pods, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_node, &s->nodes, err);
	if (r < 0)
		return r;
	informer_subscribe(s->nodes, on_node, s);
	informer_subscribe(s->pods, on_pod, s);
	*ret = take_ptr(s);
	return 0;
}

struct scheduler *scheduler_free(struct scheduler *s)
{
	if (!s)
		return NULL;
	workqueue_free(s->queue);
	node_usage_free(s->usage);
	json_decref(s->parked);
	free(s);
	return NULL;
}
