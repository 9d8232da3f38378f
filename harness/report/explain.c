/*
 * explain: why a case failed, for a person who has not seen it before.
 *
 * The order is that of the questions one asks: what was required and who says so, what was expected and what was seen, what
 * happened around it, on which manifest, and how to see it again. Assertions that passed are left out.
 */
#include "catalog.h"
#include "report/text.h"

static void explain_assertion(FILE *out, const struct assertion_result *a,
			      const struct catalog *catalog)
{
	const struct requirement *req = catalog ? catalog_find(catalog, a->req) : NULL;

	fprintf(out, "\n  %s %s%s\n", a->req, verdict_name(a->verdict),
		a->invariant ? " (holds for every history of every case)" : "");
	if (req) {
		fprintf(out, "    requires: %s\n", req->statement);
		fprintf(out, "    source:   %s\n", req->source);
		if (req->disputed)
			fprintf(out, "    disputed: %s\n", req->disputed);
	}
	if (a->message)
		fprintf(out, "    message:  %s\n", a->message);
	if (a->line)
		fprintf(out, "    step:     line %d: %s\n", a->line, a->step ? a->step : "");
	else if (a->step)
		fprintf(out, "    step:     %s\n", a->step);
	if (a->expected)
		fprintf(out, "    expected: %s\n", a->expected);
	if (a->seen)
		fprintf(out, "    seen:     %s\n", a->seen);
	if (a->timeline) {
		fputs("    around it:\n", out);
		print_indented(out, "      ", a->timeline);
	}
}

char *explain_case(const struct case_result *c, const struct catalog *catalog)
{
	bool timeline = false;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		abort();
	fprintf(out, "%s %s/%s (%.1f s): %s\n", verdict_name(c->verdict), c->area, c->name,
		c->seconds, c->message ? c->message : "");
	if (c->title)
		fprintf(out, "  %s\n", c->title);
	if (c->file)
		fprintf(out, "  %s\n", c->file);
	for (size_t i = 0; i < c->n_assertions; i++) {
		if (c->assertions[i].verdict == VERDICT_PASS ||
		    c->assertions[i].verdict == VERDICT_NOT_APPLICABLE)
			continue;
		explain_assertion(out, &c->assertions[i], catalog);
		timeline |= c->assertions[i].timeline != NULL;
	}
	if (c->timeline && !timeline) {
		fputs("\n  what happened:\n", out);
		print_indented(out, "    ", c->timeline);
	}
	if (c->manifest) {
		fputs("\n  manifest:\n", out);
		print_indented(out, "    ", c->manifest);
	}
	if (c->rerun)
		fprintf(out, "\n  again: %s\n", c->rerun);
	fclose(out);
	return text;
}
