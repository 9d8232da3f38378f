/*
 * report_json: results.json, the report that other programs read.
 *
 * Schema 1. The first keys are a contract: schema, subject, wall_seconds, summary (cases by verdict, every verdict named),
 * and per case name, file, verdict, seconds, message and its assertions with req, verdict and message. Keys may be added within
 * a schema; a reader ignores those that it does not know. The file is written once, at the end, from the run's result.
 */
#include "report/report_text.h"

struct json_reporter {
	struct reporter base;
	char *path;
};

static json_t *text_or_null(const char *s)
{
	json_t *v = s ? json_string(s) : NULL;

	return v ? v : json_null();
}

static json_t *assertion_json(const struct assertion_result *a)
{
	json_t *o = json_object();

	json_object_set_new(o, "req", json_string(a->req));
	json_object_set_new(o, "verdict", json_string(verdict_name(a->verdict)));
	json_object_set_new(o, "message", text_or_null(a->message));
	if (a->invariant)
		json_object_set_new(o, "invariant", json_true());
	if (a->line)
		json_object_set_new(o, "line", json_integer(a->line));
	return o;
}

static json_t *case_json(const struct case_result *c)
{
	json_t *o = json_object(), *list = json_array();

	json_object_set_new(o, "name", text_or_null(c->name));
	json_object_set_new(o, "file", text_or_null(c->file));
	json_object_set_new(o, "verdict", json_string(verdict_name(c->verdict)));
	json_object_set_new(o, "seconds", json_real(c->seconds));
	json_object_set_new(o, "message", text_or_null(c->message));
	for (size_t i = 0; i < c->n_assertions; i++)
		json_array_append_new(list, assertion_json(&c->assertions[i]));
	json_object_set_new(o, "assertions", list);
	json_object_set_new(o, "area", text_or_null(c->area));
	json_object_set_new(o, "round", json_integer(c->round));
	return o;
}

static json_t *assertion_counts(const struct run_result *run)
{
	struct verdict_counts counts = { { 0 } };

	for (size_t i = 0; i < run->n_cases; i++)
		for (size_t j = 0; j < run->cases[i].n_assertions; j++)
			counts.of[run->cases[i].assertions[j].verdict]++;
	return counts_json(&counts);
}

static json_t *rules_json(const struct run_result *run)
{
	json_t *list = json_array();
	struct invariant rule;

	for (size_t i = 0; invariant_at(i, &rule); i++) {
		size_t judged, broken;

		run_result_rule(run, i, &judged, &broken);
		json_array_append_new(list, json_pack("{s:s,s:s,s:I,s:I}", "req", rule.req, "name",
						      rule.name, "judged", (json_int_t)judged,
						      "broken", (json_int_t)broken));
	}
	return list;
}

static json_t *run_json(const struct run_result *run)
{
	struct verdict_counts counts = { { 0 } };
	json_t *o = json_object(), *cases = json_array(), *leaks = json_array();

	for (size_t i = 0; i < run->n_cases; i++) {
		counts.of[run->cases[i].verdict]++;
		json_array_append_new(cases, case_json(&run->cases[i]));
	}
	for (size_t i = 0; run->leaks && run->leaks[i]; i++)
		json_array_append_new(leaks, text_or_null(run->leaks[i]));
	json_object_set_new(o, "schema", json_integer(1));
	json_object_set_new(o, "subject", text_or_null(run->subject));
	json_object_set_new(o, "wall_seconds", json_real(run->wall_seconds));
	json_object_set_new(o, "summary", counts_json(&counts));
	json_object_set_new(o, "assertions", assertion_counts(run));
	json_object_set_new(o, "invariants", rules_json(run));
	json_object_set_new(o, "exit", json_integer(run_result_exit(run)));
	json_object_set_new(o, "void", text_or_null(run->void_reason));
	json_object_set_new(o, "leaks", run->leaks ? leaks : json_null());
	json_object_set_new(o, "seed", json_integer((json_int_t)run->seed));
	json_object_set_new(o, "clock_rate", json_real(run->clock_rate));
	json_object_set_new(o, "slack", json_real(run->slack));
	json_object_set_new(o, "subject_spec", text_or_null(run->subject_spec));
	json_object_set_new(o, "cases", cases);
	if (!run->leaks)
		json_decref(leaks);
	return o;
}

static int end(struct reporter *r, const struct run_result *run, struct error *err)
{
	struct json_reporter *j = (struct json_reporter *)r;
	_cleanup_json_ json_t *o = run_json(run);
	struct report_file f;

	if (report_file_begin(&f, j->path, err))
		return -1;
	json_dumpf(o, f.out, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
	fputc('\n', f.out);
	return report_file_end(&f, err);
}

static void json_reporter_free(struct reporter *r)
{
	free(((struct json_reporter *)r)->path);
	free(r);
}

struct reporter *report_json_new(const char *path)
{
	struct json_reporter *j = xcalloc(1, sizeof(*j));

	j->base = (struct reporter){ .end = end, .free = json_reporter_free };
	j->path = xstrdup(path);
	return &j->base;
}
