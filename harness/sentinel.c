/*
 * sentinel: does the subject tell the truth at all?
 *
 * Two cases run before all others: one that holds wherever a container really runs (it echoes a word that only this run knows), and one
 * whose assertion is false wherever it does. A driver that answers "yes" to everything fails the first, one that judges by
 * itself passes the second; either way the run is void, since its verdicts would mean nothing.
 */
#include "sentinel.h"

#include "util/paths.h"

static int load(struct fixture_list *list, struct error *err)
{
	_cleanup_free_ char *dir = paths_data("harness/sentinel");

	if (!dir)
		return error_set(err, "the sentinel cases (harness/sentinel) are missing");
	if (fixture_load_dir(dir, list, err))
		return -1;
	return list->n == 2 ? 0 : error_set(err, "%s: must hold two cases", dir);
}

enum verdict sentinel_verdict(const struct case_result *c, const char **ret_message)
{
	enum verdict worst = VERDICT_PASS;

	*ret_message = NULL;
	for (size_t i = 0; i < c->n_assertions; i++) {
		const struct assertion_result *a = &c->assertions[i];
		enum verdict worse = a->invariant ? worst : verdict_worse(worst, a->verdict);

		if (worse != worst)
			*ret_message = a->message;
		worst = worse;
	}
	return worst;
}

/* Without exec nobody can tell whether a log is complete, and what rests on that stays undecided. */
static void judge(const struct case_result *c, bool can_exec, struct run_result *run)
{
	enum verdict want = streq(c->name, "must-fail") ? VERDICT_FAIL : VERDICT_PASS;
	const char *message;
	enum verdict verdict = sentinel_verdict(c, &message);

	if (verdict == want || run->void_reason || (verdict == VERDICT_UNDECIDED && !can_exec))
		return;
	if (!message)
		message = "what is false was found to hold";
	run->void_reason = xasprintf("sentinel %s: %s: %s", c->name, verdict_name(verdict), message);
}

/* In a fixed order, however they ended: must-pass says more. */
static void judge_both(const struct run_result *own, bool can_exec, struct run_result *run)
{
	static const char *const names[] = { "must-pass", "must-fail" };

	for (size_t k = 0; k < ARRAY_SIZE(names); k++)
		for (size_t i = 0; i < own->n_cases; i++)
			if (streq(own->cases[i].name, names[k]))
				judge(&own->cases[i], can_exec, run);
	for (size_t i = 0; own->leaks && own->leaks[i]; i++)
		run_result_leak(run, own->leaks[i]);
}

int sentinel_run(struct session *s, struct run_result *run, struct error *err)
{
	_cleanup_(fixture_list_clear) struct fixture_list list = { 0 };
	const struct fixture *both[2];
	struct run_result own = { 0 };
	struct runner_plan plan = { .fixtures = both, .n = 2, .repeat = 1, .rerun = true };

	if (load(&list, err))
		return -1;
	for (size_t i = 0; i < 2; i++)
		both[i] = &list.items[i];
	runner_run(s, &plan, &own);
	run->void_reason = take_ptr(own.void_reason);
	judge_both(&own, subject_has(s->subject, "pod.exec"), run);
	run_result_clear(&own);
	return 0;
}
