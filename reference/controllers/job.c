/*
 * job: makes the pods of Jobs until enough of them have succeeded, or too many failed.
 *
 * A reconcile looks at one Job: plan (job_plan.h) from the pods that it controls, carry the plan out, write the
 * status of what is there then. It begins anew at every change of the Job and of its pods, when the back-off
 * after a failed pod is over, and after a back-off of its own when a write failed. A Job that is Complete or
 * Failed is never touched again; its pods stay until it is deleted.
 *
 * No pod is adopted: a Job selects by its uid, which nobody else's pod carries.
 */
#include "controllers/job.h"

#include "api/job.h"
#include "api/meta.h"
#include "api/pod.h"
#include "api/workload.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "controllers/control.h"
#include "controllers/job_plan.h"
#include "controllers/recorder.h"
#include "controllers/workqueue.h"

#define BATCH 16 /* pods made or deleted in one turn of the loop */
#define COMPONENT "job-controller"

struct job_controller {
	struct control *c;
	struct informer *jobs, *pods;
	struct workqueue *queue;
};

static void wake_owner(struct job_controller *jc, const json_t *pod)
{
	const json_t *ref = meta_controller_ref(pod);

	if (streq(json_str(ref, "kind"), kind_job.kind) &&
	    streq(json_str(ref, "apiVersion"), kind_api_version(&kind_job)))
		workqueue_add_name(jc->queue, meta_namespace(pod), json_str(ref, "name"));
}

static void on_pod(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	if (was)
		wake_owner(userdata, was);
	if (now)
		wake_owner(userdata, now);
}

static void on_job(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	struct job_controller *jc = userdata;
	const json_t *job = now ? now : was;

	workqueue_add_name(jc->queue, meta_namespace(job), meta_name(job));
}

static json_t *pods_of(struct job_controller *jc, const json_t *job)
{
	json_t *pods = informer_list(jc->pods, meta_namespace(job) ?: "");

	for (size_t i = json_array_size(pods); i-- > 0;)
		if (!meta_is_controlled_by(json_array_get(pods, i), job))
			json_array_remove(pods, i);
	return pods;
}

static int create_pods(struct job_controller *jc, const json_t *job, size_t n, struct error *err)
{
	for (size_t i = 0; i < MIN(n, (size_t)BATCH); i++) {
		_cleanup_json_ json_t *pod = workload_pod_from_template(job), *stored = NULL;
		int r = control_create(jc->c, &kind_pod, meta_namespace(job), pod, &stored, err);

		if (r < 0) {
			recorder_event(jc->c->recorder, job, COMPONENT, "Warning", "FailedCreate",
				       "Error creating: %s", error_text(err));
			return r;
		}
		recorder_event(jc->c->recorder, job, COMPONENT, "Normal", "SuccessfulCreate",
			       "Created pod: %s", meta_name(stored));
	}
	return 0;
}

static int delete_pods(struct job_controller *jc, const json_t *job, const json_t *surplus,
		       struct error *err)
{
	json_t *pod;
	size_t i;

	json_array_foreach(surplus, i, pod) {
		int r = i < BATCH ? control_delete(jc->c, &kind_pod, pod, NULL, err) : 0;

		if (r < 0)
			return r;
		if (i == BATCH)
			break;
		recorder_event(jc->c->recorder, job, COMPONENT, "Normal", "SuccessfulDelete",
			       "Deleted pod: %s", meta_name(pod));
	}
	return 0;
}

/* What is beyond a batch is done on a next turn. */
static int carry_out(struct job_controller *jc, const char *key, const json_t *job,
		     const struct job_plan *plan, struct error *err)
{
	int r;

	r = delete_pods(jc, job, plan->surplus, err);
	if (r == 0)
		r = create_pods(jc, job, plan->create, err);
	if (r < 0)
		return r;
	if (plan->wait_ns)
		workqueue_add_after(jc->queue, key, plan->wait_ns);
	if (MAX(plan->create, json_array_size(plan->surplus)) > BATCH)
		workqueue_add(jc->queue, key);
	return 0;
}

static void tell_end(struct job_controller *jc, const json_t *job)
{
	const json_t *failed = condition_get(job, "Failed");

	if (failed)
		recorder_event(jc->c->recorder, job, COMPONENT, "Warning",
			       json_str(failed, "reason"), "%s", json_str(failed, "message"));
	else if (condition_is_true(job, "Complete"))
		recorder_event(jc->c->recorder, job, COMPONENT, "Normal", "Completed",
			       "Job completed");
}

static int write_status(struct job_controller *jc, const json_t *job, enum job_verdict verdict,
			struct error *err)
{
	_cleanup_json_ json_t *pods = pods_of(jc, job), *edited = json_dup(job), *status = NULL;
	struct job_tally tally;
	int r;

	job_tally_make(pods, &tally);
	status = job_status_make(job, &tally, verdict, store_now_ns(jc->c->store));
	if (json_same(status, json_obj(job, "status")))
		return 0;
	json_object_set(edited, "status", status);
	r = control_update(jc->c, &kind_job, STORE_STATUS, edited, err);
	if (r == 0)
		tell_end(jc, edited);
	return r;
}

static int reconcile(struct job_controller *jc, const char *key, const json_t *job,
		     struct error *err)
{
	_cleanup_(job_plan_deinit) struct job_plan plan = { 0 };
	_cleanup_json_ json_t *pods = pods_of(jc, job);
	int r = 0;

	job_plan_make(job, pods, store_now_ns(jc->c->store), &plan);
	if (!meta_deletion_timestamp(job))
		r = carry_out(jc, key, job, &plan, err);
	return MIN(r, write_status(jc, job, plan.verdict, r < 0 ? NULL : err));
}

static void on_key(void *userdata, const char *key)
{
	struct job_controller *jc = userdata;
	_cleanup_free_ char *copy = xstrdup(key);
	_cleanup_error_ struct error err = ERROR_INIT;
	const char *ns, *name = workqueue_split(copy, &ns);
	_cleanup_json_ json_t *job = json_incref(informer_find(jc->jobs, ns, name));

	if (job && !condition_is_true(job, "Complete") && !condition_is_true(job, "Failed") &&
	    reconcile(jc, key, job, &err) < 0) {
		log_debug("controllers", "job %s: %s", key, error_text(&err));
		workqueue_add_failed(jc->queue, key);
		return;
	}
	workqueue_forget(jc->queue, key);
}

DEFINE_CLEANUP_FUNC(struct job_controller *, job_controller_free)

int job_controller_new(struct control *c, struct job_controller **ret, struct error *err)
{
	_cleanup_(job_controller_freep) struct job_controller *jc = xnew(jc);
	int r;

	jc->c = c;
	jc->queue = workqueue_new(c->loop, c->clock, on_key, jc);
	r = informer_get(c->informers, &kind_job, &jc->jobs, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_pod, &jc->pods, err);
	if (r < 0)
		return r;
	informer_subscribe(jc->jobs, on_job, jc);
	informer_subscribe(jc->pods, on_pod, jc);
	*ret = take_ptr(jc);
	return 0;
}

struct job_controller *job_controller_free(struct job_controller *jc)
{
	if (!jc)
		return NULL;
	workqueue_free(jc->queue);
	free(jc);
	return NULL;
}
