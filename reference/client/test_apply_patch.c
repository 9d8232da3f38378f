/*
 * Tests of the three-way merge: last applied, wanted, live; the patch as text.
 */
#include "client/apply_patch.h"

#include "api/meta.h"
#include "api/pod.h"
#include "base/json.h"
#include "base/test.h"

static json_t *parse(const char *text)
{
	json_t *v = NULL;

	if (json_parse(text, strlen(text), &v, NULL) < 0)
		abort();
	return v;
}

static char *patch_of(const char *last, const char *wanted, const char *live)
{
	_cleanup_json_ json_t *l = parse(last), *w = parse(wanted), *p = parse(live);
	_cleanup_json_ json_t *patch = apply_patch_make(kind_pod.schema, l, w, p);

	return json_dumps(patch, JSON_COMPACT | JSON_SORT_KEYS);
}

#define CHECK_PATCH(last, wanted, live, want)                             \
	do {                                                              \
		_cleanup_free_ char *text = patch_of(last, wanted, live); \
		CHECK_STR(text, want);                                    \
	} while (0)

static void test_the_same_needs_no_patch(void)
{
	CHECK_PATCH("{}", "{\"metadata\":{\"name\":\"a\"}}",
		    "{\"metadata\":{\"name\":\"a\",\"uid\":\"u\"}}", "{}");
}

static void test_a_changed_value_is_set(void)
{
	CHECK_PATCH("{}", "{\"metadata\":{\"labels\":{\"a\":\"2\"}}}",
		    "{\"metadata\":{\"labels\":{\"a\":\"1\",\"b\":\"1\"}}}",
		    "{\"metadata\":{\"labels\":{\"a\":\"2\"}}}");
}

static void test_what_was_applied_and_is_no_longer_wanted_goes(void)
{
	CHECK_PATCH("{\"metadata\":{\"labels\":{\"a\":\"1\",\"b\":\"1\"}}}",
		    "{\"metadata\":{\"labels\":{\"a\":\"1\"}}}",
		    "{\"metadata\":{\"labels\":{\"a\":\"1\",\"b\":\"1\",\"c\":\"1\"}}}",
		    "{\"metadata\":{\"labels\":{\"b\":null}}}");
}

static void test_containers_are_merged_by_name(void)
{
	CHECK_PATCH(
		"{\"spec\":{\"containers\":[{\"name\":\"a\"},{\"name\":\"b\"}]}}",
		"{\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"2\"},{\"name\":\"n\"}]}}",
		"{\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"1\",\"tty\":true},"
		"{\"name\":\"b\"},{\"name\":\"theirs\"}]}}",
		"{\"spec\":{\"containers\":[{\"image\":\"2\",\"name\":\"a\"},{\"name\":\"n\"},"
		"{\"$patch\":\"delete\",\"name\":\"b\"}]}}");
}

static void test_lists_without_a_key_are_one_value(void)
{
	CHECK_PATCH("{}", "{\"spec\":{\"containers\":[{\"name\":\"a\",\"args\":[\"x\"]}]}}",
		    "{\"spec\":{\"containers\":[{\"name\":\"a\",\"args\":[\"x\",\"y\"]}]}}",
		    "{\"spec\":{\"containers\":[{\"args\":[\"x\"],\"name\":\"a\"}]}}");
}

static void test_status_is_never_patched(void)
{
	CHECK_PATCH("{}", "{\"status\":{\"phase\":\"Running\"}}", "{}", "{}");
}

static void test_the_annotation_holds_the_manifest_without_itself(void)
{
	_cleanup_json_ json_t *manifest = parse("{\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"}}");
	_cleanup_json_ json_t *once = apply_annotated(manifest), *twice = apply_annotated(once);
	_cleanup_json_ json_t *last = apply_last(once);

	CHECK_STR(meta_annotation(once, LAST_APPLIED),
		  "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"}}\n");
	CHECK_STR(meta_annotation(twice, LAST_APPLIED), meta_annotation(once, LAST_APPLIED));
	CHECK(json_equal(last, manifest));
}

int main(void)
{
	TEST(test_the_same_needs_no_patch);
	TEST(test_a_changed_value_is_set);
	TEST(test_what_was_applied_and_is_no_longer_wanted_goes);
	TEST(test_containers_are_merged_by_name);
	TEST(test_lists_without_a_key_are_one_value);
	TEST(test_status_is_never_patched);
	TEST(test_the_annotation_holds_the_manifest_without_itself);
	return test_end();
}
