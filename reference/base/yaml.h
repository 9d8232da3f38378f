/*
 * yaml: YAML to jansson and back, with the typing that Kubernetes' tools use.
 *
 * Plain scalars follow YAML 1.1: yes/no/on/off/y/n/true/false are booleans, ~ and nothing are null, 0x, 0b, 0o
 * and leading-zero octal integers, floats with .inf refused (JSON has none); quoted and block scalars
 * are strings, as are timestamps. Keys become strings. Merge keys (<<) and aliases are expanded within
 * a limit, so that a small text cannot become a huge value.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"

/*
 * All documents of a text; empty ones are left out. *ret_docs: a new array.
 * Faults are ERR_BAD_REQUEST "FILE:LINE:COLUMN: …"; a duplicate key has the reason "DuplicateField" and
 * its path in err->field. filename may be NULL. JSON is YAML, too.
 */
int yaml_load_all(const char *text, size_t len, const char *filename, json_t **ret_docs,
		  struct error *err);
/* Exactly one document, else ERR_BAD_REQUEST. */
int yaml_load(const char *text, size_t len, const char *filename, json_t **ret, struct error *err);

/* As kubectl prints: keys sorted, lists not indented, text of several lines as |. Owned; ends in a newline. */
char *yaml_dump(const json_t *v);
