/*
 * error: one line of text for a person, built where the fact is known and wrapped on the way up.
 *
 * The first message wins: a clean-up that fails on the way out does not hide why it was entered. Callers that
 * do not care pass NULL.
 */
#include "util/error.h"

#include <stdarg.h>

static char *format(const char *fmt, va_list ap)
{
	char *s = NULL;

	if (vasprintf(&s, fmt, ap) < 0)
		abort();
	return s;
}

int error_set(struct error *err, const char *fmt, ...)
{
	va_list ap;

	if (!err || err->message)
		return -1;
	va_start(ap, fmt);
	err->message = format(fmt, ap);
	va_end(ap);
	return -1;
}

int error_set_errno(struct error *err, int errnum, const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;

	if (!err || err->message)
		return -1;
	va_start(ap, fmt);
	text = format(fmt, ap);
	va_end(ap);
	err->message = xasprintf("%s: %s", text, strerror(errnum));
	return -1;
}

int error_wrap(struct error *err, const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL, *old = NULL;
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	text = format(fmt, ap);
	va_end(ap);
	old = take_ptr(err->message);
	err->message = xasprintf("%s: %s", text, old ? old : "failed");
	return -1;
}

void error_clear(struct error *err)
{
	if (err)
		free(take_ptr(err->message));
}

const char *error_text(const struct error *err)
{
	return err && err->message ? err->message : "unknown fault";
}
