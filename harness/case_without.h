/* case_without: is the field that an assertion names without effect? */
#pragma once

#include "case.h"

bool case_without_holds(struct case_run *c, const json_t *args);
/* True: the assertion failed, but perhaps only because of the time: the step's deadline was moved, once. */
bool case_waits_longer(struct case_run *c, const json_t *args);
/* A relation that is true of what was not seen: it proves nothing when something may be missing. */
bool case_rests_on_silence(const json_t *relation);
