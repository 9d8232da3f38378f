/*
 * quantity_format: the canonical text of a quantity.
 *
 * No fraction is ever printed; the suffix is the largest that keeps the value exact. Decimal values
 * step in powers of 1000 (n, u, m, "", k … E, or the exponent form they came in), binary ones in powers of
 * 1024. A binary value below 1024 is printed as a decimal one, and a fraction of a byte above it is
 * rounded up.
 */
#include "api/quantity.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/defs.h"

#define NANO ((__int128)1000000000)

static char *print_int128(__int128 value, char *end)
{
	bool negative = value < 0;

	*--end = '\0';
	if (negative)
		value = -value;
	do {
		*--end = (char)('0' + (int)(value % 10));
		value /= 10;
	} while (value != 0);
	if (negative)
		*--end = '-';
	return end;
}

static void format_decimal(__int128 nanos, bool exponent, char *ret)
{
	static const char *const names[] = { "n", "u", "m", "", "k", "M", "G", "T", "P", "E" };
	char digits[48], suffix[8] = "";
	size_t step = 0;

	while (nanos != 0 && nanos % 1000 == 0 && step + 1 < ARRAY_SIZE(names)) {
		nanos /= 1000;
		step++;
	}
	if (nanos == 0)
		step = 3;
	if (exponent && step != 3)
		snprintf(suffix, sizeof suffix, "e%d", (int)step * 3 - 9);
	else if (!exponent)
		snprintf(suffix, sizeof suffix, "%s", names[step]);
	snprintf(ret, QUANTITY_STRING_MAX, "%s%s", print_int128(nanos, digits + sizeof digits),
		 suffix);
}

static void format_binary(__int128 nanos, char *ret)
{
	static const char *const names[] = { "", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei" };
	__int128 units = nanos / NANO;
	char digits[48];
	size_t step = 0;

	if (nanos % NANO != 0)
		units += nanos > 0 ? 1 : -1;
	while (units % 1024 == 0 && step + 1 < ARRAY_SIZE(names)) {
		units /= 1024;
		step++;
	}
	snprintf(ret, QUANTITY_STRING_MAX, "%s%s", print_int128(units, digits + sizeof digits),
		 names[step]);
}

void quantity_format(const struct quantity *q, char ret_text[static QUANTITY_STRING_MAX])
{
	bool small = q->nanos > -1024 * NANO && q->nanos < 1024 * NANO;

	if (q->format == QUANTITY_BINARY_SI && !small)
		format_binary(q->nanos, ret_text);
	else
		format_decimal(q->nanos, q->format == QUANTITY_DECIMAL_EXPONENT, ret_text);
}
