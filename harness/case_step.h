/*
 * case_step: the step being performed: its verb's two functions, its clock and its end.
 */
#pragma once

#include "case.h"

struct step_verb {
	void (*begin)(struct case_run *c);
	void (*look)(struct case_run *c); /* NULL: only the reply ends it */
};

const struct step_verb *step_act(enum step_kind kind); /* case_act.c: the steps that act */
const struct step_verb *step_wait(
	enum step_kind kind); /* case_wait.c: STEP_EVENTUALLY and behind it */

const struct step *step_of(const struct case_run *c);
/* The event `did WORDS` with the interval of the request. */
void step_did(struct case_run *c, const struct reply *reply, const char *words);
/* When the step waits no longer, ns: its deadline; or, when what was recorded was looked at a little after it, that instant. */
int64_t step_deadline(const struct case_run *c);
void step_wake_in(struct case_run *c, int64_t ns);
/* It is over, well or badly. */
void step_done(struct case_run *c);
/* Lets go of all that it holds. */
void step_clear(struct case_run *c);
