/*
 * version: one stored object, several versions of it. A request speaks the version of its path: what comes in is
 * checked by that version's table and converted before the store sees it, what goes out is converted back. So a patch
 * applies to the version that its author read.
 */
#include "apiserver/version.h"

const struct kind *version_stored(const struct kind *k)
{
	return k->stored_as ? k->stored_as : k;
}

static void replace(json_t **obj, json_t *by)
{
	json_decref(*obj);
	*obj = by;
}

void version_to_stored(const struct kind *k, json_t **obj)
{
	if (k->stored_as && *obj)
		replace(obj, k->to_stored(*obj));
}

void version_from_stored(const struct kind *k, json_t **obj)
{
	if (k->stored_as && *obj)
		replace(obj, k->from_stored(*obj));
}
