/*
 * Tests of schedules: what is read, what is refused, and when the next run is.
 */
#include "api/cron.h"

#include "base/clock.h"
#include "base/test.h"

static int64_t seconds(const char *stamp)
{
	int64_t ns;

	if (clock_parse(stamp, &ns) < 0)
		abort();
	return ns / NSEC_PER_SEC;
}

static const char *stamp_of(int64_t s)
{
	static char buf[CLOCK_STAMP_MAX];

	return s < 0 ? "never" : clock_format(s * NSEC_PER_SEC, buf);
}

static const char *next_in(const char *zone, const char *schedule, const char *after)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct cron c;

	CHECK_OK(cron_parse(schedule, &c, &err), &err);
	return stamp_of(cron_next(&c, zone, seconds(after)));
}

static const char *next(const char *schedule, const char *after)
{
	return next_in(NULL, schedule, after);
}

static const char *last(const char *schedule, const char *after, const char *now)
{
	struct cron c;

	CHECK_INT(cron_parse(schedule, &c, NULL), 0);
	return stamp_of(cron_last(&c, NULL, seconds(after), seconds(now)));
}

static const char *fault(const char *schedule)
{
	static char text[200];
	_cleanup_error_ struct error err = ERROR_INIT;
	struct cron c;

	snprintf(text, sizeof(text), "%s",
		 cron_parse(schedule, &c, &err) < 0 ? error_text(&err) : "good");
	return text;
}

static void test_minutes_and_hours(void)
{
	CHECK_STR(next("* * * * *", "2026-01-02T10:20:30Z"), "2026-01-02T10:21:00Z");
	CHECK_STR(next("* * * * *", "2026-01-02T10:20:00Z"), "2026-01-02T10:21:00Z");
	CHECK_STR(next("*/15 * * * *", "2026-01-02T10:45:00Z"), "2026-01-02T11:00:00Z");
	CHECK_STR(next("5/20 * * * *", "2026-01-02T10:20:00Z"), "2026-01-02T10:25:00Z");
	CHECK_STR(next("30 6-16/4 * * *", "2026-01-02T10:31:00Z"), "2026-01-02T14:30:00Z");
	CHECK_STR(next("1,3 0 * * *", "2026-12-31T23:59:59Z"), "2027-01-01T00:01:00Z");
}

static void test_days_months_and_weekdays(void)
{
	CHECK_STR(next("0 0 29 2 *", "2026-01-02T00:00:00Z"), "2028-02-29T00:00:00Z");
	CHECK_STR(next("0 0 31 feb *", "2026-01-02T00:00:00Z"), "never");
	CHECK_STR(next("0 12 * * Mon-Wed", "2026-01-02T00:00:00Z"), "2026-01-05T12:00:00Z");
	CHECK_STR(next("0 0 13 * 5", "2026-01-02T00:00:00Z"), "2026-01-09T00:00:00Z");
	CHECK_STR(next("0 0 ? * 0", "2026-01-02T00:00:00Z"), "2026-01-04T00:00:00Z");
	CHECK_STR(next("0 0 */10 * 1", "2026-01-06T00:00:00Z"), "2026-01-11T00:00:00Z");
}

static void test_words_for_schedules(void)
{
	CHECK_STR(next("@hourly", "2026-01-02T10:20:30Z"), "2026-01-02T11:00:00Z");
	CHECK_STR(next("@daily", "2026-01-02T10:20:30Z"), "2026-01-03T00:00:00Z");
	CHECK_STR(next("@weekly", "2026-01-02T10:20:30Z"), "2026-01-04T00:00:00Z");
	CHECK_STR(next("@monthly", "2026-01-02T10:20:30Z"), "2026-02-01T00:00:00Z");
	CHECK_STR(next("@yearly", "2026-01-02T10:20:30Z"), "2027-01-01T00:00:00Z");
	CHECK_STR(next("@every 1h30m", "2026-01-02T10:20:30Z"), "2026-01-02T11:50:30Z");
}

static void test_a_zone_has_its_own_clocks(void)
{
	CHECK_STR(next_in("Asia/Tokyo", "0 9 * * *", "2026-01-02T00:00:00Z"),
		  "2026-01-03T00:00:00Z");
	CHECK_STR(next_in("Asia/Kolkata", "0 * * * *", "2026-01-02T00:00:00Z"),
		  "2026-01-02T00:30:00Z");
	/* 2026-03-29: Paris goes from 02:00 to 03:00 */
	CHECK_STR(next_in("Europe/Paris", "30 2 * * *", "2026-03-28T12:00:00Z"),
		  "2026-03-30T00:30:00Z");
	CHECK_STR(next_in("Europe/Paris", "0 0 * * *", "2026-03-28T23:00:00Z"),
		  "2026-03-29T22:00:00Z");
}

static void test_the_last_time_that_was_missed(void)
{
	CHECK_STR(last("* * * * *", "2026-01-02T00:00:00Z", "2026-01-02T10:20:30Z"),
		  "2026-01-02T10:20:00Z");
	CHECK_STR(last("0 0 1 * *", "2025-06-01T00:00:00Z", "2026-01-31T10:20:30Z"),
		  "2026-01-01T00:00:00Z");
	CHECK_STR(last("* * * * *", "2026-01-02T10:20:00Z", "2026-01-02T10:20:59Z"), "never");
	CHECK_STR(last("@every 7s", "2026-01-02T10:20:00Z", "2026-01-02T10:20:20Z"),
		  "2026-01-02T10:20:14Z");
}

static void test_what_is_no_schedule(void)
{
	CHECK_STR(fault("* * * *"), "expected exactly 5 fields, found 4: [* * * *]");
	CHECK_STR(fault("0 * * * * *"), "expected exactly 5 fields, found 6: [0 * * * * *]");
	CHECK_STR(fault("60 * * * *"), "end of range (60) above maximum (59): 60");
	CHECK_STR(fault("* * 0 * *"), "beginning of range (0) below minimum (1): 0");
	CHECK_STR(fault("5-1 * * * *"), "beginning of range (5) beyond end of range (1): 5-1");
	CHECK_STR(fault("*/0 * * * *"), "step of range should be a positive number: */0");
	CHECK_STR(fault("* * * * 7"), "end of range (7) above maximum (6): 7");
	CHECK_STR(fault("* * L * *"), "failed to parse int from L");
	CHECK_STR(fault("@reboot"), "unrecognized descriptor: @reboot");
	CHECK_STR(fault("@every x"),
		  "failed to parse duration @every x: time: invalid duration \"x\"");
	CHECK_STR(fault(""), "empty spec string");
}

int main(void)
{
	TEST(test_minutes_and_hours);
	TEST(test_days_months_and_weekdays);
	TEST(test_words_for_schedules);
	TEST(test_a_zone_has_its_own_clocks);
	TEST(test_the_last_time_that_was_missed);
	TEST(test_what_is_no_schedule);
	return test_end();
}
