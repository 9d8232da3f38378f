/* child: a program that is run for a while: started, read, ended. */
#pragma once

#include <signal.h>

#include "util/defs.h"
#include "util/error.h"

struct child {
	pid_t pid; /* 0: none */
	int out; /* its standard output; -1: it goes to the log */
};

#define CHILD_INIT ((struct child){ 0, -1 })

/* argv: NULL-terminated. Standard error, and without `pipe` standard output too, is appended to the file `log`. */
int child_start(struct child *c, char *const *argv, const char *log, bool pipe, struct error *err);
/* Waits; once *stop (may be NULL) is set by a signal's handler, tells it to end and goes on waiting. The exit code, or 128 and
 * the signal. */
int child_wait(struct child *c, const volatile sig_atomic_t *stop);
/* Tells it and what it started to end. */
void child_stop(const struct child *c);
