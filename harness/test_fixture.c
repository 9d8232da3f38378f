/* fixture: what is refused, and with which file and line; grids; variables. */
#include "fixture.h"

#include "doc.h"
#include "fixture_form.h"
#include "fixture_grid.h"
#include "test/test.h"
#include "util/json.h"

#define HEAD "apiVersion: podtest/v1\nkind: Case\nname: x\ntitle: t\n"

static char message[1000];

/* The fault of a Case's text, "" when there is none. */
static const char *fault(const char *text)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_(doc_lines_free_p) struct doc_lines *lines = NULL;
	_cleanup_json_ json_t *docs = NULL;

	if (!doc_parse(text, strlen(text), "f.yaml", &docs, &lines, &err))
		fixture_form_check(json_array_get(docs, 0), lines, "f.yaml", &err);
	snprintf(message, sizeof(message), "%s", err.message ? err.message : "");
	return message;
}

static void test_a_good_case_is_taken(void)
{
	CHECK_TEXT(
		fault(HEAD
		      "needs: [pod.grace]\nsteps:\n- apply: {}\n- delete: {object: pod/a, grace: "
		      "3}\n"
		      "- eventually: {absent: pod/a, within: {timer: 4, lag: prompt}, req: A-1}\n"
		      "- history:\n  - {count: guest a/c term, is: 1, req: A-1}\n"),
		"");
}

static void test_an_unknown_key_is_refused_with_its_line(void)
{
	CHECK_HAS(fault(HEAD "needz: [pod]\nsteps: []\n"),
		  "f.yaml:5: case: needz is not known here");
	CHECK_HAS(fault(HEAD "steps:\n- apply: {}\n- eventually:\n    object: pod/a\n    wihtin: "
			     "{timer: 3}\n"),
		  "f.yaml:9: eventually: wihtin is not known here");
	CHECK_HAS(fault(HEAD "steps:\n- eventually: {object: pod/a, within: {tmer: 3}}\n"),
		  "tmer is not known");
}

static void test_a_wrong_type_is_refused(void)
{
	CHECK_HAS(fault(HEAD "quick: maybe\nsteps: []\n"), "quick must be true or false");
	CHECK_HAS(fault(HEAD "steps:\n- scale: {object: rs/a, replicas: many}\n"),
		  "replicas must be a whole number");
}

static void test_what_is_missing_is_named(void)
{
	CHECK_HAS(fault("apiVersion: podtest/v1\nkind: Case\nname: x\nsteps: []\n"),
		  "title is missing");
	CHECK_HAS(fault(HEAD "steps:\n- delete: {grace: 3}\n"), "one of object, objects");
	CHECK_HAS(fault(HEAD "steps:\n- delete: {objects: pod}\n"), "labels must be given");
	CHECK_HAS(fault(HEAD "steps:\n- history:\n  - {count: a/c x, is: 1}\n"), "req is missing");
	CHECK_HAS(fault(HEAD "steps:\n- eventually: {req: A-1}\n"), "one of object, absent");
}

static void test_unknown_steps_operators_and_features_are_refused(void)
{
	CHECK_HAS(fault(HEAD "steps:\n- sleep: 3\n"), "sleep is no step");
	CHECK_HAS(fault(HEAD "steps:\n- eventually: {object: pod/a, match: {a: {$lt: 3}}}\n"),
		  "$lt is no operator");
	CHECK_HAS(fault(HEAD "steps:\n- eventually: {object: pod/a, match: {a: {$gt: 3, b: 1}}}\n"),
		  "only key");
	CHECK_HAS(fault(HEAD "steps:\n- eventually: {object: pod/a, match: {a: {$exactly: x}}}\n"),
		  "must be a list");
	CHECK_HAS(fault(HEAD "needs: [pod.wings]\nsteps: []\n"), "pod.wings is no feature");
}

static void test_broken_yaml_has_a_line(void)
{
	CHECK_HAS(fault("a: 1\nb: [1, 2\nc: 3\n"), "f.yaml:");
	CHECK_HAS(fault("a: 1\na: 2\n"), "f.yaml:2: duplicate key \"a\"");
	CHECK_HAS(fault("a: &x 1\nb: *x\n"), "aliases are not allowed");
}

static void test_scalars_are_typed_as_kubernetes_types_them(void)
{
	_cleanup_json_ json_t *docs = NULL;
	const char *text =
		"{a: yes, b: 'yes', c: 010, d: 1.5, e: ~, f: 1e3, g: 1:20, h: 0x10, i: -3}";
	_cleanup_free_ char *line = NULL;

	CHECK_INT(doc_parse(text, strlen(text), "f", &docs, NULL, NULL), 0);
	line = json_line(json_array_get(docs, 0));
	CHECK_TEXT(line, "{\"a\":true,\"b\":\"yes\",\"c\":8,\"d\":1.5,\"e\":null,\"f\":1000.0,"
			 "\"g\":\"1:20\",\"h\":16,\"i\":-3}");
}

static void test_what_is_dumped_reads_back(void)
{
	const char *text = "{a: 'yes', b: [1, '2'], c: {}, d: [], e: \"two\\nlines\\n\", f: null, "
			   "g: '', h: '0x1'}";
	_cleanup_json_ json_t *docs = NULL, *again = NULL;
	_cleanup_free_ char *yaml = NULL;

	CHECK_INT(doc_parse(text, strlen(text), "f", &docs, NULL, NULL), 0);
	yaml = doc_dump(json_array_get(docs, 0));
	CHECK_INT(doc_parse(yaml, strlen(yaml), "f", &again, NULL, NULL), 0);
	CHECK(json_equal(docs, again));
}

static void test_a_grid_is_every_combination(void)
{
	_cleanup_json_ json_t *with = json_loads("{\"kind\":[\"a\",\"b\"],\"n\":[1,2,3]}", 0, NULL),
			      *all = NULL;
	_cleanup_free_ char *suffix = NULL, *filled = NULL;

	CHECK_INT(fixture_grid_expand(with, &all, NULL), 0);
	CHECK_INT(json_array_size(all), 6);
	suffix = fixture_grid_suffix(json_array_get(all, 5));
	CHECK_TEXT(suffix, "-b-3");
	CHECK_INT(fixture_grid_fill("$[kind]: $[n] $[n+1] $[n-1]", json_array_get(all, 5), &filled,
				    NULL),
		  0);
	CHECK_TEXT(filled, "b: 3 4 2");
}

static void test_a_hole_without_a_value_is_refused(void)
{
	_cleanup_json_ json_t *combination = json_loads("{\"n\":1}", 0, NULL);
	_cleanup_error_ struct error err = ERROR_INIT;
	char *filled = NULL;

	CHECK_INT(fixture_grid_fill("$[m]", combination, &filled, &err), -1);
	CHECK_HAS(err.message, "$[m]");
}

static void test_variables_are_filled_and_others_left_alone(void)
{
	_cleanup_json_ json_t *in = json_loads("{\"a\":[\"x ${ns} ${other} $(VAR) ${\"]}", 0, NULL),
			      *out = NULL;
	const char *vars[] = { "ns", "n1", NULL };
	_cleanup_free_ char *line = NULL;

	out = fixture_fill(in, vars);
	line = json_line(out);
	CHECK_TEXT(line, "{\"a\":[\"x n1 ${other} $(VAR) ${\"]}");
}

int main(void)
{
	TEST(test_a_good_case_is_taken);
	TEST(test_an_unknown_key_is_refused_with_its_line);
	TEST(test_a_wrong_type_is_refused);
	TEST(test_what_is_missing_is_named);
	TEST(test_unknown_steps_operators_and_features_are_refused);
	TEST(test_broken_yaml_has_a_line);
	TEST(test_scalars_are_typed_as_kubernetes_types_them);
	TEST(test_what_is_dumped_reads_back);
	TEST(test_a_grid_is_every_combination);
	TEST(test_a_hole_without_a_value_is_refused);
	TEST(test_variables_are_filled_and_others_left_alone);
	return test_end();
}
