/*
 * Tests of the plan of an owner's revisions: owner and revisions as literals, no store.
 */
#include "controllers/revisions.h"

#include "api/meta.h"
#include "base/json.h"
#include "base/str.h"
#include "base/test.h"
#include "controllers/name_hash.h"

#define LABEL "hash"

static json_t *owner, *revisions;

/* An owner whose template is `image`, without any revision yet. */
static void given(const char *image)
{
	json_t *fresh = json_pack(
		"{s:s,s:s,s:{s:s,s:s,s:s,s:{s:s}},s:{s:i,s:{s:{s:{s:s}},s:{s:[{s:s}]"
		"}}}}",
		"apiVersion", "apps/v1", "kind", "DaemonSet", "metadata", "name", "d", "namespace",
		"ns", "uid", "u", "annotations", "note", "n", "spec", "revisionHistoryLimit", 2,
		"template", "metadata", "labels", "a", "b", "spec", "containers", "image", image);

	json_decref(owner);
	json_decref(revisions);
	owner = fresh;
	revisions = json_array();
}

static void template_becomes(const char *image)
{
	json_t *containers = json_arr(owner, "spec.template.spec.containers");

	json_set_str(json_array_get(containers, 0), "image", image);
}

static void has_revision(const char *image, int64_t number)
{
	_cleanup_json_ json_t *now = json_dup(owner);
	json_t *before = owner;

	owner = now;
	template_becomes(image);
	json_array_append_new(revisions, revision_new(owner, LABEL, number));
	owner = before;
}

static struct revision_plan plan(void)
{
	struct revision_plan p;

	revision_plan_make(owner, LABEL, revisions, &p);
	return p;
}

#define _cleanup_plan_ _cleanup_(revision_plan_deinit)

static const char *image_of(const json_t *revision)
{
	return json_str(revision, "data.spec.template.spec.containers[0].image");
}

/* The images of the surplus, one letter each. */
static const char *surplus(const char *used)
{
	static char text[16];
	_cleanup_plan_ struct revision_plan p = plan();
	_cleanup_json_ json_t *in_use = json_object(), *out = NULL;
	json_t *r;
	size_t i, n = 0;

	json_array_foreach(p.old, i, r)
		if (used && streq(image_of(r), used))
			json_object_set_new(in_use, meta_label(r, LABEL), json_true());
	out = revision_plan_surplus(&p, owner, LABEL, in_use);
	json_array_foreach(out, i, r)
		text[n++] = *image_of(r);
	text[n] = 0;
	return text;
}

static void test_the_first_one_is_new(void)
{
	given("x");
	_cleanup_plan_ struct revision_plan p = plan();
	const char *hash = meta_label(p.current, LABEL);
	_cleanup_free_ char *name = str_printf("d-%s", hash);

	CHECK_INT(p.step, REVISION_IS_NEW);
	CHECK_INT(revision_number(p.current), 1);
	CHECK_INT((int64_t)json_array_size(p.old), 0);
	CHECK_STR(meta_name(p.current), name);
	CHECK_STR(meta_namespace(p.current), "ns");
	CHECK_STR(meta_label(p.current, "a"), "b");
	CHECK_STR(meta_annotation(p.current, "note"), "n");
	CHECK_STR(json_str(meta_controller_ref(p.current), "uid"), "u");
	CHECK_STR(image_of(p.current), "x");
	CHECK_STR(json_str(p.current, "data.spec.template.$patch"), "replace");
}

static void test_an_unchanged_template_makes_none(void)
{
	given("x");
	has_revision("x", 1);
	_cleanup_plan_ struct revision_plan p = plan();

	CHECK_INT(p.step, REVISION_STAYS);
	CHECK_INT(revision_number(p.current), 1);
}

static void test_a_changed_template_counts_on(void)
{
	given("y");
	has_revision("x", 7);
	_cleanup_plan_ struct revision_plan p = plan();

	CHECK_INT(p.step, REVISION_IS_NEW);
	CHECK_INT(revision_number(p.current), 8);
	CHECK(!streq(meta_label(p.current, LABEL), meta_label(json_array_get(revisions, 0), LABEL)));
}

static void test_an_old_template_rises_and_keeps_its_hash(void)
{
	given("x");
	has_revision("x", 1);
	has_revision("y", 2);
	_cleanup_plan_ struct revision_plan p = plan();

	CHECK_INT(p.step, REVISION_RISES);
	CHECK_INT(revision_number(p.current), 3);
	CHECK_STR(meta_name(p.current), meta_name(json_array_get(revisions, 0)));
	CHECK_INT((int64_t)json_array_size(p.old), 1);
	CHECK_INT(revision_number(json_array_get(revisions, 0)), 1);
}

static void test_of_two_equal_ones_the_newer_counts(void)
{
	given("x");
	has_revision("x", 3);
	has_revision("x", 1);
	_cleanup_plan_ struct revision_plan p = plan();

	CHECK_INT(p.step, REVISION_STAYS);
	CHECK_INT(revision_number(p.current), 3);
}

static void test_the_oldest_beyond_the_limit_go(void)
{
	given("z");
	has_revision("c", 3);
	has_revision("a", 1);
	has_revision("z", 5);
	has_revision("b", 2);
	has_revision("d", 4);
	CHECK_STR(surplus(NULL), "ab");
}

static void test_what_living_pods_are_of_stays(void)
{
	given("z");
	for (int i = 0; i < 4; i++)
		has_revision((const char *const[]){ "a", "b", "c", "d" }[i], i + 1);
	CHECK_STR(surplus("a"), "bc");
	json_set_int(owner, "spec.revisionHistoryLimit", 0);
	CHECK_STR(surplus("b"), "acd");
}

static void test_a_collision_makes_another_name(void)
{
	given("x");
	_cleanup_json_ json_t *first = revision_new(owner, LABEL, 1), *second = NULL;

	json_set_int(owner, "status.collisionCount", 1);
	second = revision_new(owner, LABEL, 1);
	CHECK(!streq(meta_name(first), meta_name(second)));
	CHECK(json_same(json_object_get(first, "data"), json_object_get(second, "data")));
}

static void test_the_order_of_keys_is_no_difference(void)
{
	_cleanup_json_ json_t *a = json_pack("{s:i,s:i}", "x", 1, "y", 2);
	_cleanup_json_ json_t *b = json_pack("{s:i,s:i}", "y", 2, "x", 1);
	_cleanup_free_ char *of_a = name_hash(a, 0), *of_b = name_hash(b, 0);

	CHECK_STR(of_a, of_b);
}

int main(void)
{
	TEST(test_the_first_one_is_new);
	TEST(test_an_unchanged_template_makes_none);
	TEST(test_a_changed_template_counts_on);
	TEST(test_an_old_template_rises_and_keeps_its_hash);
	TEST(test_of_two_equal_ones_the_newer_counts);
	TEST(test_the_oldest_beyond_the_limit_go);
	TEST(test_what_living_pods_are_of_stays);
	TEST(test_a_collision_makes_another_name);
	TEST(test_the_order_of_keys_is_no_difference);
	json_decref(owner);
	json_decref(revisions);
	return test_end();
}
