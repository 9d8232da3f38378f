/*
 * Tests of the calendar of a CronJob: times by hand, no store.
 */
#include "controllers/cronjob_plan.h"

#include "api/meta.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/test.h"

#define ACTIVE "\"active\":[{\"uid\":\"a\",\"name\":\"j\"}]"
#define LAST(at) "\"lastScheduleTime\":\"2026-01-02T" at "Z\""

static json_t *parse(const char *text)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	json_t *v = NULL;

	CHECK_OK(json_parse(text, strlen(text), &v, &err), &err);
	return v;
}

static json_t *cronjob(const char *spec, const char *status)
{
	_cleanup_free_ char *text = NULL;

	if (asprintf(&text,
		     "{\"apiVersion\":\"batch/v1\",\"kind\":\"CronJob\",\"metadata\":{\"name\":"
		     "\"c\",\"namespace\":\"n\",\"uid\":\"u\",\"creationTimestamp\":"
		     "\"2026-01-02T10:00:30Z\"},\"spec\":{%s},\"status\":{%s}}",
		     spec, status) < 0)
		abort();
	return parse(text);
}

/* "run at 10:01:00, wake in 30" at a time of that day. */
static const char *plan(const char *spec, const char *status, const char *now)
{
	static char text[100];
	_cleanup_json_ json_t *obj = cronjob(spec, status);
	_cleanup_free_ char *stamp = NULL;
	struct cronjob_plan p;
	char run[CLOCK_STAMP_MAX] = "01234567890noneZ";
	int64_t now_ns;

	if (asprintf(&stamp, "2026-01-02T%sZ", now) < 0 || clock_parse(stamp, &now_ns) < 0)
		abort();
	cronjob_plan_make(obj, json_obj(obj, "status"), now_ns, &p);
	if (p.run_s >= 0)
		clock_format(p.run_s * NSEC_PER_SEC, run);
	snprintf(text, sizeof(text), "%.*s%s%s%s, wake %lld", (int)strcspn(run + 11, "Z"), run + 11,
		 p.replace ? " replace" : "", p.is_held ? " held" : "",
		 p.many_missed ? " many" : "", (long long)(p.wake_ns / NSEC_PER_SEC));
	return text;
}

#define MINUTELY "\"schedule\":\"* * * * *\""

static void test_the_time_that_is_due_is_run_once(void)
{
	CHECK_STR(plan(MINUTELY, "", "10:00:50"), "none, wake 10");
	CHECK_STR(plan(MINUTELY, "", "10:01:00"), "10:01:00, wake 60");
	CHECK_STR(plan(MINUTELY, LAST("10:01:00"), "10:01:05"), "none, wake 55");
	CHECK_STR(plan(MINUTELY ",\"suspend\":true", "", "10:05:00"), "none, wake 0");
}

static void test_of_missed_times_the_latest_is_run(void)
{
	CHECK_STR(plan(MINUTELY, LAST("10:01:00"), "10:07:30"), "10:07:00, wake 30");
	CHECK_STR(plan(MINUTELY, LAST("05:01:00"), "10:07:30"), "10:07:00 many, wake 30");
	CHECK_STR(plan("\"schedule\":\"@every 40s\"", LAST("10:01:00"), "10:02:30"),
		  "10:02:20, wake 30");
}

static void test_a_deadline_hides_what_is_too_late(void)
{
#define LATE(n) MINUTELY ",\"startingDeadlineSeconds\":" n
	CHECK_STR(plan(LATE("10"), LAST("10:01:00"), "10:07:30"), "none, wake 30");
	CHECK_STR(plan(LATE("40"), LAST("05:01:00"), "10:07:30"), "10:07:00, wake 30");
}

static void test_what_runs_may_hinder_what_is_due(void)
{
#define POLICY(word) MINUTELY ",\"concurrencyPolicy\":\"" word "\""
	CHECK_STR(plan(POLICY("Allow"), ACTIVE, "10:01:01"), "10:01:00, wake 59");
	CHECK_STR(plan(POLICY("Replace"), "\"active\":[{\"name\":\"c-29455801\"}]", "10:01:01"),
		  "none, wake 59");
	CHECK_STR(plan(POLICY("Forbid"), ACTIVE, "10:01:01"), "none held, wake 59");
	CHECK_STR(plan(POLICY("Forbid"), "", "10:01:01"), "10:01:00, wake 59");
	CHECK_STR(plan(POLICY("Replace"), ACTIVE, "10:01:01"), "10:01:00 replace, wake 59");
}

#define JOB(name, more) "{\"metadata\":{\"name\":\"" name "\",\"uid\":\"" name "\"}," more "}"
#define ENDED(type, begun, end)                                                     \
	"\"status\":{\"conditions\":[{\"type\":\"" type "\",\"status\":\"True\"}]," \
	"\"startTime\":\"2026-01-02T" begun "Z\",\"completionTime\":\"2026-01-02T" end "Z\"}"

#define RUNNING JOB("r", "\"status\":{}")
#define DONE JOB("b", ENDED("Complete", "10:00:00", "10:00:07"))
#define DONE_LATER JOB("c", ENDED("Complete", "10:02:00", "10:02:05"))
#define FAILED JOB("d", ENDED("Failed", "09:00:00", "09:01:00"))

static void test_the_status_tells_of_the_jobs(void)
{
	_cleanup_json_ json_t *obj =
		cronjob(MINUTELY, "\"active\":[{\"uid\":\"r\"},{\"uid\":\"b\"},{\"uid\":\"x\"}]");
	_cleanup_json_ json_t *jobs = parse("[" RUNNING "," DONE "]");
	_cleanup_json_ json_t *status = cronjob_status_make(obj, jobs);

	CHECK_INT(json_len(status, "active"), 1);
	CHECK_STR(json_str(status, "active[0].uid"), "r");
	CHECK_STR(json_str(status, "lastSuccessfulTime"), "2026-01-02T10:00:07Z");
}

static void test_the_oldest_go(void)
{
	_cleanup_json_ json_t *obj = cronjob("\"successfulJobsHistoryLimit\":1", "");
	_cleanup_json_ json_t *jobs = parse("[" DONE_LATER "," DONE "," RUNNING "," FAILED "]");
	_cleanup_json_ json_t *old = cronjob_outdated(obj, jobs);

	CHECK_INT(json_array_size(old), 1);
	CHECK_STR(meta_name(json_array_get(old, 0)), "b");
}

static void test_a_job_is_named_by_its_time(void)
{
	_cleanup_json_ json_t *obj = cronjob(
		"\"timeZone\":\"Asia/Tokyo\",\"jobTemplate\":{\"metadata\":{\"labels\":{\"a\":"
		"\"b\"}},\"spec\":{\"parallelism\":2}}",
		"");
	_cleanup_json_ json_t *job = cronjob_job_new(obj, 1767348000);

	CHECK_STR(meta_name(job), "c-29455800");
	CHECK_STR(meta_label(job, "a"), "b");
	CHECK_STR(meta_annotation(job, "batch.kubernetes.io/cronjob-scheduled-timestamp"),
		  "2026-01-02T19:00:00+09:00");
	CHECK(meta_is_controlled_by(job, obj));
	CHECK_INT(json_int(job, "spec.parallelism", 0), 2);
}

int main(void)
{
	TEST(test_the_time_that_is_due_is_run_once);
	TEST(test_of_missed_times_the_latest_is_run);
	TEST(test_a_deadline_hides_what_is_too_late);
	TEST(test_what_runs_may_hinder_what_is_due);
	TEST(test_the_status_tells_of_the_jobs);
	TEST(test_the_oldest_go);
	TEST(test_a_job_is_named_by_its_time);
	return test_end();
}
