/*
 * cronjob: makes a Job at each time of a schedule.
 *
 * A reconcile looks at one CronJob: what its Jobs tell, old ones away, the run that is due (cronjob_plan.h), then the
 * status. It begins anew at every change of the CronJob and of its Jobs, and at the next time of the schedule.
 */
#include "controllers/cronjob.h"

#include "api/cronjob.h"
#include "api/job.h"
#include "api/meta.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "controllers/control.h"
#include "controllers/cronjob_plan.h"
#include "controllers/recorder.h"
#include "controllers/waker.h"
#include "controllers/workqueue.h"

#define COMPONENT "cronjob-controller"

struct cronjob_controller {
	struct control *c;
	struct informer *cronjobs, *jobs;
	struct workqueue *queue;
	struct waker waker;
};

/* ---- what wakes it ---- */

static json_t *jobs_of(struct cronjob_controller *cc, const json_t *cronjob)
{
	json_t *jobs = informer_list(cc->jobs, meta_namespace(cronjob) ?: "");

	for (size_t i = json_array_size(jobs); i-- > 0;)
		if (!meta_is_controlled_by(json_array_get(jobs, i), cronjob))
			json_array_remove(jobs, i);
	return jobs;
}

/* ---- carrying out ---- */

static int delete_job(struct cronjob_controller *cc, const json_t *cronjob, json_t *job,
		      struct error *err)
{
	_cleanup_free_ char *name = xstrdup(meta_name(job));
	int r = control_delete(cc->c, &kind_job, job, "Background", err);

	if (r == 0)
		recorder_event(cc->c->recorder, cronjob, COMPONENT, "Normal", "SuccessfulDelete",
			       "Deleted job %s", name);
	return r;
}

static int delete_outdated(struct cronjob_controller *cc, const json_t *cronjob, const json_t *jobs,
			   struct error *err)
{
	_cleanup_json_ json_t *outdated = cronjob_outdated(cronjob, jobs);
	json_t *job;
	size_t i;
	int r = 0;

	json_array_foreach(outdated, i, job)
		if (r == 0)
			r = delete_job(cc, cronjob, job, err);
	return r;
}

static int delete_active(struct cronjob_controller *cc, const json_t *cronjob, json_t *status,
			 struct error *err)
{
	json_t *ref;
	size_t i;
	int r = 0;

	json_each(status, "active", i, ref) {
		json_t *job = informer_find(cc->jobs, meta_namespace(cronjob),
					    json_str_or(ref, "name", ""));

		if (r == 0 && job && streq(meta_uid(job), json_str(ref, "uid")))
			r = delete_job(cc, cronjob, job, err);
	}
	if (r == 0)
		json_object_del(status, "active");
	return r;
}

/* The Job of this time. One that is there already, and the CronJob's, is it. */
static int make_job(struct cronjob_controller *cc, const json_t *cronjob, int64_t run_s,
		    json_t **ret_job, struct error *err)
{
	_cleanup_json_ json_t *job = cronjob_job_new(cronjob, run_s);
	json_t *there = informer_find(cc->jobs, meta_namespace(cronjob), meta_name(job));
	int r;

	if (there && meta_is_controlled_by(there, cronjob)) {
		*ret_job = json_incref(there);
		return 0;
	}
	r = control_create(cc->c, &kind_job, meta_namespace(cronjob), job, ret_job, err);
	if (r < 0)
		recorder_event(cc->c->recorder, cronjob, COMPONENT, "Warning", "FailedCreate",
			       "Error creating job: %s", error_text(err));
	else
		recorder_event(cc->c->recorder, cronjob, COMPONENT, "Normal", "SuccessfulCreate",
			       "Created job %s", meta_name(*ret_job));
	return r;
}

static int run(struct cronjob_controller *cc, const json_t *cronjob,
	       const struct cronjob_plan *plan, json_t *status, struct error *err)
{
	_cleanup_json_ json_t *job = NULL;
	char stamp[CLOCK_STAMP_MAX];
	int r = 0;

	if (plan->replace)
		r = delete_active(cc, cronjob, status, err);
	if (r == 0)
		r = make_job(cc, cronjob, plan->run_s, &job, err);
	if (r < 0)
		return r;
	json_set_str(status, "lastScheduleTime", clock_format(plan->run_s * NSEC_PER_SEC, stamp));
	if (!job_is_finished(job))
		json_take_append(json_make_arr(status, "active"), cronjob_reference(job));
	return 0;
}

static int follow_schedule(struct cronjob_controller *cc, const char *key, const json_t *cronjob,
			   json_t *status, struct error *err)
{
	struct cronjob_plan plan;

	cronjob_plan_make(cronjob, status, store_now_ns(cc->c->store), &plan);
	if (plan.wake_ns)
		workqueue_add_after(cc->queue, key, plan.wake_ns);
	if (plan.many_missed)
		recorder_event(cc->c->recorder, cronjob, COMPONENT, "Warning", "TooManyMissedTimes",
			       "too many missed start times. Set or decrease "
			       ".spec.startingDeadlineSeconds or check clock skew");
	if (plan.is_held)
		recorder_event(cc->c->recorder, cronjob, COMPONENT, "Normal", "JobAlreadyActive",
			       "Not starting job because prior execution is running and "
			       "concurrency policy is Forbid");
	return plan.run_s < 0 ? 0 : run(cc, cronjob, &plan, status, err);
}

/* ---- one CronJob ---- */

static void tell_finished(struct cronjob_controller *cc, const json_t *cronjob, const json_t *jobs)
{
	json_t *job;
	size_t i;

	json_array_foreach(jobs, i, job)
		if (job_is_finished(job) &&
		    json_find(json_arr(cronjob, "status.active"), "uid", meta_uid(job)))
			recorder_event(cc->c->recorder, cronjob, COMPONENT, "Normal",
				       "SawCompletedJob", "Saw completed job: %s, condition: %s",
				       meta_name(job),
				       condition_is_true(job, "Complete") ? "Complete" : "Failed");
}

static int write_status(struct cronjob_controller *cc, const json_t *cronjob, json_t *status,
			struct error *err)
{
	if (!json_has(cronjob, "status") && json_object_size(status) == 0)
		return 0;
	return control_write_status(cc->c, &kind_cronjob, cronjob, status, err);
}

static int reconcile(struct cronjob_controller *cc, const char *key, const json_t *cronjob,
		     struct error *err)
{
	_cleanup_json_ json_t *jobs = jobs_of(cc, cronjob);
	_cleanup_json_ json_t *status = cronjob_status_make(cronjob, jobs);
	int r = 0;

	tell_finished(cc, cronjob, jobs);
	if (!meta_deletion_timestamp(cronjob)) {
		r = delete_outdated(cc, cronjob, jobs, err);
		if (r == 0)
			r = follow_schedule(cc, key, cronjob, status, err);
	}
	return MIN(r, write_status(cc, cronjob, status, r < 0 ? NULL : err));
}

static void on_key(void *userdata, const char *key)
{
	struct cronjob_controller *cc = userdata;
	_cleanup_free_ char *copy = xstrdup(key);
	_cleanup_error_ struct error err = ERROR_INIT;
	const char *ns, *name = workqueue_split(copy, &ns);
	_cleanup_json_ json_t *cronjob = json_incref(informer_find(cc->cronjobs, ns, name));

	if (cronjob && reconcile(cc, key, cronjob, &err) < 0) {
		log_debug("controllers", "cronjob %s: %s", key, error_text(&err));
		workqueue_add_failed(cc->queue, key);
		return;
	}
	workqueue_forget(cc->queue, key);
}

DEFINE_CLEANUP_FUNC(struct cronjob_controller *, cronjob_controller_free)

int cronjob_controller_new(struct control *c, struct cronjob_controller **ret, struct error *err)
{
	_cleanup_(cronjob_controller_freep) struct cronjob_controller *cc = xnew(cc);
	int r;

	cc->c = c;
	cc->queue = workqueue_new(c->loop, c->clock, on_key, cc);
	r = informer_get(c->informers, &kind_cronjob, &cc->cronjobs, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_job, &cc->jobs, err);
	if (r < 0)
		return r;
	cc->waker =
		(struct waker){ .queue = cc->queue, .owners = cc->cronjobs, .kind = &kind_cronjob };
	informer_subscribe(cc->cronjobs, waker_owner_changed, &cc->waker);
	informer_subscribe(cc->jobs, waker_child_changed, &cc->waker);
	*ret = take_ptr(cc);
	return 0;
}

struct cronjob_controller *cronjob_controller_free(struct cronjob_controller *cc)
{
	if (!cc)
		return NULL;
	workqueue_free(cc->queue);
	free(cc);
	return NULL;
}
