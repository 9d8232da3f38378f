/* case_barrier: everything that has happened until now will be in the history when it is over. */
#pragma once

#include "case.h"

struct barrier *barrier_new(struct case_run *c);
struct barrier *barrier_free(struct barrier *b);
/* True when it is over; *ret_complete: nothing can be missing. If not, *ret_missing says what is (the caller frees). */
bool barrier_over(struct barrier *b, bool *ret_complete, char **ret_missing);
