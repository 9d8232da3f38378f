/*
 * daemonset: keeps a pod of a DaemonSet on each node that it fits, and brings them to its template.
 *
 * A reconcile looks at one DaemonSet: see that the present template is a revision (revision_keeper.h), claim the
 * pods of its namespace, put pods and nodes together (daemon_facts.h), plan one step (daemon_plan.h), carry it out,
 * drop revisions beyond the limit, write the status of what is there then (daemon_status.h). It begins anew at every
 * change of the set, of its revisions and pods and of pods that it might adopt, when a node comes, goes or has other
 * labels or taints, when a pod becomes available or a node's back-off ends, and after a write failed.
 *
 * Each step's writes are in the informers at once, so the next one starts from them; nothing else is remembered,
 * but the back-off of failed pods (daemon_backoff.h).
 */
#include "controllers/daemonset.h"

#include "api/cluster.h"
#include "api/controller_revision.h"
#include "api/daemonset.h"
#include "api/meta.h"
#include "api/pod.h"
#include "api/pod_status.h"
#include "base/json.h"
#include "base/log.h"
#include "controllers/claim.h"
#include "controllers/control.h"
#include "controllers/daemon_backoff.h"
#include "controllers/daemon_plan.h"
#include "controllers/daemon_status.h"
#include "controllers/recorder.h"
#include "controllers/revision_keeper.h"
#include "controllers/waker.h"
#include "controllers/workqueue.h"

#define COMPONENT "daemonset-controller"
#define BATCH 16 /* pods made or deleted in one turn of the loop */

struct daemonset_controller {
	struct control *c;
	struct informer *sets, *pods, *nodes;
	struct revision_keeper keeper;
	struct daemon_backoff *backoff;
	struct workqueue *queue;
	struct waker waker;
};

/* One look at one DaemonSet. */
struct look {
	json_t *ds; /* owned */
	struct revision_plan revisions;
	json_t *pods; /* its own, also those that have ended; owned */
	json_t *nodes; /* owned */
	bool again; /* more to do on the next turn */
};

static void look_deinit(struct look *l)
{
	json_decref(l->ds);
	json_decref(l->pods);
	json_decref(l->nodes);
	revision_plan_deinit(&l->revisions);
}

/* ---- what wakes it ---- */

/* A node's heartbeat is nothing to a DaemonSet. */
static bool is_same_place(const json_t *was, const json_t *now)
{
	return was && now && json_same(meta_labels(was), meta_labels(now)) &&
	       json_same(json_arr(was, "spec.taints"), json_arr(now, "spec.taints"));
}

static void on_node(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	struct daemonset_controller *dc = userdata;
	_cleanup_json_ json_t *sets = NULL;
	json_t *ds;
	size_t i;

	if (is_same_place(was, now))
		return;
	sets = informer_list(dc->sets, NULL);
	json_array_foreach(sets, i, ds)
		workqueue_add_name(dc->queue, meta_namespace(ds), meta_name(ds));
}

/* ---- its pods ---- */

static int claim_pods(struct daemonset_controller *dc, struct look *l, struct error *err)
{
	const struct claimant by = {
		.c = dc->c, .kind = &kind_pod, .objects = dc->pods, .owner = l->ds
	};

	return claim_all(&by, &l->pods, err);
}

static const char *hash_of(const struct look *l)
{
	return meta_label(l->revisions.current, REVISION_POD_LABEL);
}

static void see(struct daemonset_controller *dc, struct look *l, struct daemon_facts *ret)
{
	int64_t now_ns = store_now_ns(dc->c->store);

	json_decref(l->nodes);
	l->nodes = informer_list(dc->nodes, NULL);
	daemon_facts_init(ret, l->ds, hash_of(l), l->nodes, l->pods, now_ns);
	for (size_t i = 0; i < ret->n; i++)
		ret->nodes[i].wait_ns = daemon_backoff_left(dc->backoff, meta_uid(l->ds),
							    ret->nodes[i].name, now_ns);
}

/* ---- carrying out ---- */

static int create_pod(struct daemonset_controller *dc, struct look *l, const char *node,
		      struct error *err)
{
	_cleanup_json_ json_t *pod = daemon_pod_new(l->ds, node, hash_of(l)), *stored = NULL;
	int r = control_create(dc->c, &kind_pod, meta_namespace(l->ds), pod, &stored, err);

	if (r < 0) {
		recorder_event(dc->c->recorder, l->ds, COMPONENT, "Warning", "FailedCreate",
			       "Error creating: %s", error_text(err));
		return r;
	}
	recorder_event(dc->c->recorder, l->ds, COMPONENT, "Normal", "SuccessfulCreate",
		       "Created pod: %s", meta_name(stored));
	return 0;
}

static void tell_ended(struct daemonset_controller *dc, const struct look *l,
		       const struct daemon_action *a)
{
	if (a->why == DAEMON_FAILED) {
		daemon_backoff_note(dc->backoff, meta_uid(l->ds), a->node,
				    store_now_ns(dc->c->store));
		recorder_event(dc->c->recorder, l->ds, COMPONENT, "Warning", "FailedDaemonPod",
			       "Found failed daemon pod %s/%s on node %s, will try to kill it",
			       meta_namespace(a->pod), meta_name(a->pod), a->node);
	} else if (a->why == DAEMON_SUCCEEDED) {
		recorder_event(dc->c->recorder, l->ds, COMPONENT, "Normal", "SucceededDaemonPod",
			       "Found succeeded daemon pod %s/%s on node %s, will try to delete it",
			       meta_namespace(a->pod), meta_name(a->pod), a->node);
	}
}

static int delete_pod(struct daemonset_controller *dc, struct look *l,
		      const struct daemon_action *a, struct error *err)
{
	int r;

	tell_ended(dc, l, a);
	r = control_delete(dc->c, &kind_pod, a->pod, NULL, err);
	if (r < 0) {
		recorder_event(dc->c->recorder, l->ds, COMPONENT, "Warning", "FailedDelete",
			       "Error deleting: %s", error_text(err));
		return r;
	}
	recorder_event(dc->c->recorder, l->ds, COMPONENT, "Normal", "SuccessfulDelete",
		       "Deleted pod: %s", meta_name(a->pod));
	return 0;
}

static int carry_out(struct daemonset_controller *dc, const char *key, struct look *l,
		     struct error *err)
{
	_cleanup_(daemon_facts_deinit) struct daemon_facts facts = { 0 };
	_cleanup_(daemon_plan_deinit) struct daemon_plan plan = { 0 };
	int r = 0;

	see(dc, l, &facts);
	daemon_plan_make(&facts, &plan);
	for (size_t i = 0; i < MIN(plan.n, (size_t)BATCH) && r == 0; i++) {
		const struct daemon_action *a = &plan.actions[i];

		r = a->pod ? delete_pod(dc, l, a, err) : create_pod(dc, l, a->node, err);
	}
	l->again = plan.n > BATCH;
	if (plan.wake_ns)
		workqueue_add_after(dc->queue, key, plan.wake_ns);
	return r;
}

/* A revision stays while a pod of it is there. */
static int trim_history(struct daemonset_controller *dc, struct look *l, struct error *err)
{
	_cleanup_json_ json_t *in_use = json_object();
	json_t *pod;
	size_t i;

	json_array_foreach(l->pods, i, pod) {
		const char *hash = meta_label(pod, REVISION_POD_LABEL);

		if (hash)
			json_object_set_new(in_use, hash, json_true());
	}
	return revision_keeper_trim(&dc->keeper, l->ds, &l->revisions, in_use, err);
}

/* ---- status ---- */

static int report(struct daemonset_controller *dc, const char *key, struct look *l,
		  struct error *err)
{
	_cleanup_(daemon_facts_deinit) struct daemon_facts facts = { 0 };
	_cleanup_json_ json_t *status = NULL;
	int64_t next_ns;
	int r;

	r = claim_pods(dc, l, err);
	if (r < 0)
		return r;
	see(dc, l, &facts);
	status = daemon_status_make(&facts);
	next_ns = daemon_status_next_change(&facts);
	if (next_ns >= 0)
		workqueue_add_after(dc->queue, key, next_ns);
	return control_write_status(dc->c, &kind_daemonset, l->ds, status, err);
}

/* Another name for the revision: the write wakes the key again. */
static int count_collision(struct daemonset_controller *dc, const json_t *ds, struct error *err)
{
	_cleanup_json_ json_t *status = json_dup(json_obj(ds, "status"));

	json_set_int(status, "collisionCount", json_int(status, "collisionCount", 0) + 1);
	return control_write_status(dc->c, &kind_daemonset, ds, status, err);
}

static int reconcile(struct daemonset_controller *dc, const char *key, struct look *l,
		     struct error *err)
{
	_cleanup_error_ struct error failure = ERROR_INIT;
	int r, did;

	if (meta_deletion_timestamp(l->ds))
		return 0;
	r = revision_keeper_sync(&dc->keeper, l->ds, &l->revisions, err);
	if (r == REVISION_COLLIDED)
		return count_collision(dc, l->ds, err);
	if (r == 0)
		r = claim_pods(dc, l, err);
	if (r < 0)
		return r;
	did = carry_out(dc, key, l, &failure);
	r = trim_history(dc, l, err);
	if (r == 0)
		r = report(dc, key, l, err);
	if (r == 0 && did < 0)
		error_copy(err, &failure);
	return MIN(r, did);
}

static void on_key(void *userdata, const char *key)
{
	struct daemonset_controller *dc = userdata;
	_cleanup_free_ char *copy = xstrdup(key);
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_(look_deinit) struct look l = { 0 };
	const char *ns, *name = workqueue_split(copy, &ns);

	l.ds = json_incref(informer_find(dc->sets, ns, name));
	if (l.ds && reconcile(dc, key, &l, &err) < 0) {
		log_debug("controllers", "daemonset %s: %s", key, error_text(&err));
		workqueue_add_failed(dc->queue, key);
		return;
	}
	workqueue_forget(dc->queue, key);
	if (l.again)
		workqueue_add(dc->queue, key);
}

/* ---- life ---- */

DEFINE_CLEANUP_FUNC(struct daemonset_controller *, daemonset_controller_free)

int daemonset_controller_new(struct control *c, struct daemonset_controller **ret, struct error *err)
{
	_cleanup_(daemonset_controller_freep) struct daemonset_controller *dc = xnew(dc);
	int r;

	dc->c = c;
	dc->backoff = daemon_backoff_new();
	dc->queue = workqueue_new(c->loop, c->clock, on_key, dc);
	r = revision_keeper_init(&dc->keeper, c, REVISION_POD_LABEL, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_daemonset, &dc->sets, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_pod, &dc->pods, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_node, &dc->nodes, err);
	if (r < 0)
		return r;
	dc->waker =
		(struct waker){ .queue = dc->queue, .owners = dc->sets, .kind = &kind_daemonset };
	informer_subscribe(dc->sets, waker_owner_changed, &dc->waker);
	informer_subscribe(dc->pods, waker_owned_changed, &dc->waker);
	informer_subscribe(dc->keeper.revisions, waker_owned_changed, &dc->waker);
	informer_subscribe(dc->nodes, on_node, dc);
	*ret = take_ptr(dc);
	return 0;
}

struct daemonset_controller *daemonset_controller_free(struct daemonset_controller *dc)
{
	if (!dc)
		return NULL;
	workqueue_free(dc->queue);
	daemon_backoff_free(dc->backoff);
	free(dc);
	return NULL;
}
