/*
 * alloc: memory that is there or ends the program.
 *
 * The runner holds no state that an orderly end could save: what it made in the subject carries its run's label, and
 * `podtest clean` finds it. So an allocation that fails is said once and the program ends; no caller checks. Everything
 * that is returned belongs to the caller, to be freed by free().
 */
#include "util/defs.h"

#include <stdarg.h>

static void *checked(void *p)
{
	if (!p) {
		fputs("podtest: out of memory\n", stderr);
		abort();
	}
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	return checked(calloc(n ? n : 1, size ? size : 1));
}

void *xrealloc(void *p, size_t size)
{
	return checked(realloc(p, size ? size : 1));
}

char *xstrdup(const char *s)
{
	return s ? checked(strdup(s)) : NULL;
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s = NULL;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		s = NULL;
	va_end(ap);
	return checked(s);
}
