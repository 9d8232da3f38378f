/* doctor: rows of `podtest doctor`, and what may be missing. */
#pragma once

#include "options.h"

enum doctor_state { DOCTOR_OK, DOCTOR_LESS, DOCTOR_MISSING, N_DOCTOR_STATES };

/* Prints a row and counts it. */
void doctor_row(enum doctor_state state, const char *what, const char *fmt, ...) _printf_(3, 4);
/* Looks at a subject. 0, or -1 when it cannot be reached: then a row has said so. */
int doctor_subject(const struct options *o);
