/* stability: what --repeat showed: how many rounds each case passed. */
#pragma once

#include "result.h"

struct stability_case {
	const char *area, *name; /* of the run, which outlives this */
	unsigned rounds, passed; /* rounds in which it was evaluated */
};

struct stability {
	struct stability_case *cases; /* by area and name; without those that were never evaluated */
	size_t n, flaky;
	unsigned rounds; /* of the run: 1 when nothing was repeated */
};

/* The caller clears it. */
void stability_of(const struct run_result *run, struct stability *ret);
void stability_clear(struct stability *s);
/* Passed in one round and not in another. */
bool stability_is_flaky(const struct stability_case *c);
/* Flaky cases among all, 0 to 1. */
double stability_rate(const struct stability *s);
