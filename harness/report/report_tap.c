/*
 * report_tap: TAP 13, which prove(1) reads, one line per case.
 *
 * Lines come as cases end, numbered in that order; the plan stands first because the number of cases is known. What is not a
 * plain pass carries a YAML block: verdict, message, the assertions that did not pass with the requirement's sentence and
 * source, the timeline, the manifests, and the command that runs this case alone. A case that is reported but does not fail the run (miss, known,
 * undecided, disputed) is `not ok … # TODO`, one that was not evaluated is `# SKIP`. A run that says nothing ends with `Bail out!`.
 */
#include "catalog.h"
#include "report/report_text.h"

struct tap_reporter {
	struct reporter base;
	FILE *out;
	const struct catalog *catalog;
	const struct run_result *run;
	size_t n;
};

static void begin(struct reporter *r, const struct report_begin *b)
{
	struct tap_reporter *t = (struct tap_reporter *)r;

	t->catalog = b->catalog;
	t->run = b->run;
	fprintf(t->out, "TAP version 13\n1..%zu\n", b->n_cases);
	fprintf(t->out, "# subject %s, clock rate %g, seed %llu\n",
		b->run->subject ? b->run->subject : "unknown", b->run->clock_rate,
		(unsigned long long)b->run->seed);
	fflush(t->out);
}

/*
 * A block of YAML. prove(1) wants its first line to be the one that is indented least, so a line that would begin with a blank begins
 * with a point.
 */
static void print_block(FILE *out, const char *indent, const char *key, const char *text)
{
	fprintf(out, "%s%s: |\n", indent, key);
	for (; *text; text += strspn(text, "\n")) {
		size_t len = strcspn(text, "\n");

		fprintf(out, "%s  %c%.*s\n", indent, *text == ' ' ? '.' : *text, (int)len - 1,
			text + 1);
		text += len;
	}
}

/* A directive begins at the first bare '#', so a text must not hold one. */
static void print_text(FILE *out, const char *text)
{
	for (; text && *text; text++) {
		if (*text == '#' || *text == '\\')
			fputc('\\', out);
		fputc(*text == '\n' ? ' ' : *text, out);
	}
}

static void print_field(FILE *out, const char *indent, const char *key, const char *value)
{
	_cleanup_free_ char *q = quoted(value);

	if (value)
		fprintf(out, "%s%s: %s\n", indent, key, q);
}

static void print_assertion(const struct tap_reporter *t, const struct assertion_result *a)
{
	const struct requirement *req = t->catalog ? catalog_find(t->catalog, a->req) : NULL;

	fprintf(t->out, "    - req: %s\n      verdict: %s\n", a->req, verdict_name(a->verdict));
	print_field(t->out, "      ", "requirement", req ? req->statement : NULL);
	print_field(t->out, "      ", "source", req ? req->source : NULL);
	print_field(t->out, "      ", "message", a->message);
	print_field(t->out, "      ", "step", a->step);
	print_field(t->out, "      ", "expected", a->expected);
	print_field(t->out, "      ", "seen", a->seen);
	if (a->timeline && *a->timeline)
		print_block(t->out, "      ", "timeline", a->timeline);
}

static void print_diagnostics(const struct tap_reporter *t, const struct case_result *c)
{
	bool any = false, timeline = false;

	fprintf(t->out, "  ---\n  verdict: %s\n", verdict_name(c->verdict));
	print_field(t->out, "  ", "title", c->title);
	print_field(t->out, "  ", "file", c->file);
	print_field(t->out, "  ", "message", c->message);
	fprintf(t->out, "  seconds: %.3f\n", c->seconds);
	for (size_t i = 0; i < c->n_assertions; i++) {
		if (c->assertions[i].verdict == VERDICT_PASS)
			continue;
		if (!any)
			fputs("  assertions:\n", t->out);
		any = true;
		timeline |= c->assertions[i].timeline != NULL;
		print_assertion(t, &c->assertions[i]);
	}
	if (!timeline && c->timeline && *c->timeline)
		print_block(t->out, "  ", "timeline", c->timeline);
	print_field(t->out, "  ", "manifest", c->manifest);
	print_field(t->out, "  ", "rerun", c->rerun);
	fputs("  ...\n", t->out);
}

static void done(struct reporter *r, const struct case_result *c)
{
	struct tap_reporter *t = (struct tap_reporter *)r;
	enum outcome o = outcome_of(c->verdict, t->run->strict);
	bool ok = o == OUTCOME_OK || o == OUTCOME_SKIPPED;

	fprintf(t->out, "%s %zu - ", ok ? "ok" : "not ok", ++t->n);
	print_text(t->out, c->area);
	fputc('/', t->out);
	print_text(t->out, c->name);
	if (o == OUTCOME_SKIPPED || o == OUTCOME_TODO) {
		const char *word = verdict_name(c->verdict);

		fprintf(t->out, " # %s ", o == OUTCOME_TODO ? "TODO" : "SKIP");
		if (!c->message || !has_prefix(c->message, word))
			fprintf(t->out, "%s: ", word);
		print_text(t->out, c->message);
	}
	fputc('\n', t->out);
	if (!ok || c->verdict == VERDICT_SLOW)
		print_diagnostics(t, c);
	fflush(t->out);
}

static int end(struct reporter *r, const struct run_result *run, struct error *err)
{
	struct tap_reporter *t = (struct tap_reporter *)r;

	for (size_t i = 0; run->leaks && run->leaks[i]; i++)
		fprintf(t->out, "# left behind: %s\n", run->leaks[i]);
	if (run->void_reason) {
		fputs("Bail out! void: ", t->out);
		print_text(t->out, run->void_reason);
		fputc('\n', t->out);
	}
	if (fflush(t->out) || ferror(t->out))
		return error_set(err, "the TAP report could not be written");
	return 0;
}

static void tap_free(struct reporter *r)
{
	free(r);
}

struct reporter *report_tap_new(FILE *out)
{
	struct tap_reporter *t = xcalloc(1, sizeof(*t));

	t->base = (struct reporter){ .begin = begin, .done = done, .end = end, .free = tap_free };
	t->out = out;
	return &t->base;
}
