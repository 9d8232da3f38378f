/* expectations: known failures of a subject, harness/expectations/SUBJECT.yaml. */
#pragma once

#include "result.h"
#include "util/error.h"

struct expectations;

/* A list of entries (expectations.c has their forms); path NULL: none. */
int expectations_load(const char *path, struct expectations **ret, struct error *err);
struct expectations *expectations_free(struct expectations *e);
/* What is listed and failed becomes known, what is listed and passed becomes fixed; the case is settled anew. */
void expectations_apply(const struct expectations *e, struct case_result *c);
/* Whether all that is wrong with the case is listed: then nothing new can come of a second run. */
bool expectations_cover(const struct expectations *e, const struct case_result *c);
