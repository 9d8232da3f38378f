/*
 * schema: kinds as tables of fields, and the walks over an object that they drive.
 *
 * One row per field: type, default, enum, range, merge key, sub-table. The rows decide what is an
 * unknown field, a wrong type, a default, a required or unsupported value, and how a strategic merge
 * patch goes into a list. Rules across fields are functions of the kind.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/names.h"
#include "api/violation.h"
#include "base/error.h"

enum field_type {
	T_STRING,
	T_BOOL,
	T_INT32,
	T_INT64,
	T_INT_OR_STRING,
	T_QUANTITY, /* a string or a number; kept as canonical string */
	T_TIME, /* RFC 3339 */
	T_BYTES, /* base64 */
	T_OBJECT, /* `sub` */
	T_ANY, /* not looked into */
};

enum field_shape { SHAPE_ONE, SHAPE_LIST, SHAPE_MAP };

enum field_flags {
	FIELD_REQUIRED = 1 << 0,
	FIELD_PTR = 1 << 1, /* an explicit zero value ("", 0, false) is kept and not defaulted */
	FIELD_RANGE = 1 << 2, /* min and max apply */
	FIELD_NAMED = 1 << 3, /* rule applies */
	FIELD_IMMUTABLE = 1 << 4, /* an update may not change it */
	FIELD_ATOMIC = 1 << 5, /* strategic merge replaces an object as a whole */
	FIELD_RETAIN_KEYS = 1 << 6, /* $retainKeys allowed (volume sources) */
	FIELD_SET = 1 << 7, /* a list of scalars merged as a set (finalizers) */
};

struct schema;

struct field {
	const char *name;
	enum field_type type;
	enum field_shape shape;
	unsigned flags;
	const struct schema *sub; /* T_OBJECT */
	const char *const *values; /* NULL-terminated, sorted as printed */
	const char *dflt; /* as text: "TCP", "30", "true", "{}" */
	const char *merge_key; /* SHAPE_LIST of T_OBJECT */
	int64_t min, max; /* max INT64_MAX: open */
	enum name_rule rule;
};

struct schema {
	const char *name; /* Go's name for it: "Container" */
	const struct field *fields; /* ends with a NULL name */
};

const struct field *schema_field(const struct schema *s, const char *name); /* or NULL */

/*
 * Types: ERR_BAD_REQUEST at the first value of a wrong type, with its path, in the words of the field's
 * decoder. JSON null counts as absent everywhere.
 */
int schema_check_types(const struct schema *s, const json_t *obj, struct error *err);
/* New array of the paths of unknown fields ("spec.containers[0].imag"); empty when there are none. */
json_t *schema_unknown_fields(const struct schema *s, const json_t *obj);
/* Drops unknown fields. */
void schema_prune(const struct schema *s, json_t *obj);
/* Drops nulls and zero values (but FIELD_PTR and FIELD_REQUIRED), makes quantities canonical, sets defaults. */
void schema_default(const struct schema *s, json_t *obj);
/* Required, enum, range and grammar of every field. */
void schema_validate(const struct schema *s, const json_t *obj, const struct fpath *path,
		     struct violations *v);
/* `field is immutable` for each FIELD_IMMUTABLE that differs. */
void schema_validate_update(const struct schema *s, const json_t *new_obj, const json_t *old_obj,
			    const struct fpath *path, struct violations *v);
