/* case_variables: what ${…} stands for in a case. */
#pragma once

#include "case.h"

/* A copy of `in` with what this run is called filled in: ${ns}, ${name}, … */
json_t *case_fill(struct case_run *c, const json_t *in);
/* Replaces what is known only later (${ip/…}, ${uid/…}, …); false when something of it is not known yet. */
bool case_fill_later(struct case_run *c, json_t **tree);
