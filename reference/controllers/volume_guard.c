/*
 * volume_guard: ends the finalizers that hold claims and volumes while they are in use.
 *
 * Both get theirs at birth (store/strategy.c). One that is being deleted loses it when nobody uses it: a claim when no pod
 * that has a node and has not ended mounts it, a volume when it is not bound. A pod that has no node yet does not
 * count: the scheduler will not place it any more.
 */
#include "controllers/volume_guard.h"

#include "api/meta.h"
#include "api/persistent_volume.h"
#include "api/pod.h"
#include "api/pod_status.h"
#include "base/json.h"
#include "base/log.h"
#include "controllers/control.h"
#include "controllers/garbage_decide.h"
#include "controllers/pod_claims.h"
#include "controllers/workqueue.h"

struct volume_guard {
	struct control *c;
	struct informer *pods, *claims, *volumes;
	struct workqueue *queue; /* "ns/name": claims; "name": volumes */
};

static void on_object(void *userdata, const struct kind *k _unused_, json_t *was _unused_,
		      json_t *now)
{
	struct volume_guard *g = userdata;

	if (!now || !meta_deletion_timestamp(now))
		return;
	if (meta_namespace(now))
		workqueue_add_name(g->queue, meta_namespace(now), meta_name(now));
	else
		workqueue_add(g->queue, meta_name(now));
}

/* A pod is over: its claims may go. */
static void on_pod(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	struct volume_guard *g = userdata;
	json_t *volume;
	size_t i;

	if (now && !pod_is_terminal(now))
		return;
	json_each(now ? now : was, "spec.volumes", i, volume) {
		const char *claim = json_str(volume, "persistentVolumeClaim.claimName");

		if (claim)
			workqueue_add_name(g->queue, meta_namespace(now ? now : was), claim);
	}
}

static bool claim_is_used(struct volume_guard *g, const json_t *claim)
{
	_cleanup_json_ json_t *pods = informer_list(g->pods, meta_namespace(claim));
	json_t *pod;
	size_t i;

	json_array_foreach(pods, i, pod)
		if (pod_node_name(pod) && !pod_is_terminal(pod) &&
		    pod_has_claim(pod, meta_name(claim)))
			return true;
	return false;
}

static int release(struct volume_guard *g, const struct kind *k, const json_t *obj,
		   const char *finalizer, bool used, struct error *err)
{
	_cleanup_json_ json_t *edited = NULL;

	if (!obj || !meta_deletion_timestamp(obj) || used || !object_has_finalizer(obj, finalizer))
		return 0;
	edited = object_without_finalizer(obj, finalizer);
	return control_update(g->c, k, STORE_META, edited, err);
}

static void on_key(void *userdata, const char *key)
{
	struct volume_guard *g = userdata;
	_cleanup_free_ char *copy = xstrdup(key);
	_cleanup_error_ struct error err = ERROR_INIT;
	const char *ns, *name = workqueue_split(copy, &ns);
	bool is_claim = *ns;
	json_t *obj = is_claim ? informer_find(g->claims, ns, name) :
				 informer_find(g->volumes, NULL, name);
	int r;

	if (is_claim)
		r = release(g, &kind_persistentvolumeclaim, obj, PVC_PROTECTION,
			    obj && claim_is_used(g, obj), &err);
	else
		r = release(g, &kind_persistentvolume, obj, PV_PROTECTION,
			    streq(json_str(obj, "status.phase"), "Bound"), &err);
	if (r < 0) {
		log_debug("controllers", "letting %s go: %s", key, error_text(&err));
		workqueue_add_failed(g->queue, key);
		return;
	}
	workqueue_forget(g->queue, key);
}

DEFINE_CLEANUP_FUNC(struct volume_guard *, volume_guard_free)

int volume_guard_new(struct control *c, struct volume_guard **ret, struct error *err)
{
	_cleanup_(volume_guard_freep) struct volume_guard *g = xnew(g);
	int r;

	g->c = c;
	g->queue = workqueue_new(c->loop, c->clock, on_key, g);
	r = informer_get(c->informers, &kind_pod, &g->pods, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_persistentvolumeclaim, &g->claims, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_persistentvolume, &g->volumes, err);
	if (r < 0)
		return r;
	informer_subscribe(g->pods, on_pod, g);
	informer_subscribe(g->claims, on_object, g);
	informer_subscribe(g->volumes, on_object, g);
	*ret = take_ptr(g);
	return 0;
}

struct volume_guard *volume_guard_free(struct volume_guard *g)
{
	if (!g)
		return NULL;
	workqueue_free(g->queue);
	free(g);
	return NULL;
}
