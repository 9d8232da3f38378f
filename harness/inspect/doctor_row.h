/* doctor_row: the rows of `podtest doctor`. */
#pragma once

#include "util/defs.h"

enum doctor_state { DOCTOR_OK, DOCTOR_LESS, DOCTOR_MISSING, N_DOCTOR_STATES };

void doctor_rows_begin(void);
/* Prints a row and counts it. */
void doctor_row(enum doctor_state state, const char *what, const char *fmt, ...) _printf_(3, 4);
/* How many there were since doctor_rows_begin(). */
size_t doctor_rows(enum doctor_state state);
