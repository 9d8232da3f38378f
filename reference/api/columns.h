/*
 * columns: printer cells that several kinds share.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "api/scheme.h"

json_t *column_name(const json_t *obj, int64_t now_ns);
json_t *column_age(const json_t *obj, int64_t now_ns);
/* "5s", "3m20s", "2h", "4d", as kubectl writes a duration; the caller frees. */
char *duration_words(int64_t ns);
/* Age of an RFC 3339 stamp in the same words, "<unknown>" when it is none; the caller frees. */
char *age_words(const char *stamp, int64_t now_ns);
/* "<none>" for NULL and "". New reference. */
json_t *column_text(const char *text);
/* Images or names of spec.template's containers, joined by commas. */
json_t *column_template(const json_t *obj, const char *field);
