/*
 * job_status: the status of a Job from what is known of its pods.
 *
 * A Job ends in two steps: SuccessCriteriaMet or FailureTarget says how it will end, Complete or Failed that it has,
 * which is not before its last pod has ended and is counted. completionTime is of successes only. A suspended Job
 * has no startTime: its deadline begins anew when it is resumed.
 */
#include "api/job.h"
#include "api/meta.h"
#include "base/clock.h"
#include "base/json.h"
#include "controllers/job_plan.h"

static const struct ending {
	const char *target, *final;
} endings[] = {
	[JOB_SUCCEEDED] = { "SuccessCriteriaMet", "Complete" },
	[JOB_FAILED] = { "FailureTarget", "Failed" },
};

static void put_count(json_t *status, const char *key, int64_t n)
{
	if (n)
		json_take_set(status, key, json_integer(n));
}

static void put_uncounted(json_t *status, const struct job_facts *f)
{
	static const char *const lists[] = { "succeeded", "failed" };
	json_t *uncounted = json_make_obj(status, "uncountedTerminatedPods");

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (json_len(f->uncounted, lists[i]))
			json_object_set(uncounted, lists[i], json_arr(f->uncounted, lists[i]));
}

static void put_indexes(json_t *status, const json_t *job, const struct job_facts *f)
{
	_cleanup_free_ char *succeeded = index_set_format(&f->succeeded_indexes);
	_cleanup_free_ char *failed = index_set_format(&f->failed_indexes);

	if (job_is_indexed(job) && *succeeded)
		json_set_str(status, "completedIndexes", succeeded);
	if (json_has(job, "spec.backoffLimitPerIndex"))
		json_set_str(status, "failedIndexes", failed);
}

static void put_start(json_t *status, const json_t *job, const char *now)
{
	json_t *conditions = json_arr(status, "conditions");

	if (job_is_suspended(job)) {
		condition_array_set(conditions, "Suspended", "True", "JobSuspended",
				    "Job suspended", now);
		return;
	}
	json_set_str(status, "startTime", json_str_or(job, "status.startTime", now));
	if (condition_array_get(conditions, "Suspended"))
		condition_array_set(conditions, "Suspended", "False", "JobResumed", "Job resumed",
				    now);
}

static bool all_has_ended(const struct job_facts *f)
{
	return f->active == 0 && f->terminating == 0 && json_array_size(f->recorded) == 0 &&
	       json_object_size(f->held) == 0 && json_len(f->uncounted, "succeeded") == 0 &&
	       json_len(f->uncounted, "failed") == 0;
}

static void put_ending(json_t *status, const struct job_facts *f, const struct job_verdict *v,
		       const char *now)
{
	const struct ending *e = &endings[v->end];
	json_t *conditions = json_arr(status, "conditions");

	condition_array_set(conditions, e->target, "True", v->reason, v->message, now);
	if (!all_has_ended(f))
		return;
	condition_array_set(conditions, e->final, "True", v->reason, v->message, now);
	if (v->end == JOB_SUCCEEDED)
		json_set_str(status, "completionTime", now);
}

json_t *job_status_make(const json_t *job, const struct job_facts *f, const struct job_verdict *v)
{
	const json_t *conditions = json_arr(job, "status.conditions");
	json_t *status = json_object();
	char now[CLOCK_STAMP_MAX];

	clock_format(f->now_ns, now);
	json_take_set(status, "conditions", conditions ? json_dup(conditions) : json_array());
	if (v->end == JOB_GOES_ON)
		put_start(status, job, now);
	else
		json_set_str(status, "startTime", json_str_or(job, "status.startTime", now));
	put_count(status, "active", (int64_t)f->active);
	put_count(status, "succeeded", f->counted_succeeded);
	put_count(status, "failed", f->counted_failed);
	json_take_set(status, "ready", json_integer((json_int_t)f->ready));
	json_take_set(status, "terminating", json_integer((json_int_t)f->terminating));
	put_indexes(status, job, f);
	put_uncounted(status, f);
	if (v->end != JOB_GOES_ON)
		put_ending(status, f, v, now);
	if (json_len(status, "conditions") == 0)
		json_object_del(status, "conditions");
	return status;
}
