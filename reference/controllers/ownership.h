/*
 * ownership: whose pod is it? Adoption, release and the editing of ownerReferences; pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct selector; /* api/selector.h */

enum claim {
	CLAIM_NONE, /* somebody else's, or nobody's and not wanted */
	CLAIM_MINE,
	CLAIM_ADOPT, /* nobody's, and the selector matches */
	CLAIM_RELEASE, /* mine, and the selector no longer matches */
};

/* An owner that is being deleted neither adopts nor releases; an object that is being deleted is not adopted. */
enum claim ownership_claim(const json_t *owner, const struct selector *sel, const json_t *obj);

/* Copies of obj with owner as its controller, or without any reference to uid. New references. */
json_t *ownership_adopted(const json_t *obj, const json_t *owner);
json_t *ownership_released(const json_t *obj, const char *uid);

/* The reference of obj to uid; borrowed or NULL. */
json_t *ownership_ref(const json_t *obj, const char *uid);
