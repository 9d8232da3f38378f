/* case_steps: the frame of a case's steps. */
#pragma once

#include "case.h"

void case_step_begin(struct case_run *c);
void case_step_look(struct case_run *c);
