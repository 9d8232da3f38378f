/*
 * audit: what a subject declares, against what was seen of it.
 *
 * A row per feature of the closed list, and one per manifest field that an assertion names by `field:`. Both are made of a run's
 * results alone, when all its cases are over.
 */
#pragma once

#include "util/defs.h"

enum audit_state {
	AUDIT_UNSEEN, /* nothing that needs it was evaluated */
	AUDIT_HONOURED,
	AUDIT_REFUSED, /* what needs it is not taken */
	AUDIT_IGNORED, /* it is taken, and has no effect */
	AUDIT_WRONG, /* it is taken, and has another effect */
	N_AUDIT_STATES,
};

enum audit_claim {
	CLAIM_UNKNOWN,
	CLAIM_RIGHT,
	CLAIM_OVER, /* declared, but nothing of it works */
	CLAIM_UNDER, /* not declared, but it works */
};

struct audit_feature {
	const char *name; /* of the closed list */
	bool declared;
	enum audit_state state;
	enum audit_claim claim;
	size_t cases; /* evaluated */
	size_t passed;
	size_t bad[N_AUDIT_STATES]; /* cases whose failure is its fault, by how they failed */
	size_t not_run; /* cases left out because it is not declared */
};

struct audit_field {
	char *path;
	enum audit_state state;
	size_t assertions; /* evaluated, or left over when the manifest was refused */
	size_t seen[N_AUDIT_STATES];
};

struct audit {
	struct audit_feature *features; /* of the whole list; NULL: no audit was made */
	size_t n_features;
	struct audit_field *fields; /* in the order in which they were met */
	size_t n_fields;
	size_t not_run; /* cases left out for want of a feature, each once */
};

void audit_clear(struct audit *a);

/* "honoured", …; "right", … */
const char *audit_state_name(enum audit_state s);
const char *audit_claim_name(enum audit_claim c);
