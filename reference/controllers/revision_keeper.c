/*
 * revision_keeper: the one place that writes ControllerRevisions.
 *
 * Revisions are claimed like pods: by the owner's selector, since they carry the labels of their template. So an
 * owner that comes after one whose objects were orphaned finds the history, and the present revision, again.
 */
#include "controllers/revision_keeper.h"

#include "api/controller_revision.h"
#include "api/meta.h"
#include "api/selector.h"
#include "api/workload.h"
#include "base/defs.h"
#include "base/json.h"
#include "controllers/ownership.h"

int revision_keeper_init(struct revision_keeper *k, struct control *c, const char *hash_label,
			 struct error *err)
{
	*k = (struct revision_keeper){ .c = c, .hash_label = hash_label };
	return informer_get(c->informers, &kind_controller_revision, &k->revisions, err);
}

static int claim_one(struct revision_keeper *k, const json_t *owner, const struct selector *sel,
		     json_t *revision, bool *ret_mine, struct error *err)
{
	_cleanup_json_ json_t *edited = NULL;
	enum claim claim = ownership_claim(owner, sel, revision);
	int r;

	*ret_mine = claim == CLAIM_MINE || claim == CLAIM_ADOPT;
	if (claim == CLAIM_ADOPT)
		edited = ownership_adopted(revision, owner);
	else if (claim == CLAIM_RELEASE)
		edited = ownership_released(revision, meta_uid(owner));
	if (!edited)
		return 0;
	r = control_update(k->c, &kind_controller_revision, STORE_META, edited, err);
	return r < 0 ? error_wrap(err, "%s revision %s", *ret_mine ? "adopting" : "releasing",
				  meta_name(revision)) :
		       0;
}

static json_t *find(const struct revision_keeper *k, const json_t *revision)
{
	return informer_find(k->revisions, meta_namespace(revision), meta_name(revision));
}

static int claim_all(struct revision_keeper *k, const json_t *owner, json_t *mine, struct error *err)
{
	_cleanup_(selector_freep) struct selector *sel = NULL;
	_cleanup_json_ json_t *all = informer_list(k->revisions, meta_namespace(owner) ?: "");
	json_t *revision;
	size_t i;
	int r;

	r = workload_selector(owner, &sel, err);
	if (r < 0)
		return r;
	json_array_foreach(all, i, revision) {
		bool is_mine = false;

		r = claim_one(k, owner, sel, revision, &is_mine, err);
		if (r < 0)
			return r;
		if (is_mine && !meta_deletion_timestamp(revision))
			json_array_append(mine, find(k, revision));
	}
	return 0;
}

/* A revision of this name that holds the same is ours, made a moment ago: the key is tried again. */
static int judge_exists(struct revision_keeper *k, const json_t *owner, const json_t *wanted,
			int fault, struct error *err)
{
	const json_t *there = find(k, wanted);

	if (there && meta_is_controlled_by(there, owner) &&
	    json_same(json_object_get(there, "data"), json_object_get(wanted, "data")))
		return fault;
	error_clear(err);
	return REVISION_COLLIDED;
}

static int make(struct revision_keeper *k, const json_t *owner, struct revision_plan *p,
		struct error *err)
{
	json_t *stored = NULL;
	int r = control_create(k->c, &kind_controller_revision, meta_namespace(owner), p->current,
			       &stored, err);

	if (r == -ERR_EXISTS)
		return judge_exists(k, owner, p->current, r, err);
	if (r < 0)
		return error_wrap(err, "making revision %s", meta_name(p->current));
	json_decref(p->current);
	p->current = stored;
	return 0;
}

int revision_keeper_sync(struct revision_keeper *k, const json_t *owner, struct revision_plan *ret,
			 struct error *err)
{
	_cleanup_json_ json_t *mine = json_array();
	int r = claim_all(k, owner, mine, err);

	if (r < 0)
		return r;
	revision_plan_make(owner, k->hash_label, mine, ret);
	if (ret->step == REVISION_IS_NEW)
		return make(k, owner, ret, err);
	if (ret->step == REVISION_RISES)
		return control_update(k->c, &kind_controller_revision, STORE_SPEC, ret->current,
				      err);
	return 0;
}

int revision_keeper_trim(struct revision_keeper *k, const json_t *owner,
			 const struct revision_plan *p, const json_t *in_use, struct error *err)
{
	_cleanup_json_ json_t *surplus = revision_plan_surplus(p, owner, k->hash_label, in_use);
	json_t *revision;
	size_t i;

	json_array_foreach(surplus, i, revision) {
		int r = control_delete(k->c, &kind_controller_revision, revision, NULL, err);

		if (r < 0)
			return error_wrap(err, "deleting revision %s", meta_name(revision));
	}
	return 0;
}
