/* clock: CLOCK_BOOTTIME in ns, the one clock that runner and guests of one machine share. */
#pragma once

#include "util/defs.h"

int64_t clock_now(void);
/* This machine's boot id, 36 characters; "" when it cannot be read. The text stays valid. */
const char *clock_boot_id(void);
/*
 * What was recorded is judged on its own clock: from clock_pretend() on the two above answer what they are told, until clock_end_pretence().
 * boot_id is copied.
 */
void clock_pretend(int64_t now, const char *boot_id);
void clock_set(int64_t now);
void clock_end_pretence(void);

double clock_seconds(int64_t ns);
