/* invariants: rules that hold for every pod and for those who own pods, checked on every history of every case. */
#pragma once

#include "chronicle.h"

#define MAX_INVARIANTS 192

/* What one history had to say to each rule, by the rule's number. */
struct invariant_marks {
	bool judged[MAX_INVARIANTS]; /* there was something that could have broken it */
	bool broken[MAX_INVARIANTS];
};

typedef void (*violation_fn)(void *userdata, const char *req, const struct hist_event *focus,
			     const char *message);

/*
 * Only what the observations prove is a violation; a rule tells one violation per pod at most. features: what the subject
 * declares, NULL: everything. marks: added to; may be NULL.
 */
void invariants_check(const struct chronicle *c, char *const *features, violation_fn fn,
		      void *userdata, struct invariant_marks *marks);

/* The i-th rule: false behind the last. */
struct invariant {
	const char *req, *name, *sentence;
	bool needs_guest; /* a watch alone gives it nothing to judge */
	bool needs_owner; /* nor does a watch of pods alone */
};
bool invariant_at(size_t i, struct invariant *ret);
