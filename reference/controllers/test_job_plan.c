/*
 * Tests of what is known, judged, planned and written of a Job: pods as literals, time by hand, no store.
 */
#include "controllers/job_plan.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/test.h"
#include "controllers/job_pod.h"

#define NOW (INT64_C(1767312000) * NSEC_PER_SEC) /* 2026-01-02T00:00:00Z */
#define TRACKED "\"finalizers\":[\"batch.kubernetes.io/job-tracking\"]"
#define META(uid, more) "\"metadata\":{\"uid\":\"" uid "\"," TRACKED more "}"
#define COUNTED(uid) "\"metadata\":{\"uid\":\"" uid "\"}"
#define INDEX(n) ",\"annotations\":{\"batch.kubernetes.io/job-completion-index\":\"" n "\"}"
#define INDEX_FAILED(n, k)                                                    \
	",\"annotations\":{\"batch.kubernetes.io/job-completion-index\":\"" n \
	"\",\"batch.kubernetes.io/job-index-failure-count\":\"" k "\"}"
#define DELETED ",\"deletionTimestamp\":\"2026-01-02T00:00:00Z\",\"deletionGracePeriodSeconds\":2"
#define RUNS "\"status\":{\"phase\":\"Running\"},\"spec\":{\"nodeName\":\"n\"}"
#define ENDED(phase, at, code)                                                        \
	"\"status\":{\"phase\":\"" phase "\",\"containerStatuses\":[{\"name\":\"c\"," \
	"\"state\":{\"terminated\":{\"exitCode\":" code ",\"finishedAt\":\"" at "\"}}}]}"
#define GOOD ENDED("Succeeded", "2026-01-01T23:59:00Z", "0")
#define BAD ENDED("Failed", "2026-01-01T23:59:58Z", "3")
#define LONG_AGO ENDED("Failed", "2026-01-01T23:00:00Z", "3")
#define POD(meta, rest) "{" meta "," rest "}"

#define RUNNING POD(META("r", ""), RUNS)
#define SUCCEEDED POD(META("s", ""), GOOD)
#define FAILED POD(META("f", ""), LONG_AGO)
#define FAILED_TOO POD(META("e", ""), LONG_AGO)
#define JUST_FAILED POD(META("j", ""), BAD)
#define GOING POD(META("g", DELETED), RUNS)
#define RESTARTED                                                                       \
	"{" META("x", "") ",\"status\":{\"phase\":\"Running\",\"containerStatuses\":[{" \
			  "\"restartCount\":2}]}}"
#define RESTARTS(limit)                                       \
	"\"backoffLimit\":" limit ",\"template\":{\"spec\":{" \
	"\"restartPolicy\":\"OnFailure\"}}"
#define INDEXED(n) "\"completionMode\":\"Indexed\",\"completions\":" n
#define WAITS "\"podReplacementPolicy\":\"Failed\""

static json_t *parse(const char *text)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	json_t *v = NULL;

	if (json_parse(text, strlen(text), &v, &err) < 0) {
		printf("# %s: %s\n", text, error_text(&err));
		abort();
	}
	return v;
}

/* A Job of this spec and status, both without their braces. */
static json_t *job(const char *spec, const char *status)
{
	_cleanup_free_ char *text = NULL;

	if (asprintf(&text, "{\"metadata\":{\"name\":\"j\"},\"spec\":{%s},\"status\":{%s}}", spec,
		     status) < 0)
		abort();
	return parse(text);
}

static json_t *list(const char *pods)
{
	_cleanup_free_ char *text = NULL;

	if (asprintf(&text, "[%s]", pods) < 0)
		abort();
	return parse(text);
}

/* "END +made -deleted ~seconds until it wakes" and the indexes made. */
static const char *plan_of(const char *spec, const char *status, const char *pods)
{
	static const char *const words[] = { "goes on", "succeeded", "failed" };
	static char text[200];
	_cleanup_json_ json_t *owner = job(spec, status), *all = list(pods);
	_cleanup_(job_facts_deinit) struct job_facts f = { 0 };
	_cleanup_(job_verdict_deinit) struct job_verdict v = { 0 };
	_cleanup_(job_plan_deinit) struct job_plan p = { 0 };
	struct job_backoff b = { 0 };
	int n;

	job_facts_make(owner, all, NOW, &f);
	job_backoff_note(&b, f.new_succeeded, f.new_failed);
	job_judge(owner, &f, 1, &v);
	job_plan_make(owner, &f, &v, &b, 1, &p);
	n = snprintf(text, sizeof(text), "%s +%zu -%zu ~%lld", v.end ? v.reason : words[v.end],
		     p.create, json_array_size(p.surplus), (long long)(p.wake_ns / NSEC_PER_SEC));
	for (size_t i = 0; p.indexes && i < p.create; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "%s%lld", i ? "," : ": ",
			      (long long)p.indexes[i]);
	return text;
}

static const char *plan(const char *spec, const char *pods)
{
	return plan_of(spec, "", pods);
}

/* The next status. */
static json_t *status_of(const char *spec, const char *status, const char *pods)
{
	_cleanup_json_ json_t *owner = job(spec, status), *all = list(pods);
	_cleanup_(job_facts_deinit) struct job_facts f = { 0 };
	_cleanup_(job_verdict_deinit) struct job_verdict v = { 0 };

	job_facts_make(owner, all, NOW, &f);
	job_judge(owner, &f, 1, &v);
	return job_status_make(owner, &f, &v);
}

static size_t recorded(const char *spec, const char *pods)
{
	_cleanup_json_ json_t *owner = job(spec, ""), *all = list(pods);
	_cleanup_(job_facts_deinit) struct job_facts f = { 0 };

	job_facts_make(owner, all, NOW, &f);
	return json_array_size(f.recorded);
}

static void test_missing_completions_are_run_in_parallel(void)
{
	CHECK_STR(plan("\"completions\":1", ""), "goes on +1 -0 ~0");
	CHECK_STR(plan("\"completions\":5,\"parallelism\":2", RUNNING), "goes on +1 -0 ~0");
	CHECK_STR(plan("\"completions\":2,\"parallelism\":2", RUNNING "," SUCCEEDED),
		  "goes on +0 -0 ~0");
	CHECK_STR(plan("\"completions\":1,\"parallelism\":0", RUNNING), "goes on +0 -1 ~0");
	CHECK_STR(plan("\"completions\":1,\"suspend\":true", RUNNING), "goes on +0 -1 ~0");
}

static void test_a_terminating_pod_has_failed_and_is_replaced_later(void)
{
	CHECK_STR(plan("\"completions\":1", GOING), "goes on +0 -0 ~8");
	CHECK_STR(plan("\"completions\":1," WAITS, GOING), "goes on +0 -0 ~0");
}

static void test_enough_successes_end_it(void)
{
	CHECK_STR(plan("\"completions\":1", SUCCEEDED), "CompletionsReached +0 -0 ~0");
	CHECK_STR(plan("\"completions\":2", SUCCEEDED), "goes on +1 -0 ~0");
	CHECK_STR(plan("\"completions\":0", ""), "CompletionsReached +0 -0 ~0");
	CHECK_STR(plan_of("\"completions\":2", "\"succeeded\":1", SUCCEEDED),
		  "CompletionsReached +0 -0 ~0");
}

static void test_without_completions_the_first_success_adds_no_more(void)
{
	CHECK_STR(plan("\"parallelism\":3", RUNNING), "goes on +2 -0 ~0");
	CHECK_STR(plan("\"parallelism\":3", RUNNING "," SUCCEEDED), "goes on +0 -0 ~0");
	CHECK_STR(plan("\"parallelism\":3", SUCCEEDED), "CompletionsReached +0 -0 ~0");
}

static void test_failures_back_off(void)
{
	CHECK_STR(plan("\"completions\":1", JUST_FAILED), "goes on +0 -0 ~8");
	CHECK_STR(plan("\"completions\":1", FAILED "," JUST_FAILED), "goes on +0 -0 ~18");
	CHECK_STR(plan("\"completions\":1", FAILED "," FAILED_TOO "," JUST_FAILED),
		  "goes on +0 -0 ~38");
	CHECK_STR(plan("\"completions\":1", FAILED), "goes on +1 -0 ~0");
	CHECK_STR(plan("\"completions\":2", FAILED "," SUCCEEDED "," JUST_FAILED),
		  "goes on +0 -0 ~8");
}

static void test_more_failures_than_the_limit_end_it(void)
{
	CHECK_STR(plan("\"completions\":2,\"backoffLimit\":1", FAILED), "goes on +1 -0 ~0");
	CHECK_STR(plan_of("\"completions\":2,\"backoffLimit\":1", "\"failed\":1", FAILED),
		  "BackoffLimitExceeded +0 -0 ~0");
	CHECK_STR(plan("\"completions\":2,\"backoffLimit\":0", FAILED "," RUNNING),
		  "BackoffLimitExceeded +0 -1 ~0");
}

static void test_restarts_count_under_onfailure(void)
{
	CHECK_STR(plan(RESTARTS("3"), RESTARTED), "goes on +0 -0 ~0");
	CHECK_STR(plan(RESTARTS("2"), RESTARTED), "BackoffLimitExceeded +0 -1 ~0");
	CHECK_STR(plan(RESTARTS("0"), RUNNING), "goes on +0 -0 ~0");
	CHECK_STR(plan("\"backoffLimit\":2", RESTARTED), "goes on +0 -0 ~0");
}

static void test_the_deadline_runs_from_the_start(void)
{
#define STARTED "\"startTime\":\"2026-01-01T23:59:50Z\""
	CHECK_STR(plan_of("\"activeDeadlineSeconds\":12", STARTED, RUNNING), "goes on +0 -0 ~2");
	CHECK_STR(plan_of("\"activeDeadlineSeconds\":10", STARTED, RUNNING),
		  "DeadlineExceeded +0 -1 ~0");
	CHECK_STR(plan("\"activeDeadlineSeconds\":0", ""), "DeadlineExceeded +0 -0 ~0");
	CHECK_STR(plan_of("\"activeDeadlineSeconds\":10,\"suspend\":true", STARTED, ""),
		  "goes on +0 -0 ~0");
}

static void test_each_index_is_run_once(void)
{
#define AT(n) POD(META("a" n, INDEX(n)), RUNS)
#define DONE_AT(n) POD(META("d" n, INDEX(n)), GOOD)
	CHECK_STR(plan(INDEXED("3") ",\"parallelism\":2", ""), "goes on +2 -0 ~0: 0,1");
	CHECK_STR(plan(INDEXED("3") ",\"parallelism\":3", AT("1")), "goes on +2 -0 ~0: 0,2");
	CHECK_STR(plan(INDEXED("3") ",\"parallelism\":2", DONE_AT("0") "," AT("2")),
		  "goes on +1 -0 ~0: 1");
	CHECK_STR(plan_of(INDEXED("4") ",\"parallelism\":9", "\"completedIndexes\":\"0,2\"", ""),
		  "goes on +2 -0 ~0: 1,3");
	CHECK_STR(plan(INDEXED("2") ",\"parallelism\":2", AT("1") "," AT("1")), "goes on +0 -1 ~0");
	CHECK_STR(plan(INDEXED("2") ",\"parallelism\":2", AT("0") "," AT("5")), "goes on +0 -1 ~0");
}

#define PER_INDEX(n) INDEXED("3") ",\"parallelism\":3,\"backoffLimitPerIndex\":" n
#define FAIL_AT(n, k) POD(META("f" n, INDEX_FAILED(n, k)), BAD)

static void test_an_index_has_a_limit_of_its_own(void)
{
	_cleanup_json_ json_t *status = status_of(PER_INDEX("0"), "", FAIL_AT("1", "0"));

	CHECK_STR(plan(PER_INDEX("1"), FAIL_AT("1", "0")), "goes on +2 -0 ~8: 0,2");
	CHECK_STR(plan(PER_INDEX("2"), FAIL_AT("1", "1")), "goes on +2 -0 ~18: 0,2");
	CHECK_STR(plan(PER_INDEX("1"), FAIL_AT("1", "1")), "goes on +2 -0 ~0: 0,2");
	CHECK_STR(plan(PER_INDEX("0"), FAIL_AT("1", "0") "," DONE_AT("0") "," DONE_AT("2")),
		  "FailedIndexes +0 -0 ~0");
	CHECK_STR(plan(PER_INDEX("0") ",\"maxFailedIndexes\":0", FAIL_AT("1", "0") "," AT("0")),
		  "MaxFailedIndexesExceeded +0 -1 ~0");
	CHECK_STR(json_str(status, "failedIndexes"), "1");
}

static void test_a_failed_pod_is_held_until_its_successor_is_there(void)
{
	_cleanup_json_ json_t *owner = job(PER_INDEX("3"), ""), *next = NULL;
	_cleanup_json_ json_t *all = list(FAIL_AT("1", "1"));

	CHECK_INT(recorded(PER_INDEX("3"), FAIL_AT("1", "1")), 0);
	CHECK_INT(recorded(PER_INDEX("3"), FAIL_AT("1", "1") "," AT("1")), 1);
	CHECK_INT(recorded(PER_INDEX("1"), FAIL_AT("1", "1")), 1);
	next = job_pod_new(owner, 1, json_array_get(all, 0));
	CHECK_INT(job_pod_failures_before(next, true), 2);
	CHECK_STR(json_str(next, "metadata.generateName"), "j-1-");
	CHECK_STR(json_str(next, "spec.hostname"), "j-1");
}

#define RULE(action, codes) \
	"{\"action\":\"" action "\",\"onExitCodes\":{\"operator\":\"In\",\"values\":[" codes "]}}"
#define POLICY(rules) "\"completions\":1," WAITS ",\"podFailurePolicy\":{\"rules\":[" rules "]}"

static void test_the_first_rule_that_fits_decides(void)
{
	CHECK_STR(plan(POLICY(RULE("FailJob", "3")), JUST_FAILED), "PodFailurePolicy +0 -0 ~0");
	CHECK_STR(plan(POLICY(RULE("FailJob", "4")), JUST_FAILED), "goes on +0 -0 ~8");
	CHECK_STR(plan(POLICY(RULE("Count", "3") "," RULE("FailJob", "3")), JUST_FAILED),
		  "goes on +0 -0 ~8");
	CHECK_STR(plan(POLICY(RULE("Ignore", "3")) ",\"backoffLimit\":0", JUST_FAILED),
		  "goes on +0 -0 ~8");
	CHECK_STR(plan(POLICY(RULE("Count", "3")) ",\"backoffLimit\":0", JUST_FAILED),
		  "BackoffLimitExceeded +0 -0 ~0");
}

static void test_a_rule_about_a_condition_asks_for_it_alone(void)
{
#define ON_CONDITION                                                                   \
	"{\"action\":\"FailJob\",\"onPodConditions\":[{\"type\":\"DisruptionTarget\"," \
	"\"status\":\"True\"}]}"
#define DISRUPTED                                                                               \
	"{" META("d", "") ",\"status\":{\"phase\":\"Failed\",\"conditions\":[{\"type\":"        \
			  "\"DisruptionTarget\",\"status\":\"True\"}],\"containerStatuses\":[{" \
			  "\"state\":{\"terminated\":{\"exitCode\":1}}}]}}"
	CHECK_STR(plan(POLICY(ON_CONDITION), JUST_FAILED), "goes on +0 -0 ~8");
	CHECK_STR(plan(POLICY(ON_CONDITION), DISRUPTED), "PodFailurePolicy +0 -0 ~0");
}

static void test_some_indexes_may_be_enough(void)
{
#define SUCCESS(rule) INDEXED("3") ",\"parallelism\":3,\"successPolicy\":{\"rules\":[{" rule "}]}"
	CHECK_STR(plan(SUCCESS("\"succeededIndexes\":\"0,1\""), DONE_AT("0") "," AT("1")),
		  "goes on +1 -0 ~0: 2");
	CHECK_STR(plan(SUCCESS("\"succeededIndexes\":\"0,1\",\"succeededCount\":1"),
		       DONE_AT("0") "," AT("1")),
		  "SuccessPolicy +0 -1 ~0");
	CHECK_STR(plan(SUCCESS("\"succeededCount\":1"), DONE_AT("2") "," AT("1")),
		  "SuccessPolicy +0 -1 ~0");
	CHECK_STR(plan(SUCCESS("\"succeededCount\":1") ",\"backoffLimit\":0",
		       DONE_AT("2") "," FAIL_AT("1", "0")),
		  "BackoffLimitExceeded +0 -0 ~0");
}

/* ---- the status ---- */

static void test_a_pod_is_counted_when_it_is_let_go(void)
{
	_cleanup_json_ json_t *first = status_of("\"completions\":2", "", JUST_FAILED),
			      *next = NULL;

	CHECK_INT(json_int(first, "failed", 0), 0);
	CHECK_STR(json_string_value(json_at(first, "uncountedTerminatedPods.failed[0]")), "j");
	CHECK_INT(recorded("\"completions\":2", JUST_FAILED), 1);
	next = status_of("\"completions\":2",
			 "\"failed\":1,\"uncountedTerminatedPods\":{\"failed\":[\"j\"]}",
			 POD(COUNTED("j"), BAD));
	CHECK_INT(json_int(next, "failed", 0), 2);
	CHECK_INT(json_len(next, "uncountedTerminatedPods"), 0);
}

static void test_the_end_has_two_steps(void)
{
#define TARGET "\"conditions\":[{\"type\":\"FailureTarget\",\"status\":\"True\",\"reason\":\"R\"}]"
#define LIMIT0 "\"backoffLimit\":0"
	_cleanup_json_ json_t *first = status_of(LIMIT0, "", JUST_FAILED "," GOING);
	_cleanup_json_ json_t *waits = status_of(LIMIT0, TARGET, POD(COUNTED("g"), RUNS));
	_cleanup_json_ json_t *last = status_of(LIMIT0, TARGET, POD(COUNTED("j"), BAD));

	CHECK_INT(json_len(first, "conditions"), 1);
	CHECK_STR(json_str(first, "conditions[0].type"), "FailureTarget");
	CHECK_STR(json_str(first, "conditions[0].reason"), "BackoffLimitExceeded");
	CHECK_INT(json_len(waits, "conditions"), 1);
	CHECK_STR(json_str(last, "conditions[1].type"), "Failed");
	CHECK_STR(json_str(last, "conditions[1].reason"), "R");
	CHECK_STR(json_str(last, "startTime"), "2026-01-02T00:00:00Z");
	CHECK_STR(json_str(last, "completionTime"), NULL);
}

static void test_a_success_has_its_time(void)
{
	_cleanup_json_ json_t *status =
		status_of("\"completions\":1", "\"succeeded\":1", POD(COUNTED("s"), GOOD));

	CHECK_STR(json_str(status, "conditions[0].type"), "SuccessCriteriaMet");
	CHECK_STR(json_str(status, "conditions[1].type"), "Complete");
	CHECK_STR(json_str(status, "completionTime"), "2026-01-02T00:00:00Z");
	CHECK_INT(json_int(status, "succeeded", 0), 1);
	CHECK(!json_has(status, "active"));
}

static void test_a_suspended_job_has_no_start(void)
{
	_cleanup_json_ json_t *off = status_of("\"suspend\":true", STARTED, ""), *on = NULL;

	CHECK_STR(json_str(off, "startTime"), NULL);
	CHECK_STR(json_str(off, "conditions[0].reason"), "JobSuspended");
	on = status_of("\"parallelism\":1",
		       "\"conditions\":[{\"type\":\"Suspended\",\"status\":\"True\"}]", "");
	CHECK_STR(json_str(on, "startTime"), "2026-01-02T00:00:00Z");
	CHECK_STR(json_str(on, "conditions[0].status"), "False");
	CHECK_STR(json_str(on, "conditions[0].reason"), "JobResumed");
}

int main(void)
{
	TEST(test_missing_completions_are_run_in_parallel);
	TEST(test_a_terminating_pod_has_failed_and_is_replaced_later);
	TEST(test_enough_successes_end_it);
	TEST(test_without_completions_the_first_success_adds_no_more);
	TEST(test_failures_back_off);
	TEST(test_more_failures_than_the_limit_end_it);
	TEST(test_restarts_count_under_onfailure);
	TEST(test_the_deadline_runs_from_the_start);
	TEST(test_each_index_is_run_once);
	TEST(test_an_index_has_a_limit_of_its_own);
	TEST(test_a_failed_pod_is_held_until_its_successor_is_there);
	TEST(test_the_first_rule_that_fits_decides);
	TEST(test_a_rule_about_a_condition_asks_for_it_alone);
	TEST(test_some_indexes_may_be_enough);
	TEST(test_a_pod_is_counted_when_it_is_let_go);
	TEST(test_the_end_has_two_steps);
	TEST(test_a_success_has_its_time);
	TEST(test_a_suspended_job_has_no_start);
	return test_end();
}
