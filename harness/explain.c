/*
 * explain: a failure explains itself.
 *
 * For each assertion that is not a pass: the requirement's sentence and source, what was expected, the last thing seen, the merged
 * timeline around it; then the manifests, and one command that runs this case alone. Plain text, for a terminal, a TAP
 * diagnostic or a JUnit message alike.
 */
#include "catalog.h"
#include "fixture.h"
#include "report.h"

static void print_indented(FILE *out, const char *text, const char *indent)
{
	while (text && *text) {
		size_t n = strcspn(text, "\n");

		fprintf(out, "%s%.*s\n", indent, (int)n, text);
		text += n + (text[n] == '\n');
	}
}

static void print_requirement(FILE *out, const struct requirement *r)
{
	if (!r)
		return;
	print_indented(out, r->statement, "    | ");
	if (r->source)
		fprintf(out, "    source: %s\n", r->source);
	if (r->disputed)
		fprintf(out, "    disputed: %s\n", r->disputed);
}

/* Where the steps of the case stand. */
static const char *steps_file(const struct case_result *c)
{
	return c->fixture && c->fixture->template ? c->fixture->template : c->file;
}

static void print_assertion(FILE *out, const struct assertion_result *a,
			    const struct case_result *c, const struct catalog *catalog)
{
	fprintf(out, "  %s %s (%s:%d)\n", a->req, verdict_name(a->verdict), steps_file(c), a->line);
	print_requirement(out, catalog ? catalog_find(catalog, a->req) : NULL);
	if (a->verdict == VERDICT_BROKEN || !a->expected) {
		fprintf(out, "    %s\n", a->message ? a->message : "");
		return;
	}
	if (a->step)
		fprintf(out, "    step:     %s\n", a->step);
	fprintf(out, "    expected: %s\n    seen:     %s\n", a->expected,
		a->seen ? a->seen : "nothing");
	if (a->timeline && *a->timeline) {
		fputs("    timeline (seconds since the case began; in brackets how much earlier it "
		      "may have been):\n",
		      out);
		print_indented(out, a->timeline, "    ");
	}
}

char *explain_case(const struct case_result *c, const struct catalog *catalog)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	fprintf(out, "%s: %s\n  %s\n", c->name, verdict_name(c->verdict), c->title);
	if (c->message)
		fprintf(out, "  %s\n", c->message);
	for (size_t i = 0; i < c->n_assertions; i++)
		if (c->assertions[i].verdict != VERDICT_PASS)
			print_assertion(out, &c->assertions[i], c, catalog);
	if (c->verdict == VERDICT_BROKEN && c->timeline && *c->timeline) {
		fputs("  history:\n", out);
		print_indented(out, c->timeline, "  ");
	}
	if (c->manifest && *c->manifest) {
		fputs("  manifest:\n", out);
		print_indented(out, c->manifest, "    ");
	}
	if (c->rerun)
		fprintf(out, "  run it alone: %s\n", c->rerun);
	fclose(out);
	return text;
}
