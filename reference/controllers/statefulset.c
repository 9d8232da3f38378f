/*
 * statefulset: keeps a StatefulSet's pods: each with its name, its storage, and one at a time.
 *
 * A reconcile looks at one StatefulSet: claim its pods (adopt, release), see to its revisions (revision_keeper.h), plan a
 * step (statefulset_plan.h), carry it out, write the status of what is there then (statefulset_status.h). It begins
 * anew at every change of the set and of its pods, when a claim goes, when a ready pod becomes available, and
 * after a back-off when a write failed. A step's writes are changes of pods, so the next step follows by itself.
 *
 * A pod's claims are made before the pod. A claim that an earlier pod of the name takes with it is waited for.
 */
#include "controllers/statefulset.h"

#include "api/meta.h"
#include "api/persistent_volume.h"
#include "api/pod.h"
#include "api/selector.h"
#include "api/statefulset.h"
#include "api/workload.h"
#include "base/json.h"
#include "base/log.h"
#include "controllers/claim.h"
#include "controllers/control.h"
#include "controllers/recorder.h"
#include "controllers/revision_keeper.h"
#include "controllers/statefulset_plan.h"
#include "controllers/statefulset_pod.h"
#include "controllers/statefulset_status.h"
#include "controllers/waker.h"
#include "controllers/workqueue.h"

#define COMPONENT "statefulset-controller"
#define HASH_LABEL "controller.kubernetes.io/hash"

struct statefulset_controller {
	struct control *c;
	struct informer *sets, *pods, *claims;
	struct revision_keeper keeper;
	struct workqueue *queue;
	struct waker waker;
};

/* One look at one StatefulSet. */
struct look {
	json_t *sts, *pods; /* owned */
	struct revision_plan revisions;
	const json_t *current; /* the revision from which pods come; in revisions */
};

static void look_deinit(struct look *l)
{
	json_decref(l->sts);
	json_decref(l->pods);
	revision_plan_deinit(&l->revisions);
}

/* ---- what wakes it ---- */

/* Those that may adopt it. */
static void wake_namesakes(struct statefulset_controller *sc, const json_t *pod)
{
	_cleanup_json_ json_t *all = informer_list(sc->sets, meta_namespace(pod) ?: "");
	json_t *sts;
	size_t i;

	json_array_foreach(all, i, sts)
		if (sts_pod_ordinal(sts, pod) >= 0)
			workqueue_add_name(sc->queue, meta_namespace(sts), meta_name(sts));
}

static void on_pod(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	struct statefulset_controller *sc = userdata;

	if (was)
		waker_wake_owner(&sc->waker, was);
	if (now && meta_controller_ref(now))
		waker_wake_owner(&sc->waker, now);
	else
		wake_namesakes(sc, now ? now : was);
}

/* A claim is gone: its set may wait for that, or need a new one. */
static void on_claim(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	struct statefulset_controller *sc = userdata;
	_cleanup_json_ json_t *all = NULL;
	json_t *sts;
	size_t i;

	if (now)
		return;
	all = informer_list(sc->sets, meta_namespace(was) ?: "");
	json_array_foreach(all, i, sts)
		if (json_len(sts, "spec.volumeClaimTemplates"))
			workqueue_add_name(sc->queue, meta_namespace(sts), meta_name(sts));
}

/* ---- its pods ---- */

/* A pod of nobody is wanted only when its name is one of the set's. */
static int claim_pods(struct statefulset_controller *sc, struct look *l, struct error *err)
{
	const struct claimant by = {
		.c = sc->c, .kind = &kind_pod, .objects = sc->pods, .owner = l->sts
	};
	_cleanup_(selector_freep) struct selector *sel = NULL;
	_cleanup_json_ json_t *all = informer_list(sc->pods, meta_namespace(l->sts) ?: "");
	json_t *pod;
	size_t i;
	int r;

	json_decref(l->pods);
	l->pods = json_array();
	r = workload_selector(l->sts, &sel, err);
	json_array_foreach(all, i, pod)
		if (r == 0 && (meta_controller_ref(pod) || sts_pod_ordinal(l->sts, pod) >= 0))
			r = claim_one(&by, sel, pod, l->pods, err);
	return r;
}

/* ---- its claims ---- */

static json_t *find_claim(struct statefulset_controller *sc, const json_t *claim)
{
	return informer_find(sc->claims, meta_namespace(claim), meta_name(claim));
}

static int create_claim(struct statefulset_controller *sc, const json_t *sts, json_t *claim,
			const char *pod, struct error *err)
{
	int r = control_create(sc->c, &kind_persistentvolumeclaim, meta_namespace(sts), claim, NULL,
			       err);

	if (r < 0)
		recorder_event(sc->c->recorder, sts, COMPONENT, "Warning", "FailedCreate",
			       "Create Claim %s for Pod %s in StatefulSet %s failed error: %s",
			       meta_name(claim), pod, meta_name(sts), error_text(err));
	else
		recorder_event(sc->c->recorder, sts, COMPONENT, "Normal", "SuccessfulCreate",
			       "Create Claim %s Pod %s in StatefulSet %s success", meta_name(claim),
			       pod, meta_name(sts));
	return r;
}

/* Makes what is missing. *ret_wait: one is there that must go first. */
static int make_claims(struct statefulset_controller *sc, const json_t *sts, const char *pod,
		       int64_t ordinal, bool *ret_wait, struct error *err)
{
	_cleanup_json_ json_t *wanted = sts_claims_new(sts, ordinal);
	json_t *claim;
	size_t i;
	int r;

	json_array_foreach(wanted, i, claim) {
		const json_t *there = find_claim(sc, claim);

		if (there) {
			*ret_wait |= sts_claim_is_stale(sts, there, ordinal);
			continue;
		}
		r = create_claim(sc, sts, claim, pod, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The owners of the pod's claims, by the retention policy. */
static int own_claims(struct statefulset_controller *sc, const json_t *sts,
		      const struct sts_action *a, struct error *err)
{
	_cleanup_json_ json_t *wanted = sts_claims_new(sts, a->ordinal);
	json_t *claim;
	size_t i;
	int r;

	json_array_foreach(wanted, i, claim) {
		const json_t *there = find_claim(sc, claim);
		_cleanup_json_ json_t *edited = NULL;

		if (!there || meta_deletion_timestamp(there))
			continue;
		edited = sts_claim_owned(sts, a->pod, there, a->condemned);
		if (!edited)
			continue;
		r = control_update(sc->c, &kind_persistentvolumeclaim, STORE_META, edited, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- carrying out ---- */

static int create_pod(struct statefulset_controller *sc, struct look *l, const struct sts_action *a,
		      struct error *err)
{
	_cleanup_json_ json_t *pod =
		sts_pod_new(l->sts, a->old ? l->current : l->revisions.current, a->ordinal);
	_cleanup_free_ char *name = xstrdup(meta_name(pod));
	bool wait = false;
	int r;

	r = make_claims(sc, l->sts, name, a->ordinal, &wait, err);
	if (r < 0 || wait)
		return r;
	r = control_create(sc->c, &kind_pod, meta_namespace(l->sts), pod, NULL, err);
	if (r < 0)
		recorder_event(sc->c->recorder, l->sts, COMPONENT, "Warning", "FailedCreate",
			       "Create Pod %s in StatefulSet %s failed error: %s", name,
			       meta_name(l->sts), error_text(err));
	else
		recorder_event(sc->c->recorder, l->sts, COMPONENT, "Normal", "SuccessfulCreate",
			       "Create Pod %s in StatefulSet %s successful", name,
			       meta_name(l->sts));
	return r;
}

static int delete_pod(struct statefulset_controller *sc, struct look *l, const struct sts_action *a,
		      struct error *err)
{
	_cleanup_free_ char *name = xstrdup(meta_name(a->pod));
	int r = control_delete(sc->c, &kind_pod, a->pod, NULL, err);

	if (r < 0)
		recorder_event(sc->c->recorder, l->sts, COMPONENT, "Warning", "FailedDelete",
			       "Delete Pod %s in StatefulSet %s failed error: %s", name,
			       meta_name(l->sts), error_text(err));
	else
		recorder_event(sc->c->recorder, l->sts, COMPONENT, "Normal", "SuccessfulDelete",
			       "Delete Pod %s in StatefulSet %s successful", name,
			       meta_name(l->sts));
	return r;
}

static int keep(struct statefulset_controller *sc, struct look *l, const struct sts_action *a,
		struct error *err)
{
	_cleanup_json_ json_t *edited = NULL;
	bool wait = false;
	int r = 0;

	if (!a->condemned && !meta_deletion_timestamp(a->pod))
		r = make_claims(sc, l->sts, meta_name(a->pod), a->ordinal, &wait, err);
	if (r == 0)
		r = own_claims(sc, l->sts, a, err);
	if (r < 0 || a->condemned)
		return r;
	edited = sts_pod_relabelled(l->sts, a->pod);
	return edited ? control_update(sc->c, &kind_pod, STORE_META, edited, err) : 0;
}

static int carry_out(struct statefulset_controller *sc, struct look *l, const struct sts_plan *plan,
		     struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < plan->n; i++) {
		const struct sts_action *a = &plan->actions[i];

		switch (a->verb) {
		case STS_CREATE:
			r = create_pod(sc, l, a, err);
			break;
		case STS_DELETE:
			r = delete_pod(sc, l, a, err);
			break;
		case STS_KEEP:
			r = keep(sc, l, a, err);
			break;
		}
	}
	return r;
}

/* ---- status and history ---- */

static struct sts_facts facts_of(struct statefulset_controller *sc, const struct look *l)
{
	return (struct sts_facts){
		.sts = l->sts,
		.pods = l->pods,
		.current = meta_name(l->current),
		.update = meta_name(l->revisions.current),
		.now_ns = store_now_ns(sc->c->store),
	};
}

static int report(struct statefulset_controller *sc, const char *key, struct look *l,
		  struct error *err)
{
	_cleanup_json_ json_t *status = NULL;
	struct sts_facts f;
	int64_t next_ns;
	int r;

	r = claim_pods(sc, l, err);
	if (r < 0)
		return r;
	f = facts_of(sc, l);
	status = sts_status_make(&f);
	next_ns = sts_status_next_change(&f);
	if (next_ns >= 0)
		workqueue_add_after(sc->queue, key, next_ns);
	return control_write_status(sc->c, &kind_statefulset, l->sts, status, err);
}

/* Revisions of pods that are there, and the one that they come from, are no history. */
static int trim(struct statefulset_controller *sc, struct look *l, struct error *err)
{
	_cleanup_json_ json_t *old = json_array(), *live = json_object();
	struct revision_plan history = { .current = l->revisions.current, .old = old };
	json_t *item;
	size_t i;

	json_object_set_new(live, meta_name(l->current), json_true());
	json_array_foreach(l->pods, i, item)
		if (*sts_pod_revision(item))
			json_object_set_new(live, sts_pod_revision(item), json_true());
	json_array_foreach(l->revisions.old, i, item)
		if (!json_object_get(live, meta_name(item)))
			json_array_append(old, item);
	return revision_keeper_trim(&sc->keeper, l->sts, &history, live, err);
}

/* The name of the new revision is taken by something else: with another count there is another name. */
static int count_collision(struct statefulset_controller *sc, const json_t *sts, struct error *err)
{
	_cleanup_json_ json_t *status = json_dup(json_obj(sts, "status")) ?: json_object();

	json_set_int(status, "collisionCount", json_int(sts, "status.collisionCount", 0) + 1);
	return control_write_status(sc->c, &kind_statefulset, sts, status, err);
}

/* ---- one StatefulSet ---- */

static const json_t *current_revision(const struct look *l)
{
	const char *name = json_str(l->sts, "status.currentRevision");
	json_t *revision;
	size_t i;

	json_array_foreach(l->revisions.old, i, revision)
		if (streq(meta_name(revision), name))
			return revision;
	return l->revisions.current;
}

static int reconcile(struct statefulset_controller *sc, const char *key, struct look *l,
		     struct error *err)
{
	_cleanup_(sts_plan_deinit) struct sts_plan plan = { 0 };
	struct sts_facts f;
	int r, reported;

	r = claim_pods(sc, l, err);
	if (r == 0)
		r = revision_keeper_sync(&sc->keeper, l->sts, &l->revisions, err);
	if (r == REVISION_COLLIDED)
		return count_collision(sc, l->sts, err);
	if (r < 0)
		return r;
	l->current = current_revision(l);
	f = facts_of(sc, l);
	if (!meta_deletion_timestamp(l->sts)) {
		sts_plan_make(&f, &plan);
		r = carry_out(sc, l, &plan, err);
	}
	reported = report(sc, key, l, r < 0 ? NULL : err);
	if (r == 0 && reported == 0)
		r = trim(sc, l, err);
	return MIN(r, reported);
}

static void on_key(void *userdata, const char *key)
{
	struct statefulset_controller *sc = userdata;
	_cleanup_free_ char *copy = xstrdup(key);
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_(look_deinit) struct look l = { 0 };
	const char *ns, *name = workqueue_split(copy, &ns);

	l.sts = json_incref(informer_find(sc->sets, ns, name));
	if (l.sts && reconcile(sc, key, &l, &err) < 0) {
		log_debug("controllers", "statefulset %s: %s", key, error_text(&err));
		workqueue_add_failed(sc->queue, key);
		return;
	}
	workqueue_forget(sc->queue, key);
}

/* ---- life ---- */

DEFINE_CLEANUP_FUNC(struct statefulset_controller *, statefulset_controller_free)

int statefulset_controller_new(struct control *c, struct statefulset_controller **ret,
			       struct error *err)
{
	_cleanup_(statefulset_controller_freep) struct statefulset_controller *sc = xnew(sc);
	int r;

	sc->c = c;
	sc->queue = workqueue_new(c->loop, c->clock, on_key, sc);
	r = revision_keeper_init(&sc->keeper, c, HASH_LABEL, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_statefulset, &sc->sets, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_pod, &sc->pods, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_persistentvolumeclaim, &sc->claims, err);
	if (r < 0)
		return r;
	sc->waker =
		(struct waker){ .queue = sc->queue, .owners = sc->sets, .kind = &kind_statefulset };
	informer_subscribe(sc->sets, waker_owner_changed, &sc->waker);
	informer_subscribe(sc->pods, on_pod, sc);
	informer_subscribe(sc->claims, on_claim, sc);
	*ret = take_ptr(sc);
	return 0;
}

struct statefulset_controller *statefulset_controller_free(struct statefulset_controller *sc)
{
	if (!sc)
		return NULL;
	workqueue_free(sc->queue);
	free(sc);
	return NULL;
}
