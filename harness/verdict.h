/*
 * verdict: how an assertion, a case and a run ended.
 *
 * The words are a contract: they are what results.json, TAP and the summary print (harness/README.md).
 */
#pragma once

#include "util/defs.h"

enum verdict {
	VERDICT_PASS,
	VERDICT_FAIL,
	VERDICT_MISS, /* a should-level assertion failed */
	VERDICT_IGNORED, /* accepted, and exactly what is seen when the field has no effect */
	VERDICT_SLOW, /* too late under load, in time when run alone */
	VERDICT_UNDECIDED, /* the observations do not tell */
	VERDICT_KNOWN, /* failed as the expectations file says */
	VERDICT_FIXED, /* listed as known, but passes */
	VERDICT_NOT_APPLICABLE, /* a feature or a version that the subject does not declare */
	VERDICT_BROKEN, /* set-up failed: never a pass */
	VERDICT_DISPUTED, /* documents and code of Kubernetes differ: reported only */
	N_VERDICTS,
};

enum level {
	LEVEL_MUST,
	LEVEL_SHOULD,
	LEVEL_MAY,
	LEVEL_DROPPED, /* a form that Kubernetes no longer knows: it must have no effect */
};

enum exit_code { EXIT_GOOD = 0, EXIT_FAILED = 1, EXIT_VOID = 2, EXIT_BAD_USAGE = 64 };

/* "pass", "fail", …, "not-applicable", … */
const char *verdict_name(enum verdict v);
/* Returns -1 for an unknown word. */
int verdict_from_name(const char *name);
/* Does a failure on this level fail the case, as opposed to being a miss? */
bool level_is_binding(enum level level);
/* The worse of two, as a case takes it from its assertions. */
enum verdict verdict_worse(enum verdict a, enum verdict b);
/* With --strict not-applicable, miss and undecided count as failures. */
bool verdict_is_failure(enum verdict v, bool strict);
