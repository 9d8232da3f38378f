/*
 * trial: do these changed cases still fail as the first one did?
 *
 * A failure is a requirement, a verdict, and what was expected and seen, apart from what differs from run to run.
 */
#pragma once

#include "session.h"
#include "result.h"

struct failure {
	char *req, *expected, *seen; /* as of a run: without names, instants and addresses */
	enum verdict verdict;
	bool invariant;
	char *message; /* in full, for people */
};

/*
 * The one assertion of the case that shrinking keeps: of --requirement when it is not NULL, else the first that is no rule for every history. False: nothing of
 * it failed.
 */
bool failure_of(const struct case_result *c, const char *req, struct failure *ret);
bool failure_is_in(const struct failure *f, const struct case_result *c);
void failure_clear(struct failure *f);

struct trials {
	struct session *session;
	const char *area, *file; /* what the case is called in messages */
	const struct failure *failure; /* NULL: only run */
	json_t *known; /* what was tried already, as text, to true or false */
	size_t runs;
	bool alone; /* one at a time */
};

/* Runs all n at once; ret[i]: it fails in the same way. 0, or -1 when the run was broken off. */
int trials_run(struct trials *t, json_t *const *docs, size_t n, bool *ret);
/* One case, whatever was known of it; *ret is its result, which the caller clears. -1: broken off, or no case (err). */
int trials_once(struct trials *t, json_t *docs, struct case_result *ret, struct error *err);
