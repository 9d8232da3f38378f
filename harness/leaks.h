/* leaks: when the leak check looks, in the course of a run. */
#pragma once

#include "result.h"
#include "session.h"

/* Before podd is started in this root: the picture "before". For a podd of our own only. */
int leaks_begin(struct session *s, const char *root, struct error *err);
/* After the last case: what guests stated must be gone within LEAK_AFTER_SECONDS. */
void leaks_after_cases(struct session *s, struct run_result *run);
/* After the subject's end. */
void leaks_after_run(struct session *s, struct run_result *run);
