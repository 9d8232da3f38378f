/*
 * violation: field errors of a validation, collected, in Kubernetes' words.
 *
 * A path is a chain of nodes on the stack and becomes text only when something is wrong. Each function
 * adds one cause to the error below; `fmt` NULL leaves the detail out.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/names.h"
#include "base/defs.h"
#include "base/error.h"

struct fpath {
	const struct fpath *up; /* NULL: root */
	const char *name; /* NULL: an index or a key */
	const char *key; /* map key, NULL: an index */
	size_t index;
};

#define FPATH(up_, name_) (&(const struct fpath){ .up = (up_), .name = (name_) })
#define FPATH_INDEX(up_, i_) (&(const struct fpath){ .up = (up_), .index = (i_) })
#define FPATH_KEY(up_, k_) (&(const struct fpath){ .up = (up_), .key = (k_) })

/* "spec.containers[0].ports[1].name"; the caller frees. */
char *fpath_format(const struct fpath *p);

struct violations {
	struct error *err; /* never NULL; causes are appended */
	size_t n;
};

/* value: any JSON value or NULL (printed as null); borrowed. */
void violate_required(struct violations *v, const struct fpath *p, const char *fmt, ...)
	_printf_(3, 4);
void violate_invalid(struct violations *v, const struct fpath *p, const json_t *value,
		     const char *fmt, ...) _printf_(4, 5);
void violate_invalid_str(struct violations *v, const struct fpath *p, const char *value,
			 const char *fmt, ...) _printf_(4, 5);
void violate_invalid_int(struct violations *v, const struct fpath *p, int64_t value,
			 const char *fmt, ...) _printf_(4, 5);
void violate_forbidden(struct violations *v, const struct fpath *p, const char *fmt, ...)
	_printf_(3, 4);
void violate_duplicate(struct violations *v, const struct fpath *p, const char *value);
void violate_not_found(struct violations *v, const struct fpath *p, const char *value);
void violate_too_many(struct violations *v, const struct fpath *p, size_t n, size_t max);
void violate_too_long(struct violations *v, const struct fpath *p, size_t max);
/* values: NULL-terminated, in the order in which they are to be printed. */
void violate_unsupported(struct violations *v, const struct fpath *p, const char *value,
			 const char *const *values);
/* One `Invalid value` for each problem of the grammar. Returns whether it was good. */
bool violate_name(struct violations *v, const struct fpath *p, enum name_rule rule,
		  const char *value);
