/* fixture_grid: the combinations of a grid, and `$[name]` in texts. */
#pragma once

#include "util/defs.h"
#include "util/error.h"

/* with: a map of lists (every combination) or a list of maps (each one). *ret: a list of maps of scalars. */
int fixture_grid_expand(const json_t *with, json_t **ret, struct error *err);
/* "kind=liveness n=2" as the end of a name: "-liveness-2". The caller frees. */
char *fixture_grid_suffix(const json_t *combination);
/* Replaces $[name], $[name+1], $[name-1]; an unknown name is a fault. The caller frees *ret. */
int fixture_grid_fill(const char *text, const json_t *combination, char **ret, struct error *err);
