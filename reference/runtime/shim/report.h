/*
 * report: the socket between a starting child and the shim; see init.h for the words.
 */
#pragma once

#include "runtime/shim/init.h"

/*
 * The next word, with its text or descriptor (-1: none; owned by the caller). 0: the end, that is, the
 * program was exec'd or the child died. -1: nothing yet.
 */
int report_read(int report_fd, struct init_report *ret, int *ret_fd);
/* The child's side. fd -1: none. */
void report_write(int report_fd, const struct init_report *r, int fd);
