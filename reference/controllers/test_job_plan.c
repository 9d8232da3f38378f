/*
 * Tests of the plan and the status of a Job: pods as literals, time by hand, no store.
 */
#include "controllers/job_plan.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/test.h"

#define NOW (INT64_C(1767312000) * NSEC_PER_SEC) /* 2026-01-02T00:00:00Z */
#define RUNNING "{\"status\":{\"phase\":\"Running\"}}"
#define ENDED(phase, at)                                              \
	"{\"status\":{\"phase\":\"" phase "\",\"containerStatuses\":" \
	"[{\"state\":{\"terminated\":{\"finishedAt\":\"" at "\"}}}]}}"
#define SUCCEEDED ENDED("Succeeded", "2026-01-01T23:59:00Z")
#define FAILED ENDED("Failed", "2026-01-01T23:00:00Z")
#define JUST_FAILED ENDED("Failed", "2026-01-01T23:59:58Z")
#define GOING "{\"metadata\":{\"deletionTimestamp\":\"2026-01-02T00:00:00Z\"},\"status\":{}}"
#define RESTARTED \
	"{\"status\":{\"phase\":\"Running\",\"containerStatuses\":[{\"restartCount\":2}]}}"
#define RESTARTS(limit)                                       \
	"\"backoffLimit\":" limit ",\"template\":{\"spec\":{" \
	"\"restartPolicy\":\"OnFailure\"}}"

static json_t *parse(const char *text)
{
	json_t *v = NULL;

	if (json_parse(text, strlen(text), &v, NULL) < 0)
		abort();
	return v;
}

static json_t *job(const char *spec)
{
	_cleanup_free_ char *text = NULL;

	if (asprintf(&text, "{\"metadata\":{},\"spec\":{%s}}", spec) < 0)
		abort();
	return parse(text);
}

/* "VERDICT +made -deleted ~seconds to wait", of pods that are a JSON list without its brackets. */
static const char *plan(const char *spec, const char *pods)
{
	static const char *const words[] = { "goes on", "succeeded", "failed" };
	static char text[100];
	_cleanup_free_ char *list = NULL;
	_cleanup_json_ json_t *owner = job(spec), *all = NULL;
	_cleanup_(job_plan_deinit) struct job_plan p = { 0 };

	if (asprintf(&list, "[%s]", pods) < 0)
		abort();
	all = parse(list);
	job_plan_make(owner, all, NOW, &p);
	snprintf(text, sizeof(text), "%s +%zu -%zu ~%lld", words[p.verdict], p.create,
		 json_array_size(p.surplus), (long long)(p.wait_ns / NSEC_PER_SEC));
	return text;
}

static void test_missing_completions_are_run_in_parallel(void)
{
	CHECK_STR(plan("\"completions\":1", ""), "goes on +1 -0 ~0");
	CHECK_STR(plan("\"completions\":5,\"parallelism\":2", RUNNING), "goes on +1 -0 ~0");
	CHECK_STR(plan("\"completions\":2,\"parallelism\":2", RUNNING "," SUCCEEDED),
		  "goes on +0 -0 ~0");
	CHECK_STR(plan("\"completions\":1,\"parallelism\":0", RUNNING), "goes on +0 -1 ~0");
}

static void test_a_terminating_pod_is_replaced(void)
{
	CHECK_STR(plan("\"completions\":1", GOING), "goes on +1 -0 ~0");
}

static void test_enough_successes_end_it(void)
{
	CHECK_STR(plan("\"completions\":1", SUCCEEDED), "succeeded +0 -0 ~0");
	CHECK_STR(plan("\"completions\":2", SUCCEEDED), "goes on +1 -0 ~0");
	CHECK_STR(plan("\"completions\":0", ""), "succeeded +0 -0 ~0");
}

static void test_without_completions_the_first_success_adds_no_more(void)
{
	CHECK_STR(plan("\"parallelism\":3", RUNNING), "goes on +2 -0 ~0");
	CHECK_STR(plan("\"parallelism\":3", RUNNING "," SUCCEEDED), "goes on +0 -0 ~0");
	CHECK_STR(plan("\"parallelism\":3", SUCCEEDED), "succeeded +0 -0 ~0");
}

static void test_failures_back_off(void)
{
	CHECK_STR(plan("\"completions\":1", JUST_FAILED), "goes on +0 -0 ~8");
	CHECK_STR(plan("\"completions\":1", FAILED "," JUST_FAILED), "goes on +0 -0 ~18");
	CHECK_STR(plan("\"completions\":1", FAILED "," FAILED "," JUST_FAILED),
		  "goes on +0 -0 ~38");
	CHECK_STR(plan("\"completions\":1", FAILED), "goes on +1 -0 ~0");
	CHECK_STR(plan("\"completions\":2", FAILED "," SUCCEEDED "," JUST_FAILED),
		  "goes on +0 -0 ~8");
}

static void test_more_failures_than_the_limit_end_it(void)
{
	CHECK_STR(plan("\"completions\":2,\"backoffLimit\":1", FAILED), "goes on +1 -0 ~0");
	CHECK_STR(plan("\"completions\":2,\"backoffLimit\":0", FAILED "," RUNNING),
		  "failed +0 -1 ~0");
}

static void test_restarts_count_under_onfailure(void)
{
	CHECK_STR(plan(RESTARTS("3"), RESTARTED), "goes on +0 -0 ~0");
	CHECK_STR(plan(RESTARTS("2"), RESTARTED), "failed +0 -1 ~0");
	CHECK_STR(plan(RESTARTS("0"), RUNNING), "goes on +0 -0 ~0");
	CHECK_STR(plan("\"backoffLimit\":2", RESTARTED), "goes on +0 -0 ~0");
}

static void test_the_end_has_two_steps(void)
{
	_cleanup_json_ json_t *owner = job(""), *first = NULL, *last = NULL;
	struct job_tally t = { .failed = 1, .terminating = 1 };

	first = job_status_make(owner, &t, JOB_FAILED, NOW);
	CHECK_INT(json_len(first, "conditions"), 1);
	CHECK_STR(json_str(first, "conditions[0].type"), "FailureTarget");
	json_set_path(owner, "status", json_incref(first));
	t.terminating = 0;
	last = job_status_make(owner, &t, JOB_FAILED, NOW + 5 * NSEC_PER_SEC);
	CHECK_STR(json_str(last, "conditions[1].type"), "Failed");
	CHECK_STR(json_str(last, "conditions[1].reason"), "BackoffLimitExceeded");
	CHECK_STR(json_str(last, "startTime"), "2026-01-02T00:00:00Z");
	CHECK_STR(json_str(last, "completionTime"), NULL);
}

static void test_a_success_has_its_time(void)
{
	_cleanup_json_ json_t *owner = job(""), *status = NULL;
	struct job_tally t = { .succeeded = 1 };

	status = job_status_make(owner, &t, JOB_SUCCEEDED, NOW);
	CHECK_STR(json_str(status, "conditions[0].type"), "SuccessCriteriaMet");
	CHECK_STR(json_str(status, "conditions[1].type"), "Complete");
	CHECK_STR(json_str(status, "completionTime"), "2026-01-02T00:00:00Z");
	CHECK_INT(json_int(status, "succeeded", 0), 1);
	CHECK(!json_has(status, "active"));
}

int main(void)
{
	TEST(test_missing_completions_are_run_in_parallel);
	TEST(test_a_terminating_pod_is_replaced);
	TEST(test_enough_successes_end_it);
	TEST(test_without_completions_the_first_success_adds_no_more);
	TEST(test_failures_back_off);
	TEST(test_more_failures_than_the_limit_end_it);
	TEST(test_restarts_count_under_onfailure);
	TEST(test_the_end_has_two_steps);
	TEST(test_a_success_has_its_time);
	return test_end();
}
