/*
 * int_or_percent: the counts that may be given as percentages (maxSurge, maxUnavailable).
 *
 * A percentage is whole digits and one '%'; "0.5%" and "-5%" are none. Which way its share is rounded decides
 * the field: a surge is rounded up, so that it is never nothing, what may be missing is rounded down.
 */
#include "api/int_or_percent.h"

#include <ctype.h>
#include <string.h>

#include "base/str.h"

/* The digits of a percentage; -1: it is none. */
static int64_t percent_of(const json_t *value)
{
	const char *text = json_string_value(value);
	size_t digits = text ? strspn(text, "0123456789") : 0;
	int64_t n = -1;

	if (digits == 0 || !streq(text + digits, "%"))
		return -1;
	for (size_t i = 0; i < digits; i++)
		n = MIN((n < 0 ? 0 : n) * 10 + (text[i] - '0'), (int64_t)INT32_MAX);
	return n;
}

int64_t int_or_percent_of(const json_t *value, int64_t total, enum rounding rounding)
{
	int64_t percent;

	if (json_is_integer(value))
		return json_integer_value(value);
	percent = MAX(percent_of(value), (int64_t)0);
	return (percent * total + (rounding == ROUND_UP ? 99 : 0)) / 100;
}

bool int_or_percent_is_zero(const json_t *value)
{
	return json_is_integer(value) ? json_integer_value(value) == 0 : percent_of(value) <= 0;
}

void int_or_percent_validate(const json_t *value, const struct fpath *path, struct violations *v)
{
	if (json_is_integer(value) && json_integer_value(value) < 0)
		violate_invalid(v, path, value, "must be greater than or equal to 0");
	if (json_is_string(value) && percent_of(value) < 0)
		violate_invalid(v, path, value,
				"a valid percent string must be a numeric string followed by an "
				"ending '%%' (e.g. '1%%',  or '93%%', regex used for validation is "
				"'[0-9]+%%')");
}

void int_or_percent_validate_share(const json_t *value, const struct fpath *path,
				   struct violations *v)
{
	if (percent_of(value) > 100)
		violate_invalid(v, path, value, "must not be greater than 100%%");
}
