/* undeclared: does something work that the subject does not declare? */
#pragma once

#include "runner.h"

/*
 * Runs, for each feature that is not declared, the quickest of the cases which need nothing else that is not. What they say is appended
 * to `ret` and belongs to the audit alone. Does nothing when the command line selects cases and does not ask for it.
 */
void undeclared_try(struct session *s, const struct fixture *const *fixtures, size_t n,
		    struct run_result *ret);
