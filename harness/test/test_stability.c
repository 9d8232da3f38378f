/*
 * stability: rounds of one case are one case, and a flip is one that passed and did not.
 */
#include "stability.h"

#include "report/results.h"
#include "test/test.h"
#include "util/json.h"

static struct run_result run;

static void add(const char *name, unsigned round, enum verdict v)
{
	struct case_result c = {
		.name = xstrdup(name), .area = xstrdup("x"), .round = round, .verdict = v
	};

	run_result_add(&run, &c);
}

/* Rounds end in any order. */
static void make_run(void)
{
	add("flips", 1, VERDICT_FAIL);
	add("holds", 0, VERDICT_PASS);
	add("flips", 0, VERDICT_PASS);
	add("never", 1, VERDICT_KNOWN);
	add("holds", 1, VERDICT_SLOW);
	add("never", 0, VERDICT_FAIL);
	add("absent", 0, VERDICT_NOT_APPLICABLE);
	add("absent", 1, VERDICT_NOT_APPLICABLE);
	add("holds", 2, VERDICT_FIXED);
	add("flips", 2, VERDICT_UNDECIDED);
	add("never", 2, VERDICT_BROKEN);
	add("absent", 2, VERDICT_NOT_APPLICABLE);
}

static void test_rounds_are_counted_by_case(void)
{
	_cleanup_(stability_clear) struct stability s = { 0 };

	stability_of(&run, &s);
	CHECK_INT(s.rounds, 3);
	CHECK_INT(s.n, 3);
	CHECK_INT(s.flaky, 1);
	CHECK_TEXT(s.cases[0].name, "flips");
	CHECK_INT(s.cases[0].rounds, 3);
	CHECK_INT(s.cases[0].passed, 1);
	CHECK_INT(s.cases[1].passed, 3);
	CHECK_INT(s.cases[2].passed, 0);
	CHECK(stability_rate(&s) > 0.33 && stability_rate(&s) < 0.34);
}

static void test_results_tell_it_when_there_are_rounds(void)
{
	_cleanup_json_ json_t *o = results_json(&run);

	CHECK_INT(json_int(o, "stability.rounds", 0), 3);
	CHECK_INT(json_int(o, "stability.evaluated", 0), 3);
	CHECK_INT(json_int(o, "stability.flaky", 0), 1);
	CHECK(json_num(o, "stability.rate", 0) > 0.33);
	CHECK_TEXT(json_str(o, "stability.cases.0.name"), "flips");
	CHECK_INT(json_int(o, "stability.cases.0.passed", 0), 1);
	CHECK_INT(json_int(o, "stability.cases.0.rounds", 0), 3);
}

static void test_one_round_says_nothing_about_it(void)
{
	_cleanup_json_ json_t *o = NULL;

	run_result_clear(&run);
	add("holds", 0, VERDICT_PASS);
	o = results_json(&run);
	CHECK(json_is_null(json_path(o, "stability")));
	CHECK(json_object_get(o, "stability"));
}

int main(void)
{
	make_run();
	TEST(test_rounds_are_counted_by_case);
	TEST(test_results_tell_it_when_there_are_rounds);
	TEST(test_one_round_says_nothing_about_it);
	run_result_clear(&run);
	return test_end();
}
