/*
 * revclock: when a revision of the store came to be, on our clock.
 *
 * Kubernetes numbers every write by one counter. A read sent at t that answers revision r proves that each greater revision was
 * written after t. So a version's instant is bounded from below by the latest such read, without any trust in stamps.
 */
#pragma once

#include "util/defs.h"

struct revclock {
	struct revclock_mark {
		int64_t sent;
		uint64_t revision;
	} marks[4096];
	size_t n; /* how many were ever noted; the ring keeps the last ones */
};

/* A request sent at that instant was answered with this revision (of a list, or of what it wrote). */
void revclock_note(struct revclock *c, int64_t sent, const char *revision);
/* The latest instant known to lie before the writing of this revision; 0: none. */
int64_t revclock_earliest(const struct revclock *c, const char *revision);
