/*
 * job_stray: takes the tracking finalizer from pods whose Job is gone or has let go of them.
 *
 * The finalizer holds a pod until its Job has counted it. Without this one, a pod of a Job that was deleted, or that
 * somebody has orphaned, could never go.
 */
#include "controllers/job_stray.h"

#include "api/job.h"
#include "api/meta.h"
#include "api/pod.h"
#include "base/json.h"
#include "base/log.h"
#include "controllers/control.h"
#include "controllers/job_pod.h"
#include "controllers/workqueue.h"

struct job_strays {
	struct control *c;
	struct informer *jobs, *pods;
	struct workqueue *queue; /* of pods */
};

static void wake(struct job_strays *js, const json_t *pod)
{
	if (job_pod_is_tracked(pod))
		workqueue_add_name(js->queue, meta_namespace(pod), meta_name(pod));
}

static void on_pod(void *userdata, const struct kind *k _unused_, json_t *was _unused_, json_t *now)
{
	if (now)
		wake(userdata, now);
}

static void on_job(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	struct job_strays *js = userdata;
	_cleanup_json_ json_t *pods = NULL;
	json_t *pod;
	size_t i;

	if (now)
		return;
	pods = informer_list(js->pods, meta_namespace(was) ?: "");
	json_array_foreach(pods, i, pod)
		if (meta_is_controlled_by(pod, was))
			wake(js, pod);
}

static bool is_stray(struct job_strays *js, const json_t *pod)
{
	const json_t *ref = meta_controller_ref(pod);
	const json_t *job;

	if (!pod || !job_pod_is_tracked(pod))
		return false;
	if (!ref)
		return true;
	if (!streq(json_str(ref, "kind"), kind_job.kind))
		return false;
	job = informer_find(js->jobs, meta_namespace(pod), json_str_or(ref, "name", ""));
	return !job || !streq(meta_uid(job), json_str(ref, "uid"));
}

static void on_key(void *userdata, const char *key)
{
	struct job_strays *js = userdata;
	_cleanup_free_ char *copy = xstrdup(key);
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *edited = NULL;
	const char *ns, *name = workqueue_split(copy, &ns);
	const json_t *pod = informer_find(js->pods, ns, name);

	if (is_stray(js, pod)) {
		edited = job_pod_untracked(pod);
		if (control_update(js->c, &kind_pod, STORE_META, edited, &err) < 0) {
			log_debug("controllers", "pod %s: %s", key, error_text(&err));
			workqueue_add_failed(js->queue, key);
			return;
		}
	}
	workqueue_forget(js->queue, key);
}

DEFINE_CLEANUP_FUNC(struct job_strays *, job_strays_free)

int job_strays_new(struct control *c, struct job_strays **ret, struct error *err)
{
	_cleanup_(job_strays_freep) struct job_strays *js = xnew(js);
	int r;

	js->c = c;
	js->queue = workqueue_new(c->loop, c->clock, on_key, js);
	r = informer_get(c->informers, &kind_job, &js->jobs, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_pod, &js->pods, err);
	if (r < 0)
		return r;
	informer_subscribe(js->pods, on_pod, js);
	informer_subscribe(js->jobs, on_job, js);
	*ret = take_ptr(js);
	return 0;
}

struct job_strays *job_strays_free(struct job_strays *js)
{
	if (!js)
		return NULL;
	workqueue_free(js->queue);
	free(js);
	return NULL;
}
