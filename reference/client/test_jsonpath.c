/*
 * Tests of the JSONPath subset, on one small object.
 */
#include "client/jsonpath.h"

#include "base/json.h"
#include "base/test.h"

static const char object[] =
	"{\"a\":{\"b.c/d\":\"dotted\",\"n\":3},\"items\":[{\"name\":\"x\",\"type\":"
	"\"Ready\",\"on\":true},{\"name\":\"y\",\"type\":\"Other\"}]}";

static char *eval(const char *tmpl)
{
	struct strbuf out = STRBUF_INIT;
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *obj = NULL;

	if (json_parse(object, strlen(object), &obj, NULL) < 0)
		abort();
	if (jsonpath_print(tmpl, obj, &out, &err) == 0)
		return strbuf_take(&out);
	strbuf_deinit(&out);
	return xstrdup(error_text(&err));
}

#define CHECK_EVAL(tmpl, want)                          \
	do {                                            \
		_cleanup_free_ char *text = eval(tmpl); \
		CHECK_STR(text, want);                  \
	} while (0)

static void test_members_and_elements(void)
{
	CHECK_EVAL("{.a.n}", "3");
	CHECK_EVAL("{$.items[0].name}", "x");
	CHECK_EVAL("{.items[-1].name}", "y");
	CHECK_EVAL("{.items[*].name}", "x y");
	CHECK_EVAL("{.items[7].name}", "");
	CHECK_EVAL("{.items[0]}", "{\"name\":\"x\",\"type\":\"Ready\",\"on\":true}");
}

static void test_keys_with_dots(void)
{
	CHECK_EVAL("{.a['b.c/d']}", "dotted");
	CHECK_EVAL("{.a.b\\.c/d}", "dotted");
}

static void test_filters(void)
{
	CHECK_EVAL("{.items[?(@.type==\"Ready\")].name}", "x");
	CHECK_EVAL("{.items[?(@.type!='Ready')].name}", "y");
	CHECK_EVAL("{.items[?(@.on)].name}", "x");
}

static void test_text_between(void)
{
	CHECK_EVAL("n={.a.n}{\"\\n\"}", "n=3\n");
}

static void test_broken_templates_are_refused(void)
{
	CHECK_EVAL("{.a", "error parsing jsonpath: unclosed action in \"{.a\"");
	CHECK_EVAL("{.items[x]}", "error parsing jsonpath: invalid array index at \"x]\"");
	CHECK_EVAL("{.items[0}", "error parsing jsonpath: unterminated array at \"0\"");
}

int main(void)
{
	TEST(test_members_and_elements);
	TEST(test_keys_with_dots);
	TEST(test_filters);
	TEST(test_text_between);
	TEST(test_broken_templates_are_refused);
	return test_end();
}
