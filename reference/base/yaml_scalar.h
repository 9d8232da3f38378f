/*
 * yaml_scalar: what a plain YAML scalar means (inside base only; see yaml.h).
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { YAML_SCALAR_NO_NUMBER = 1 }; /* .inf and .nan: JSON cannot say them */

/* The value of a plain scalar: null, boolean, number or string. 0 or YAML_SCALAR_NO_NUMBER. */
int yaml_scalar_resolve(const char *text, size_t len, json_t **ret);
/* Whether a string may be written plain: read again it is the same string, for old parsers, too. */
bool yaml_scalar_plain_is_string(const char *text, size_t len);
