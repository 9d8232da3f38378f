/*
 * Tests of the rates between two readings of a container: times by hand.
 */
#include "kubelet/usage.h"

#include "base/clock.h"
#include "base/test.h"

#define S NSEC_PER_SEC
#define CORE NSEC_PER_SEC /* nanocores */

static void test_the_first_reading_counts_from_the_start(void)
{
	struct ctr_usage u = { 0 };

	ctr_usage_take(&u, 100 * S, 5 * S, 4096, 1000 * S, 110 * S, 1);
	CHECK_INT(u.nano, CORE / 2);
	CHECK_INT(u.window_ns, 10 * S);
	CHECK_INT(u.at_ns, 110 * S);
	CHECK_INT(u.memory, 4096);
}

static void test_then_it_counts_from_the_last_one(void)
{
	struct ctr_usage u = { 0 };

	ctr_usage_take(&u, 100 * S, 5 * S, 1, 1000 * S, 110 * S, 1);
	ctr_usage_take(&u, 100 * S, 6 * S, 2, 1020 * S, 130 * S, 1);
	CHECK_INT(u.nano, CORE / 20);
	CHECK_INT(u.window_ns, 20 * S);
	CHECK_INT(u.memory, 2);
}

static void test_cpu_time_is_real_and_the_window_nominal(void)
{
	struct ctr_usage u = { 0 };

	ctr_usage_take(&u, 100 * S, S, 0, 1000 * S, 140 * S, 20); /* 40 s nominal, 2 s real */
	CHECK_INT(u.nano, CORE / 2);
	CHECK_INT(u.window_ns, 40 * S);
}

static void test_a_reading_too_soon_is_left_out(void)
{
	struct ctr_usage u = { 0 };

	ctr_usage_take(&u, 100 * S, S / 10, 1, 1000 * S, 100 * S + S / 5, 1);
	CHECK_INT(u.window_ns, 0);
	ctr_usage_take(&u, 100 * S, 5 * S, 1, 1010 * S, 110 * S, 1);
	ctr_usage_take(&u, 100 * S, 9 * S, 7, 1010 * S + S / 5, 110 * S + S / 5, 1);
	CHECK_INT(u.at_ns, 110 * S);
	CHECK_INT(u.memory, 1);
	ctr_usage_take(&u, 100 * S, 9 * S, 7, 1020 * S, 120 * S, 1);
	CHECK_INT(u.nano, CORE * 4 / 10);
}

static void test_a_new_run_begins_anew(void)
{
	struct ctr_usage u = { 0 };

	ctr_usage_take(&u, 100 * S, 50 * S, 1, 1000 * S, 200 * S, 1);
	ctr_usage_take(&u, 205 * S, S, 1, 1010 * S, 210 * S, 1);
	CHECK_INT(u.nano, CORE / 5);
	CHECK_INT(u.window_ns, 5 * S);
}

static void test_time_of_processes_that_are_gone_is_no_negative_rate(void)
{
	struct ctr_usage u = { 0 };

	ctr_usage_take(&u, 100 * S, 50 * S, 1, 1000 * S, 200 * S, 1);
	ctr_usage_take(&u, 100 * S, 40 * S, 1, 1010 * S, 210 * S, 1);
	CHECK_INT(u.nano, 0);
}

int main(void)
{
	TEST(test_the_first_reading_counts_from_the_start);
	TEST(test_then_it_counts_from_the_last_one);
	TEST(test_cpu_time_is_real_and_the_window_nominal);
	TEST(test_a_reading_too_soon_is_left_out);
	TEST(test_a_new_run_begins_anew);
	TEST(test_time_of_processes_that_are_gone_is_no_negative_rate);
	return test_end();
}
