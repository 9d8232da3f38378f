/*
 * revisions: the templates that an owner (a DaemonSet, a StatefulSet) has had, as ControllerRevisions; pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* The label of a pod that says which revision it is of. */
#define REVISION_POD_LABEL "controller-revision-hash"

enum revision_step {
	REVISION_STAYS, /* it is there, and is the newest */
	REVISION_RISES, /* it was there before: its number becomes the highest */
	REVISION_IS_NEW, /* it is to be made */
};

struct revision_plan {
	enum revision_step step;
	json_t *current; /* that of the present template, as it is to be; owned */
	json_t *old; /* the others, lowest number first; owned */
};

/* The patch that gives an owner its present template back: {"spec": {"template": {…, "$patch": "replace"}}}. */
json_t *revision_data(const json_t *owner);
/* A new one of the present template; hash_label: the label of it that holds the hash. */
json_t *revision_new(const json_t *owner, const char *hash_label, int64_t number);
int64_t revision_number(const json_t *revision);

/* revisions: those that the owner controls. */
void revision_plan_make(const json_t *owner, const char *hash_label, const json_t *revisions,
			struct revision_plan *ret);
void revision_plan_deinit(struct revision_plan *p);

/*
 * The old ones for which spec.revisionHistoryLimit has no room, lowest number first; a new array. in_use is an
 * object whose keys are names or hashes of revisions that must stay (those of living pods).
 */
json_t *revision_plan_surplus(const struct revision_plan *p, const json_t *owner,
			      const char *hash_label, const json_t *in_use);
