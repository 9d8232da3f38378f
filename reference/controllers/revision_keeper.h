/*
 * revision_keeper: reads and writes an owner's ControllerRevisions (revisions.h says which).
 */
#pragma once

#include <jansson.h>

#include "base/error.h"
#include "controllers/control.h"
#include "controllers/revisions.h"

struct revision_keeper {
	struct control *c;
	struct informer *revisions;
	const char *hash_label; /* the label of a revision that holds its hash; borrowed */
};

enum {
	REVISION_COLLIDED = 1, /* its name is taken by something else: raise status.collisionCount */
};

int revision_keeper_init(struct revision_keeper *k, struct control *c, const char *hash_label,
			 struct error *err);

/*
 * Adopts and releases revisions, makes or raises the one of the present template. Fills *ret, also with
 * REVISION_COLLIDED; p.current is then as it is stored.
 */
int revision_keeper_sync(struct revision_keeper *k, const json_t *owner, struct revision_plan *ret,
			 struct error *err);
/* Deletes those that revision_plan_surplus() names. */
int revision_keeper_trim(struct revision_keeper *k, const json_t *owner,
			 const struct revision_plan *p, const json_t *in_use, struct error *err);
