/*
 * report_text: outcomes, quoting, files that appear whole.
 */
#include "report/report_text.h"

#include "test/test.h"

static void test_only_failures_fail_a_lenient_run(void)
{
	static const enum outcome want[N_VERDICTS] = {
		[VERDICT_PASS] = OUTCOME_OK,
		[VERDICT_FAIL] = OUTCOME_FAILURE,
		[VERDICT_MISS] = OUTCOME_TODO,
		[VERDICT_IGNORED] = OUTCOME_FAILURE,
		[VERDICT_SLOW] = OUTCOME_OK,
		[VERDICT_UNDECIDED] = OUTCOME_TODO,
		[VERDICT_KNOWN] = OUTCOME_TODO,
		[VERDICT_FIXED] = OUTCOME_FAILURE,
		[VERDICT_NOT_APPLICABLE] = OUTCOME_SKIPPED,
		[VERDICT_BROKEN] = OUTCOME_ERROR,
		[VERDICT_DISPUTED] = OUTCOME_TODO,
	};

	for (enum verdict v = 0; v < N_VERDICTS; v++)
		CHECK_INT(outcome_of(v, false), want[v]);
}

static void test_a_strict_run_fails_for_what_was_not_proven(void)
{
	CHECK_INT(outcome_of(VERDICT_MISS, true), OUTCOME_FAILURE);
	CHECK_INT(outcome_of(VERDICT_UNDECIDED, true), OUTCOME_FAILURE);
	CHECK_INT(outcome_of(VERDICT_NOT_APPLICABLE, true), OUTCOME_FAILURE);
	CHECK_INT(outcome_of(VERDICT_DISPUTED, true), OUTCOME_TODO);
}

static void test_quoted_text_is_one_line(void)
{
	_cleanup_free_ char *q = quoted("a \"b\"\nc"), *null = quoted(NULL);

	CHECK_TEXT(q, "\"a \\\"b\\\"\\nc\"");
	CHECK_TEXT(null, "null");
}

static void test_xml_carries_no_markup_and_no_control(void)
{
	_cleanup_free_ char *x = xml_escaped("<a b=\"c\">&\x01\n"), *bad = xml_escaped("\xff\xfe");

	CHECK_TEXT(x, "&lt;a b=&quot;c&quot;&gt;&amp;?\n");
	CHECK_TEXT(bad, "(not UTF-8)");
}

static void test_a_report_is_there_only_when_it_is_whole(void)
{
	char dir[] = "/tmp/podtest-test-XXXXXX";
	_cleanup_error_ struct error err = ERROR_INIT;
	struct report_file f;

	CHECK(mkdtemp(dir));
	_cleanup_free_ char *path = xasprintf("%s/a/b/report", dir),
			    *deep = xasprintf("%s/a/b", dir);
	_cleanup_free_ char *mid = xasprintf("%s/a", dir);

	CHECK_INT(report_file_begin(&f, path, &err), 0);
	CHECK(access(path, F_OK) != 0);
	fputs("text", f.out);
	CHECK_INT(report_file_end(&f, &err), 0);
	CHECK(access(path, F_OK) == 0);
	unlink(path);
	rmdir(deep);
	rmdir(mid);
	CHECK_INT(rmdir(dir), 0);
}

int main(void)
{
	TEST(test_only_failures_fail_a_lenient_run);
	TEST(test_a_strict_run_fails_for_what_was_not_proven);
	TEST(test_quoted_text_is_one_line);
	TEST(test_xml_carries_no_markup_and_no_control);
	TEST(test_a_report_is_there_only_when_it_is_whole);
	return test_end();
}
