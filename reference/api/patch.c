/*
 * patch: JSON merge patch.
 *
 * An object goes into an object key by key, null removes, anything else replaces. The target is copied
 * once; the copy is changed in place.
 */
#include "api/patch.h"

#include "base/defs.h"
#include "base/json.h"

static void merge_into(json_t *target, const json_t *patch)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)patch, key, value) {
		json_t *old = json_object_get(target, key);

		if (json_is_null(value)) {
			json_object_del(target, key);
		} else if (!json_is_object(value)) {
			json_object_set_new(target, key, json_dup(value));
		} else {
			if (!json_is_object(old)) {
				old = json_object();
				json_object_set_new(target, key, old);
			}
			merge_into(old, value);
		}
	}
}

int patch_merge(const json_t *target, const json_t *patch, json_t **ret, struct error *err)
{
	json_t *copy;

	if (!json_is_object(patch))
		return error_set(err, ERR_BAD_REQUEST, "BadRequest",
				 "a merge patch must be a JSON object");
	copy = json_dup(target);
	merge_into(copy, patch);
	*ret = copy;
	return 0;
}
