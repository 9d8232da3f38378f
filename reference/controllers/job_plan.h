/*
 * job_plan: what a Job's pods amount to, and what is to be done next; pure.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* The Job's pods, counted. */
struct job_tally {
	size_t active, ready, terminating, succeeded, failed;
	int64_t restarts; /* of the containers of pods that still run */
	size_t failures_in_row; /* failed pods since the last success */
	int64_t last_failure_ns;
};

enum job_verdict { JOB_GOES_ON, JOB_SUCCEEDED, JOB_FAILED };

struct job_plan {
	enum job_verdict verdict;
	size_t create;
	int64_t wait_ns; /* nominal, until pods that are missing may be made; 0: none is held back */
	json_t *surplus; /* array; never NULL after job_plan_make() */
};

/* pods: the Job's own, finished and terminating ones among them. */
void job_tally_make(const json_t *pods, struct job_tally *ret);
void job_plan_make(const json_t *job, const json_t *pods, int64_t now_ns, struct job_plan *ret);
void job_plan_deinit(struct job_plan *p);

/* A new status object for what there is now. */
json_t *job_status_make(const json_t *job, const struct job_tally *t, enum job_verdict verdict,
			int64_t now_ns);
