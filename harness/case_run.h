/*
 * case_run: one case of a run, from its namespace to the clean-up.
 *
 * A state machine that the runner starts and that answers once by `done`. What it sees is in its history and objects; what it judged
 * is in its result.
 */
#pragma once

#include "case.h"

struct case_run *case_run_new(struct session *s, const struct fixture *f, unsigned round,
			      void (*done)(struct case_run *c), void *userdata);
void case_run_start(struct case_run *c);
/* Leaves out the remaining steps and cleans up. */
void case_run_cancel(struct case_run *c, const char *why);
struct case_run *case_run_free(struct case_run *c);
