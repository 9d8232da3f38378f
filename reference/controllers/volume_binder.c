/*
 * volume_binder: keeps PersistentVolumes and the claims to them in step.
 *
 * Keys of the queue are claims ("ns/name") and volumes ("name"). A claim without a volume is given one (volume_plan.h): first
 * the volume names the claim, which settles to whom it belongs, then the claim names the volume. A reconcile that
 * was cut off in between finds the volume that names the claim and goes on. A claim that finds none waits; a volume
 * that becomes free wakes all that wait.
 *
 * Nothing is provisioned: there are no storage classes here, a class is just a name that both must have in common.
 */
#include "controllers/volume_binder.h"

#include "api/meta.h"
#include "api/persistent_volume.h"
#include "base/json.h"
#include "base/log.h"
#include "controllers/control.h"
#include "controllers/recorder.h"
#include "controllers/volume_plan.h"
#include "controllers/workqueue.h"

#define COMPONENT "persistentvolume-controller"

struct volume_binder {
	struct control *c;
	struct informer *claims, *volumes;
	struct workqueue *queue;
};

/* ---- what wakes it ---- */

static void wake_waiting(struct volume_binder *b)
{
	_cleanup_json_ json_t *claims = informer_list(b->claims, NULL);
	json_t *claim;
	size_t i;

	json_array_foreach(claims, i, claim)
		if (!claim_is_bound(claim))
			workqueue_add_name(b->queue, meta_namespace(claim), meta_name(claim));
}

static void wake_claim_of(struct volume_binder *b, const json_t *pv)
{
	const char *ns = json_str(pv, "spec.claimRef.namespace");

	if (ns)
		workqueue_add_name(b->queue, ns, json_str_or(pv, "spec.claimRef.name", ""));
}

static void on_volume(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	struct volume_binder *b = userdata;
	bool is_free = now && !json_has(now, "spec.claimRef");
	bool was_free = was && !json_has(was, "spec.claimRef");

	if (now)
		workqueue_add(b->queue, meta_name(now));
	wake_claim_of(b, now ? now : was);
	if (is_free && !was_free)
		wake_waiting(b);
}

static void on_claim(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	struct volume_binder *b = userdata;
	const json_t *claim = now ? now : was;
	const char *volume = json_str_or(claim, "spec.volumeName", "");

	if (now)
		workqueue_add_name(b->queue, meta_namespace(now), meta_name(now));
	if (*volume)
		workqueue_add(b->queue, volume);
}

/* ---- a claim ---- */

static void tell_waits(struct volume_binder *b, const json_t *claim)
{
	const char *class = volume_class(claim);

	if (json_has(claim, "status.phase"))
		return;
	if (*class)
		recorder_event(b->c->recorder, claim, COMPONENT, "Warning", "ProvisioningFailed",
			       "storageclass.storage.k8s.io \"%s\" not found", class);
	else
		recorder_event(b->c->recorder, claim, COMPONENT, "Normal", "FailedBinding",
			       "no persistent volumes available for this claim and no storage "
			       "class is set");
}

/* The volume that is, or is to be, the claim's; NULL: there is none for it. */
static const json_t *volume_of(struct volume_binder *b, const json_t *claim)
{
	const char *name = json_str_or(claim, "spec.volumeName", "");
	_cleanup_json_ json_t *all = NULL;
	const json_t *pv;

	if (*name) {
		pv = informer_find(b->volumes, NULL, name);
		if (!pv ||
		    (claim_is_bound(claim) ? !volume_is_for(pv, claim) : !volume_fits(pv, claim)))
			return NULL;
		return pv;
	}
	all = informer_list(b->volumes, NULL);
	pv = volume_choose(claim, all); /* the informer holds it still */
	return pv;
}

static int bind(struct volume_binder *b, const json_t *claim, const json_t *pv, struct error *err)
{
	_cleanup_json_ json_t *named = NULL, *naming = NULL;
	int r = 0;

	if (!streq(json_str(pv, "spec.claimRef.uid"), meta_uid(claim))) {
		named = volume_with_claim(pv, claim);
		r = control_update(b->c, &kind_persistentvolume, STORE_SPEC, named, err);
		if (r < 0)
			return error_wrap(err, "binding volume %s", meta_name(named));
	}
	if (claim_is_bound(claim))
		return 0;
	naming = claim_with_volume(claim, pv);
	r = control_update(b->c, &kind_persistentvolumeclaim, STORE_SPEC, naming, err);
	return r < 0 ? error_wrap(err, "binding claim %s", meta_name(naming)) : 0;
}

static int sync_claim(struct volume_binder *b, const char *ns, const char *name, struct error *err)
{
	_cleanup_json_ json_t *claim = json_incref(informer_find(b->claims, ns, name));
	_cleanup_json_ json_t *pv = NULL, *status = NULL;
	int r = 0;

	if (!claim || (meta_deletion_timestamp(claim) && !claim_is_bound(claim)))
		return 0;
	pv = json_incref((json_t *)volume_of(b, claim));
	if (pv)
		r = bind(b, claim, pv, err);
	else
		tell_waits(b, claim);
	if (r < 0)
		return r;
	json_decref(claim);
	claim = json_incref(informer_find(b->claims, ns, name));
	status = claim_status_make(claim, pv);
	return control_write_status(b->c, &kind_persistentvolumeclaim, claim, status, err);
}

/* ---- a volume ---- */

static int sync_volume(struct volume_binder *b, const char *name, struct error *err)
{
	_cleanup_json_ json_t *pv = json_incref(informer_find(b->volumes, NULL, name));
	_cleanup_json_ json_t *status = NULL;
	const json_t *claim;

	if (!pv)
		return 0;
	claim = informer_find(b->claims, json_str(pv, "spec.claimRef.namespace"),
			      json_str_or(pv, "spec.claimRef.name", ""));
	if (claim && !volume_is_for(pv, claim))
		claim = NULL;
	status = volume_status_make(pv, claim, store_now_ns(b->c->store));
	return control_write_status(b->c, &kind_persistentvolume, pv, status, err);
}

static void on_key(void *userdata, const char *key)
{
	struct volume_binder *b = userdata;
	_cleanup_free_ char *copy = xstrdup(key);
	_cleanup_error_ struct error err = ERROR_INIT;
	const char *ns, *name = workqueue_split(copy, &ns);
	int r = *ns ? sync_claim(b, ns, name, &err) : sync_volume(b, name, &err);

	if (r < 0) {
		log_debug("controllers", "volume or claim %s: %s", key, error_text(&err));
		workqueue_add_failed(b->queue, key);
		return;
	}
	workqueue_forget(b->queue, key);
}

DEFINE_CLEANUP_FUNC(struct volume_binder *, volume_binder_free)

int volume_binder_new(struct control *c, struct volume_binder **ret, struct error *err)
{
	_cleanup_(volume_binder_freep) struct volume_binder *b = xnew(b);
	int r;

	b->c = c;
	b->queue = workqueue_new(c->loop, c->clock, on_key, b);
	r = informer_get(c->informers, &kind_persistentvolumeclaim, &b->claims, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_persistentvolume, &b->volumes, err);
	if (r < 0)
		return r;
	informer_subscribe(b->volumes, on_volume, b);
	informer_subscribe(b->claims, on_claim, b);
	*ret = take_ptr(b);
	return 0;
}

struct volume_binder *volume_binder_free(struct volume_binder *b)
{
	if (!b)
		return NULL;
	workqueue_free(b->queue);
	free(b);
	return NULL;
}
