/*
 * clock: nominal time, scaled delays, RFC 3339; by hand, nobody waits.
 */
#include "base/clock.h"

#include "base/test.h"

#define BIRTH (INT64_C(1767312000) * NSEC_PER_SEC)

static void test_nominal_runs_at_the_rate(void)
{
	struct clock c;

	clock_hand_init(&c, 20);
	CHECK_INT(clock_nominal_ns(&c), BIRTH);
	clock_hand_advance(&c, NSEC_PER_SEC);
	CHECK_INT(clock_nominal_ns(&c), BIRTH + 20 * NSEC_PER_SEC);
}

static void test_two_processes_compute_the_same_stamp(void)
{
	struct clock a, b;

	clock_init(&a, BIRTH, 5, 12.5);
	clock_init(&b, BIRTH, 5, 12.5);
	CHECK_INT(clock_nominal_at(&a, 1000005), BIRTH + 12500000);
	CHECK_INT(clock_nominal_at(&b, 1000005), clock_nominal_at(&a, 1000005));
}

static void test_no_overflow_after_years_at_a_high_rate(void)
{
	struct clock c;

	clock_init(&c, BIRTH, 0, 100);
	CHECK_INT(clock_nominal_at(&c, INT64_C(10000000) * NSEC_PER_SEC),
		  BIRTH + INT64_C(1000000000) * NSEC_PER_SEC);
}

static void test_delays_round_up_so_nothing_is_early(void)
{
	struct clock c;

	clock_hand_init(&c, 3);
	CHECK_INT(clock_scale_delay_ns(&c, 10), 4);
	CHECK_INT(clock_scale_delay_ns(&c, 0), 0);
	CHECK_INT(clock_scale_delay_ns(&c, -5), 0);
	clock_hand_advance_nominal(&c, 10);
	CHECK(clock_nominal_ns(&c) >= BIRTH + 10);
}

static void test_until_counts_real_time(void)
{
	struct clock c;

	clock_hand_init(&c, 10);
	CHECK_INT(clock_until_ns(&c, BIRTH + 50), 5);
	CHECK_INT(clock_until_ns(&c, BIRTH - 50), 0);
}

static void test_real_clock_moves_forward(void)
{
	struct clock c;
	int64_t before;

	clock_init_now(&c, 1);
	before = clock_nominal_ns(&c);
	CHECK(clock_nominal_ns(&c) >= before);
	CHECK(before - clock_now_wall_ns() < NSEC_PER_SEC);
}

static void test_formats(void)
{
	char buf[CLOCK_STAMP_MAX];

	CHECK_STR(clock_format(BIRTH + 1999999999, buf), "2026-01-02T00:00:01Z");
	CHECK_STR(clock_format_micro(BIRTH + 1234, buf), "2026-01-02T00:00:00.000001Z");
	CHECK_STR(clock_format_nano(BIRTH + 1234, buf), "2026-01-02T00:00:00.000001234Z");
	CHECK_STR(clock_format_nano(-1, buf), "1969-12-31T23:59:59.999999999Z");
}

static void test_parses_what_rfc_3339_allows(void)
{
	int64_t ns = 0;

	CHECK_INT(clock_parse("2026-01-02T00:00:00Z", &ns), 0);
	CHECK_INT(ns, BIRTH);
	CHECK_INT(clock_parse("2026-01-02T01:30:00.25+01:30", &ns), 0);
	CHECK_INT(ns, BIRTH + NSEC_PER_SEC / 4);
	CHECK_INT(clock_parse("2026-01-01t23:00:00.123456789123-01:00", &ns), 0);
	CHECK_INT(ns, BIRTH + 123456789);
}

static void test_refuses_what_is_no_stamp(void)
{
	static const char *const bad[] = {
		"",
		"2026-01-02",
		"2026-01-02T00:00:00",
		"2026-01-02 00:00:00Z",
		"2026-13-02T00:00:00Z",
		"2026-02-31T00:00:00Z",
		"2026-01-02T24:00:00Z",
		"2026-01-02T00:00:00.Z",
		"2026-01-02T00:00:00Zx",
		"2026-01-02T00:00:00+1:00",
		"26-01-02T00:00:00Z",
	};
	int64_t ns = 7;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (clock_parse(bad[i], &ns) == 0)
			TEST_FAIL("accepted: %s", bad[i]);
	CHECK_INT(clock_parse(NULL, &ns), -1);
	CHECK_INT(ns, 7);
}

int main(void)
{
	TEST(test_nominal_runs_at_the_rate);
	TEST(test_two_processes_compute_the_same_stamp);
	TEST(test_no_overflow_after_years_at_a_high_rate);
	TEST(test_delays_round_up_so_nothing_is_early);
	TEST(test_until_counts_real_time);
	TEST(test_real_clock_moves_forward);
	TEST(test_formats);
	TEST(test_parses_what_rfc_3339_allows);
	TEST(test_refuses_what_is_no_stamp);
	return test_end();
}
