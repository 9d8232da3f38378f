/*
 * job_backoff: how long a Job waits after failures in a row; pure.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct job_backoff { /* all zero: nothing has failed */
	size_t failures; /* since the last success */
	int64_t last_ns; /* nominal end of the last one */
};

/* Pods that have ended since the last call. */
void job_backoff_note(struct job_backoff *b, const json_t *succeeded, const json_t *failed);
/* From a Job's pods that are there, for a controller that has just started. */
void job_backoff_recall(struct job_backoff *b, const json_t *job, const json_t *pods);
/* Nominal time left until another pod may be made; 0: now. */
int64_t job_backoff_left_ns(const struct job_backoff *b, int64_t now_ns);
