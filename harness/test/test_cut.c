/* test_cut: what can be taken out of a case, and what is left then. */
#include "shrink/cut.h"
#include "shrink/trial.h"
#include "test/test.h"
#include "util/json.h"

static const char text[] =
	"[{\"kind\":\"Case\",\"steps\":[{\"apply\":{\"objects\":[\"pod/a\",\"pod/b\"]}},"
	"{\"history\":[{\"never\":\"x\"},{\"never\":\"y\"}]}]},"
	"{\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\",\"labels\":{\"x\":\"y\"}},\"spec\":{"
	"\"list\":[1,2,3]}},"
	"{\"kind\":\"Pod\",\"metadata\":{\"name\":\"b\"}}]";

static json_t *docs;
static struct cut_list cuts;
static char shown[2000];

/* The documents without the cuts at these places of the list, as text. */
static const char *without(size_t depth, const bool *take)
{
	_cleanup_json_ json_t *left = NULL;
	_cleanup_free_ char *line = NULL;

	cut_list_clear(&cuts);
	cuts_at(docs, depth, &cuts);
	left = cuts_apply(docs, &cuts, take);
	line = json_line(left);
	snprintf(shown, sizeof(shown), "%s", line);
	return shown;
}

static size_t place_of(size_t depth, const char *path)
{
	cut_list_clear(&cuts);
	cuts_at(docs, depth, &cuts);
	for (size_t i = 0; i < cuts.n; i++) {
		_cleanup_free_ char *line = json_line(cuts.items[i].path);

		if (streq(line, path))
			return i;
	}
	return SIZE_MAX;
}

static const char *without_one(size_t depth, const char *path)
{
	bool take[100] = { 0 };
	size_t place = place_of(depth, path);

	if (place >= ARRAY_SIZE(take))
		return "no such cut";
	take[place] = true;
	return without(depth, take);
}

static void test_a_manifest_goes_with_what_named_it(void)
{
	CHECK(strstr(without_one(0, "[2]"), "\"objects\":[\"pod/a\"]") != NULL);
	CHECK(strstr(shown, "\"name\":\"b\"") == NULL);
}

static void test_an_apply_that_has_nothing_left_goes(void)
{
	bool take[100] = { 0 };

	take[place_of(0, "[1]")] = take[place_of(0, "[2]")] = true;
	CHECK_TEXT(without(0, take), "[{\"kind\":\"Case\",\"steps\":[{\"history\":[{\"never\":"
				     "\"x\"},{\"never\":\"y\"}]}]}]");
}

static void test_a_history_without_relations_goes(void)
{
	bool take[100] = { 0 };

	take[place_of(0, "[0,\"steps\",1,\"history\",0]")] = true;
	CHECK(strstr(without(0, take), "[{\"never\":\"y\"}]") != NULL);
	take[place_of(0, "[0,\"steps\",1,\"history\",1]")] = true;
	CHECK(strstr(without(0, take), "history") == NULL);
}

static void test_entries_of_a_list_go_at_their_places(void)
{
	bool take[100] = { 0 };

	take[place_of(3, "[1,\"spec\",\"list\",0]")] = true;
	take[place_of(3, "[1,\"spec\",\"list\",2]")] = true;
	CHECK(strstr(without(3, take), "\"list\":[2]") != NULL);
}

static void test_what_makes_it_a_manifest_is_never_offered(void)
{
	CHECK(place_of(1, "[1,\"kind\"]") == SIZE_MAX);
	CHECK(place_of(1, "[1,\"metadata\"]") == SIZE_MAX);
	CHECK(place_of(2, "[1,\"metadata\",\"name\"]") == SIZE_MAX);
	CHECK(place_of(2, "[1,\"metadata\",\"labels\"]") != SIZE_MAX);
	CHECK(place_of(1, "[1,\"spec\"]") != SIZE_MAX);
}

static void test_the_largest_comes_first_and_the_case_itself_stays(void)
{
	cut_list_clear(&cuts);
	cuts_at(docs, 0, &cuts);
	for (size_t i = 1; i < cuts.n; i++)
		CHECK(cuts.items[i - 1].size >= cuts.items[i].size);
	CHECK_TEXT(without(0, NULL), "[{\"kind\":\"Case\",\"steps\":[]}]");
	CHECK_INT(cuts_depth(docs), 3);
}

/* ---- is it the same failure? ---- */

static bool same(const char *seen_then, const char *seen_now, enum verdict now)
{
	struct case_result then_result = { .verdict = VERDICT_FAIL },
			   now_result = { .verdict = now };
	struct assertion_result *a;
	struct failure f;
	bool is;

	a = case_result_add(&then_result, "PHASE-003");
	a->verdict = VERDICT_FAIL;
	a->seen = xstrdup(seen_then);
	a = case_result_add(&now_result, "PHASE-003");
	a->verdict = now;
	a->seen = xstrdup(seen_now);
	failure_of(&then_result, NULL, &f);
	is = failure_is_in(&f, &now_result);
	failure_clear(&f);
	case_result_clear(&then_result);
	case_result_clear(&now_result);
	return is;
}

static void test_what_differs_from_run_to_run_is_the_same_failure(void)
{
	CHECK(same("0.523 s apart", "0.611 s apart", VERDICT_FAIL));
	CHECK(same("3", "4", VERDICT_FAIL));
	CHECK(same("guest a/c say {\"t\":1}", "guest a/c say {\"u\":2}", VERDICT_FAIL));
	CHECK(same("{\"ip\":\"10.88.0.4\"}", "{\"ip\":\"10.88.0.17\"}", VERDICT_FAIL));
}

static void test_another_sight_or_verdict_is_another_failure(void)
{
	CHECK(!same("{\"phase\":\"Running\"}", "{\"phase\":\"Failed\"}", VERDICT_FAIL));
	CHECK(!same("{\"exitCode\":137}", "{\"exitCode\":0}", VERDICT_FAIL));
	CHECK(!same("guest a/c say {}", "no \"guest a/c say\"", VERDICT_FAIL));
	CHECK(!same("3", "3", VERDICT_BROKEN));
	CHECK(!same("3", "3", VERDICT_PASS));
}

int main(void)
{
	docs = json_read(text, strlen(text));
	TEST(test_a_manifest_goes_with_what_named_it);
	TEST(test_an_apply_that_has_nothing_left_goes);
	TEST(test_a_history_without_relations_goes);
	TEST(test_entries_of_a_list_go_at_their_places);
	TEST(test_what_makes_it_a_manifest_is_never_offered);
	TEST(test_the_largest_comes_first_and_the_case_itself_stays);
	TEST(test_what_differs_from_run_to_run_is_the_same_failure);
	TEST(test_another_sight_or_verdict_is_another_failure);
	cut_list_clear(&cuts);
	json_decref(docs);
	return test_end();
}
