/*
 * crash_backoff: when a container that ended may start again. Pure; nominal nanoseconds.
 *
 * The series is 0, 10, 20, 40 … 300 s, each counted from the exit. An instance that ran for more
 * than twice the cap since the last delay was handed out resets it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CRASH_BACKOFF_INITIAL_NS (10 * INT64_C(1000000000))
#define CRASH_BACKOFF_MAX_NS (300 * INT64_C(1000000000))

struct crash_backoff { /* all zero: no crash yet */
	int64_t delay_ns; /* in force for the next start */
	int64_t updated_ns; /* when it was set */
};

/* When an instance that ended at exit_ns may be followed: exit_ns itself when there is no delay. */
int64_t crash_backoff_until(const struct crash_backoff *b, int64_t exit_ns);
/* A start follows an exit at exit_ns: the next one waits longer. */
void crash_backoff_next(struct crash_backoff *b, int64_t exit_ns, int64_t now_ns);
