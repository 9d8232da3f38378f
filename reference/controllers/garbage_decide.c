/*
 * garbage_decide: the three propagation policies as one decision.
 *
 * Background needs nothing of the owner: it vanishes, and its dependents find a dangling reference. Orphan and
 * foreground are finalizers that the store put on the owner when it was deleted; they hold it until
 * the work on its dependents is done. One solid owner keeps a dependent; then the references to owners that
 * are gone or going are taken out.
 */
#include "controllers/garbage_decide.h"

#include "api/meta.h"
#include "base/defs.h"
#include "base/json.h"

static json_t *finalizers_of(const json_t *obj)
{
	return json_arr(obj, "metadata.finalizers");
}

bool object_has_finalizer(const json_t *obj, const char *finalizer)
{
	json_t *f;
	size_t i;

	json_array_foreach(finalizers_of(obj), i, f)
		if (streq(json_string_value(f), finalizer))
			return true;
	return false;
}

json_t *object_without_finalizer(const json_t *obj, const char *finalizer)
{
	json_t *copy = json_deep_copy(obj);
	json_t *list = finalizers_of(copy);

	for (size_t i = json_array_size(list); i-- > 0;)
		if (streq(json_string_value(json_array_get(list, i)), finalizer))
			json_array_remove(list, i);
	if (list && json_array_size(list) == 0)
		json_object_del(meta_ensure(copy), "finalizers");
	return copy;
}

bool object_waits_for_dependents(const json_t *obj)
{
	return meta_deletion_timestamp(obj) && object_has_finalizer(obj, FINALIZER_FOREGROUND);
}

enum garbage_action garbage_decide(const json_t *obj, const enum owner_state *states, size_t n)
{
	size_t solid = 0;

	if (meta_deletion_timestamp(obj)) {
		if (object_has_finalizer(obj, FINALIZER_ORPHAN))
			return GARBAGE_ORPHAN;
		if (object_has_finalizer(obj, FINALIZER_FOREGROUND))
			return GARBAGE_DELETE_DEPENDENTS;
		return GARBAGE_KEEP;
	}
	for (size_t i = 0; i < n; i++)
		solid += states[i] == OWNER_SOLID;
	if (solid == n) /* also without any owner */
		return GARBAGE_KEEP;
	return solid ? GARBAGE_DROP_REFS : GARBAGE_DELETE;
}
