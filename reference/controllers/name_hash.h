/*
 * name_hash: a short word out of a JSON value, for names and labels; pure.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

/* Ten letters and digits at most. salt makes another word of the same value. The caller frees. */
char *name_hash(const json_t *value, int64_t salt);
