/*
 * error: why something did not work, as one line of text for a person.
 *
 * Functions return 0 or a negative number; the message is filled when err is not NULL.
 */
#pragma once

#include "util/defs.h"

struct error {
	char *message;
};

#define ERROR_INIT ((struct error){ NULL })

/* All return -1, so that `return error_set(…)` reads well. A message that is already there stays first. */
int error_set(struct error *err, const char *fmt, ...) _printf_(2, 3);
int error_set_errno(struct error *err, int errnum, const char *fmt, ...) _printf_(3, 4);
/* Puts "TEXT: " before the message. */
int error_wrap(struct error *err, const char *fmt, ...) _printf_(2, 3);
void error_clear(struct error *err);
const char *error_text(const struct error *err);

#define _cleanup_error_ _cleanup_(error_clear)
