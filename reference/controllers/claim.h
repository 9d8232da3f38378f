/*
 * claim: an owner takes what is its own, and lets go of what is not: adoption and release, written down.
 */
#pragma once

#include <jansson.h>

#include "controllers/control.h"

struct selector; /* api/selector.h */

struct claimant {
	struct control *c;
	const struct kind *kind; /* of what is claimed */
	struct informer *objects; /* of that kind */
	const json_t *owner;
	/* New copies of obj as it is when owned, and when not; NULL: as ownership.h makes them. */
	json_t *(*adopted)(const json_t *obj, const json_t *owner);
	json_t *(*released)(const json_t *obj, const char *uid);
};

/* Appends obj to mine, as it is then, when it is the owner's afterwards. */
int claim_one(const struct claimant *by, const struct selector *sel, json_t *obj, json_t *mine,
	      struct error *err);
/* The same for all in the owner's namespace, by its selector. *mine, an array or NULL, is replaced by a new one. */
int claim_all(const struct claimant *by, json_t **mine, struct error *err);
