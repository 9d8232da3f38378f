/*
 * Errors: one object per failure, filled at the bottom, wrapped on the way up.
 *
 * The struct owns all its strings. An error is set when its code is not ERR_NONE; then it has a message.
 * Setting replaces whatever was there, so one object can serve several attempts. With err == NULL only the
 * return value is computed: the negated code, which callers hand up as it is.
 *
 * The text is made before anything old is freed: callers may pass parts of an error to itself.
 */
#include "base/error.h"

#include <errno.h>

#include "base/strbuf.h"

static const char *const code_names[] = {
	[ERR_NONE] = "None",
	[ERR_INTERNAL] = "Internal",
	[ERR_INVALID] = "Invalid",
	[ERR_BAD_REQUEST] = "BadRequest",
	[ERR_UNAUTHORIZED] = "Unauthorized",
	[ERR_FORBIDDEN] = "Forbidden",
	[ERR_NOT_FOUND] = "NotFound",
	[ERR_METHOD] = "MethodNotAllowed",
	[ERR_NOT_ACCEPTABLE] = "NotAcceptable",
	[ERR_EXISTS] = "AlreadyExists",
	[ERR_CONFLICT] = "Conflict",
	[ERR_GONE] = "Gone",
	[ERR_TOO_LARGE] = "TooLarge",
	[ERR_UNSUPPORTED] = "Unsupported",
	[ERR_TOO_MANY] = "TooMany",
	[ERR_TIMEOUT] = "Timeout",
	[ERR_UNAVAILABLE] = "Unavailable",
	[ERR_SYSTEM] = "System",
};

static char *format(const char *fmt, va_list ap)
{
	struct strbuf b = STRBUF_INIT;

	strbuf_addv(&b, fmt, ap);
	return strbuf_take(&b);
}

static void replace(char **slot, char *owned)
{
	free(*slot);
	*slot = owned;
}

int error_setv(struct error *err, int code, const char *reason, const char *fmt, va_list ap)
{
	struct error fresh = ERROR_INIT;

	if (!err)
		return -code;
	fresh.code = code;
	fresh.reason = xstrdup(reason);
	fresh.message = format(fmt, ap);
	error_clear(err);
	*err = fresh;
	return -code;
}

int error_set(struct error *err, int code, const char *reason, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	error_setv(err, code, reason, fmt, ap);
	va_end(ap);
	return -code;
}

int error_set_errno(struct error *err, int errnum, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;

	if (!err)
		return -ERR_SYSTEM;
	va_start(ap, fmt);
	error_setv(err, ERR_SYSTEM, NULL, fmt, ap);
	va_end(ap);
	error_message(err, "%s: %s", err->message, strerror(errnum));
	err->errnum = errnum;
	errno = saved;
	return -ERR_SYSTEM;
}

int error_wrap(struct error *err, const char *fmt, ...)
{
	_cleanup_free_ char *prefix = NULL;
	va_list ap;

	if (!err)
		return -ERR_INTERNAL;
	va_start(ap, fmt);
	prefix = format(fmt, ap);
	va_end(ap);
	if (!error_is_set(err))
		return error_set(err, ERR_INTERNAL, NULL, "%s", prefix);
	error_message(err, "%s: %s", prefix, err->message);
	return -err->code;
}

void error_field(struct error *err, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return;
	va_start(ap, fmt);
	replace(&err->field, format(fmt, ap));
	va_end(ap);
}

void error_message(struct error *err, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return;
	va_start(ap, fmt);
	replace(&err->message, format(fmt, ap));
	va_end(ap);
}

static struct error_cause *cause_new(struct error *err)
{
	size_t n = err->n_causes;

	/* Room grows at powers of two: a manifest may break a rule ten thousand times. */
	if ((n & (n - 1)) == 0)
		err->causes = xrealloc(err->causes, (n ? n * 2 : 1) * sizeof(*err->causes));
	err->n_causes++;
	return &err->causes[n];
}

int error_add_cause(struct error *err, const char *field, const char *reason, const char *fmt, ...)
{
	struct error_cause cause = { 0 };
	va_list ap;

	if (!err)
		return -ERR_INVALID;
	cause.field = xstrdup(field);
	cause.reason = xstrdup(reason);
	va_start(ap, fmt);
	cause.message = format(fmt, ap);
	va_end(ap);
	if (!error_is_set(err)) {
		error_set(err, ERR_INVALID, "Invalid", "%s%s%s", field ? field : "",
			  field ? ": " : "", cause.message);
		err->field = xstrdup(field);
	}
	*cause_new(err) = cause;
	return -err->code;
}

bool error_is_set(const struct error *err)
{
	return err && err->code != ERR_NONE;
}

const char *error_text(const struct error *err)
{
	return err && err->message ? err->message : "unknown error";
}

const char *error_code_name(int code)
{
	if (code < 0 || (size_t)code >= ARRAY_SIZE(code_names))
		return "Unknown";
	return code_names[code];
}

void error_clear(struct error *err)
{
	if (!err)
		return;
	for (size_t i = 0; i < err->n_causes; i++) {
		free(err->causes[i].field);
		free(err->causes[i].reason);
		free(err->causes[i].message);
	}
	free(err->causes);
	free(err->reason);
	free(err->field);
	free(err->message);
	*err = (struct error)ERROR_INIT;
}

int error_move(struct error *dst, struct error *src)
{
	int code = src->code;

	if (dst == src)
		return -code;
	error_clear(dst);
	if (dst) {
		*dst = *src;
		*src = (struct error)ERROR_INIT;
	} else {
		error_clear(src);
	}
	return -code;
}

int error_copy(struct error *dst, const struct error *src)
{
	if (!dst || dst == src)
		return -src->code;
	error_clear(dst);
	dst->code = src->code;
	dst->errnum = src->errnum;
	dst->reason = xstrdup(src->reason);
	dst->field = xstrdup(src->field);
	dst->message = xstrdup(src->message);
	for (size_t i = 0; i < src->n_causes; i++) {
		struct error_cause *cause = cause_new(dst);

		cause->field = xstrdup(src->causes[i].field);
		cause->reason = xstrdup(src->causes[i].reason);
		cause->message = xstrdup(src->causes[i].message);
	}
	return -src->code;
}
