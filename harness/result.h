/*
 * result: what the runner hands to the reporters.
 *
 * A run_result owns its cases, a case_result its assertions; strings may be NULL where nothing is known.
 */
#pragma once

#include "audit.h"
#include "invariants/invariants.h"
#include "util/defs.h"
#include "verdict.h"

struct fixture;

struct assertion_result {
	char *req; /* requirement id, never NULL */
	enum verdict verdict;
	enum verdict before; /* known and fixed: the verdict without the list of known failures */
	enum level level;
	bool late; /* the only fault is that it came too late (or not within the bound) */
	bool invariant; /* from the rules that hold for every history */
	char *message; /* one line; NULL on pass */
	char *field; /* the manifest field that it is about, or NULL */
	bool ignored; /* exactly what is seen without the field was seen */
	char *step; /* the assertion as one line of JSON */
	int line; /* of the fixture's file */
	char *expected, *seen;
	char *timeline; /* several lines: the merged history around the decisive instant */
};

struct case_result {
	char *name, *file, *area, *title;
	const struct fixture *fixture; /* borrowed; may be NULL */
	unsigned round; /* 0, 1, …: of --repeat */
	enum verdict verdict;
	double seconds;
	char *message; /* one line: why it is not a pass; for a grid or a pass NULL */
	struct assertion_result *assertions;
	size_t n_assertions;
	struct invariant_marks rules; /* what its history had to say to the rules for every history */
	char *timeline; /* the whole history, when the case is not a pass */
	char *refused,
		*refused_field; /* the first thing that the subject did not take: why, and at which field */
	json_t *events; /* what its picture shows (picture.h), when the case is not a pass */
	char *manifest; /* the manifests as given to it, when the case is not a pass */
	char *rerun; /* one command that runs this case alone; NULL when it was not run */
	char *recording; /* its recorded history, a file seen from --report DIR; or NULL */
};

struct run_result {
	char *subject; /* "podd 0.1.0" */
	char *subject_spec; /* "own", "unix:…", "kubeconfig:…", "driver:…" */
	double clock_rate, slack;
	uint64_t seed;
	int64_t began; /* seconds since the epoch; 0: not known */
	double wall_seconds;
	char *void_reason; /* the run says nothing: sentinel failed, subject died, interrupted */
	struct case_result *cases;
	size_t n_cases;
	char **leaks; /* NULL-terminated: what the run left behind; NULL: not looked for */
	bool strict;
	struct audit audit;
};

/* What was seen, whatever the list of known failures makes of it. */
enum verdict assertion_observed(const struct assertion_result *a);
struct assertion_result *case_result_add(struct case_result *c, const char *req);
/* Sets verdict and message from the assertions and, when not NULL, from a set-up failure. */
void case_result_settle(struct case_result *c, const char *broken);
void case_result_clear(struct case_result *c);

/* Takes the content of *c, which is empty afterwards. */
void run_result_add(struct run_result *run, struct case_result *c);
/* Something that the run left behind. */
void run_result_leak(struct run_result *run, const char *what);
/* In how many histories the i-th rule for every history had something to judge, and in how many it was broken. */
void run_result_rule(const struct run_result *run, size_t i, size_t *ret_judged, size_t *ret_broken);
size_t run_result_count(const struct run_result *run, enum verdict v);
int run_result_exit(const struct run_result *run);
void run_result_clear(struct run_result *run);
