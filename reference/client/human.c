/*
 * human: durations in Go's notation and RFC 1123 times.
 *
 * A duration is a row of numbers with units; fractions are allowed. Ages are not made here: they
 * count from the cluster's own clock, which only the server knows, so they come in its Tables.
 */
#include "client/human.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/str.h"

static const struct {
	const char *unit;
	double ns;
} units[] = {
	{ "ns", 1 },	       { "us", 1e3 }, { "ms", 1e6 },
	{ "s", NSEC_PER_SEC }, { "m", 60e9 }, { "h", 3600e9 },
};

/* The longest unit that text begins with. */
static const char *unit_after(const char *text, double *ret_ns)
{
	size_t len = strspn(text, "nusmh");

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strlen(units[i].unit) == len && strncmp(units[i].unit, text, len) == 0) {
			*ret_ns = units[i].ns;
			return text + len;
		}
	}
	return NULL;
}

int human_parse_duration(const char *text, int64_t *ret_ns)
{
	const char *p = text + (*text == '-');
	double sum = 0, unit;
	int64_t seconds;

	if (str_to_int64(text, -(INT64_C(1) << 32), INT64_C(1) << 32, &seconds) == 0) {
		*ret_ns = seconds * NSEC_PER_SEC;
		return 0;
	}
	if (!*p)
		return -1;
	while (*p) {
		char *end;
		double n = strtod(p, &end);

		if (end == p || n < 0 || !strchr("0123456789.", *p))
			return -1;
		p = unit_after(end, &unit);
		if (!p)
			return -1;
		sum += n * unit;
	}
	if (sum > 9e18)
		return -1;
	*ret_ns = (int64_t)(*text == '-' ? -sum : sum);
	return 0;
}

char *human_time(const char *stamp, char *buf)
{
	int64_t ns;
	time_t t;
	struct tm tm;

	if (!stamp || clock_parse(stamp, &ns) < 0) {
		snprintf(buf, HUMAN_MAX, "%s", stamp ? stamp : "<unset>");
		return buf;
	}
	t = ns / NSEC_PER_SEC;
	gmtime_r(&t, &tm);
	strftime(buf, HUMAN_MAX, "%a, %d %b %Y %H:%M:%S +0000", &tm);
	return buf;
}
