/* pace: grows with good starts, shrinks with slow ones, stays within its bounds. */
#include "pace.h"

#include <limits.h>

#include "test/test.h"

static void test_good_starts_widen_it_to_its_bound(void)
{
	struct pace p;
	unsigned before;

	pace_init(&p, 2, 20);
	before = pace_window(&p);
	pace_note(&p, 0.1, 3);
	CHECK_INT(pace_window(&p), before + 1);
	for (int i = 0; i < 1000; i++)
		pace_note(&p, 0.1, 3);
	CHECK_INT(pace_window(&p), 32);
}

static void test_slow_starts_narrow_it_to_its_bound(void)
{
	struct pace p;
	unsigned before;

	pace_init(&p, 2, 20);
	before = pace_window(&p);
	pace_note(&p, 2, 3);
	CHECK(pace_window(&p) < before);
	for (int i = 0; i < 1000; i++)
		pace_note(&p, 2, 3);
	CHECK_INT(pace_window(&p), 6);
}

static void test_a_slow_clock_leaves_room_for_more(void)
{
	struct pace p;

	pace_init(&p, 2, 1);
	for (int i = 0; i < 1000; i++)
		pace_note(&p, 0.1, 30);
	CHECK_INT(pace_window(&p), 640);
	pace_init(&p, 2, 100);
	for (int i = 0; i < 1000; i++)
		pace_note(&p, 0.1, 3);
	CHECK_INT(pace_window(&p), 32);
}

static void test_a_machine_that_is_not_ours_has_no_window(void)
{
	struct pace p;

	pace_init(&p, 0, 20);
	pace_note(&p, 100, 3);
	CHECK_INT(pace_window(&p), UINT_MAX);
}

int main(void)
{
	TEST(test_good_starts_widen_it_to_its_bound);
	TEST(test_slow_starts_narrow_it_to_its_bound);
	TEST(test_a_slow_clock_leaves_room_for_more);
	TEST(test_a_machine_that_is_not_ours_has_no_window);
	return test_end();
}
