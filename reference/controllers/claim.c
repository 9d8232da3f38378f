/*
 * claim: an owner takes what is its own.
 *
 * ownership.h decides; here the decision is written, and goes into the informer at once. A write that is refused ends
 * the claim: the owner is looked at again after a back-off, and nothing is counted as its own that the store does
 * not show so.
 */
#include "controllers/claim.h"

#include "api/meta.h"
#include "api/scheme.h"
#include "api/selector.h"
#include "api/workload.h"
#include "controllers/ownership.h"

static json_t *edit(const struct claimant *by, enum claim claim, const json_t *obj)
{
	if (claim == CLAIM_ADOPT)
		return (by->adopted ? by->adopted : ownership_adopted)(obj, by->owner);
	if (claim == CLAIM_RELEASE)
		return (by->released ? by->released : ownership_released)(obj, meta_uid(by->owner));
	return NULL;
}

int claim_one(const struct claimant *by, const struct selector *sel, json_t *obj, json_t *mine,
	      struct error *err)
{
	enum claim claim = ownership_claim(by->owner, sel, obj);
	_cleanup_json_ json_t *edited = edit(by, claim, obj);
	int r = edited ? control_update(by->c, by->kind, STORE_META, edited, err) : 0;

	if (r < 0)
		return error_wrap(err, "%s %s %s", claim == CLAIM_RELEASE ? "releasing" : "adopting",
				  by->kind->singular, meta_name(obj));
	if (claim == CLAIM_MINE || claim == CLAIM_ADOPT)
		json_array_append(mine,
				  informer_find(by->objects, meta_namespace(obj), meta_name(obj)));
	return 0;
}

int claim_all(const struct claimant *by, json_t **mine, struct error *err)
{
	_cleanup_(selector_freep) struct selector *sel = NULL;
	_cleanup_json_ json_t *all = informer_list(by->objects, meta_namespace(by->owner) ?: "");
	json_t *obj;
	size_t i;
	int r;

	json_decref(*mine);
	*mine = json_array();
	r = workload_selector(by->owner, &sel, err);
	if (r < 0)
		return r;
	json_array_foreach(all, i, obj) {
		r = claim_one(by, sel, obj, *mine, err);
		if (r < 0)
			return r;
	}
	return 0;
}
