/*
 * cron: schedules of CronJobs.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct cron {
	uint64_t minutes, hours, days, months, weekdays; /* bit n: value n */
	bool any_day, any_weekday; /* "*" or "?" */
	int64_t every_s; /* of "@every": only this counts */
};

/*
 * Five fields "minute hour day month weekday", each a list of N, N-M, *, with an optional /STEP; months and weekdays
 * by name, too; or @yearly (@annually), @monthly, @weekly, @daily (@midnight), @hourly, "@every 1h30m".
 * ERR_INVALID says what is wrong.
 */
int cron_parse(const char *text, struct cron *ret, struct error *err);

/*
 * The first time of the schedule after `after_s`; both in seconds since the epoch. -1: none within five years.
 * zone: of the IANA database; NULL is UTC.
 */
int64_t cron_next(const struct cron *c, const char *zone, int64_t after_s);
/* The last one that is later than after_s and not later than now_s; -1: none. */
int64_t cron_last(const struct cron *c, const char *zone, int64_t after_s, int64_t now_s);
