/*
 * apply_patch: kubectl's three-way merge: what was applied last, what is wanted, what is there. Pure.
 */
#pragma once

#include <jansson.h>

struct schema; /* api/schema.h */

#define LAST_APPLIED "kubectl.kubernetes.io/last-applied-configuration"

/* The manifest as it is sent: a copy with itself in the annotation LAST_APPLIED. */
json_t *apply_annotated(const json_t *manifest);
/* What LAST_APPLIED of a live object holds; an empty object when it has none. New reference. */
json_t *apply_last(const json_t *live);

/*
 * A strategic merge patch that brings live to wanted: sets what differs, removes what last had and wanted has not, and
 * leaves alone what others have set. Empty when there is nothing to do. schema NULL: a JSON merge patch.
 */
json_t *apply_patch_make(const struct schema *schema, const json_t *last, const json_t *wanted,
			 const json_t *live);
