/* lint_fault: what lint says of a case, and how much of it there was. */
#pragma once

#include "catalog.h"
#include "fixture.h"

struct lint {
	const struct catalog *catalog;
	double rate; /* for which bounds are judged */
	bool notes; /* print those too */
	size_t faults, told;
};

/* A fault makes the run of lint fail; a note is only told. */
void lint_fault(struct lint *l, const struct fixture *f, int line, const char *fmt, ...)
	_printf_(4, 5);
void lint_note(struct lint *l, const struct fixture *f, int line, const char *fmt, ...)
	_printf_(4, 5);
