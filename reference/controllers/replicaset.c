/*
 * replicaset: keeps as many pods as wanted, for ReplicaSet and ReplicationController alike.
 *
 * A reconcile looks at one owner: claim the pods of its namespace (adopt, release), plan (replica_plan.h), carry
 * the plan out, write the status (replica_status.h). It begins anew at every change of the owner, of its pods
 * and of pods that it might adopt, and after a back-off when a write failed. Everything it writes is in the
 * informers at once, so a second reconcile never repeats what the first has done.
 *
 * A pod counts while it is active: neither Succeeded nor Failed and without a deletionTimestamp. So a deletion
 * is answered in the moment in which it begins. Finished pods are left as they are; they go with their owner.
 *
 * Pods are made a few at a time, the first one alone: a template that cannot work costs one failed call
 * per try and not five hundred.
 */
#include "controllers/replicaset.h"

#include "api/meta.h"
#include "api/pod.h"
#include "api/pod_status.h"
#include "api/selector.h"
#include "api/workload.h"
#include "base/json.h"
#include "base/log.h"
#include "controllers/claim.h"
#include "controllers/control.h"
#include "controllers/recorder.h"
#include "controllers/replica_plan.h"
#include "controllers/replica_status.h"
#include "controllers/waker.h"
#include "controllers/workqueue.h"

#define BATCH 16 /* pods made or deleted in one turn of the loop */

struct replica_controller {
	struct control *c;
	const struct kind *kind;
	const char *component;
	bool shows_terminating;
	struct informer *owners, *pods;
	struct workqueue *queue;
	struct waker waker;
};

/* What one reconcile found and did. */
struct pass {
	json_t *owner; /* borrowed */
	json_t *active; /* owned array */
	size_t terminating;
	const char *failure_reason;
	struct error failure;
	bool again; /* more to do on the next turn */
};

static void pass_deinit(struct pass *p)
{
	json_decref(p->owner);
	json_decref(p->active);
	error_clear(&p->failure);
}

static int claim_pods(struct replica_controller *rc, struct pass *p, struct error *err)
{
	const struct claimant by = {
		.c = rc->c, .kind = &kind_pod, .objects = rc->pods, .owner = p->owner
	};
	_cleanup_(selector_freep) struct selector *sel = NULL;
	_cleanup_json_ json_t *pods = informer_list(rc->pods, meta_namespace(p->owner) ?: "");
	json_t *pod;
	size_t i;
	int r;

	r = workload_selector(p->owner, &sel, err);
	if (r < 0)
		return r;
	json_array_foreach(pods, i, pod) {
		if (pod_is_terminal(pod))
			continue;
		if (meta_deletion_timestamp(pod)) {
			p->terminating += meta_is_controlled_by(pod, p->owner);
			continue;
		}
		r = claim_one(&by, sel, pod, p->active, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static bool namespace_goes(const struct error *err)
{
	for (size_t i = 0; i < err->n_causes; i++)
		if (streq(err->causes[i].reason, "NamespaceTerminating"))
			return true;
	return streq(err->reason, "NamespaceTerminating");
}

static int create_pod(struct replica_controller *rc, struct pass *p, struct error *err)
{
	_cleanup_json_ json_t *pod = workload_pod_from_template(p->owner), *stored = NULL;
	int r;

	r = control_create(rc->c, &kind_pod, meta_namespace(p->owner), pod, &stored, err);
	if (r < 0) {
		if (!namespace_goes(err))
			recorder_event(rc->c->recorder, p->owner, rc->component, "Warning",
				       "FailedCreate", "Error creating: %s", error_text(err));
		return r;
	}
	json_array_append(p->active, stored);
	recorder_event(rc->c->recorder, p->owner, rc->component, "Normal", "SuccessfulCreate",
		       "Created pod: %s", meta_name(stored));
	return 0;
}

static int create_pods(struct replica_controller *rc, struct pass *p, size_t n, struct error *err)
{
	for (size_t i = 0; i < MIN(n, (size_t)BATCH); i++) {
		int r = create_pod(rc, p, err);

		if (r < 0) {
			p->failure_reason = "FailedCreate";
			return r;
		}
	}
	p->again |= n > BATCH;
	return 0;
}

static void forget_pod(struct pass *p, const json_t *pod)
{
	for (size_t i = json_array_size(p->active); i-- > 0;)
		if (streq(meta_uid(json_array_get(p->active, i)), meta_uid(pod)))
			json_array_remove(p->active, i);
	p->terminating++;
}

static int delete_pods(struct replica_controller *rc, struct pass *p, const json_t *surplus,
		       struct error *err)
{
	json_t *pod;
	size_t i;
	int r;

	json_array_foreach(surplus, i, pod) {
		if (i == BATCH) {
			p->again = true;
			break;
		}
		r = control_delete(rc->c, &kind_pod, pod, NULL, err);
		if (r < 0) {
			p->failure_reason = "FailedDelete";
			recorder_event(rc->c->recorder, p->owner, rc->component, "Warning",
				       "FailedDelete", "Error deleting: %s", error_text(err));
			return r;
		}
		forget_pod(p, pod);
		recorder_event(rc->c->recorder, p->owner, rc->component, "Normal",
			       "SuccessfulDelete", "Deleted pod: %s", meta_name(pod));
	}
	return 0;
}

/* The active pods of all owners that have the controller of this one; NULL: it has none, or no pod too many. */
static json_t *related_pods(struct replica_controller *rc, const struct pass *p)
{
	const char *uid = json_str(meta_controller_ref(p->owner), "uid");
	_cleanup_json_ json_t *pods = NULL;
	json_t *related, *pod;
	size_t i;

	if (!uid || (int64_t)json_array_size(p->active) <= workload_replicas(p->owner))
		return NULL;
	pods = informer_list(rc->pods, meta_namespace(p->owner) ?: "");
	related = json_array();
	json_array_foreach(pods, i, pod) {
		const char *name = json_str(meta_controller_ref(pod), "name");
		const json_t *owner = informer_find(rc->owners, meta_namespace(pod), name);

		if (pod_is_active(pod) && owner && meta_is_controlled_by(pod, owner) &&
		    streq(json_str(meta_controller_ref(owner), "uid"), uid))
			json_array_append(related, pod);
	}
	return related;
}

static int carry_out(struct replica_controller *rc, struct pass *p, struct error *err)
{
	_cleanup_(replica_plan_deinit) struct replica_plan plan = { 0 };
	_cleanup_json_ json_t *related = related_pods(rc, p);

	replica_plan_make(p->owner, p->active, related, store_now_ns(rc->c->store), &plan);
	if (plan.create)
		return create_pods(rc, p, plan.create, err);
	return delete_pods(rc, p, plan.surplus, err);
}

static int write_status(struct replica_controller *rc, const char *key, struct pass *p,
			struct error *err)
{
	struct replica_facts facts = {
		.active = p->active,
		.terminating = p->terminating,
		.shows_terminating = rc->shows_terminating,
		.failure_reason = p->failure_reason,
		.failure_message = p->failure_reason ? error_text(&p->failure) : NULL,
		.now_ns = store_now_ns(rc->c->store),
	};
	_cleanup_json_ json_t *status = replica_status_make(p->owner, &facts);
	int64_t next = replica_status_next_change(p->owner, &facts);

	if (next >= 0)
		workqueue_add_after(rc->queue, key, next);
	return control_write_status(rc->c, rc->kind, p->owner, status, err);
}

static int reconcile(struct replica_controller *rc, const char *key, struct pass *p,
		     struct error *err)
{
	int r;

	r = claim_pods(rc, p, err);
	if (r < 0)
		return r;
	if (!meta_deletion_timestamp(p->owner))
		r = carry_out(rc, p, &p->failure);
	if (r < 0 && namespace_goes(&p->failure)) {
		p->failure_reason = NULL; /* nothing can be made here any more, and nothing has to */
		r = 0;
	}
	if (r < 0)
		error_copy(err, &p->failure);
	return MIN(r, write_status(rc, key, p, r < 0 ? NULL : err));
}

static void on_key(void *userdata, const char *key)
{
	struct replica_controller *rc = userdata;
	_cleanup_free_ char *copy = xstrdup(key);
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_(pass_deinit) struct pass p = { .active = json_array() };
	const char *ns, *name = workqueue_split(copy, &ns);

	p.owner = json_incref(informer_find(rc->owners, ns, name));
	if (!p.owner) {
		workqueue_forget(rc->queue, key);
		return;
	}
	if (reconcile(rc, key, &p, &err) < 0) {
		log_debug("controllers", "%s %s: %s", rc->kind->kind, key, error_text(&err));
		workqueue_add_failed(rc->queue, key);
		return;
	}
	workqueue_forget(rc->queue, key);
	if (p.again)
		workqueue_add(rc->queue, key);
}

DEFINE_CLEANUP_FUNC(struct replica_controller *, replica_controller_free)

int replica_controller_new(struct control *c, const struct kind *k, struct replica_controller **ret,
			   struct error *err)
{
	_cleanup_(replica_controller_freep) struct replica_controller *rc = xnew(rc);
	int r;

	rc->c = c;
	rc->kind = k;
	rc->shows_terminating = k == &kind_replicaset;
	rc->component = k == &kind_replicaset ? "replicaset-controller" : "replication-controller";
	rc->queue = workqueue_new(c->loop, c->clock, on_key, rc);
	r = informer_get(c->informers, k, &rc->owners, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_pod, &rc->pods, err);
	if (r < 0)
		return r;
	rc->waker = (struct waker){ .queue = rc->queue, .owners = rc->owners, .kind = rc->kind };
	informer_subscribe(rc->owners, waker_owner_changed, &rc->waker);
	informer_subscribe(rc->pods, waker_owned_changed, &rc->waker);
	*ret = take_ptr(rc);
	return 0;
}

struct replica_controller *replica_controller_free(struct replica_controller *rc)
{
	if (!rc)
		return NULL;
	workqueue_free(rc->queue);
	free(rc);
	return NULL;
}
