/*
 * report_summary: how the run ended, by area.
 *
 * A table of cases by area and verdict (columns that are empty everywhere are left out, pass and fail never), the
 * assertions in numbers, what was left behind, the names of what failed with the command to see it again, and where the reports
 * are. The last line says in words what the exit code says.
 */
#include "report/report_audit.h"
#include "report/report_text.h"
#include "stability.h"

struct summary {
	struct reporter base;
	FILE *out;
	char *report_dir;
};

struct row {
	const char *area;
	struct verdict_counts counts;
	double seconds;
};

static const enum verdict columns[] = {
	VERDICT_PASS,	  VERDICT_FAIL,	     VERDICT_IGNORED,	     VERDICT_FIXED,
	VERDICT_BROKEN,	  VERDICT_SLOW,	     VERDICT_MISS,	     VERDICT_KNOWN,
	VERDICT_DISPUTED, VERDICT_UNDECIDED, VERDICT_NOT_APPLICABLE,
};

static void begin(struct reporter *r, const struct report_begin *b)
{
	((struct summary *)r)->report_dir = xstrdup(b->report_dir);
}

static int by_area(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->area, ((const struct row *)b)->area);
}

static struct row *row_of(struct row *rows, size_t *n, const char *area)
{
	for (size_t i = 0; i < *n; i++)
		if (streq(rows[i].area, area))
			return &rows[i];
	rows[*n] = (struct row){ .area = area };
	return &rows[(*n)++];
}

static bool column_shown(const struct row *total, enum verdict v)
{
	return v == VERDICT_PASS || v == VERDICT_FAIL || total->counts.of[v];
}

static void print_row(FILE *out, const struct row *row, const struct row *total)
{
	size_t cases = 0;

	for (enum verdict v = 0; v < N_VERDICTS; v++)
		cases += row->counts.of[v];
	fprintf(out, "%-12s %6zu", row->area, cases);
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		enum verdict v = columns[i];
		int width = MAX((int)strlen(verdict_name(v)), 5) + 1;

		if (!column_shown(total, v))
			continue;
		if (row->counts.of[v])
			fprintf(out, "%*zu", width, row->counts.of[v]);
		else
			fprintf(out, "%*s", width, "-");
	}
	fprintf(out, " %8.1f\n", row->seconds);
}

static void print_head(FILE *out, const struct row *total)
{
	fprintf(out, "\n%-12s %6s", "area", "cases");
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		if (column_shown(total, columns[i]))
			fprintf(out, "%*s", MAX((int)strlen(verdict_name(columns[i])), 5) + 1,
				verdict_name(columns[i]));
	fprintf(out, " %8s\n", "seconds");
}

static void print_table(FILE *out, const struct run_result *run)
{
	_cleanup_free_ struct row *rows = xcalloc(run->n_cases, sizeof(*rows));
	struct row total = { .area = "total" };
	size_t n = 0;

	for (size_t i = 0; i < run->n_cases; i++) {
		const struct case_result *c = &run->cases[i];
		struct row *row = row_of(rows, &n, c->area ? c->area : "?");

		row->counts.of[c->verdict]++;
		row->seconds += c->seconds;
		total.counts.of[c->verdict]++;
		total.seconds += c->seconds;
	}
	qsort(rows, n, sizeof(*rows), by_area);
	print_head(out, &total);
	for (size_t i = 0; i < n; i++)
		print_row(out, &rows[i], &total);
	print_row(out, &total, &total);
}

/* How many different requirements an assertion of a case was evaluated for. */
static size_t requirements_evaluated(const struct run_result *run, size_t *ret_assertions)
{
	_cleanup_json_ json_t *ids = json_object();

	*ret_assertions = 0;
	for (size_t i = 0; i < run->n_cases; i++)
		for (size_t j = 0; j < run->cases[i].n_assertions; j++) {
			const struct assertion_result *a = &run->cases[i].assertions[j];

			if (a->verdict == VERDICT_NOT_APPLICABLE || a->verdict == VERDICT_BROKEN)
				continue;
			json_object_set_new(ids, a->req, json_true());
			++*ret_assertions;
		}
	return json_object_size(ids);
}

/* The rules for every history: how many, and how many of them had anything to judge. */
static void print_rules(FILE *out, const struct run_result *run)
{
	size_t rules = 0, asked = 0, answers = 0, bad = 0;
	struct invariant rule;

	for (size_t i = 0; invariant_at(i, &rule); i++) {
		size_t judged, broken;

		run_result_rule(run, i, &judged, &broken);
		rules++;
		asked += judged > 0;
		answers += judged;
		bad += broken > 0;
	}
	fprintf(out, "%zu of %zu rules for every history had something to judge, %zu times", asked,
		rules, answers);
	fprintf(out, bad ? "; %zu are broken\n" : "\n", bad);
}

/* What --repeat showed; nothing without it. */
static void print_stability(FILE *out, const struct run_result *run)
{
	_cleanup_(stability_clear) struct stability s = { 0 };

	stability_of(run, &s);
	if (s.rounds < 2)
		return;
	for (size_t i = 0; i < s.n; i++)
		if (stability_is_flaky(&s.cases[i]))
			fprintf(out, "flaky %s/%s: passed %u of %u rounds\n", s.cases[i].area,
				s.cases[i].name, s.cases[i].passed, s.cases[i].rounds);
	fprintf(out, "%u rounds: %zu of %zu cases are flaky (%.1f %%)\n", s.rounds, s.flaky, s.n,
		stability_rate(&s) * 100);
}

static void print_failures(FILE *out, const struct run_result *run)
{
	for (size_t i = 0; i < run->n_cases; i++) {
		const struct case_result *c = &run->cases[i];

		if (!verdict_is_failure(c->verdict, run->strict) && c->verdict != VERDICT_BROKEN)
			continue;
		fprintf(out, "%s %s/%s: %s\n", verdict_name(c->verdict), c->area, c->name,
			c->message ? c->message : "");
		if (c->rerun)
			fprintf(out, "    again: %s\n", c->rerun);
	}
	for (size_t i = 0; run->leaks && run->leaks[i]; i++)
		fprintf(out, "left behind: %s\n", run->leaks[i]);
}

static void print_verdict(FILE *out, const struct run_result *run)
{
	switch (run_result_exit(run)) {
	case EXIT_GOOD:
		fputs("conformant as far as it was asked\n", out);
		break;
	case EXIT_FAILED:
		fputs("FAILED\n", out);
		break;
	default:
		fprintf(out, "VOID: %s\n",
			run->void_reason ? run->void_reason :
			run->n_cases	 ? "cases are broken, or none was evaluated" :
					   "nothing was run");
	}
}

static void print_files(const struct summary *s, const struct run_result *run)
{
	size_t histories = 0;

	if (!s->report_dir)
		return;
	for (size_t i = 0; i < run->n_cases; i++)
		histories += run->cases[i].recording != NULL;
	fprintf(s->out, "reports: %s/results.json %s/junit.xml %s/report.html\n", s->report_dir,
		s->report_dir, s->report_dir);
	if (histories)
		fprintf(s->out, "histories: %s/histories, %zu (podtest replay judges them again)\n",
			s->report_dir, histories);
}

static int end(struct reporter *r, const struct run_result *run, struct error *err)
{
	struct summary *s = (struct summary *)r;
	size_t assertions, requirements = requirements_evaluated(run, &assertions);

	if (run->n_cases)
		print_table(s->out, run);
	fputc('\n', s->out);
	print_failures(s->out, run);
	fprintf(s->out, "%zu assertions on %zu requirements, %.1f s", assertions, requirements,
		run->wall_seconds);
	if (run->leaks && !run->leaks[0])
		fputs(", nothing left behind", s->out);
	fputc('\n', s->out);
	print_rules(s->out, run);
	print_stability(s->out, run);
	audit_print(s->out, &run->audit);
	print_files(s, run);
	print_verdict(s->out, run);
	if (fflush(s->out) || ferror(s->out))
		return error_set(err, "the summary could not be written");
	return 0;
}

static void summary_free(struct reporter *r)
{
	free(((struct summary *)r)->report_dir);
	free(r);
}

struct reporter *report_summary_new(FILE *out)
{
	struct summary *s = xcalloc(1, sizeof(*s));

	s->base = (struct reporter){ .begin = begin, .end = end, .free = summary_free };
	s->out = out;
	return &s->base;
}
