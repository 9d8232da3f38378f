/* report_text: what the reports share: outcomes, quoting, files that appear whole. */
#pragma once

#include "report.h"
#include "report/report_file.h"

/* The four ways in which a report of the field (TAP, JUnit) can say how a case ended. */
enum outcome {
	OUTCOME_OK,
	OUTCOME_FAILURE,
	OUTCOME_ERROR, /* set-up: says nothing about the requirement */
	OUTCOME_SKIPPED, /* not evaluated, on purpose */
	OUTCOME_TODO, /* evaluated, not a pass, and does not fail the run */
};

enum outcome outcome_of(enum verdict v, bool strict);

/* "text" with JSON's escapes, which are YAML's too. NULL gives null. The caller frees. */
char *quoted(const char *text);
/* For XML text and attributes; bytes that XML cannot carry become '?'. NULL gives "". The caller frees. */
char *xml_escaped(const char *text);

struct verdict_counts {
	size_t of[N_VERDICTS];
};
/* {"pass":N, …}: every verdict, in the order of verdict.h. */
json_t *counts_json(const struct verdict_counts *counts);
