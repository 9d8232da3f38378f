/* clock: CLOCK_BOOTTIME in ns, the one clock that runner and guests of one machine share. */
#pragma once

#include "util/defs.h"

int64_t clock_now(void);
/* This machine's boot id, 36 characters; "" when it cannot be read. The text stays valid. */
const char *clock_boot_id(void);
double clock_seconds(int64_t ns);
