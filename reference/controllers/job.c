/*
 * job: makes the pods of Jobs until enough of them have succeeded, or too many failed.
 *
 * A reconcile looks at one Job: claim its pods, take stock (job_facts.h), judge and plan (job_plan.h), carry the plan
 * out, write the status of what is there then, and only then let go of the pods that it knows. It begins anew at
 * every change of the Job and of its pods, when the plan says so (back-off, deadline), and after a back-off of its
 * own when a write failed. A finished Job is only deleted, when its time to live is over; one that another
 * controller manages is left alone.
 */
#include "controllers/job.h"

#include <uthash.h>

#include "api/job.h"
#include "api/meta.h"
#include "api/pod.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "controllers/claim.h"
#include "controllers/control.h"
#include "controllers/job_plan.h"
#include "controllers/job_pod.h"
#include "controllers/ownership.h"
#include "controllers/recorder.h"
#include "controllers/waker.h"
#include "controllers/workqueue.h"

#define BATCH 16 /* pods made or deleted in one turn of the loop */
#define COMPONENT "job-controller"

/* What is remembered of a Job from one reconcile to the next. */
struct memory {
	char *key, *uid;
	struct job_backoff backoff;
	UT_hash_handle hh;
};

struct job_controller {
	struct control *c;
	struct informer *jobs, *pods;
	struct workqueue *queue;
	struct waker waker;
	struct memory *memory;
};

/* ---- memory ---- */

static void forget(struct job_controller *jc, const char *key)
{
	struct memory *m = NULL;

	HASH_FIND_STR(jc->memory, key, m);
	if (!m)
		return;
	HASH_DEL(jc->memory, m);
	free(m->key);
	free(m->uid);
	free(m);
}

static struct memory *memory_of(struct job_controller *jc, const char *key, const json_t *job)
{
	struct memory *m = NULL;

	HASH_FIND_STR(jc->memory, key, m);
	if (m && streq(m->uid, meta_uid(job)))
		return m;
	forget(jc, key);
	return NULL;
}

/* The back-off with all that the pods tell; borrowed. */
static const struct job_backoff *remember(struct job_controller *jc, const char *key,
					  const json_t *job, const json_t *pods,
					  const struct job_facts *f)
{
	struct memory *m = memory_of(jc, key, job);

	if (m) {
		job_backoff_note(&m->backoff, f->new_succeeded, f->new_failed);
		return &m->backoff;
	}
	m = xnew(m);
	m->key = xstrdup(key);
	m->uid = xstrdup(meta_uid(job));
	job_backoff_recall(&m->backoff, job, pods);
	HASH_ADD_KEYPTR(hh, jc->memory, m->key, strlen(m->key), m);
	return &m->backoff;
}

/* ---- whose pods they are ---- */

/* The finalizer comes with the owner reference, and goes with it. */
static json_t *adopted(const json_t *pod, const json_t *job)
{
	json_t *edited = ownership_adopted(pod, job);

	if (!job_pod_is_tracked(edited))
		json_take_append(json_make_arr(edited, "metadata.finalizers"),
				 json_string(JOB_FINALIZER));
	return edited;
}

static json_t *released(const json_t *pod, const char *uid)
{
	_cleanup_json_ json_t *edited = ownership_released(pod, uid);

	return job_pod_untracked(edited);
}

static int claim_pods(struct job_controller *jc, const json_t *job, json_t **pods, struct error *err)
{
	const struct claimant by = {
		.c = jc->c,
		.kind = &kind_pod,
		.objects = jc->pods,
		.owner = job,
		.adopted = adopted,
		.released = released,
	};

	return claim_all(&by, pods, err);
}

static json_t *pods_of(struct job_controller *jc, const json_t *job)
{
	json_t *pods = informer_list(jc->pods, meta_namespace(job) ?: "");

	for (size_t i = json_array_size(pods); i-- > 0;)
		if (!meta_is_controlled_by(json_array_get(pods, i), job))
			json_array_remove(pods, i);
	return pods;
}

/* ---- carrying out ---- */

static int untrack(struct job_controller *jc, const json_t *pod, struct error *err)
{
	_cleanup_json_ json_t *edited = job_pod_untracked(pod);

	return control_update(jc->c, &kind_pod, STORE_META, edited, err);
}

static int create_pod(struct job_controller *jc, const json_t *job, int64_t index,
		      const json_t *failed, struct error *err)
{
	_cleanup_json_ json_t *pod = job_pod_new(job, index, failed), *stored = NULL;
	int r = control_create(jc->c, &kind_pod, meta_namespace(job), pod, &stored, err);

	if (r < 0)
		recorder_event(jc->c->recorder, job, COMPONENT, "Warning", "FailedCreate",
			       "Error creating: %s", error_text(err));
	else
		recorder_event(jc->c->recorder, job, COMPONENT, "Normal", "SuccessfulCreate",
			       "Created pod: %s", meta_name(stored));
	return r;
}

static int create_pods(struct job_controller *jc, const json_t *job, const struct job_facts *f,
		       const struct job_plan *plan, struct error *err)
{
	for (size_t i = 0; i < MIN(plan->create, (size_t)BATCH); i++) {
		int64_t index = plan->indexes ? plan->indexes[i] : -1;
		int r = create_pod(jc, job, index, job_facts_held(f, index), err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int delete_pods(struct job_controller *jc, const json_t *job, const struct job_plan *plan,
		       struct error *err)
{
	json_t *pod;
	size_t i;

	json_array_foreach(plan->surplus, i, pod) {
		int r = 0;

		if (i == BATCH)
			break;
		if (plan->uncounted && job_pod_is_tracked(pod))
			r = untrack(jc, pod, err);
		if (r == 0)
			r = control_delete(jc->c, &kind_pod, pod, NULL, err);
		if (r < 0)
			return r;
		recorder_event(jc->c->recorder, job, COMPONENT, "Normal", "SuccessfulDelete",
			       "Deleted pod: %s", meta_name(pod));
	}
	return 0;
}

/* What is beyond a batch is done on a next turn. */
static int carry_out(struct job_controller *jc, const char *key, const json_t *job,
		     const struct job_facts *f, const struct job_plan *plan, struct error *err)
{
	int r;

	r = delete_pods(jc, job, plan, err);
	if (r == 0)
		r = create_pods(jc, job, f, plan, err);
	if (r < 0)
		return r;
	if (plan->wake_ns)
		workqueue_add_after(jc->queue, key, plan->wake_ns);
	if (MAX(plan->create, json_array_size(plan->surplus)) > BATCH)
		workqueue_add(jc->queue, key);
	return 0;
}

/* ---- the status ---- */

/* A condition that is new, or whose status is. */
static const json_t *changed(const json_t *was, const json_t *now, const char *type)
{
	const json_t *c = condition_get(now, type);

	return streq(json_str(c, "status"), json_str(condition_get(was, type), "status")) ? NULL :
											    c;
}

static void tell_changes(struct job_controller *jc, const json_t *was, const json_t *now)
{
	const json_t *failed = changed(was, now, "Failed");
	const json_t *suspended = changed(was, now, "Suspended");

	if (failed)
		recorder_event(jc->c->recorder, now, COMPONENT, "Warning",
			       json_str(failed, "reason"), "%s", json_str(failed, "message"));
	if (changed(was, now, "Complete"))
		recorder_event(jc->c->recorder, now, COMPONENT, "Normal", "Completed",
			       "Job completed");
	if (suspended)
		recorder_event(jc->c->recorder, now, COMPONENT, "Normal",
			       streq(json_str(suspended, "status"), "True") ? "Suspended" :
									      "Resumed",
			       "%s", json_str(suspended, "message"));
}

static int write_status(struct job_controller *jc, const json_t *job, const struct job_facts *f,
			const struct job_verdict *v, struct error *err)
{
	_cleanup_json_ json_t *edited = json_copy((json_t *)job);
	json_t *status = job_status_make(job, f, v);
	int r;

	json_take_set(edited, "status", status);
	if (json_same(status, json_obj(job, "status")))
		return 0;
	r = control_update(jc->c, &kind_job, STORE_STATUS, edited, err);
	if (r == 0)
		tell_changes(jc, job, edited);
	return r;
}

/* The status of what is there now; then the pods that it knows are let go. */
static int record(struct job_controller *jc, const json_t *job, const struct job_verdict *v,
		  struct error *err)
{
	_cleanup_(job_facts_deinit) struct job_facts f = { 0 };
	_cleanup_json_ json_t *pods = pods_of(jc, job);
	json_t *pod;
	size_t i;
	int r;

	job_facts_make(job, pods, store_now_ns(jc->c->store), &f);
	r = write_status(jc, job, &f, v, err);
	json_array_foreach(f.recorded, i, pod)
		if (r == 0)
			r = untrack(jc, pod, err);
	return r;
}

/* ---- one Job ---- */

static int reconcile(struct job_controller *jc, const char *key, const json_t *job,
		     struct error *err)
{
	_cleanup_(job_facts_deinit) struct job_facts f = { 0 };
	_cleanup_(job_verdict_deinit) struct job_verdict v = { 0 };
	_cleanup_(job_plan_deinit) struct job_plan plan = { 0 };
	_cleanup_json_ json_t *pods = NULL;
	double rate = clock_rate(jc->c->clock);
	const struct job_backoff *backoff;
	int r;

	r = claim_pods(jc, job, &pods, err);
	if (r < 0)
		return r;
	job_facts_make(job, pods, store_now_ns(jc->c->store), &f);
	backoff = remember(jc, key, job, pods, &f);
	job_judge(job, &f, rate, &v);
	job_plan_make(job, &f, &v, backoff, rate, &plan);
	if (!meta_deletion_timestamp(job))
		r = carry_out(jc, key, job, &f, &plan, err);
	return MIN(r, record(jc, job, &v, r < 0 ? NULL : err));
}

/* Deletes a finished Job when its time has come. */
static int expire(struct job_controller *jc, const char *key, json_t *job, struct error *err)
{
	bool complete = condition_is_true(job, "Complete");
	const json_t *end = condition_get(job, complete ? "Complete" : "Failed");
	int64_t ttl = json_int(job, "spec.ttlSecondsAfterFinished", -1), end_ns, left;

	if (ttl < 0 || meta_deletion_timestamp(job) ||
	    clock_parse(json_str_or(end, "lastTransitionTime", ""), &end_ns) < 0)
		return 0;
	left = end_ns + ttl * NSEC_PER_SEC - store_now_ns(jc->c->store);
	if (left <= 0)
		return control_delete(jc->c, &kind_job, job, "Foreground", err);
	workqueue_add_after(jc->queue, key, left);
	return 0;
}

static int visit(struct job_controller *jc, const char *key, json_t *job, struct error *err)
{
	if (job && !job_is_finished(job))
		return job_is_foreign(job) ? 0 : reconcile(jc, key, job, err);
	forget(jc, key);
	return job ? expire(jc, key, job, err) : 0;
}

static void on_key(void *userdata, const char *key)
{
	struct job_controller *jc = userdata;
	_cleanup_free_ char *copy = xstrdup(key);
	_cleanup_error_ struct error err = ERROR_INIT;
	const char *ns, *name = workqueue_split(copy, &ns);
	_cleanup_json_ json_t *job = json_incref(informer_find(jc->jobs, ns, name));

	if (visit(jc, key, job, &err) < 0) {
		log_debug("controllers", "job %s: %s", key, error_text(&err));
		workqueue_add_failed(jc->queue, key);
		return;
	}
	workqueue_forget(jc->queue, key);
}

/* ---- lifetime ---- */

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
	jc->waker = (struct waker){ .queue = jc->queue, .owners = jc->jobs, .kind = &kind_job };
	informer_subscribe(jc->jobs, waker_owner_changed, &jc->waker);
	informer_subscribe(jc->pods, waker_owned_changed, &jc->waker);
	*ret = take_ptr(jc);
	return 0;
}

struct job_controller *job_controller_free(struct job_controller *jc)
{
	struct memory *m, *next;

	if (!jc)
		return NULL;
	HASH_ITER(hh, jc->memory, m, next)
		forget(jc, m->key);
	workqueue_free(jc->queue);
	free(jc);
	return NULL;
}
