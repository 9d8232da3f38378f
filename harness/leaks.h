/* leaks: when the leak check looks, in the course of a run. */
#pragma once

#include "own_subject.h"
#include "result.h"
#include "session.h"

/* Before the subject is there: the picture "before", for a podd of our own only. */
int leaks_begin(struct session *s, const struct own_subject *own, struct error *err);
/* After the last case: what guests stated must be gone within LEAK_AFTER_SECONDS. */
void leaks_after_cases(struct session *s, struct run_result *run);
/* After the subject's end. */
void leaks_after_run(struct session *s, struct run_result *run);
