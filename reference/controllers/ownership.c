/*
 * ownership: the rules by which a controller takes objects as its own.
 *
 * The one controller reference (controller: true) decides: an object that has one belongs to that uid and is
 * nobody else's, whatever its labels say. Without one it may be adopted by whoever selects it; other owner
 * references do not hinder. Names never decide, uids do: a new object of an old name owns nothing.
 *
 * All functions are pure. The copies keep metadata.resourceVersion, so that writing them is refused when
 * the object has changed meanwhile.
 */
#include "controllers/ownership.h"

#include "api/meta.h"
#include "api/selector.h"
#include "base/defs.h"
#include "base/json.h"

enum claim ownership_claim(const json_t *owner, const struct selector *sel, const json_t *obj)
{
	const json_t *ref = meta_controller_ref(obj);
	bool matches = selector_matches(sel, meta_labels(obj));
	bool owner_goes = meta_deletion_timestamp(owner) != NULL;

	if (ref) {
		if (!streq(json_str(ref, "uid"), meta_uid(owner)))
			return CLAIM_NONE;
		if (matches)
			return CLAIM_MINE;
		return owner_goes ? CLAIM_NONE : CLAIM_RELEASE;
	}
	if (!matches || owner_goes || meta_deletion_timestamp(obj))
		return CLAIM_NONE;
	return CLAIM_ADOPT;
}

json_t *ownership_ref(const json_t *obj, const char *uid)
{
	return json_find(meta_owner_refs(obj), "uid", uid);
}

json_t *ownership_released(const json_t *obj, const char *uid)
{
	json_t *copy = json_deep_copy(obj);
	json_t *refs = meta_owner_refs(copy);

	for (size_t i = json_array_size(refs); i-- > 0;)
		if (streq(json_str(json_array_get(refs, i), "uid"), uid))
			json_array_remove(refs, i);
	if (refs && json_array_size(refs) == 0)
		json_object_del(meta_ensure(copy), "ownerReferences");
	return copy;
}

json_t *ownership_adopted(const json_t *obj, const json_t *owner)
{
	json_t *copy = ownership_released(obj, meta_uid(owner));
	json_t *refs = meta_owner_refs(copy);

	if (!refs) {
		refs = json_array();
		json_object_set_new(meta_ensure(copy), "ownerReferences", refs);
	}
	json_array_append_new(refs, meta_controller_ref_new(owner));
	return copy;
}
