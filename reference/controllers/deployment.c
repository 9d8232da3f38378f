/*
 * deployment: rolls a Deployment's pods to its template, by way of ReplicaSets.
 *
 * A reconcile looks at one Deployment: claim the ReplicaSets of its namespace (adopt, release), see how things
 * are (rollout.h), plan one step (rollout_plan.h), carry it out, write the status of what is there then
 * (rollout_status.h). It begins anew at every change of the Deployment and of its sets, when a pod of a set has
 * ended (a Recreate waits for that), when the progress deadline may have passed, and after a back-off when a
 * write failed. Each step's writes are changes of sets, so the next step follows by itself.
 *
 * The name of a new set may be taken by something that is not it: then status.collisionCount goes up, which
 * makes another name, and the key is tried again.
 */
#include "controllers/deployment.h"

#include "api/meta.h"
#include "api/pod.h"
#include "api/pod_status.h"
#include "api/workload.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "controllers/claim.h"
#include "controllers/control.h"
#include "controllers/recorder.h"
#include "controllers/rollout_plan.h"
#include "controllers/rollout_set.h"
#include "controllers/rollout_status.h"
#include "controllers/waker.h"
#include "controllers/workqueue.h"

#define COMPONENT "deployment-controller"

struct deployment_controller {
	struct control *c;
	struct informer *deployments, *sets, *pods;
	struct workqueue *queue;
	struct waker waker;
};

/* One look at one Deployment. */
struct look {
	json_t *d; /* owned */
	json_t *sets; /* its own; owned */
	char *created; /* the name of a set that was made; owned */
	struct error failure; /* why none could be made */
	bool collided;
};

static void look_deinit(struct look *l)
{
	json_decref(l->d);
	json_decref(l->sets);
	free(l->created);
	error_clear(&l->failure);
}

/* ---- what wakes it ---- */

/* The end of a pod: its set's Deployment may have waited for it. */
static void on_pod(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	struct deployment_controller *dc = userdata;
	const json_t *ref = meta_controller_ref(was ? was : now);
	const json_t *set;

	if (!was || pod_is_terminal(was) || (now && !pod_is_terminal(now)) ||
	    !streq(json_str(ref, "kind"), "ReplicaSet"))
		return;
	set = informer_find(dc->sets, meta_namespace(was), json_str(ref, "name"));
	if (set)
		waker_wake_owner(&dc->waker, set);
}

/* ---- its ReplicaSets ---- */

static int claim_sets(struct deployment_controller *dc, struct look *l, struct error *err)
{
	const struct claimant by = {
		.c = dc->c, .kind = &kind_replicaset, .objects = dc->sets, .owner = l->d
	};

	return claim_all(&by, &l->sets, err);
}

static void see(struct deployment_controller *dc, const struct look *l, struct rollout *ret)
{
	_cleanup_json_ json_t *pods = NULL;

	if (!deployment_is_rolling(l->d))
		pods = informer_list(dc->pods, meta_namespace(l->d) ?: "");
	rollout_init(ret, l->d, l->sets, pods);
}

/* ---- carrying out ---- */

static void tell_scaled(struct deployment_controller *dc, const json_t *d,
			const struct rollout_action *a)
{
	if (a->from != a->to)
		recorder_event(dc->c->recorder, d, COMPONENT, "Normal", "ScalingReplicaSet",
			       "Scaled %s replica set %s from %lld to %lld",
			       a->to > a->from ? "up" : "down", meta_name(a->set),
			       (long long)a->from, (long long)a->to);
}

static bool is_taken(struct deployment_controller *dc, const struct look *l, const char *name)
{
	json_t *set = informer_find(dc->sets, meta_namespace(l->d), name);

	return !(set && meta_is_controlled_by(set, l->d) && rollout_set_is_of(set, l->d));
}

static int create_set(struct deployment_controller *dc, struct look *l,
		      const struct rollout_action *a, struct error *err)
{
	int r = control_create(dc->c, &kind_replicaset, meta_namespace(l->d), a->set, NULL,
			       &l->failure);

	if (r == 0) {
		l->created = xstrdup(meta_name(a->set));
		tell_scaled(dc, l->d, a);
		return 0;
	}
	if (r == -ERR_EXISTS)
		l->collided = is_taken(dc, l, meta_name(a->set));
	else
		recorder_event(dc->c->recorder, l->d, COMPONENT, "Warning", "ReplicaSetCreateError",
			       "Failed to create new replica set \"%s\": %s", meta_name(a->set),
			       error_text(&l->failure));
	error_copy(err, &l->failure);
	return r;
}

static int perform(struct deployment_controller *dc, struct look *l, const struct rollout_action *a,
		   struct error *err)
{
	int r;

	switch (a->verb) {
	case ROLLOUT_CREATE:
		return create_set(dc, l, a, err);
	case ROLLOUT_EDIT:
		return control_update(dc->c, &kind_replicaset, STORE_SPEC, a->set, err);
	case ROLLOUT_SCALE:
		r = control_update(dc->c, &kind_replicaset, STORE_SPEC, a->set, err);
		if (r == 0)
			tell_scaled(dc, l->d, a);
		return r;
	case ROLLOUT_DELETE:
		return control_delete(dc->c, &kind_replicaset, a->set, NULL, err);
	}
	return 0;
}

static int carry_out(struct deployment_controller *dc, struct look *l,
		     const struct rollout_plan *plan, struct error *err)
{
	for (size_t i = 0; i < plan->n; i++) {
		int r = perform(dc, l, &plan->actions[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- status ---- */

static int write_revision(struct deployment_controller *dc, struct look *l, const json_t *current,
			  struct error *err)
{
	const char *revision = meta_annotation(current, REVISION_ANNOTATION);
	_cleanup_json_ json_t *edited = NULL;
	int r;

	if (!current || !revision || streq(meta_annotation(l->d, REVISION_ANNOTATION), revision))
		return 0;
	edited = json_dup(l->d);
	json_object_set_new(json_make_obj(meta_ensure(edited), "annotations"), REVISION_ANNOTATION,
			    json_string(revision));
	r = control_update(dc->c, &kind_deployment, STORE_META, edited, err);
	if (r < 0)
		return r;
	json_decref(l->d);
	l->d = json_incref(
		informer_find(dc->deployments, meta_namespace(edited), meta_name(edited)));
	return 0;
}

static int report(struct deployment_controller *dc, const char *key, struct look *l, bool rolls,
		  struct error *err)
{
	_cleanup_(rollout_deinit) struct rollout ro = { 0 };
	_cleanup_json_ json_t *status = NULL;
	struct rollout_news news = {
		.rolls = rolls,
		.created = l->created,
		.failure = l->failure.code && !l->collided ? error_text(&l->failure) : NULL,
		.now_ns = store_now_ns(dc->c->store),
	};
	int64_t next_ns;
	int r;

	r = claim_sets(dc, l, err);
	if (r < 0)
		return r;
	see(dc, l, &ro);
	r = write_revision(dc, l, ro.current, err);
	if (r < 0)
		return r;
	ro.d = l->d;
	status = rollout_status_make(&ro, &news);
	if (l->collided)
		json_set_int(status, "collisionCount",
			     json_int(l->d, "status.collisionCount", 0) + 1);
	next_ns = rollout_status_deadline(&ro, status, news.now_ns);
	if (next_ns >= 0)
		workqueue_add_after(dc->queue, key, next_ns);
	return control_write_status(dc->c, &kind_deployment, l->d, status, err);
}

static int reconcile(struct deployment_controller *dc, const char *key, struct look *l,
		     struct error *err)
{
	_cleanup_(rollout_deinit) struct rollout ro = { 0 };
	_cleanup_(rollout_plan_deinit) struct rollout_plan plan = { 0 };
	int r;

	r = claim_sets(dc, l, err);
	if (r < 0)
		return r;
	see(dc, l, &ro);
	if (!meta_deletion_timestamp(l->d)) {
		rollout_plan_make(&ro, &plan);
		r = carry_out(dc, l, &plan, err);
	}
	return MIN(r, report(dc, key, l, plan.rolls, r < 0 ? NULL : err));
}

static void on_key(void *userdata, const char *key)
{
	struct deployment_controller *dc = userdata;
	_cleanup_free_ char *copy = xstrdup(key);
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_(look_deinit) struct look l = { .failure = ERROR_INIT };
	const char *ns, *name = workqueue_split(copy, &ns);

	l.d = json_incref(informer_find(dc->deployments, ns, name));
	if (l.d && reconcile(dc, key, &l, &err) < 0) {
		log_debug("controllers", "deployment %s: %s", key, error_text(&err));
		workqueue_add_failed(dc->queue, key);
		return;
	}
	workqueue_forget(dc->queue, key);
}

/* ---- life ---- */

DEFINE_CLEANUP_FUNC(struct deployment_controller *, deployment_controller_free)

int deployment_controller_new(struct control *c, struct deployment_controller **ret,
			      struct error *err)
{
	_cleanup_(deployment_controller_freep) struct deployment_controller *dc = xnew(dc);
	int r;

	dc->c = c;
	dc->queue = workqueue_new(c->loop, c->clock, on_key, dc);
	r = informer_get(c->informers, &kind_deployment, &dc->deployments, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_replicaset, &dc->sets, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_pod, &dc->pods, err);
	if (r < 0)
		return r;
	dc->waker = (struct waker){ .queue = dc->queue,
				    .owners = dc->deployments,
				    .kind = &kind_deployment };
	informer_subscribe(dc->deployments, waker_owner_changed, &dc->waker);
	informer_subscribe(dc->sets, waker_owned_changed, &dc->waker);
	informer_subscribe(dc->pods, on_pod, dc);
	*ret = take_ptr(dc);
	return 0;
}

struct deployment_controller *deployment_controller_free(struct deployment_controller *dc)
{
	if (!dc)
		return NULL;
	workqueue_free(dc->queue);
	free(dc);
	return NULL;
}
