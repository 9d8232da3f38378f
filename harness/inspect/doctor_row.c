/*
 * doctor_row: what `podtest doctor` prints, a line per fact, and the count of each state, which makes its exit code.
 */
#include "inspect/doctor_row.h"

#include <stdarg.h>
#include <string.h>

static size_t found[N_DOCTOR_STATES];

void doctor_rows_begin(void)
{
	memset(found, 0, sizeof(found));
}

size_t doctor_rows(enum doctor_state state)
{
	return found[state];
}

void doctor_row(enum doctor_state state, const char *what, const char *fmt, ...)
{
	static const char *const words[] = { "ok", "less", "missing" };
	_cleanup_free_ char *detail = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&detail, fmt, ap) < 0)
		abort();
	va_end(ap);
	found[state]++;
	printf("%-8s %-24s %s\n", words[state], what, detail);
	fflush(stdout);
}
