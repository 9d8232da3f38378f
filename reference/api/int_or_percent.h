/*
 * int_or_percent: a number, or a share of a number: 2, "25%".
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/violation.h"

enum rounding { ROUND_DOWN, ROUND_UP };

/* The number; of a percentage that share of total. 0 for what is neither. */
int64_t int_or_percent_of(const json_t *value, int64_t total, enum rounding rounding);
/* Whether it is 0 or "0%". */
bool int_or_percent_is_zero(const json_t *value);

/* Neither below 0 nor another text than a percentage. */
void int_or_percent_validate(const json_t *value, const struct fpath *path, struct violations *v);
/* A percentage is at most 100%. */
void int_or_percent_validate_share(const json_t *value, const struct fpath *path,
				   struct violations *v);
