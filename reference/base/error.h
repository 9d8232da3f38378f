/*
 * error: what went wrong, built where the fact is known, wrapped on the way up, printed once.
 *
 * A struct error is embedded in its owner: `_cleanup_error_ struct error err = ERROR_INIT;`.
 * Every function here takes err == NULL and then only computes the return value, so callers that do
 * not care pass NULL. Setting an error that is already set replaces it.
 *
 * Functions that can fail return 0 (ok), a negative fault (the code, negated: -ERR_INVALID) or a positive
 * outcome named in their header. A fault is handed up unchanged: `if (r < 0) return r;`.
 */
#pragma once

#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>

#include "base/defs.h"

enum error_code {
	ERR_NONE = 0,
	ERR_INTERNAL, /* a bug or a broken invariant */
	ERR_INVALID, /* HTTP 422: understood, but breaks rules; see causes */
	ERR_BAD_REQUEST, /* 400: cannot be understood */
	ERR_UNAUTHORIZED, /* 401 */
	ERR_FORBIDDEN, /* 403 */
	ERR_NOT_FOUND, /* 404 */
	ERR_METHOD, /* 405 */
	ERR_NOT_ACCEPTABLE, /* 406 */
	ERR_EXISTS, /* 409 AlreadyExists */
	ERR_CONFLICT, /* 409 Conflict */
	ERR_GONE, /* 410 */
	ERR_TOO_LARGE, /* 413 */
	ERR_UNSUPPORTED, /* 415, or a feature that is not built */
	ERR_TOO_MANY, /* 429 */
	ERR_TIMEOUT, /* 504: a deadline passed */
	ERR_UNAVAILABLE, /* 503: the other side is not there, or a resource is used up */
	ERR_SYSTEM, /* a system call failed: errnum says how */
};

/* One broken rule: reason is FieldValueInvalid, FieldValueRequired, … */
struct error_cause {
	char *field;
	char *reason;
	char *message;
};

struct error {
	int code; /* enum error_code; ERR_NONE: not set */
	int errnum; /* errno where a system call failed, else 0 */
	char *reason; /* machine word in CamelCase, or NULL */
	char *field; /* path of the offending field, or NULL */
	char *message; /* one sentence for people, no final full stop; NULL only when not set */
	struct error_cause *causes;
	size_t n_causes;
};

/* clang-format off */
#define ERROR_INIT { 0 }
/* clang-format on */
#define _cleanup_error_ _cleanup_(error_clear)

/* Each returns -code. reason may be NULL. */
int error_set(struct error *err, int code, const char *reason, const char *fmt, ...) _printf_(4, 5);
int error_setv(struct error *err, int code, const char *reason, const char *fmt, va_list ap)
	_printf_(4, 0);
/* ERR_SYSTEM with errnum; the message becomes "<fmt>: <strerror>". Returns -ERR_SYSTEM; keeps errno. */
int error_set_errno(struct error *err, int errnum, const char *fmt, ...) _printf_(3, 4);

/* "<fmt>: <message>"; code, reason, field and causes stay. Returns -code (-ERR_INTERNAL if err is NULL). */
int error_wrap(struct error *err, const char *fmt, ...) _printf_(2, 3);

/* Sets the field path and nothing else. */
void error_field(struct error *err, const char *fmt, ...) _printf_(2, 3);

/*
 * Adds a cause. An error not yet set becomes ERR_INVALID with reason "Invalid" and the message
 * "<field>: <cause>"; whoever collected all causes may replace it by error_message().
 * Returns -code (-ERR_INVALID if err is NULL).
 */
int error_add_cause(struct error *err, const char *field, const char *reason, const char *fmt, ...)
	_printf_(4, 5);

/* Replaces the message alone. */
void error_message(struct error *err, const char *fmt, ...) _printf_(2, 3);

bool error_is_set(const struct error *err);
/* The message, or "unknown error": never NULL, also for err == NULL. */
const char *error_text(const struct error *err);
/* "Internal", "NotFound", …: the code's own word, for logs. */
const char *error_code_name(int code);

void error_clear(struct error *err); /* back to ERROR_INIT; takes NULL */
/* dst (if any) becomes src; src is empty afterwards. Returns -code. */
int error_move(struct error *dst, struct error *src);
/* A deep copy into dst, which is cleared first. Returns -code. */
int error_copy(struct error *dst, const struct error *src);
