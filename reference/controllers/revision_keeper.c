/*
 * revision_keeper: the one place that writes ControllerRevisions.
 *
 * Revisions are claimed like pods: by the owner's selector, since they carry the labels of their template. So an
 * owner that comes after one whose objects were orphaned finds the history, and the present revision, again.
 */
#include "controllers/revision_keeper.h"

#include "api/controller_revision.h"
#include "api/meta.h"
#include "api/workload.h"
#include "base/defs.h"
#include "base/json.h"
#include "controllers/claim.h"

int revision_keeper_init(struct revision_keeper *k, struct control *c, const char *hash_label,
			 struct error *err)
{
	*k = (struct revision_keeper){ .c = c, .hash_label = hash_label };
	return informer_get(c->informers, &kind_controller_revision, &k->revisions, err);
}

static json_t *find(const struct revision_keeper *k, const json_t *revision)
{
	return informer_find(k->revisions, meta_namespace(revision), meta_name(revision));
}

/* *mine: those that stay. */
static int claim(struct revision_keeper *k, const json_t *owner, json_t **mine, struct error *err)
{
	const struct claimant by = {
		.c = k->c,
		.kind = &kind_controller_revision,
		.objects = k->revisions,
		.owner = owner,
	};
	int r = claim_all(&by, mine, err);

	for (size_t i = json_array_size(*mine); i-- > 0;)
		if (meta_deletion_timestamp(json_array_get(*mine, i)))
			json_array_remove(*mine, i);
	return r;
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
	_cleanup_json_ json_t *mine = NULL;
	int r = claim(k, owner, &mine, err);

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
