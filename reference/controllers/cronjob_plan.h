/*
 * cronjob_plan: which run of a CronJob is due, and what is left of earlier ones; pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct cronjob_plan {
	int64_t run_s; /* the scheduled time whose Job is to be made now; -1: none */
	bool replace; /* the active Jobs go first */
	bool is_held; /* a run is due, but Forbid and an active Job hold it back */
	bool many_missed; /* more than a hundred were due since the last one */
	int64_t wake_ns; /* nominal, until the next scheduled time; 0: there is none */
};

/* jobs: the CronJob's own. A new status that tells of them: active, lastSuccessfulTime. */
json_t *cronjob_status_make(const json_t *cronjob, const json_t *jobs);
/* status: of cronjob_status_make(). */
void cronjob_plan_make(const json_t *cronjob, const json_t *status, int64_t now_ns,
		       struct cronjob_plan *ret);

/* A new array of the finished Jobs beyond the history limits. */
json_t *cronjob_outdated(const json_t *cronjob, const json_t *jobs);

/* The Job of one scheduled time; its name says which. */
json_t *cronjob_job_new(const json_t *cronjob, int64_t scheduled_s);
/* An entry of status.active. */
json_t *cronjob_reference(const json_t *job);
