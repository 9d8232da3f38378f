/* vacuous: assertions that prove nothing, for `podtest coverage --vacuous`. */
#pragma once

#include "inspect/words.h"

/*
 * Prints the assertions of the selected cases that `results` never evaluated, the rules for every history that had nothing to judge
 * there, and the requirements whose assertions were seen failing under no mutant (`mutants`; NULL: not looked at). Answers how many, or
 * -1 when a file cannot be read.
 */
int vacuous_print(const struct selection *s, const char *results, const char *mutants,
		  struct error *err);
