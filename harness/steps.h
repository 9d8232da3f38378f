/* steps: what the files of the steps share. */
#pragma once

#include "case_parts.h"

struct step_verb {
	void (*begin)(struct case_run *c);
	void (*look)(struct case_run *c); /* NULL: only the reply ends it */
};

const struct step_verb *step_verb(enum step_kind kind);
/* case_act.c: the steps that act. */
const struct step_verb *step_act(enum step_kind kind);

/* The event `did WORDS` with the interval of the request. */
void step_did(struct case_run *c, const struct reply *reply, const char *words);
/* When the step waits no longer, ns: its deadline; or, when what was recorded was looked at a little after it, that instant. */
int64_t step_deadline(const struct case_run *c);
void step_wake_in(struct case_run *c, int64_t ns);
