/*
 * patch: JSON merge patch (RFC 7386), strategic merge patch, JSON patch (RFC 6902).
 *
 * The target is borrowed and not changed; *ret is a new value. ERR_BAD_REQUEST for a malformed patch,
 * ERR_INVALID when it cannot be applied (a failed `test`, a path that is not there).
 */
#pragma once

#include <jansson.h>

#include "api/schema.h"
#include "base/error.h"

int patch_merge(const json_t *target, const json_t *patch, json_t **ret, struct error *err);

/*
 * Lists of objects are merged by the merge key of the table, others are replaced. Understands
 * $patch: delete|replace|merge, $deleteFromPrimitiveList/x, $retainKeys; $setElementOrder/x is honoured for
 * order. schema NULL: like a merge patch.
 */
int patch_strategic(const struct schema *schema, const json_t *target, const json_t *patch,
		    json_t **ret, struct error *err);

int patch_json(const json_t *target, const json_t *ops, json_t **ret, struct error *err);
