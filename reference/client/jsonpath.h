/*
 * jsonpath: the part of kubectl's JSONPath that people use.
 *
 * "{.status.phase}", "{.items[*].metadata.name}", "{.spec.containers[0].name}", "{['a.b/c']}" and "\." for dots
 * in keys, "{.a[?(@.type==\"Ready\")].status}", text and "{'\n'}" between. No range, no slices, no script.
 */
#pragma once

#include <jansson.h>

#include "base/error.h"
#include "base/strbuf.h"

/* Appends the values found, those of one expression separated by blanks. ERR_BAD_REQUEST. */
int jsonpath_print(const char *tmpl, const json_t *obj, struct strbuf *out, struct error *err);
/* The values that one expression finds, without or with its braces: a new array. */
int jsonpath_find(const char *expr, const json_t *obj, json_t **ret, struct error *err);
