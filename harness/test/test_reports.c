/*
 * reports: one run of every verdict, as TAP, JUnit, JSON and summary.
 */
#include "report.h"

#include "doc.h"
#include "test/test.h"
#include "util/json.h"

static struct run_result run;

static void add_case(enum verdict v)
{
	struct case_result c = {
		.name = xasprintf("case-%s", verdict_name(v)),
		.file = xstrdup("fixtures/x/y.yaml"),
		.area = xstrdup(v % 2 ? "odd" : "even"),
		.title = xstrdup("A <title> with # and \"quotes\""),
		.seconds = 0.5,
		.message = v == VERDICT_PASS ? NULL : xstrdup("told # so\nin two lines"),
		.verdict = v,
	};
	struct assertion_result *a = case_result_add(&c, "NS-001");

	a->verdict = v;
	a->message = xstrdup(c.message);
	a->expected = xstrdup("that it says <&>");
	a->seen = xstrdup("nothing");
	a->timeline = v == VERDICT_FAIL ? xstrdup("+0.0 guest a/c start\n+0.1 guest a/c say <&>") :
					  NULL;
	run_result_add(&run, &c);
}

static void make_run(void)
{
	run = (struct run_result){
		.subject = xstrdup("fake 1"),
		.clock_rate = 20,
		.slack = 1,
		.wall_seconds = 3,
		.began = 1777629600,
	};
	for (enum verdict v = 0; v < N_VERDICTS; v++)
		add_case(v);
}

static void report(struct reporter *r)
{
	struct report_begin b = { .run = &run, .n_cases = run.n_cases };
	_cleanup_error_ struct error err = ERROR_INIT;

	if (r->begin)
		r->begin(r, &b);
	for (size_t i = 0; r->done && i < run.n_cases; i++)
		r->done(r, &run.cases[i]);
	CHECK_INT(r->end(r, &run, &err), 0);
	r->free(r);
}

static char *report_text(struct reporter *(*make)(FILE *out))
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	report(make(out));
	fclose(out);
	return text;
}

static char *report_path(struct reporter *(*make)(const char *path))
{
	char path[] = "/tmp/podtest-test-XXXXXX", *text = NULL;
	int fd = mkstemp(path);

	close(fd);
	report(make(path));
	doc_read_text(path, &text, NULL, NULL);
	unlink(path);
	return text;
}

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	for (const char *p = text; (p = strstr(p, part)); p += strlen(part))
		n++;
	return n;
}

static void test_tap_has_a_line_per_case(void)
{
	_cleanup_free_ char *text = report_text(report_tap_new);

	CHECK(has_prefix(text, "TAP version 13\n1..11\n"));
	CHECK_INT(count(text, "\nok ") + count(text, "\nnot ok "), 11);
	CHECK_HAS(text, "\nnot ok 2 - odd/case-fail\n  ---\n");
	CHECK_HAS(text, "# SKIP not-applicable: told \\# so in two lines\n");
	CHECK_INT(count(text, "# TODO "), 4);
	CHECK_INT(count(text, "\n  ---\n"), count(text, "\n  ...\n"));
}

/* The YAML block of a case, read by our own reader. */
static void test_tap_diagnostics_are_yaml(void)
{
	_cleanup_free_ char *text = report_text(report_tap_new), *block = NULL;
	char *from = strstr(strstr(text, "case-fail"), "  ---\n");
	_cleanup_json_ json_t *docs = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;

	CHECK(from);
	block = strndup(from + 6, (size_t)(strstr(from, "  ...\n") - from - 6));
	if (doc_parse(block, strlen(block), "tap", &docs, NULL, &err))
		TEST_FAIL("%s", error_text(&err));
	CHECK_TEXT(json_str(docs, "0.verdict"), "fail");
	CHECK_TEXT(json_str(docs, "0.assertions.0.req"), "NS-001");
	CHECK_TEXT(json_str(docs, "0.assertions.0.timeline"),
		   "+0.0 guest a/c start\n+0.1 guest a/c say <&>\n");
}

/* Every element that is opened is closed, in order. */
static bool is_balanced(const char *xml)
{
	char *stack[64];
	size_t depth = 0;
	bool good = true;

	for (const char *p = strchr(xml, '<'); p && good; p = strchr(p + 1, '<')) {
		const char *end = strchr(p, '>');
		size_t len = strcspn(p + 1 + (p[1] == '/'), " />");

		good = end && depth < 63;
		if (!good || p[1] == '?' || end[-1] == '/')
			continue;
		if (p[1] != '/') {
			stack[depth++] = strndup(p + 1, len);
			continue;
		}
		good = depth && strlen(stack[depth - 1]) == len &&
		       !strncmp(stack[depth - 1], p + 2, len);
		if (depth)
			free(stack[--depth]);
	}
	while (depth) {
		free(stack[--depth]);
		good = false;
	}
	return good;
}

static void test_junit_is_balanced_and_counts(void)
{
	_cleanup_free_ char *text = report_path(report_junit_new);

	CHECK(is_balanced(text));
	CHECK(!is_balanced("<a><b></a></b>"));
	CHECK_INT(count(text, "<testcase "), 11);
	CHECK_INT(count(text, "<failure "), 3);
	CHECK_INT(count(text, "<error "), 1);
	CHECK_INT(count(text, "<skipped "), 5);
	CHECK_HAS(text, "<testsuites name=\"fake 1\" tests=\"11\" failures=\"3\" errors=\"1\" "
			"time=\"3.000\">");
	CHECK_HAS(text, "<testsuite name=\"odd\" tests=\"5\" failures=\"3\" errors=\"1\" "
			"skipped=\"1\"");
	CHECK_HAS(text, "guest a/c say &lt;&amp;&gt;");
}

static void test_junit_shows_what_belongs_to_no_case(void)
{
	_cleanup_free_ char *text = NULL;

	run.void_reason = xstrdup("sentinel must-pass: fail");
	run.leaks = xcalloc(2, sizeof(char *));
	run.leaks[0] = xstrdup("process 7");
	text = report_path(report_junit_new);
	CHECK(is_balanced(text));
	CHECK_HAS(text, "message=\"sentinel must-pass: fail\" type=\"void\"");
	CHECK_HAS(text, "message=\"process 7\" type=\"leak\"");
}

static void test_json_names_every_verdict(void)
{
	_cleanup_free_ char *text = report_path(report_json_new);
	_cleanup_json_ json_t *o = json_read(text, strlen(text));

	CHECK_INT(json_int(o, "schema", 0), 1);
	CHECK_TEXT(json_str(o, "subject"), "fake 1");
	for (enum verdict v = 0; v < N_VERDICTS; v++) {
		CHECK_INT(json_int(json_object_get(o, "summary"), verdict_name(v), -1), 1);
		CHECK_TEXT(json_str(json_array_get(json_object_get(o, "cases"), v), "verdict"),
			   verdict_name(v));
	}
	CHECK_TEXT(json_str(o, "cases.1.assertions.0.req"), "NS-001");
	CHECK(json_is_null(json_path(o, "cases.0.message")));
}

/* What explains a failure is there for what is not a pass. */
static void test_json_explains_what_is_no_pass(void)
{
	_cleanup_free_ char *text = report_path(report_json_new);
	_cleanup_json_ json_t *o = json_read(text, strlen(text));

	CHECK_TEXT(json_str(o, "cases.1.assertions.0.expected"), "that it says <&>");
	CHECK_TEXT(json_str(o, "cases.1.assertions.0.seen"), "nothing");
	CHECK_HAS(json_str(o, "cases.1.assertions.0.timeline"), "guest a/c say <&>");
	CHECK(!json_path(o, "cases.0.assertions.0.expected"));
	CHECK_TEXT(json_str(o, "began"), "2026-05-01T10:00:00Z");
}

/* The text between two marks. */
static char *between(const char *text, const char *from, const char *to)
{
	const char *begin = strstr(text, from), *end = begin ? strstr(begin, to) : NULL;

	return end ? strndup(begin + strlen(from), (size_t)(end - begin) - strlen(from)) : NULL;
}

static void test_html_holds_the_results_and_nothing_ends_them(void)
{
	_cleanup_free_ char *page = NULL, *text = NULL;
	_cleanup_json_ json_t *o = NULL;

	free(run.cases[1].message);
	run.cases[1].message = xstrdup("</script><!-- {{data}} <b>");
	page = report_path(report_html_new);
	text = between(page, "id=\"data\">", "</script>");
	CHECK(text);
	o = json_read(text, strlen(text));
	CHECK_TEXT(json_str(o, "results.0.results.cases.1.message"), "</script><!-- {{data}} <b>");
	CHECK_TEXT(json_str(o, "verdicts.0"), "fail");
	CHECK_INT(json_array_size(json_path(o, "verdicts")), N_VERDICTS);
	CHECK_INT(count(page, "<!--"), 0);
	CHECK_INT(count(page, "</script>"), 2);
}

static void test_html_asks_for_nothing(void)
{
	_cleanup_free_ char *page = report_path(report_html_new);

	CHECK_HAS(page, "default-src 'none'");
	CHECK_INT(count(page, " src="), 0);
	CHECK_INT(count(page, "url("), 0);
	CHECK_INT(count(page, "@import"), 0);
	CHECK_INT(count(page, "href="), 1); /* the icon, which is empty */
	CHECK_HAS(page, "<link rel=\"icon\" href=\"data:,\">");
}

static void test_summary_sums_by_area(void)
{
	_cleanup_free_ char *text = report_text(report_summary_new);

	CHECK_HAS(text, "\neven              6 ");
	CHECK_HAS(text, "\nodd               5 ");
	CHECK_HAS(text, "\ntotal            11 ");
	CHECK_HAS(text, "fail odd/case-fail");
}

static void test_summary_tells_flips_of_rounds(void)
{
	_cleanup_free_ char *text = report_text(report_summary_new), *again = NULL;

	CHECK(!strstr(text, "rounds:"));
	add_case(VERDICT_PASS);
	add_case(VERDICT_FAIL);
	for (size_t i = run.n_cases - 2; i < run.n_cases; i++) {
		run.cases[i].round = (unsigned)(i + 2 - run.n_cases);
		free(run.cases[i].name);
		free(run.cases[i].area);
		run.cases[i].name = xstrdup("twice");
		run.cases[i].area = xstrdup("even");
	}
	again = report_text(report_summary_new);
	CHECK_HAS(again, "flaky even/twice: passed 1 of 2 rounds\n");
	CHECK_HAS(again, "2 rounds: 1 of 11 cases are flaky (9.1 %)\n");
}

static void test_progress_without_a_terminal_draws_no_bar(void)
{
	FILE *out = tmpfile();
	char text[8192];
	size_t n;

	report(report_progress_new(out));
	rewind(out);
	n = fread(text, 1, sizeof(text) - 1, out);
	text[n] = '\0';
	fclose(out);
	CHECK(!strchr(text, '\r'));
	CHECK_HAS(text, "11/11 cases, 4 failed");
}

int main(void)
{
	make_run();
	TEST(test_tap_has_a_line_per_case);
	TEST(test_tap_diagnostics_are_yaml);
	TEST(test_junit_is_balanced_and_counts);
	TEST(test_json_names_every_verdict);
	TEST(test_json_explains_what_is_no_pass);
	TEST(test_html_asks_for_nothing);
	TEST(test_html_holds_the_results_and_nothing_ends_them);
	TEST(test_summary_sums_by_area);
	TEST(test_progress_without_a_terminal_draws_no_bar);
	TEST(test_junit_shows_what_belongs_to_no_case);
	TEST(test_summary_tells_flips_of_rounds);
	run_result_clear(&run);
	return test_end();
}
