/*
 * report_junit: junit.xml by the custom that CI servers read.
 *
 * One testsuite per area, one testcase per case. A failure (fail, ignored, fixed) is <failure>, a set-up that did not work is
 * <error>, everything that was not evaluated or does not count against the run is <skipped> with the verdict in its message; the
 * verdicts of its requirements are its output, because properties of a case are refused by some readers. What belongs to no case (a void run, something left behind) is a case of the suite "run", because a
 * server that shows only cases must show it too. The file is written once, at the end.
 */
#include "catalog.h"
#include "report/report_text.h"

struct junit_reporter {
	struct reporter base;
	char *path;
	const struct catalog *catalog;
};

struct totals {
	size_t tests, failures, errors, skipped;
	double seconds;
};

static void begin(struct reporter *r, const struct report_begin *b)
{
	((struct junit_reporter *)r)->catalog = b->catalog;
}

static void count_case(struct totals *t, const struct case_result *c, bool strict)
{
	enum outcome o = outcome_of(c->verdict, strict);

	t->tests++;
	t->failures += o == OUTCOME_FAILURE;
	t->errors += o == OUTCOME_ERROR;
	t->skipped += o == OUTCOME_SKIPPED || o == OUTCOME_TODO;
	t->seconds += c->seconds;
}

static struct totals totals_of(const struct run_result *run, const char *area)
{
	struct totals t = { 0 };

	for (size_t i = 0; i < run->n_cases; i++)
		if (!area || streq(run->cases[i].area, area))
			count_case(&t, &run->cases[i], run->strict);
	return t;
}

static void attribute(FILE *out, const char *name, const char *value)
{
	_cleanup_free_ char *v = xml_escaped(value);

	fprintf(out, " %s=\"%s\"", name, v);
}

static void open_suite(FILE *out, const char *element, const char *name, const struct totals *t)
{
	fprintf(out, "<%s", element);
	attribute(out, "name", name);
	fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", t->tests, t->failures,
		t->errors);
	if (streq(element, "testsuite")) /* the whole has no such attribute */
		fprintf(out, " skipped=\"%zu\"", t->skipped);
	fprintf(out, " time=\"%.3f\">\n", t->seconds);
}

static void print_outcome(const struct junit_reporter *j, FILE *out, const struct case_result *c,
			  enum outcome o)
{
	_cleanup_free_ char *text = explain_case(c, j->catalog), *escaped = xml_escaped(text);
	_cleanup_free_ char *message = xasprintf("%s: %s", verdict_name(c->verdict),
						 c->message ? c->message : "no message");
	const char *element = o == OUTCOME_FAILURE ? "failure" :
			      o == OUTCOME_ERROR   ? "error" :
						     "skipped";

	fprintf(out, "   <%s", element);
	attribute(out, "message", message);
	if (o == OUTCOME_FAILURE || o == OUTCOME_ERROR)
		fprintf(out, " type=\"%s\">%s</%s>\n", verdict_name(c->verdict), escaped, element);
	else
		fputs("/>\n", out);
}

static void print_assertions(FILE *out, const struct case_result *c)
{
	if (!c->n_assertions)
		return;
	fputs("   <system-out>", out);
	for (size_t i = 0; i < c->n_assertions; i++)
		fprintf(out, "%s %s\n", c->assertions[i].req,
			verdict_name(c->assertions[i].verdict));
	fputs("</system-out>\n", out);
}

static void print_case(const struct junit_reporter *j, FILE *out, const struct case_result *c,
		       bool strict)
{
	_cleanup_free_ char *class = xasprintf("podtest.%s", c->area);
	_cleanup_free_ char *name = c->round ? xasprintf("%s (round %u)", c->name, c->round + 1) :
					       xstrdup(c->name);
	enum outcome o = outcome_of(c->verdict, strict);

	fputs("  <testcase", out);
	attribute(out, "classname", class);
	attribute(out, "name", name);
	attribute(out, "file", c->file);
	fprintf(out, " time=\"%.3f\">\n", c->seconds);
	if (o != OUTCOME_OK)
		print_outcome(j, out, c, o);
	print_assertions(out, c);
	fputs("  </testcase>\n", out);
}

static void print_area(const struct junit_reporter *j, FILE *out, const struct run_result *run,
		       const char *area)
{
	struct totals t = totals_of(run, area);

	fputs(" ", out);
	open_suite(out, "testsuite", area, &t);
	for (size_t i = 0; i < run->n_cases; i++)
		if (streq(run->cases[i].area, area))
			print_case(j, out, &run->cases[i], run->strict);
	fputs(" </testsuite>\n", out);
}

/* What belongs to the run and to no case. */
static void print_run(FILE *out, const struct run_result *run, const struct totals *t)
{
	fputs(" ", out);
	open_suite(out, "testsuite", "run", t);
	if (run->void_reason) {
		fputs("  <testcase classname=\"podtest.run\" name=\"valid\" time=\"0\"><error", out);
		attribute(out, "message", run->void_reason);
		fputs(" type=\"void\"/></testcase>\n", out);
	}
	for (size_t i = 0; run->leaks && run->leaks[i]; i++) {
		fprintf(out,
			"  <testcase classname=\"podtest.run\" name=\"left-behind-%zu\" "
			"time=\"0\"><failure",
			i + 1);
		attribute(out, "message", run->leaks[i]);
		fputs(" type=\"leak\"/></testcase>\n", out);
	}
	fputs(" </testsuite>\n", out);
}

static bool area_is_new(const struct run_result *run, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (streq(run->cases[j].area, run->cases[i].area))
			return false;
	return true;
}

static void print_all(const struct junit_reporter *j, FILE *out, const struct run_result *run)
{
	struct totals all = totals_of(run, NULL), own = { 0 };

	own.errors = run->void_reason != NULL;
	while (run->leaks && run->leaks[own.failures])
		own.failures++;
	own.tests = own.errors + own.failures;
	all.tests += own.tests;
	all.errors += own.errors;
	all.failures += own.failures;
	all.seconds = run->wall_seconds;
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", out);
	open_suite(out, "testsuites", run->subject ? run->subject : "podtest", &all);
	for (size_t i = 0; i < run->n_cases; i++)
		if (area_is_new(run, i))
			print_area(j, out, run, run->cases[i].area);
	if (own.tests)
		print_run(out, run, &own);
	fputs("</testsuites>\n", out);
}

static int end(struct reporter *r, const struct run_result *run, struct error *err)
{
	struct junit_reporter *j = (struct junit_reporter *)r;
	struct report_file f;

	if (report_file_begin(&f, j->path, err))
		return -1;
	print_all(j, f.out, run);
	return report_file_end(&f, err);
}

static void junit_free(struct reporter *r)
{
	free(((struct junit_reporter *)r)->path);
	free(r);
}

struct reporter *report_junit_new(const char *path)
{
	struct junit_reporter *j = xcalloc(1, sizeof(*j));

	j->base = (struct reporter){ .begin = begin, .end = end, .free = junit_free };
	j->path = xstrdup(path);
	return &j->base;
}
