/*
 * job_facts: what a Job's status and its pods amount to; pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/index_set.h"

struct job_facts {
	int64_t now_ns; /* nominal */
	size_t active, ready, terminating;
	int64_t restarts; /* of the containers of pods that still run */
	json_t *active_pods;

	int64_t succeeded, failed; /* all that is known */
	struct index_set succeeded_indexes, failed_indexes;
	struct index_set busy_indexes; /* active, or waited for */
	char *fail_job; /* why podFailurePolicy ends the Job, or NULL */

	/* What happened since the status was written: the back-off counts from it. */
	json_t *new_succeeded, *new_failed;
	/* For the next status. uncounted: {succeeded, failed}, lists of uids. */
	int64_t counted_succeeded, counted_failed;
	json_t *uncounted;
	json_t *recorded; /* tracked pods that this next status knows: the finalizer may go */
	json_t *held; /* by index, as text: the failed pod whose count its successor takes over */
};

/* pods: the Job's own, finished and terminating ones among them. */
void job_facts_make(const json_t *job, const json_t *pods, int64_t now_ns, struct job_facts *ret);
void job_facts_deinit(struct job_facts *f);

/* The failed pod that holds the count of an index; borrowed or NULL. */
json_t *job_facts_held(const struct job_facts *f, int64_t index);
