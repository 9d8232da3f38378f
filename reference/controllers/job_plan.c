/*
 * job_plan: the arithmetic of a Job.
 *
 * As many pods are active as completions are missing, at most parallelism. A Job without completions is done when
 * one pod has succeeded and none is left; nothing is added after the first success. A pod counts by its phase
 * alone: what its sidecars did after the main containers is not the Job's concern.
 *
 * More failed pods than backoffLimit end the Job; under OnFailure so do as many restarts. Each failure in a
 * row doubles the time until the next pod is made, counted from the end of the last one that failed.
 *
 * Counted is what is there: a finished pod that somebody deletes before the Job has ended is run again.
 */
#include "controllers/job_plan.h"

#include <stdbool.h>

#include "api/meta.h"
#include "api/pod_status.h"
#include "base/clock.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"
#include "controllers/replica_plan.h"

#define BACKOFF_FIRST_NS (10 * NSEC_PER_SEC)
#define BACKOFF_MAX_NS (600 * NSEC_PER_SEC)

/* ---- counting ---- */

static int64_t latest(int64_t than, const char *stamp)
{
	int64_t ns;

	return stamp && clock_parse(stamp, &ns) == 0 ? MAX(than, ns) : than;
}

static int64_t ended_ns(const json_t *pod)
{
	int64_t ns = latest(0, meta_creation_timestamp(pod));
	json_t *s;
	size_t i;

	json_each(pod, "status.containerStatuses", i, s)
		ns = latest(ns, json_str(s, "state.terminated.finishedAt"));
	return ns;
}

static int64_t restarts_in(const json_t *pod, const char *statuses)
{
	int64_t n = 0;
	json_t *s;
	size_t i;

	json_each(pod, statuses, i, s)
		n += json_int(s, "restartCount", 0);
	return n;
}

static bool has_failed(const json_t *pod)
{
	return streq(pod_phase(pod), "Failed");
}

static bool has_succeeded(const json_t *pod)
{
	return streq(pod_phase(pod), "Succeeded");
}

static void count_live(struct job_tally *t, const json_t *pod)
{
	if (meta_deletion_timestamp(pod)) {
		t->terminating++;
		return;
	}
	t->active++;
	t->ready += pod_is_ready(pod);
	t->restarts += restarts_in(pod, "status.initContainerStatuses") +
		       restarts_in(pod, "status.containerStatuses");
}

static void count_failures_since(struct job_tally *t, const json_t *pods, int64_t success_ns)
{
	json_t *pod;
	size_t i;

	json_array_foreach(pods, i, pod) {
		int64_t ns = ended_ns(pod);

		if (!has_failed(pod) || ns < success_ns)
			continue;
		t->failures_in_row++;
		t->last_failure_ns = MAX(t->last_failure_ns, ns);
	}
}

void job_tally_make(const json_t *pods, struct job_tally *ret)
{
	int64_t success_ns = 0;
	json_t *pod;
	size_t i;

	*ret = (struct job_tally){ 0 };
	json_array_foreach(pods, i, pod) {
		if (has_succeeded(pod)) {
			ret->succeeded++;
			success_ns = MAX(success_ns, ended_ns(pod));
		} else if (has_failed(pod)) {
			ret->failed++;
		} else {
			count_live(ret, pod);
		}
	}
	count_failures_since(ret, pods, success_ns);
}

/* ---- the plan ---- */

static bool is_past_limit(const json_t *job, const struct job_tally *t)
{
	int64_t limit = json_int(job, "spec.backoffLimit", 6);

	if ((int64_t)t->failed > limit)
		return true;
	return streq(json_str(job, "spec.template.spec.restartPolicy"), "OnFailure") &&
	       t->restarts >= MAX(limit, INT64_C(1));
}

static bool is_done(const json_t *job, const struct job_tally *t)
{
	return t->active == 0 && (int64_t)t->succeeded >= json_int(job, "spec.completions", 1);
}

/* A verdict that the status shows stands. */
static enum job_verdict judge(const json_t *job, const struct job_tally *t)
{
	if (condition_is_true(job, "FailureTarget"))
		return JOB_FAILED;
	if (condition_is_true(job, "SuccessCriteriaMet"))
		return JOB_SUCCEEDED;
	if (is_past_limit(job, t))
		return JOB_FAILED;
	return is_done(job, t) ? JOB_SUCCEEDED : JOB_GOES_ON;
}

static int64_t wanted(const json_t *job, const struct job_tally *t)
{
	int64_t parallel = json_int(job, "spec.parallelism", 1);

	if (json_has(job, "spec.completions"))
		return MIN(parallel,
			   MAX(json_int(job, "spec.completions", 1) - (int64_t)t->succeeded,
			       INT64_C(0)));
	return t->succeeded ? MIN(parallel, (int64_t)t->active) : parallel;
}

static int64_t backoff_left_ns(const struct job_tally *t, int64_t now_ns)
{
	int64_t delay = BACKOFF_FIRST_NS;

	if (t->failures_in_row == 0)
		return 0;
	for (size_t i = 1; i < t->failures_in_row && delay < BACKOFF_MAX_NS; i++)
		delay *= 2;
	return MAX(t->last_failure_ns + MIN(delay, BACKOFF_MAX_NS) - now_ns, INT64_C(0));
}

static json_t *active_of(const json_t *pods)
{
	json_t *active = json_array(), *pod;
	size_t i;

	json_array_foreach(pods, i, pod)
		if (pod_is_active(pod))
			json_array_append(active, pod);
	return active;
}

void job_plan_make(const json_t *job, const json_t *pods, int64_t now_ns, struct job_plan *ret)
{
	_cleanup_json_ json_t *active = active_of(pods);
	struct job_tally t;
	int64_t have, want;

	job_tally_make(pods, &t);
	*ret = (struct job_plan){ .verdict = judge(job, &t) };
	have = (int64_t)t.active;
	want = ret->verdict == JOB_GOES_ON ? wanted(job, &t) : 0;
	if (have < want)
		ret->wait_ns = backoff_left_ns(&t, now_ns);
	if (have < want && ret->wait_ns == 0)
		ret->create = (size_t)(want - have);
	ret->surplus = replica_victims(active, have > want ? (size_t)(have - want) : 0, now_ns);
}

void job_plan_deinit(struct job_plan *p)
{
	json_decref(p->surplus);
	p->surplus = NULL;
}
