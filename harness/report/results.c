/*
 * results: results.json, schema 1: made from a run, read again from a file.
 *
 * The first keys are a contract: schema, subject, wall_seconds, summary (cases by verdict, every verdict named), and per case
 * name, file, verdict, seconds, message and its assertions with req, verdict and message. Keys may be added within a schema; a reader
 * ignores those that it does not know, and does without those that an older file lacks. What explains a failure (step, expected, seen,
 * timeline, manifest) is there for what is not a pass, so that the page of it (page.h) can be made later and elsewhere.
 */
#include "report/results.h"

#include <time.h>

#include "fixture.h"
#include "report/report_audit.h"
#include "report/report_text.h"
#include "stability.h"
#include "util/json.h"

static json_t *text_or_null(const char *s)
{
	json_t *v = s ? json_string(s) : NULL;

	return v ? v : json_null();
}

/* Leaves out what is not known. */
static void set_text(json_t *o, const char *key, const char *text)
{
	if (text && *text)
		json_object_set_new(o, key, text_or_null(text));
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
	if (a->verdict == VERDICT_PASS || a->verdict == VERDICT_NOT_APPLICABLE)
		return o;
	set_text(o, "step", a->step);
	set_text(o, "expected", a->expected);
	set_text(o, "seen", a->seen);
	set_text(o, "timeline", a->timeline);
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
	set_text(o, "template", c->fixture ? c->fixture->template : NULL);
	set_text(o, "title", c->title);
	set_text(o, "rerun", c->rerun);
	set_text(o, "history", c->recording);
	set_text(o, "manifest", c->manifest);
	if (json_array_size(c->events))
		json_object_set(o, "events", c->events);
	if (c->verdict == VERDICT_BROKEN)
		set_text(o, "timeline", c->timeline);
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

/* null when nothing was repeated. */
static json_t *stability_json(const struct run_result *run)
{
	_cleanup_(stability_clear) struct stability s = { 0 };
	json_t *cases = json_array();

	stability_of(run, &s);
	for (size_t i = 0; i < s.n; i++)
		json_array_append_new(cases, json_pack("{s:s, s:s, s:i, s:i}", "area",
						       s.cases[i].area, "name", s.cases[i].name,
						       "rounds", (int)s.cases[i].rounds, "passed",
						       (int)s.cases[i].passed));
	if (s.rounds < 2)
		return json_decref(cases), json_null();
	return json_pack("{s:i, s:I, s:I, s:f, s:o}", "rounds", (int)s.rounds, "evaluated",
			 (json_int_t)s.n, "flaky", (json_int_t)s.flaky, "rate", stability_rate(&s),
			 "cases", cases);
}

/* "2026-05-01T10:00:00Z", or null when it is not known. */
static json_t *instant_json(int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;
	char text[32];

	if (!seconds || !gmtime_r(&t, &tm))
		return json_null();
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_string(text);
}

static json_t *leaks_json(const struct run_result *run)
{
	json_t *list = run->leaks ? json_array() : json_null();

	for (size_t i = 0; run->leaks && run->leaks[i]; i++)
		json_array_append_new(list, text_or_null(run->leaks[i]));
	return list;
}

json_t *results_json(const struct run_result *run)
{
	struct verdict_counts counts = { { 0 } };
	json_t *o = json_object(), *cases = json_array();

	for (size_t i = 0; i < run->n_cases; i++) {
		counts.of[run->cases[i].verdict]++;
		json_array_append_new(cases, case_json(&run->cases[i]));
	}
	json_object_set_new(o, "schema", json_integer(1));
	json_object_set_new(o, "subject", text_or_null(run->subject));
	json_object_set_new(o, "wall_seconds", json_real(run->wall_seconds));
	json_object_set_new(o, "summary", counts_json(&counts));
	json_object_set_new(o, "assertions", assertion_counts(run));
	json_object_set_new(o, "invariants", rules_json(run));
	audit_json(o, &run->audit);
	json_object_set_new(o, "stability", stability_json(run));
	json_object_set_new(o, "exit", json_integer(run_result_exit(run)));
	json_object_set_new(o, "void", text_or_null(run->void_reason));
	json_object_set_new(o, "leaks", leaks_json(run));
	json_object_set_new(o, "began", instant_json(run->began));
	json_object_set_new(o, "seed", json_integer((json_int_t)run->seed));
	json_object_set_new(o, "clock_rate", json_real(run->clock_rate));
	json_object_set_new(o, "slack", json_real(run->slack));
	json_object_set_new(o, "subject_spec", text_or_null(run->subject_spec));
	json_object_set_new(o, "cases", cases);
	return o;
}

int results_load(const char *path, json_t **ret, struct error *err)
{
	json_error_t fault;
	_cleanup_json_ json_t *o = json_load_file(path, 0, &fault);

	if (!o)
		return error_set(err, "%s:%d: %s", path, MAX(fault.line, 1), fault.text);
	if (json_int(o, "schema", 0) != 1 || !json_is_array(json_object_get(o, "cases")))
		return error_set(err, "%s: is no results.json of schema 1", path);
	*ret = take_ptr(o);
	return 0;
}
