/*
 * job_judge: does a Job go on, or how does it end?
 *
 * What the status has decided stands (FailureTarget, SuccessCriteriaMet). Else failures come before successes: the
 * failure policy, the back-off limit, the deadline, failed indexes; then the success policy, then the number of
 * completions, which are not reached while a pod still runs.
 *
 * With OnFailure the restarts of the containers count as well, and reaching the limit is enough.
 */
#include "api/job.h"
#include "api/meta.h"
#include "base/clock.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"
#include "controllers/job_plan.h"

static bool decide(struct job_verdict *v, enum job_end end, const char *reason, const char *message)
{
	*v = (struct job_verdict){ .end = end, .reason = reason, .message = xstrdup(message) };
	return true;
}

static bool decided_before(const json_t *job, struct job_verdict *v)
{
	bool failed = condition_is_true(job, "FailureTarget");
	const json_t *c = condition_get(job, failed ? "FailureTarget" : "SuccessCriteriaMet");

	if (!failed && !condition_is_true(job, "SuccessCriteriaMet"))
		return false;
	return decide(v, failed ? JOB_FAILED : JOB_SUCCEEDED, json_str(c, "reason"),
		      json_str_or(c, "message", ""));
}

/* ---- failures ---- */

static bool is_past_limit(const json_t *job, const struct job_facts *f)
{
	int64_t limit = json_int(job, "spec.backoffLimit", 6);

	if (f->failed > limit)
		return true;
	return streq(json_str(job, "spec.template.spec.restartPolicy"), "OnFailure") &&
	       f->restarts >= MAX(limit, INT64_C(1));
}

int64_t job_deadline_left_ns(const json_t *job, int64_t now_ns, double rate)
{
	int64_t seconds = json_int(job, "spec.activeDeadlineSeconds", -1), start_ns = now_ns;
	const char *start = json_str(job, "status.startTime");

	if (seconds < 0 || job_is_suspended(job))
		return -1;
	if (start && clock_parse(start, &start_ns) < 0)
		return -1;
	return MAX(start_ns + (int64_t)((double)(seconds * NSEC_PER_SEC) * rate) - now_ns,
		   INT64_C(0));
}

static bool failed_indexes(const json_t *job, const struct job_facts *f, struct job_verdict *v)
{
	int64_t failed = index_set_count(&f->failed_indexes);

	if (failed > json_int(job, "spec.maxFailedIndexes", INT64_MAX))
		return decide(v, JOB_FAILED, "MaxFailedIndexesExceeded",
			      "Job has exceeded the specified maximal number of failed indexes");
	if (failed && failed + f->succeeded >= json_int(job, "spec.completions", 0))
		return decide(v, JOB_FAILED, "FailedIndexes", "Job has failed indexes");
	return false;
}

static bool has_failed(const json_t *job, const struct job_facts *f, double rate,
		       struct job_verdict *v)
{
	if (f->fail_job)
		return decide(v, JOB_FAILED, "PodFailurePolicy", f->fail_job);
	if (is_past_limit(job, f))
		return decide(v, JOB_FAILED, "BackoffLimitExceeded",
			      "Job has reached the specified backoff limit");
	if (job_deadline_left_ns(job, f->now_ns, rate) == 0)
		return decide(v, JOB_FAILED, "DeadlineExceeded",
			      "Job was active longer than specified deadline");
	return failed_indexes(job, f, v);
}

/* ---- successes ---- */

/* How many of the indexes that a rule names have succeeded. */
static int64_t count_common(const struct index_set *named, const struct index_set *succeeded)
{
	int64_t n = 0;

	for (size_t i = 0; i < named->n; i++)
		for (size_t j = 0; j < succeeded->n; j++) {
			const struct index_range *a = &named->ranges[i], *b = &succeeded->ranges[j];

			n += MAX(MIN(a->last, b->last) - MAX(a->first, b->first) + 1, INT64_C(0));
		}
	return n;
}

static bool rule_is_met(const json_t *job, const struct job_facts *f, const json_t *rule)
{
	_cleanup_(index_set_deinit) struct index_set named = { 0 };
	int64_t have = f->succeeded, want;

	if (json_has(rule, "succeededIndexes")) {
		if (index_set_parse(json_str(rule, "succeededIndexes"),
				    json_int(job, "spec.completions", 0), &named, NULL) < 0)
			return false;
		have = count_common(&named, &f->succeeded_indexes);
	}
	want = json_int(rule, "succeededCount", index_set_count(&named));
	return have >= want;
}

static bool meets_policy(const json_t *job, const struct job_facts *f, struct job_verdict *v)
{
	json_t *rule;
	size_t i;

	json_each(job, "spec.successPolicy.rules", i, rule) {
		_cleanup_free_ char *message = str_printf("Matched rules at index %zu", i);

		if (rule_is_met(job, f, rule))
			return decide(v, JOB_SUCCEEDED, "SuccessPolicy", message);
	}
	return false;
}

static bool is_complete(const json_t *job, const struct job_facts *f, struct job_verdict *v)
{
	if (f->active || f->succeeded < json_int(job, "spec.completions", 1))
		return false;
	return decide(v, JOB_SUCCEEDED, "CompletionsReached",
		      "Reached expected number of succeeded pods");
}

void job_judge(const json_t *job, const struct job_facts *f, double rate, struct job_verdict *ret)
{
	*ret = (struct job_verdict){ .end = JOB_GOES_ON };
	if (decided_before(job, ret) || has_failed(job, f, rate, ret) ||
	    meets_policy(job, f, ret) || is_complete(job, f, ret))
		return;
}

void job_verdict_deinit(struct job_verdict *v)
{
	free(v->message);
	*v = (struct job_verdict){ 0 };
}
