/*
 * statefulset_plan: what is to be done next about a StatefulSet's pods; pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sts_facts { /* all borrowed */
	const json_t *sts;
	const json_t *pods; /* its own, one per ordinal at most */
	const char *current, *update; /* names of the revisions that pods come from, and go to */
	int64_t now_ns; /* nominal */
};

enum sts_verb {
	STS_CREATE, /* the pod of an ordinal, its claims first */
	STS_DELETE,
	STS_KEEP, /* sees that pod and claims have the labels and owners that they must have */
};

struct sts_action {
	enum sts_verb verb;
	int64_t ordinal;
	json_t *pod; /* borrowed; NULL with STS_CREATE */
	bool old; /* STS_CREATE: by the revision `current` */
	bool condemned; /* the ordinal is beyond those wanted */
};

struct sts_plan {
	struct sts_action *actions;
	size_t n;
};

/* In order: an action that fails ends the pass. */
void sts_plan_make(const struct sts_facts *f, struct sts_plan *ret);
void sts_plan_deinit(struct sts_plan *p);
