/*
 * Real and nominal time.
 *
 * All arithmetic is exact: 128-bit products, divided once, so the nominal clock is monotonic at every rate
 * and two processes with the same three numbers (podd and a shim) compute the same stamp from the same
 * boot time. Delays are rounded up: a timer set by them never fires before its nominal instant.
 *
 * CLOCK_BOOTTIME carries the nominal clock, because it counts through suspend and all processes of a machine
 * share it. CLOCK_MONOTONIC drives the loop's timers; the two are never mixed.
 */
#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/defs.h"

#define HAND_BIRTH_WALL_NS (INT64_C(1767312000) * NSEC_PER_SEC) /* 2026-01-02T00:00:00Z */

static int64_t now(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

int64_t clock_now_mono_ns(void)
{
	return now(CLOCK_MONOTONIC);
}

int64_t clock_now_boot_ns(void)
{
	return now(CLOCK_BOOTTIME);
}

int64_t clock_now_wall_ns(void)
{
	return now(CLOCK_REALTIME);
}

void clock_init(struct clock *c, int64_t birth_wall_ns, int64_t birth_boot_ns, double rate)
{
	int64_t milli = llround(rate * 1000);

	*c = (struct clock){
		.birth_wall_ns = birth_wall_ns,
		.birth_boot_ns = birth_boot_ns,
		.rate_milli = MAX(milli, (int64_t)1),
	};
}

void clock_init_now(struct clock *c, double rate)
{
	clock_init(c, clock_now_wall_ns(), clock_now_boot_ns(), rate);
}

double clock_rate(const struct clock *c)
{
	return (double)c->rate_milli / 1000;
}

int64_t clock_mono_ns(const struct clock *c)
{
	return c->hand ? c->hand_ns : clock_now_mono_ns();
}

int64_t clock_nominal_at(const struct clock *c, int64_t boot_ns)
{
	__int128 passed = (__int128)(boot_ns - c->birth_boot_ns) * c->rate_milli;

	return c->birth_wall_ns + (int64_t)(passed / 1000);
}

int64_t clock_nominal_ns(const struct clock *c)
{
	return clock_nominal_at(c, c->hand ? c->birth_boot_ns + c->hand_ns : clock_now_boot_ns());
}

int64_t clock_scale_delay_ns(const struct clock *c, int64_t nominal_ns)
{
	__int128 real;

	if (nominal_ns <= 0)
		return 0;
	real = ((__int128)nominal_ns * 1000 + c->rate_milli - 1) / c->rate_milli;
	return real > INT64_MAX ? INT64_MAX : (int64_t)real;
}

int64_t clock_until_ns(const struct clock *c, int64_t nominal_instant_ns)
{
	return clock_scale_delay_ns(c, nominal_instant_ns - clock_nominal_ns(c));
}

void clock_hand_init(struct clock *c, double rate)
{
	clock_init(c, HAND_BIRTH_WALL_NS, 0, rate);
	c->hand = true;
}

void clock_hand_advance(struct clock *c, int64_t real_ns)
{
	c->hand_ns += real_ns;
}

void clock_hand_advance_nominal(struct clock *c, int64_t nominal_ns)
{
	clock_hand_advance(c, clock_scale_delay_ns(c, nominal_ns));
}

/* ---- RFC 3339 ---- */

static char *format(int64_t ns, int64_t unit, int digits, char *buf)
{
	int64_t sec = ns / NSEC_PER_SEC, rest = ns % NSEC_PER_SEC;
	char fraction[16] = "";
	struct tm tm;
	time_t t;

	if (rest < 0) {
		sec--;
		rest += NSEC_PER_SEC;
	}
	t = (time_t)sec;
	gmtime_r(&t, &tm);
	if (digits)
		snprintf(fraction, sizeof(fraction), ".%0*u", digits, (unsigned)(rest / unit));
	snprintf(buf, CLOCK_STAMP_MAX, "%04u-%02u-%02uT%02u:%02u:%02u%.10sZ",
		 (unsigned)(tm.tm_year + 1900) % 10000, (unsigned)tm.tm_mon + 1,
		 (unsigned)tm.tm_mday, (unsigned)tm.tm_hour, (unsigned)tm.tm_min,
		 (unsigned)tm.tm_sec, fraction);
	return buf;
}

char *clock_format(int64_t ns, char *buf)
{
	return format(ns, NSEC_PER_SEC, 0, buf);
}

char *clock_format_micro(int64_t ns, char *buf)
{
	return format(ns, NSEC_PER_USEC, 6, buf);
}

char *clock_format_nano(int64_t ns, char *buf)
{
	return format(ns, 1, 9, buf);
}

/* n digits at *s, moving it on; -1 when there are fewer. */
static int digits(const char **s, int n)
{
	int value = 0;

	for (; n; n--, (*s)++) {
		if (**s < '0' || **s > '9')
			return -1;
		value = value * 10 + (**s - '0');
	}
	return value;
}

static bool take(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

static bool parse_date_time(const char **s, struct tm *tm)
{
	*tm = (struct tm){ 0 };
	tm->tm_year = digits(s, 4) - 1900;
	if (tm->tm_year < -1900 || !take(s, '-') || (tm->tm_mon = digits(s, 2) - 1) < 0 ||
	    tm->tm_mon > 11 || !take(s, '-') || (tm->tm_mday = digits(s, 2)) < 1 || tm->tm_mday > 31)
		return false;
	if (!take(s, 'T') && !take(s, 't'))
		return false;
	return (tm->tm_hour = digits(s, 2)) >= 0 && tm->tm_hour < 24 && take(s, ':') &&
	       (tm->tm_min = digits(s, 2)) >= 0 && tm->tm_min < 60 && take(s, ':') &&
	       (tm->tm_sec = digits(s, 2)) >= 0 && tm->tm_sec < 61;
}

/* ".123": to ns; digits beyond the ninth are dropped. */
static bool parse_fraction(const char **s, int64_t *ns)
{
	int64_t unit = NSEC_PER_SEC / 10;
	const char *start;

	*ns = 0;
	if (!take(s, '.'))
		return true;
	for (start = *s; **s >= '0' && **s <= '9'; (*s)++, unit /= 10)
		*ns += unit * (**s - '0');
	return *s != start;
}

/* "Z" or "+01:30": to seconds east. */
static bool parse_zone(const char **s, int64_t *offset)
{
	int sign = **s == '-' ? -1 : 1, hours, minutes;

	*offset = 0;
	if (take(s, 'Z') || take(s, 'z'))
		return true;
	if (!take(s, '+') && !take(s, '-'))
		return false;
	hours = digits(s, 2);
	if (hours < 0 || hours > 23 || !take(s, ':') || (minutes = digits(s, 2)) < 0 || minutes > 59)
		return false;
	*offset = sign * (hours * 3600 + minutes * 60);
	return true;
}

int clock_parse(const char *stamp, int64_t *ret_ns)
{
	int64_t fraction, offset;
	struct tm tm, given;

	if (!stamp || !parse_date_time(&stamp, &tm) || !parse_fraction(&stamp, &fraction) ||
	    !parse_zone(&stamp, &offset) || *stamp)
		return -1;
	given = tm;
	offset = (int64_t)timegm(&tm) - offset;
	/* timegm turns the 31st of February into March: that is no stamp. */
	if (tm.tm_mday != given.tm_mday && given.tm_sec < 60)
		return -1;
	*ret_ns = offset * NSEC_PER_SEC + fraction;
	return 0;
}
