/*
 * job_status: the status of a Job from the count of its pods.
 *
 * A Job ends in two steps: SuccessCriteriaMet or FailureTarget says how it will end, Complete or Failed that it has,
 * which is not before its last pod has ended. completionTime is of successes only.
 */
#include "api/meta.h"
#include "base/clock.h"
#include "base/json.h"
#include "controllers/job_plan.h"

static const struct ending {
	const char *target, *final, *reason, *message;
} endings[] = {
	[JOB_SUCCEEDED] = { "SuccessCriteriaMet", "Complete", "CompletionsReached",
			    "Reached expected number of succeeded pods" },
	[JOB_FAILED] = { "FailureTarget", "Failed", "BackoffLimitExceeded",
			 "Job has reached the specified backoff limit" },
};

static void put_count(json_t *status, const char *key, size_t n)
{
	if (n)
		json_take_set(status, key, json_integer((json_int_t)n));
}

static void put_ending(json_t *status, const struct job_tally *t, enum job_verdict verdict,
		       const char *now)
{
	const struct ending *e = &endings[verdict];
	json_t *conditions = json_make_arr(status, "conditions");

	condition_array_set(conditions, e->target, "True", e->reason, e->message, now);
	if (t->active || t->terminating)
		return;
	condition_array_set(conditions, e->final, "True", e->reason, e->message, now);
	if (verdict == JOB_SUCCEEDED)
		json_set_str(status, "completionTime", now);
}

json_t *job_status_make(const json_t *job, const struct job_tally *t, enum job_verdict verdict,
			int64_t now_ns)
{
	const json_t *conditions = json_arr(job, "status.conditions");
	json_t *status = json_object();
	char now[CLOCK_STAMP_MAX];

	clock_format(now_ns, now);
	json_set_str(status, "startTime", json_str_or(job, "status.startTime", now));
	if (conditions)
		json_take_set(status, "conditions", json_dup(conditions));
	put_count(status, "active", t->active);
	put_count(status, "succeeded", t->succeeded);
	put_count(status, "failed", t->failed);
	json_take_set(status, "ready", json_integer((json_int_t)t->ready));
	json_take_set(status, "terminating", json_integer((json_int_t)t->terminating));
	if (verdict != JOB_GOES_ON)
		put_ending(status, t, verdict, now);
	return status;
}
