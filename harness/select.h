/* select: which of the fixtures a command line means. */
#pragma once

#include "fixture.h"
#include "options.h"

/* Pointers into `list`, NULL-terminated, by area and name; the caller frees the vector. */
const struct fixture **select_fixtures(const struct fixture_list *list, const struct options *o,
				       size_t *ret_n);
/* Does one of the globs, separated by commas, fit the name? Case does not matter. */
bool select_any(const char *globs, const char *name);
/* Loads --fixtures, or what is found beside the program. */
int select_load(const struct options *o, struct fixture_list *list, struct error *err);
