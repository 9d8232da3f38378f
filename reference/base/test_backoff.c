/*
 * backoff: 10, 20, 40 … to the cap, per key, reset after quiet time.
 */
#include "base/backoff.h"

#include "base/test.h"

static const struct backoff_params params = { .initial_ns = 10,
					      .max_ns = 300,
					      .reset_after_ns = 600 };

static void test_doubles_up_to_the_cap(void)
{
	static const int64_t want[] = { 10, 20, 40, 80, 160, 300, 300 };
	struct backoff_state s = { 0 };
	int64_t now = 0;

	for (size_t i = 0; i < ARRAY_SIZE(want); i++, now += 301)
		CHECK_INT(backoff_step(&params, &s, now), want[i]);
}

static void test_quiet_time_begins_anew(void)
{
	struct backoff_state s = { 0 };

	backoff_step(&params, &s, 0);
	CHECK_INT(backoff_step(&params, &s, 600), 20);
	CHECK_INT(backoff_step(&params, &s, 1201), 10);
}

static void test_left_counts_from_the_exit(void)
{
	struct backoff_state s = { 0 };

	CHECK_INT(backoff_left(&params, &s, 100, 100), 0);
	backoff_step(&params, &s, 100);
	CHECK_INT(backoff_left(&params, &s, 100, 100), 10);
	CHECK_INT(backoff_left(&params, &s, 100, 109), 1);
	CHECK_INT(backoff_left(&params, &s, 100, 110), 0);
	CHECK_INT(backoff_left(&params, &s, 105, 110), 5);
	CHECK_INT(backoff_left(&params, &s, 705, 705), 0);
}

static void test_keys_are_apart(void)
{
	_cleanup_(backoff_freep) struct backoff *b = backoff_new(&params);

	CHECK_INT(backoff_next(b, "pod/a", 0), 10);
	CHECK_INT(backoff_next(b, "pod/a", 0), 20);
	CHECK_INT(backoff_next(b, "pod/b", 0), 10);
	CHECK_INT(backoff_remaining(b, "pod/a", 0, 5), 15);
	CHECK_INT(backoff_remaining(b, "none", 0, 5), 0);
	CHECK_INT(backoff_delay(b, "pod/a"), 20);
}

static void test_reset_by_key_and_by_prefix(void)
{
	_cleanup_(backoff_freep) struct backoff *b = backoff_new(&params);

	backoff_set(b, "u1/a", 80, 0);
	backoff_next(b, "u1/b", 0);
	backoff_next(b, "u2/a", 0);
	CHECK_INT(backoff_next(b, "u1/a", 1), 160);
	backoff_reset(b, "u1/a");
	CHECK_INT(backoff_delay(b, "u1/a"), 0);
	backoff_reset_prefix(b, "u1/");
	CHECK_INT(backoff_delay(b, "u1/b"), 0);
	CHECK_INT(backoff_delay(b, "u2/a"), 10);
}

int main(void)
{
	TEST(test_doubles_up_to_the_cap);
	TEST(test_quiet_time_begins_anew);
	TEST(test_left_counts_from_the_exit);
	TEST(test_keys_are_apart);
	TEST(test_reset_by_key_and_by_prefix);
	return test_end();
}
