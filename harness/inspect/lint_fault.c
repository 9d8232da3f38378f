/*
 * lint_fault: what lint says of a case: "FILE:LINE: NAME: …", as editors read it.
 */
#include "inspect/lint_fault.h"

#include <stdarg.h>
#include <stdio.h>

static void print(const struct fixture *f, int line, const char *sort, const char *fmt, va_list ap)
{
	printf("%s:%d: %s%s: ", f->file, line, sort, f->name);
	vprintf(fmt, ap);
	putchar('\n');
}

void lint_fault(struct lint *l, const struct fixture *f, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print(f, line, "", fmt, ap);
	va_end(ap);
	l->faults++;
}

void lint_note(struct lint *l, const struct fixture *f, int line, const char *fmt, ...)
{
	va_list ap;

	l->told++;
	if (!l->notes)
		return;
	va_start(ap, fmt);
	print(f, line, "note: ", fmt, ap);
	va_end(ap);
}
