/*
 * Tests of sets of completion indexes.
 */
#include "api/index_set.h"

#include "base/test.h"

static const char *again(const char *text, int64_t limit)
{
	static char buf[100];
	_cleanup_(index_set_deinit) struct index_set s = { 0 };
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *out = NULL;

	if (index_set_parse(text, limit, &s, &err) == 0)
		out = index_set_format(&s);
	snprintf(buf, sizeof(buf), "%s", out ? out : error_text(&err));
	return buf;
}

static void test_added_indexes_grow_together(void)
{
	static const int64_t order[] = { 5, 3, 4, 0, 9, 3, 8 };
	_cleanup_(index_set_deinit) struct index_set s = { 0 };
	_cleanup_free_ char *text = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		index_set_add(&s, order[i]);
	text = index_set_format(&s);
	CHECK_STR(text, "0,3-5,8,9");
	CHECK_INT(index_set_count(&s), 6);
	CHECK(index_set_has(&s, 4));
	CHECK(!index_set_has(&s, 7));
	CHECK(!index_set_has(&s, 10));
}

static void test_gaps_are_found(void)
{
	_cleanup_(index_set_deinit) struct index_set s = { 0 };

	CHECK_INT(index_set_gap(&s, 0), 0);
	CHECK_INT(index_set_parse("0-2,4", 9, &s, NULL), 0);
	CHECK_INT(index_set_gap(&s, 0), 3);
	CHECK_INT(index_set_gap(&s, 3), 3);
	CHECK_INT(index_set_gap(&s, 4), 5);
}

static void test_text_is_read_and_judged(void)
{
	CHECK_STR(again("0-2,5,6", 9), "0-2,5,6");
	CHECK_STR(again("0,1,2", 9), "0-2");
	CHECK_STR(again("", 9), "");
	CHECK_STR(again("3,2", 9), "non-increasing order, previous: 3, current: 2");
	CHECK_STR(again("3-3", 9), "non-increasing order, previous: 3, current: 3");
	CHECK_STR(again("9", 9), "too large index: \"9\"");
	CHECK_STR(again("1,x", 9), "cannot convert string to integer for index: \"x\"");
	CHECK_STR(again("1,", 9), "cannot convert string to integer for index: \"\"");
}

int main(void)
{
	TEST(test_added_indexes_grow_together);
	TEST(test_gaps_are_found);
	TEST(test_text_is_read_and_judged);
	return test_end();
}
