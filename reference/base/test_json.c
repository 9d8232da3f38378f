/*
 * json: dotted paths, setters, strict parsing with the path of a duplicate key.
 */
#include "base/json.h"

#include "base/test.h"

static json_t *parse(const char *text)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	json_t *v = NULL;

	CHECK_OK(json_parse(text, strlen(text), &v, &err), &err);
	return v;
}

static void test_getters_walk_keys_and_indices(void)
{
	_cleanup_json_ json_t *v =
		parse("{\"spec\":{\"c\":[{\"name\":\"a\",\"n\":3,\"b\":true}]}}");

	CHECK_STR(json_str(v, "spec.c[0].name"), "a");
	CHECK_INT(json_int(v, "spec.c[0].n", -1), 3);
	CHECK(json_bool(v, "spec.c[0].b", false));
	CHECK_INT(json_len(v, "spec.c"), 1);
	CHECK(json_obj(v, "spec") && json_arr(v, "spec.c"));
}

static void test_getters_are_total(void)
{
	_cleanup_json_ json_t *v = parse("{\"a\":{\"b\":null},\"s\":\"x\"}");

	CHECK_STR(json_str(v, "a.b.c"), NULL);
	CHECK_STR(json_str(v, "a"), NULL);
	CHECK_STR(json_str_or(v, "a.z", "d"), "d");
	CHECK_INT(json_int(v, "s", 7), 7);
	CHECK_INT(json_int(NULL, "s", 7), 7);
	CHECK(!json_has(v, "a.b"));
	CHECK(json_has(v, "s"));
	CHECK(!json_at(v, "a..b"));
	CHECK(!json_at(v, "s[0]"));
}

static void test_setters_make_objects_on_the_way(void)
{
	_cleanup_json_ json_t *v = json_object();
	_cleanup_free_ char *text = NULL;

	CHECK_INT(json_set_str(v, "metadata.labels.app", "x"), 0);
	CHECK_INT(json_set_int(v, "spec.replicas", 3), 0);
	CHECK_INT(json_set_bool(v, "spec.paused", true), 0);
	CHECK_INT(json_set_str(v, "metadata.labels.app", NULL), 0);
	CHECK_INT(json_set_path(v, "list[0].x", json_integer(1)), -1);
	text = json_text(v);
	CHECK_STR(text, "{\"metadata\":{\"labels\":{}},\"spec\":{\"replicas\":3,\"paused\":true}}");
}

static void test_delete_and_make(void)
{
	_cleanup_json_ json_t *v = parse("{\"a\":[1,2],\"b\":{\"c\":1}}");
	_cleanup_free_ char *text = NULL;

	json_del_path(v, "a[0]");
	json_del_path(v, "b.c");
	json_del_path(v, "x.y.z");
	json_array_append_new(json_make_arr(v, "b.list"), json_integer(5));
	CHECK(json_make_obj(v, "b.o") == json_obj(v, "b.o"));
	text = json_text(v);
	CHECK_STR(text, "{\"a\":[2],\"b\":{\"list\":[5],\"o\":{}}}");
}

static void test_each_and_find(void)
{
	_cleanup_json_ json_t *v = parse("{\"a\":[{\"name\":\"x\"},{\"name\":\"y\",\"n\":2}]}");
	json_t *e;
	size_t i, seen = 0;

	json_each(v, "a", i, e)
		seen++;
	json_each(v, "none", i, e)
		seen++;
	CHECK_INT(seen, 2);
	CHECK_INT(json_int(json_find(json_arr(v, "a"), "name", "y"), "n", 0), 2);
	CHECK(!json_find(json_arr(v, "a"), "name", "z"));
}

static void test_same(void)
{
	_cleanup_json_ json_t *a = parse("{\"x\":[1]}"), *b = json_dup(a);

	CHECK(json_same(a, b));
	CHECK(json_same(NULL, NULL));
	CHECK(!json_same(a, NULL));
	json_set_int(b, "x[0]", 2);
	CHECK(!json_same(a, b));
}

static void check_duplicate(const char *text, const char *path)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	json_t *v = NULL;

	CHECK_INT(json_parse(text, strlen(text), &v, &err), -ERR_BAD_REQUEST);
	CHECK_STR(err.reason, "DuplicateField");
	CHECK_STR(err.field, path);
}

static void test_duplicate_keys_are_refused_by_path(void)
{
	check_duplicate("{\"a\":1,\"a\":2}", "a");
	check_duplicate("{\"s\":{\"c\":[{\"i\":1},{\"n\":\"x\",\"n\" :2}]}}", "s.c[1].n");
	check_duplicate("{\"q\":\"[{\\\",\",\"b\":{\"z\":[],\"y\":[[1,2],3],\"z\":1}}", "b.z");
}

static void test_faults_tell_line_and_column(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	json_t *v = NULL;

	CHECK_INT(json_parse("{\n\"a\": }", 8, &v, &err), -ERR_BAD_REQUEST);
	CHECK_CONTAINS(err.message, "line 2, column");
	CHECK(!err.reason);
}

int main(void)
{
	TEST(test_getters_walk_keys_and_indices);
	TEST(test_getters_are_total);
	TEST(test_setters_make_objects_on_the_way);
	TEST(test_delete_and_make);
	TEST(test_each_and_find);
	TEST(test_same);
	TEST(test_duplicate_keys_are_refused_by_path);
	TEST(test_faults_tell_line_and_column);
	return test_end();
}
