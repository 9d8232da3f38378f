/*
 * cron: a field becomes a set of bits, and the next time is found by going forward field by field.
 *
 * Day and weekday are joined as crontab does it: when both are restricted, either will do. A star with a step counts as
 * restricted. The words for what is wrong are the field's.
 *
 * In a time zone an hour that the clocks skip is skipped, and one that comes twice is met twice.
 */
#include "api/cron.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/str.h"
#include "base/zone.h"

#define YEARS 5
#define MINUTE 60
#define HOUR 3600

struct cron_field {
	int64_t min, max;
	const char *const *words; /* of the values from min on, or NULL */
};

static const char *const month_words[] = { "jan", "feb", "mar", "apr", "may", "jun", "jul",
					   "aug", "sep", "oct", "nov", "dec", NULL };
static const char *const weekday_words[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL };

static const struct cron_field fields[] = {
	{ 0, 59, NULL },	{ 0, 23, NULL },	 { 1, 31, NULL },
	{ 1, 12, month_words }, { 0, 6, weekday_words },
};

static const struct {
	const char *name, *meaning;
} descriptors[] = {
	{ "@yearly", "0 0 1 1 *" }, { "@annually", "0 0 1 1 *" }, { "@monthly", "0 0 1 * *" },
	{ "@weekly", "0 0 * * 0" }, { "@daily", "0 0 * * *" },	  { "@midnight", "0 0 * * *" },
	{ "@hourly", "0 * * * *" },
};

/* ---- one field ---- */

static int parse_value(const struct cron_field *f, const char *text, int64_t *ret, struct error *err)
{
	for (int64_t i = 0; f->words && f->words[i]; i++)
		if (strcasecmp(f->words[i], text) == 0) {
			*ret = f->min + i;
			return 0;
		}
	if (str_to_int64(text, 0, INT32_MAX, ret) < 0)
		return error_set(err, ERR_INVALID, NULL, "failed to parse int from %s", text);
	return 0;
}

static int check_range(const struct cron_field *f, const char *text, int64_t first, int64_t last,
		       struct error *err)
{
	if (first < f->min)
		return error_set(err, ERR_INVALID, NULL,
				 "beginning of range (%lld) below minimum (%lld): %s",
				 (long long)first, (long long)f->min, text);
	if (last > f->max)
		return error_set(err, ERR_INVALID, NULL,
				 "end of range (%lld) above maximum (%lld): %s", (long long)last,
				 (long long)f->max, text);
	if (first > last)
		return error_set(err, ERR_INVALID, NULL,
				 "beginning of range (%lld) beyond end of range (%lld): %s",
				 (long long)first, (long long)last, text);
	return 0;
}

/* "*", "5", "1-5": *ret_last is the maximum when `open` and there is no end. */
static int parse_span(const struct cron_field *f, char *text, bool open, int64_t *ret_first,
		      int64_t *ret_last, struct error *err)
{
	char *dash = strchr(text, '-');
	int r;

	if (streq(text, "*") || streq(text, "?")) {
		*ret_first = f->min;
		*ret_last = f->max;
		return 0;
	}
	if (dash)
		*dash = '\0';
	r = parse_value(f, text, ret_first, err);
	*ret_last = open ? f->max : *ret_first;
	if (r == 0 && dash)
		r = parse_value(f, dash + 1, ret_last, err);
	return r;
}

static int parse_item(const struct cron_field *f, const char *text, uint64_t *bits, bool *any,
		      struct error *err)
{
	_cleanup_free_ char *copy = xstrdup(text);
	char *slash = strchr(copy, '/');
	int64_t first, last, step = 1;
	int r;

	if (slash)
		*slash = '\0';
	if (streq(copy, "*") || streq(copy, "?"))
		*any = true;
	r = parse_span(f, copy, slash, &first, &last, err);
	if (r < 0)
		return r;
	if (slash && (str_to_int64(slash + 1, 0, INT32_MAX, &step) < 0 || step == 0))
		return error_set(err, ERR_INVALID, NULL,
				 "step of range should be a positive number: %s", text);
	if (step > 1)
		*any = false;
	r = check_range(f, text, first, last, err);
	for (int64_t n = first; r == 0 && n <= last; n += step)
		*bits |= UINT64_C(1) << n;
	return r;
}

static int parse_field(const struct cron_field *f, const char *text, uint64_t *ret_bits,
		       bool *ret_any, struct error *err)
{
	_cleanup_strv_ char **items = strv_split(text, ',');
	int r = 0;

	*ret_bits = 0;
	*ret_any = false;
	for (size_t i = 0; items[i] && r == 0; i++)
		r = parse_item(f, items[i], ret_bits, ret_any, err);
	return r;
}

/* ---- a schedule ---- */

static char **split_words(const char *text)
{
	_cleanup_free_ char *copy = xstrdup(text);
	char **words = NULL, *rest = copy, *word;

	while ((word = strsep(&rest, " \t")))
		if (*word)
			strv_add(&words, word);
	return words;
}

static int parse_five(const char *text, struct cron *ret, struct error *err)
{
	_cleanup_strv_ char **words = split_words(text);
	struct cron c = { 0 };
	uint64_t *bits[] = { &c.minutes, &c.hours, &c.days, &c.months, &c.weekdays };
	bool any[ARRAY_SIZE(bits)];
	int r = 0;

	if (strv_len(words) != ARRAY_SIZE(bits))
		return error_set(err, ERR_INVALID, NULL,
				 "expected exactly 5 fields, found %zu: [%s]", strv_len(words),
				 text);
	for (size_t i = 0; i < ARRAY_SIZE(bits) && r == 0; i++)
		r = parse_field(&fields[i], words[i], bits[i], &any[i], err);
	if (r < 0)
		return r;
	c.any_day = any[2];
	c.any_weekday = any[4];
	*ret = c;
	return 0;
}

/* "1h30m", "90s", "1.5h": nominal seconds, at least one. */
static int parse_every(const char *text, struct cron *ret, struct error *err)
{
	static const struct {
		char unit;
		double seconds;
	} units[] = { { 'h', HOUR }, { 'm', MINUTE }, { 's', 1 } };
	double total = 0;
	const char *at = text;

	while (*at >= '0' && *at <= '9') {
		char *end;
		double n = strtod(at, &end);
		size_t u = 0;

		while (u < ARRAY_SIZE(units) && units[u].unit != *end)
			u++;
		if (u == ARRAY_SIZE(units))
			break;
		total += n * units[u].seconds;
		at = end + 1;
	}
	if (*at || at == text || total > (double)INT32_MAX)
		return error_set(
			err, ERR_INVALID, NULL,
			"failed to parse duration @every %s: time: invalid duration \"%s\"", text,
			text);
	*ret = (struct cron){ .every_s = MAX((int64_t)total, INT64_C(1)) };
	return 0;
}

int cron_parse(const char *text, struct cron *ret, struct error *err)
{
	const char *every = str_after(text, "@every ");

	if (every)
		return parse_every(every, ret, err);
	for (size_t i = 0; i < ARRAY_SIZE(descriptors); i++)
		if (streq(text, descriptors[i].name))
			return parse_five(descriptors[i].meaning, ret, err);
	if (*text == '@')
		return error_set(err, ERR_INVALID, NULL, "unrecognized descriptor: %s", text);
	if (*text == '\0')
		return error_set(err, ERR_INVALID, NULL, "empty spec string");
	return parse_five(text, ret, err);
}

/* ---- the next time ---- */

static bool has(uint64_t bits, int n)
{
	return bits >> n & 1;
}

static bool is_day(const struct cron *c, const struct tm *t)
{
	bool day = has(c->days, t->tm_mday), weekday = has(c->weekdays, t->tm_wday);

	return c->any_day || c->any_weekday ? day && weekday : day || weekday;
}

/* The beginning of the local day or month that lies so many ahead; always later than now_s. */
static int64_t begin_of(const char *zone, const struct tm *t, int days, int months, int64_t now_s)
{
	struct tm to = { .tm_year = t->tm_year,
			 .tm_mon = t->tm_mon + months,
			 .tm_mday = months ? 1 : t->tm_mday + days };
	int64_t at_s = zone_instant(zone, &to);

	return MAX(at_s, now_s + MINUTE);
}

int64_t cron_next(const struct cron *c, const char *zone, int64_t after_s)
{
	int64_t at_s = (after_s / MINUTE + 1) * MINUTE;
	int64_t end_s = at_s + YEARS * INT64_C(366) * 24 * HOUR;
	struct tm t;

	if (c->every_s)
		return after_s + c->every_s;
	while (at_s < end_s) {
		zone_local(zone, at_s, &t);
		if (!has(c->months, t.tm_mon + 1))
			at_s = begin_of(zone, &t, 0, 1, at_s);
		else if (!is_day(c, &t))
			at_s = begin_of(zone, &t, 1, 0, at_s);
		else if (!has(c->hours, t.tm_hour))
			at_s += HOUR - t.tm_min * MINUTE - t.tm_sec;
		else if (!has(c->minutes, t.tm_min))
			at_s += MINUTE;
		else
			return at_s;
	}
	return -1;
}

int64_t cron_last(const struct cron *c, const char *zone, int64_t after_s, int64_t now_s)
{
	int64_t span = MINUTE, from = now_s, last = -1, next;

	if (c->every_s)
		return now_s - after_s < c->every_s ? -1 : now_s - (now_s - after_s) % c->every_s;
	/* go back in growing steps until one lies between, then forward to the last */
	while (from > after_s && last < 0) {
		from = MAX(now_s - span, after_s);
		span *= 2;
		next = cron_next(c, zone, from);
		last = next >= 0 && next <= now_s ? next : -1;
	}
	for (next = last; next >= 0 && next <= now_s; next = cron_next(c, zone, next))
		last = next;
	return last;
}
