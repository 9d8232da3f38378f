/* program_form: what a line of a driver program must look like (PROTOCOL.md). All answers are freed by the caller. */
#pragma once

#include "util/defs.h"

/* What is wrong with the answer to `verb`, or NULL. */
char *program_answer_fault(const char *verb, const json_t *answer);
/* The same of a line with `event`. */
char *program_event_fault(const json_t *line);
/* The beginning of what was said, in quotes, on one line and readable whatever the bytes are. */
char *program_quote(const char *text, size_t len);
