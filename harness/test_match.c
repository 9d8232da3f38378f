/* match: what is a subset of what, operator by operator. */
#include "match.h"

#include "test/test.h"

static bool match(const char *want, const char *have)
{
	_cleanup_json_ json_t *w = json_loads(want, JSON_DECODE_ANY, NULL);
	_cleanup_json_ json_t *h = have ? json_loads(have, JSON_DECODE_ANY, NULL) : NULL;

	return match_json(w, h);
}

static void test_a_map_is_compared_by_the_wanted_keys(void)
{
	CHECK(match("{\"a\":1}", "{\"a\":1,\"b\":2}"));
	CHECK(!match("{\"a\":1,\"b\":2}", "{\"a\":1}"));
	CHECK(!match("{\"a\":1}", "{\"a\":2}"));
	CHECK(!match("{\"a\":1}", NULL));
}

static void test_a_text_is_no_number(void)
{
	CHECK(!match("{\"a\":\"1\"}", "{\"a\":1}"));
	CHECK(match("{\"a\":1.0}", "{\"a\":1}"));
}

static void test_lists_with_names_are_compared_by_name(void)
{
	const char *have = "[{\"name\":\"x\",\"v\":1},{\"name\":\"y\",\"v\":2}]";

	CHECK(match("[{\"name\":\"y\",\"v\":2}]", have));
	CHECK(!match("[{\"name\":\"y\",\"v\":1}]", have));
	CHECK(!match("[{\"name\":\"z\"}]", have));
}

static void test_conditions_are_compared_by_type(void)
{
	CHECK(match("[{\"type\":\"Ready\",\"status\":\"True\"}]",
		    "[{\"type\":\"Other\",\"status\":\"False\"},{\"type\":\"Ready\",\"status\":"
		    "\"True\"}]"));
}

static void test_other_lists_are_compared_by_index(void)
{
	CHECK(match("[1]", "[1,2]"));
	CHECK(!match("[2]", "[1,2]"));
	CHECK(match("[]", "[]"));
	CHECK(!match("[]", "[1]"));
}

static void test_in_absent_and_regex(void)
{
	CHECK(match("{\"a\":{\"$in\":[1,2]}}", "{\"a\":2}"));
	CHECK(!match("{\"a\":{\"$in\":[1,2]}}", "{\"a\":3}"));
	CHECK(match("{\"a\":{\"$absent\":true}}", "{\"b\":3}"));
	CHECK(!match("{\"a\":{\"$absent\":true}}", "{\"a\":3}"));
	CHECK(match("{\"a\":{\"$regex\":\"^x+$\"}}", "{\"a\":\"xx\"}"));
	CHECK(!match("{\"a\":{\"$regex\":\"^x+$\"}}", "{\"a\":\"xy\"}"));
	CHECK(!match("{\"a\":{\"$regex\":\"x\"}}", "{}"));
}

static void test_exactly_sees_order_and_number(void)
{
	const char *have = "[{\"name\":\"z\",\"v\":1},{\"name\":\"b\",\"v\":2}]";

	CHECK(match("{\"$exactly\":[{\"name\":\"z\"},{\"name\":\"b\",\"v\":2}]}", have));
	CHECK(!match("{\"$exactly\":[{\"name\":\"b\"},{\"name\":\"z\"}]}", have));
	CHECK(!match("{\"$exactly\":[{\"name\":\"z\"}]}", have));
	CHECK(!match("{\"$exactly\":[{\"name\":\"z\"},{\"name\":\"b\"},{}]}", have));
	CHECK(!match("{\"$exactly\":[]}", have));
	CHECK(match("{\"$exactly\":[]}", "[]"));
	CHECK(!match("{\"$exactly\":[]}", NULL));
	CHECK(!match("{\"$exactly\":[]}", "{}"));
}

static void test_set_sees_number_but_no_order(void)
{
	const char *have = "[{\"key\":\"z\",\"v\":1},{\"key\":\"b\",\"v\":2}]";

	CHECK(match("{\"$set\":[{\"key\":\"b\"},{\"key\":\"z\",\"v\":1}]}", have));
	CHECK(match("{\"$set\":[{},{\"key\":\"z\"}]}", have)); /* {} leaves z to the other */
	CHECK(!match("{\"$set\":[{\"key\":\"z\"},{\"v\":1}]}", have));
	CHECK(!match("{\"$set\":[{\"key\":\"z\"}]}", have));
	CHECK(!match("{\"$set\":[{\"key\":\"z\"},{\"key\":\"b\"},{}]}", have));
	CHECK(match("{\"$set\":[]}", "[]"));
	CHECK(!match("{\"$set\":[]}", NULL));
}

static void test_gt_knows_numbers_quantities_and_stamps(void)
{
	CHECK(match("{\"$gt\":3}", "4"));
	CHECK(!match("{\"$gt\":3}", "3"));
	CHECK(match("{\"$gt\":\"900Mi\"}", "\"1Gi\""));
	CHECK(!match("{\"$gt\":\"1Gi\"}", "\"900Mi\""));
	CHECK(match("{\"$gt\":\"2026-01-01T00:00:00Z\"}", "\"2026-01-01T00:00:01Z\""));
	CHECK(!match("{\"$gt\":3}", "\"many\""));
}

static void test_seen_shows_what_stands_there(void)
{
	_cleanup_json_ json_t *want = json_loads("{\"a\":{\"$in\":[1]},\"c\":2}", 0, NULL);
	_cleanup_json_ json_t *have = json_loads("{\"a\":7,\"b\":8}", 0, NULL);
	_cleanup_json_ json_t *seen = match_seen(want, have);
	_cleanup_free_ char *text = json_dumps(seen, JSON_COMPACT);

	CHECK_TEXT(text, "{\"a\":7,\"c\":null}");
}

static void test_seen_of_exactly_shows_the_order_that_is_there(void)
{
	_cleanup_json_ json_t *want = json_loads("{\"$exactly\":[{\"name\":\"a\"}]}", 0, NULL);
	_cleanup_json_ json_t *have =
		json_loads("[{\"name\":\"b\",\"v\":1},{\"name\":\"a\",\"v\":2}]", 0, NULL);
	_cleanup_json_ json_t *seen = match_seen(want, have);
	_cleanup_free_ char *text = json_dumps(seen, JSON_COMPACT);

	CHECK_TEXT(text, "[{\"name\":\"b\"},{\"name\":\"a\"}]");
}

int main(void)
{
	TEST(test_a_map_is_compared_by_the_wanted_keys);
	TEST(test_a_text_is_no_number);
	TEST(test_lists_with_names_are_compared_by_name);
	TEST(test_conditions_are_compared_by_type);
	TEST(test_other_lists_are_compared_by_index);
	TEST(test_in_absent_and_regex);
	TEST(test_exactly_sees_order_and_number);
	TEST(test_set_sees_number_but_no_order);
	TEST(test_gt_knows_numbers_quantities_and_stamps);
	TEST(test_seen_shows_what_stands_there);
	TEST(test_seen_of_exactly_shows_the_order_that_is_there);
	return test_end();
}
