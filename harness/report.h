/*
 * report: who is told what happens in a run.
 *
 * The runner calls begin once, started and done per case (done also for those that were not run), end once. A case that
 * will be run again alone is reported once, after the second run. Everything passed is borrowed.
 */
#pragma once

#include "result.h"
#include "util/error.h"

struct catalog;
struct fixture;

struct report_begin {
	const struct run_result *run; /* subject, rate, seed are known */
	const struct catalog *catalog; /* may be NULL */
	size_t n_cases; /* how many done calls will come */
	const char *report_dir; /* --report or NULL */
};

struct reporter {
	void (*begin)(struct reporter *r, const struct report_begin *b);
	void (*started)(struct reporter *r, const struct fixture *f);
	void (*done)(struct reporter *r, const struct case_result *c);
	/* Answers below 0 when the report could not be written. */
	int (*end)(struct reporter *r, const struct run_result *run, struct error *err);
	void (*free)(struct reporter *r);
};

/* `out` stays the caller's; PATH is written at the end. */
struct reporter *report_tap_new(FILE *out);
struct reporter *report_progress_new(FILE *out);
struct reporter *report_summary_new(FILE *out);
struct reporter *report_junit_new(const char *path);
struct reporter *report_json_new(const char *path);
struct reporter *report_html_new(const char *path);

/* The full explanation of one failed case, as text for a person: requirement, expected, seen, timeline, manifest, command. */
char *explain_case(const struct case_result *c, const struct catalog *catalog);
