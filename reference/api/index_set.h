/*
 * index_set: completion indexes as text and as a set: "0,2-5,7".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/defs.h"
#include "base/error.h"

struct index_range {
	int64_t first, last;
};

struct index_set { /* all zero: empty */
	struct index_range *ranges; /* ascending, with gaps between them */
	size_t n;
};

void index_set_deinit(struct index_set *s);

bool index_set_has(const struct index_set *s, int64_t index);
void index_set_add(struct index_set *s, int64_t index);
int64_t index_set_count(const struct index_set *s);
/* The first index from `from` on that is not in the set. */
int64_t index_set_gap(const struct index_set *s, int64_t from);

/* Ascending and below limit; "" and NULL are empty. ERR_INVALID says what is wrong; then *ret is untouched. */
int index_set_parse(const char *text, int64_t limit, struct index_set *ret, struct error *err);
/* Two neighbours are "1,2", three "1-3"; the caller frees. */
char *index_set_format(const struct index_set *s);
