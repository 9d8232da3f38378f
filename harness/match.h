/* match: is this a subset of that? The operators are $in, $gt, $absent, $regex, $exactly and $set. */
#pragma once

#include "util/defs.h"

/* have may be NULL (nothing there). */
bool match_json(const json_t *want, const json_t *have);
/* What stands in `have` at the places that `want` looks at; a new reference, null where there is nothing. */
json_t *match_seen(const json_t *want, const json_t *have);
/* Below, equal or above zero; false when the two cannot be compared. Numbers, quantities, RFC 3339 stamps. */
bool match_compare(const json_t *a, const json_t *b, int *ret);
