/*
 * result: assertions into cases, cases into a run, a run into an exit code.
 *
 * Ownership only moves upwards: case_result_add() gives a slot to fill in, run_result_add() empties the case that it is
 * given. A case without any assertion of its own that was performed to its end is a pass; one that was never performed
 * carries the verdict it was given.
 */
#include "result.h"

struct assertion_result *case_result_add(struct case_result *c, const char *req)
{
	struct assertion_result *a;

	c->assertions = xrealloc(c->assertions, (c->n_assertions + 1) * sizeof(*c->assertions));
	a = &c->assertions[c->n_assertions++];
	*a = (struct assertion_result){ .req = xstrdup(req) };
	return a;
}

enum verdict assertion_observed(const struct assertion_result *a)
{
	bool listed = a->verdict == VERDICT_KNOWN || a->verdict == VERDICT_FIXED;

	return listed ? a->before : a->verdict;
}

void case_result_settle(struct case_result *c, const char *broken)
{
	const char *message = broken;
	size_t skipped = 0;

	c->verdict = broken ? VERDICT_BROKEN : VERDICT_PASS;
	for (size_t i = 0; i < c->n_assertions; i++) {
		const struct assertion_result *a = &c->assertions[i];
		enum verdict worse = verdict_worse(c->verdict, a->verdict);

		if (a->verdict == VERDICT_NOT_APPLICABLE) {
			skipped++;
			continue;
		}
		if (worse != c->verdict)
			message = a->message;
		c->verdict = worse;
	}
	if (!broken && skipped && skipped == c->n_assertions)
		c->verdict = VERDICT_NOT_APPLICABLE;
	free(c->message);
	c->message = c->verdict == VERDICT_PASS ? NULL : xstrdup(message);
}

static void assertion_clear(struct assertion_result *a)
{
	free(a->req);
	free(a->message);
	free(a->field);
	free(a->step);
	free(a->expected);
	free(a->seen);
	free(a->timeline);
}

void case_result_clear(struct case_result *c)
{
	for (size_t i = 0; i < c->n_assertions; i++)
		assertion_clear(&c->assertions[i]);
	free(c->assertions);
	free(c->name);
	free(c->file);
	free(c->area);
	free(c->title);
	free(c->message);
	free(c->timeline);
	free(c->refused);
	free(c->refused_field);
	json_decref(c->events);
	free(c->manifest);
	free(c->rerun);
	free(c->recording);
	*c = (struct case_result){ 0 };
}

void run_result_add(struct run_result *run, struct case_result *c)
{
	run->cases = xrealloc(run->cases, (run->n_cases + 1) * sizeof(*run->cases));
	run->cases[run->n_cases++] = *c;
	*c = (struct case_result){ 0 };
}

void run_result_leak(struct run_result *run, const char *what)
{
	size_t n = 0;

	while (run->leaks && run->leaks[n])
		n++;
	run->leaks = xrealloc(run->leaks, (n + 2) * sizeof(*run->leaks));
	run->leaks[n] = xstrdup(what);
	run->leaks[n + 1] = NULL;
}

size_t run_result_count(const struct run_result *run, enum verdict v)
{
	size_t n = 0;

	for (size_t i = 0; i < run->n_cases; i++)
		n += run->cases[i].verdict == v;
	return n;
}

void run_result_rule(const struct run_result *run, size_t i, size_t *ret_judged, size_t *ret_broken)
{
	*ret_judged = *ret_broken = 0;
	for (size_t k = 0; k < run->n_cases; k++) {
		*ret_judged += run->cases[k].rules.judged[i];
		*ret_broken += run->cases[k].rules.broken[i];
	}
}

int run_result_exit(const struct run_result *run)
{
	size_t evaluated = run->n_cases - run_result_count(run, VERDICT_NOT_APPLICABLE);

	if (run->void_reason)
		return EXIT_VOID;
	for (size_t i = 0; i < run->n_cases; i++)
		if (verdict_is_failure(run->cases[i].verdict, run->strict))
			return EXIT_FAILED;
	if (run_result_count(run, VERDICT_BROKEN) || !evaluated)
		return EXIT_VOID;
	return run->leaks && run->leaks[0] ? EXIT_FAILED : EXIT_GOOD;
}

void run_result_clear(struct run_result *run)
{
	for (size_t i = 0; i < run->n_cases; i++)
		case_result_clear(&run->cases[i]);
	for (size_t i = 0; run->leaks && run->leaks[i]; i++)
		free(run->leaks[i]);
	free(run->leaks);
	free(run->cases);
	audit_clear(&run->audit);
	free(run->subject);
	free(run->subject_spec);
	free(run->void_reason);
	*run = (struct run_result){ 0 };
}
