/*
 * quantity: reading and arithmetic of Kubernetes' numbers.
 *
 * A value is a count of nanos in 128 bits: wide enough for 2^63 units with nine decimal places. Reading
 * collects the digits as one integer and the places as a power of ten, then applies the suffix; every
 * step saturates at the cap instead of overflowing, and what is finer than a nano is rounded up (away
 * from zero), so that a request is never smaller than what was written.
 */
#include "api/quantity.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/defs.h"

#define NANO ((__int128)1000000000)
#define CAP ((__int128)INT64_MAX * NANO)
#define MAX_DIGITS 28

struct suffix {
	const char *text;
	enum quantity_format format;
	int tens, twos;
};

static const struct suffix suffixes[] = {
	{ "", QUANTITY_DECIMAL_SI, 0, 0 },   { "n", QUANTITY_DECIMAL_SI, -9, 0 },
	{ "u", QUANTITY_DECIMAL_SI, -6, 0 }, { "m", QUANTITY_DECIMAL_SI, -3, 0 },
	{ "k", QUANTITY_DECIMAL_SI, 3, 0 },  { "M", QUANTITY_DECIMAL_SI, 6, 0 },
	{ "G", QUANTITY_DECIMAL_SI, 9, 0 },  { "T", QUANTITY_DECIMAL_SI, 12, 0 },
	{ "P", QUANTITY_DECIMAL_SI, 15, 0 }, { "E", QUANTITY_DECIMAL_SI, 18, 0 },
	{ "Ki", QUANTITY_BINARY_SI, 0, 10 }, { "Mi", QUANTITY_BINARY_SI, 0, 20 },
	{ "Gi", QUANTITY_BINARY_SI, 0, 30 }, { "Ti", QUANTITY_BINARY_SI, 0, 40 },
	{ "Pi", QUANTITY_BINARY_SI, 0, 50 }, { "Ei", QUANTITY_BINARY_SI, 0, 60 },
};

struct digits {
	__int128 mantissa;
	int tens; /* value = mantissa * 10^tens */
	bool lost; /* digits were dropped: round up */
	bool any;
};

static const char *read_digits(const char *s, struct digits *d)
{
	bool point = false;
	int count = 0;

	for (; *s != '\0'; s++) {
		if (*s == '.' && !point) {
			point = true;
			continue;
		}
		if (*s < '0' || *s > '9')
			break;
		d->any = true;
		if (count >= MAX_DIGITS) {
			d->lost = d->lost || *s != '0';
			d->tens += point ? 0 : 1;
			continue;
		}
		d->mantissa = d->mantissa * 10 + (*s - '0');
		count += d->mantissa != 0;
		d->tens -= point ? 1 : 0;
	}
	return s;
}

static int read_suffix(const char *s, struct suffix *ret)
{
	char *end;
	long exponent;

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
		if (streq(s, suffixes[i].text)) {
			*ret = suffixes[i];
			return 0;
		}
	if ((*s != 'e' && *s != 'E') || s[1] == '\0')
		return -EINVAL;
	if (strspn(s + 1, "+-0123456789") != strlen(s + 1))
		return -EINVAL;
	exponent = strtol(s + 1, &end, 10);
	if (*end != '\0' || exponent > 100 || exponent < -100)
		return -EINVAL;
	*ret = (struct suffix){ .format = QUANTITY_DECIMAL_EXPONENT, .tens = (int)exponent };
	return 0;
}

static __int128 scale_up(__int128 value, __int128 factor, int times)
{
	for (; times > 0 && value != 0; times--)
		if (__builtin_mul_overflow(value, factor, &value) || value > CAP * NANO)
			return CAP * NANO;
	return value;
}

static __int128 scale_down(__int128 value, int tens, bool lost)
{
	for (; tens < 0 && value != 0; tens++) {
		lost = lost || value % 10 != 0;
		value /= 10;
	}
	return value + (lost ? 1 : 0);
}

int quantity_parse(const char *text, struct quantity *ret, struct error *err)
{
	struct digits d = { 0 };
	struct suffix suffix = { 0 };
	bool negative = text[0] == '-';
	const char *s = text + (text[0] == '-' || text[0] == '+');
	__int128 value;

	s = read_digits(s, &d);
	if (!d.any || (*s != '\0' && strspn(s, "eEinumkKMGTP+-0123456789") != strlen(s)))
		return error_set(err, ERR_BAD_REQUEST, "BadRequest",
				 "quantities must match the regular expression "
				 "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
	if (read_suffix(s, &suffix) < 0)
		return error_set(err, ERR_BAD_REQUEST, "BadRequest",
				 "unable to parse quantity's suffix");
	value = scale_up(d.mantissa, 2, suffix.twos);
	d.tens += suffix.tens + 9;
	value = scale_up(value, 10, d.tens);
	value = scale_down(value, d.tens, d.lost);
	value = MIN(value, CAP);
	ret->nanos = negative ? -value : value;
	ret->format = suffix.format;
	return 0;
}

int quantity_compare(const struct quantity *a, const struct quantity *b)
{
	return (a->nanos > b->nanos) - (a->nanos < b->nanos);
}

int quantity_sign(const struct quantity *q)
{
	return (q->nanos > 0) - (q->nanos < 0);
}

bool quantity_is_integer(const struct quantity *q)
{
	return q->nanos % NANO == 0;
}

struct quantity quantity_add(const struct quantity *a, const struct quantity *b)
{
	__int128 sum = a->nanos + b->nanos;

	sum = MIN(sum, CAP);
	sum = MAX(sum, -CAP);
	return (struct quantity){ .nanos = sum, .format = a->format };
}

static int64_t round_up(__int128 nanos, __int128 unit)
{
	__int128 whole = nanos / unit;

	if (nanos % unit > 0)
		whole++;
	else if (nanos % unit < 0)
		whole--;
	return (int64_t)(whole > INT64_MAX ? INT64_MAX : whole < INT64_MIN ? INT64_MIN : whole);
}

int64_t quantity_value(const struct quantity *q)
{
	return round_up(q->nanos, NANO);
}

int64_t quantity_milli(const struct quantity *q)
{
	return round_up(q->nanos, NANO / 1000);
}

struct quantity quantity_from_value(int64_t value, enum quantity_format format)
{
	return (struct quantity){ .nanos = value * NANO, .format = format };
}

struct quantity quantity_from_milli(int64_t milli, enum quantity_format format)
{
	return (struct quantity){ .nanos = milli * (NANO / 1000), .format = format };
}

int64_t quantity_text_value(const char *text, int64_t dflt)
{
	struct quantity q;

	if (text == NULL || quantity_parse(text, &q, NULL) < 0)
		return dflt;
	return quantity_value(&q);
}

int64_t quantity_text_milli(const char *text, int64_t dflt)
{
	struct quantity q;

	if (text == NULL || quantity_parse(text, &q, NULL) < 0)
		return dflt;
	return quantity_milli(&q);
}
