/*
 * cronjob_plan: the calendar of a CronJob.
 *
 * Of all times since the last run only the latest is started, at once if it lies in the past: after a pause, whatever
 * its cause, there is one run and no backlog. startingDeadlineSeconds hides the times that lie further back. A Job
 * is named by its time, so that one time never has two.
 */
#include "controllers/cronjob_plan.h"

#include "api/cron.h"
#include "api/job.h"
#include "api/meta.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "base/zone.h"

#define SCHEDULED_KEY "batch.kubernetes.io/cronjob-scheduled-timestamp"
#define MANY 100
#define LATE_NS (100 * NSEC_PER_MSEC) /* behind the full minute, so as never to look too early */

static int64_t stamp_ns(const char *stamp, int64_t dflt)
{
	int64_t ns;

	return stamp && clock_parse(stamp, &ns) == 0 ? ns : dflt;
}

/* ---- what the Jobs tell ---- */

static const json_t *find_job(const json_t *jobs, const json_t *ref)
{
	json_t *job;
	size_t i;

	json_array_foreach(jobs, i, job)
		if (streq(meta_uid(job), json_str(ref, "uid")))
			return job;
	return NULL;
}

static void put_active(json_t *status, const json_t *jobs)
{
	json_t *active = json_arr(status, "active");

	for (size_t i = json_array_size(active); i-- > 0;) {
		const json_t *job = find_job(jobs, json_array_get(active, i));

		if (!job || job_is_finished(job))
			json_array_remove(active, i);
	}
	if (json_array_size(active) == 0)
		json_object_del(status, "active");
}

json_t *cronjob_status_make(const json_t *cronjob, const json_t *jobs)
{
	json_t *status = json_dup(json_obj(cronjob, "status")), *job;
	size_t i;

	status = status ? status : json_object();
	put_active(status, jobs);
	json_array_foreach(jobs, i, job) {
		const char *end = json_str(job, "status.completionTime");

		if (end && stamp_ns(end, 0) > stamp_ns(json_str(status, "lastSuccessfulTime"), 0))
			json_set_str(status, "lastSuccessfulTime", end);
	}
	return status;
}

/* ---- which time is due ---- */

/* The time after which runs count, in seconds. */
static int64_t earliest_s(const json_t *cronjob, const json_t *status, int64_t now_ns)
{
	const char *last = json_str(status, "lastScheduleTime");
	int64_t from_ns = stamp_ns(last ? last : meta_creation_timestamp(cronjob), now_ns);
	int64_t deadline = json_int(cronjob, "spec.startingDeadlineSeconds", -1);

	if (deadline >= 0)
		from_ns = MAX(from_ns, now_ns - deadline * NSEC_PER_SEC);
	return from_ns / NSEC_PER_SEC;
}

static bool are_many(const struct cron *c, const char *zone, int64_t from_s, int64_t now_s)
{
	for (int i = 0; i <= MANY; i++) {
		from_s = cron_next(c, zone, from_s);
		if (from_s < 0 || from_s > now_s)
			return false;
	}
	return true;
}

static bool is_active(const json_t *status)
{
	return json_len(status, "active") > 0;
}

static char *job_name(const json_t *cronjob, int64_t scheduled_s)
{
	return str_printf("%s-%lld", meta_name(cronjob), (long long)(scheduled_s / 60));
}

static bool runs_already(const json_t *cronjob, const json_t *status, int64_t scheduled_s)
{
	_cleanup_free_ char *name = job_name(cronjob, scheduled_s);

	return json_find(json_arr(status, "active"), "name", name);
}

void cronjob_plan_make(const json_t *cronjob, const json_t *status, int64_t now_ns,
		       struct cronjob_plan *ret)
{
	const char *policy = json_str(cronjob, "spec.concurrencyPolicy");
	const char *zone = json_str(cronjob, "spec.timeZone");
	int64_t now_s = now_ns / NSEC_PER_SEC, from_s = earliest_s(cronjob, status, now_ns);
	int64_t due_s, next_s;
	struct cron c;

	*ret = (struct cronjob_plan){ .run_s = -1 };
	if (json_bool(cronjob, "spec.suspend", false) ||
	    cron_parse(json_str_or(cronjob, "spec.schedule", ""), &c, NULL) < 0)
		return;
	due_s = cron_last(&c, zone, from_s, now_s);
	next_s = cron_next(&c, zone, due_s >= 0 && c.every_s ? due_s : c.every_s ? from_s : now_s);
	if (next_s >= 0)
		ret->wake_ns = next_s * NSEC_PER_SEC - now_ns + LATE_NS;
	if (due_s < 0 || runs_already(cronjob, status, due_s))
		return;
	ret->many_missed = are_many(&c, zone, from_s, now_s);
	ret->is_held = is_active(status) && streq(policy, "Forbid");
	ret->replace = is_active(status) && streq(policy, "Replace");
	if (!ret->is_held)
		ret->run_s = due_s;
}

/* ---- history ---- */

static int older_first(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	int64_t d = stamp_ns(json_str(x, "status.startTime"), INT64_MAX) -
		    stamp_ns(json_str(y, "status.startTime"), INT64_MAX);

	return d ? (d < 0 ? -1 : 1) : strcmp(meta_name(x) ?: "", meta_name(y) ?: "");
}

/* Adds the oldest Jobs that have this condition to *outdated, down to the limit. */
static void add_oldest(const json_t *jobs, const char *condition, int64_t limit, json_t *outdated)
{
	size_t n = 0, i;
	_cleanup_free_ json_t **ended = xcalloc(json_array_size(jobs) + 1, sizeof(*ended));
	json_t *job;

	json_array_foreach(jobs, i, job)
		if (condition_is_true(job, condition) && !meta_deletion_timestamp(job))
			ended[n++] = job;
	qsort(ended, n, sizeof(*ended), older_first);
	for (i = 0; (int64_t)(n - i) > limit; i++)
		json_array_append(outdated, ended[i]);
}

json_t *cronjob_outdated(const json_t *cronjob, const json_t *jobs)
{
	json_t *outdated = json_array();

	add_oldest(jobs, "Complete", json_int(cronjob, "spec.successfulJobsHistoryLimit", 3),
		   outdated);
	add_oldest(jobs, "Failed", json_int(cronjob, "spec.failedJobsHistoryLimit", 1), outdated);
	return outdated;
}

/* ---- a run ---- */

json_t *cronjob_job_new(const json_t *cronjob, int64_t scheduled_s)
{
	static const char *const copied[] = { "labels", "annotations" };
	const json_t *template = json_obj(cronjob, "spec.jobTemplate");
	_cleanup_free_ char *name = job_name(cronjob, scheduled_s);
	json_t *job = json_pack("{s:s,s:s}", "apiVersion", "batch/v1", "kind", "Job");
	json_t *meta = meta_ensure(job);
	char stamp[ZONE_STAMP_MAX];

	meta_set(job, "name", name);
	meta_set(job, "namespace", meta_namespace(cronjob));
	for (size_t i = 0; i < ARRAY_SIZE(copied); i++) {
		const json_t *value = json_object_get(json_obj(template, "metadata"), copied[i]);

		if (value)
			json_take_set(meta, copied[i], json_dup(value));
	}
	zone_format(json_str(cronjob, "spec.timeZone"), scheduled_s, stamp);
	json_take_set(json_make_obj(job, "metadata.annotations"), SCHEDULED_KEY, json_string(stamp));
	json_take_set(meta, "ownerReferences", json_pack("[o]", meta_controller_ref_new(cronjob)));
	json_take_set(job, "spec", json_dup(json_obj(template, "spec")));
	return job;
}

json_t *cronjob_reference(const json_t *job)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "apiVersion", "batch/v1", "kind", "Job",
			 "name", meta_name(job), "namespace", meta_namespace(job), "resourceVersion",
			 json_str(job, "metadata.resourceVersion"), "uid", meta_uid(job));
}
