/*
 * podctl_print: objects on standard output, as -o says.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

struct podctl;

/* -o json, yaml, name, jsonpath=…: no table. */
bool print_is_structured(const struct podctl *p);
/* One object (or List) by -o. ERR_BAD_REQUEST for a format that there is not. */
int print_object(const struct podctl *p, json_t *obj, struct error *err);
/* Is -o one that this subcommand knows ("" is)? */
int print_check(const struct podctl *p, struct error *err);
/* "pod/a created", or by -o the object. */
int print_done(const struct podctl *p, json_t *obj, const char *done, struct error *err);
