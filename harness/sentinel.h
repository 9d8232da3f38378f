/* sentinel: does the subject tell the truth at all? */
#pragma once

#include "runner.h"

/* Runs harness/sentinel/must-pass.yaml and must-fail.yaml; what is wrong becomes run->void_reason. */
int sentinel_run(struct session *s, struct run_result *run, struct error *err);
