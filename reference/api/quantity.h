/*
 * quantity: Kubernetes' numbers with suffixes (100m, 1.5Gi, 2e3), exact to one nano.
 *
 * Finer fractions are rounded up (away from zero), values beyond 2^63-1 are capped, as the field does.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum quantity_format { QUANTITY_DECIMAL_SI, QUANTITY_BINARY_SI, QUANTITY_DECIMAL_EXPONENT };

struct quantity {
	__int128 nanos;
	enum quantity_format format;
};

#define QUANTITY_STRING_MAX 64

/* ERR_BAD_REQUEST with Kubernetes' sentence when text is none. */
int quantity_parse(const char *text, struct quantity *ret, struct error *err);
/* Canonical form: no fraction, the largest suffix that keeps it exact. */
void quantity_format(const struct quantity *q, char ret_text[static QUANTITY_STRING_MAX]);
int quantity_compare(const struct quantity *a, const struct quantity *b); /* <0, 0, >0 */
int quantity_sign(const struct quantity *q); /* -1, 0, 1 */
bool quantity_is_integer(const struct quantity *q);
struct quantity quantity_add(const struct quantity *a, const struct quantity *b);

/* Rounded up to whole units, thousandths: bytes and millicores. Capped to int64. */
int64_t quantity_value(const struct quantity *q);
int64_t quantity_milli(const struct quantity *q);
struct quantity quantity_from_value(int64_t value, enum quantity_format format);
struct quantity quantity_from_milli(int64_t milli, enum quantity_format format);

/* Straight from text; dflt when text is NULL or no quantity. */
int64_t quantity_text_value(const char *text, int64_t dflt);
int64_t quantity_text_milli(const char *text, int64_t dflt);
