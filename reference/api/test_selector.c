/*
 * Tests of label and field selectors.
 */
#include "api/selector.h"
#include "api/pod.h"
#include "base/json.h"
#include "base/test.h"

/* 1, 0, or -1: the text is no selector. labels: JSON or NULL. */
static int match(const char *text, const char *labels)
{
	_cleanup_(selector_freep) struct selector *sel = NULL;
	_cleanup_json_ json_t *map = labels != NULL ? json_loads(labels, 0, NULL) : NULL;

	if (selector_parse(text, &sel, NULL) < 0)
		return -1;
	return selector_matches(sel, map);
}

static void test_equality(void)
{
	CHECK_INT(match("a=b", "{\"a\":\"b\"}"), 1);
	CHECK_INT(match("a==b", "{\"a\":\"c\"}"), 0);
	CHECK_INT(match("a!=b", "{\"a\":\"c\"}"), 1);
	CHECK_INT(match("a!=b", "{}"), 1);
	CHECK_INT(match("a=b,c=d", "{\"a\":\"b\"}"), 0);
	CHECK_INT(match("a=", "{\"a\":\"\"}"), 1);
	CHECK_INT(match("a=b", NULL), 0);
	CHECK_INT(match("", NULL), 1);
}

static void test_sets(void)
{
	CHECK_INT(match("a in (b, c)", "{\"a\":\"c\"}"), 1);
	CHECK_INT(match("a in (b,c)", "{\"a\":\"d\"}"), 0);
	CHECK_INT(match("a notin (b)", "{}"), 1);
	CHECK_INT(match("a notin (b)", "{\"a\":\"b\"}"), 0);
	CHECK_INT(match("a", "{\"a\":\"b\"}"), 1);
	CHECK_INT(match("!a", "{\"a\":\"b\"}"), 0);
	CHECK_INT(match("! a , b", "{\"b\":\"\"}"), 1);
	CHECK_INT(match("a>5", "{\"a\":\"6\"}"), 1);
	CHECK_INT(match("a<5", "{\"a\":\"x\"}"), 0);
	CHECK_INT(match("in in (in)", "{\"in\":\"in\"}"), 1);
}

static void test_what_is_no_selector(void)
{
	static const char *const cases[] = { "=b",    "a=b,",  "a in b", "a in (b", "a b",
					     "a=b c", "a=b=c", "a>x",	 "-a",	    "a=b!" };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		CHECK_INT(match(cases[i], NULL), -1);
}

static void test_objects(void)
{
	_cleanup_json_ json_t *all = json_object(), *labels = json_pack("{s:s}", "a", "b");
	_cleanup_json_ json_t *some = json_pack("{s:{s:s},s:[{s:s,s:s}]}", "matchLabels", "a", "b",
						"matchExpressions", "key", "c", "operator",
						"DoesNotExist");
	_cleanup_(selector_freep) struct selector *nothing = NULL, *everything = NULL, *sel = NULL;

	CHECK_INT(selector_from_object(NULL, &nothing, NULL), 0);
	CHECK(!selector_matches(nothing, labels));
	CHECK(!selector_is_empty(nothing));
	CHECK_INT(selector_from_object(all, &everything, NULL), 0);
	CHECK(selector_matches(everything, labels));
	CHECK_INT(selector_from_object(some, &sel, NULL), 0);
	CHECK(selector_matches(sel, labels));
	json_object_set_new(labels, "c", json_string(""));
	CHECK(!selector_matches(sel, labels));
}

static void test_text_form(void)
{
	_cleanup_(selector_freep) struct selector *sel = NULL;
	_cleanup_free_ char *text = NULL;

	selector_parse("z in (2,1),b!=c,!k,a==b,j", &sel, NULL);
	text = selector_format(sel);
	CHECK_STR(text, "a=b,b!=c,j,!k,z in (2,1)");
}

static void test_fields(void)
{
	_cleanup_json_ json_t *pod = json_pack("{s:{s:s},s:{s:s}}", "metadata", "name", "x",
					       "status", "phase", "Running");
	_cleanup_(field_selector_freep) struct field_selector *sel = NULL, *other = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;

	CHECK_INT(field_selector_parse(&kind_pod, "metadata.name=x,status.phase!=Failed", &sel,
				       NULL),
		  0);
	CHECK(field_selector_matches(sel, pod));
	CHECK_STR(field_selector_value(sel, "metadata.name"), "x");
	CHECK(field_selector_value(sel, "status.phase") == NULL);
	CHECK_INT(field_selector_parse(&kind_pod, "spec.nodeName=,spec.hostNetwork=false", &other,
				       NULL),
		  0);
	CHECK(field_selector_matches(other, pod));
	CHECK(field_selector_parse(&kind_pod, "spec.foo=x", &other, &err) < 0);
	CHECK_STR(err.message, "field label not supported: spec.foo");
}

int main(void)
{
	TEST(test_equality);
	TEST(test_sets);
	TEST(test_what_is_no_selector);
	TEST(test_objects);
	TEST(test_text_form);
	TEST(test_fields);
	return test_end();
}
