/* script: how a fake driver departs from an honest one (README.md). */
#pragma once

#include "util/defs.h"
#include "util/error.h"

/* Reads a script, or nothing (path NULL: an honest fake). */
int script_load(const char *path, struct error *err);
void script_free(void);
/* The rule for this request, which is counted, or NULL. Borrowed. */
const json_t *script_rule(const char *verb, const char *ns);
/* Changes `to` as a JSON merge patch says: null removes. */
void script_merge(json_t *to, const json_t *patch);
/* Prints the answer as the rule says (NULL: as it is), ends the program if it says so. */
void script_deliver(const json_t *answer, const json_t *rule);
