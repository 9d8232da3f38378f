/* sentinel: does the subject tell the truth at all? */
#pragma once

#include "runner.h"

/* Runs harness/sentinel/must-pass.yaml and must-fail.yaml; what is wrong becomes run->void_reason. */
int sentinel_run(struct session *s, struct run_result *run, struct error *err);
/* The verdict of what the case itself asserts: the rules for every history say nothing here. *ret_message may become NULL. */
enum verdict sentinel_verdict(const struct case_result *c, const char **ret_message);
