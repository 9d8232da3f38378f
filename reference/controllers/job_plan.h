/*
 * job_plan: how a Job stands, and what is to be done next; pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "controllers/job_backoff.h"
#include "controllers/job_facts.h"

enum job_end { JOB_GOES_ON, JOB_SUCCEEDED, JOB_FAILED };

struct job_verdict {
	enum job_end end;
	const char *reason; /* static, or the Job's */
	char *message;
};

/* job_judge.c. rate: nominal seconds in a real one; the Job's deadline runs in real time. */
void job_judge(const json_t *job, const struct job_facts *f, double rate, struct job_verdict *ret);
void job_verdict_deinit(struct job_verdict *v);
/* Nominal time left until the deadline; -1: there is none, or it does not run. */
int64_t job_deadline_left_ns(const json_t *job, int64_t now_ns, double rate);

struct job_plan {
	size_t create;
	int64_t *indexes; /* of the pods to make; NULL: they have none */
	json_t *surplus; /* pods to delete; never NULL after job_plan_make() */
	bool uncounted; /* the surplus is no failure */
	int64_t wake_ns; /* nominal, until there is something to do by the clock alone; 0: nothing */
};

void job_plan_make(const json_t *job, const struct job_facts *f, const struct job_verdict *v,
		   const struct job_backoff *b, double rate, struct job_plan *ret);
void job_plan_deinit(struct job_plan *p);

/* job_status.c: a new status object for what there is now. */
json_t *job_status_make(const json_t *job, const struct job_facts *f, const struct job_verdict *v);
