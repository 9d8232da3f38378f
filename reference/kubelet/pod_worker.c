/*
 * pod_worker: life, updates and turns of a worker.
 *
 * A turn is a deferred call, so any number of kicks before it make one. In a turn the stage
 * decides what is done; then the status is published and the timers are set. Everything that is under
 * way (a start, a stop, a hook, a probe) lives in the container's record and ends in a kick.
 *
 * The worker owns the view of its pod. When the object changes, a new view is made and every container
 * is pointed to its new spec; containers cannot come or go. Changes of status alone (mostly our own) are
 * kept for their conditions and make no new view.
 */
#include "kubelet/pod_worker.h"

#include "api/meta.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "kubelet/checkpoint.h"
#include "kubelet/events.h"
#include "kubelet/eviction.h"
#include "kubelet/prober.h"
#include "kubelet/volumes.h"

#define PUBLISH_LATE_NS (10 * NSEC_PER_MSEC) /* real */

char *pod_worker_words(const struct pod_worker *w)
{
	return str_printf("%s_%s(%s)", w->pod->name, w->pod->ns, w->uid);
}

struct ctr *pod_worker_find_ctr(struct pod_worker *w, const char *name)
{
	for (size_t i = 0; i < w->n_ctrs; i++) {
		if (streq(w->ctrs[i].spec->name, name))
			return &w->ctrs[i];
	}
	return NULL;
}

struct ctr *pod_worker_find_rt(struct pod_worker *w, const struct container *rt)
{
	for (size_t i = 0; i < w->n_ctrs; i++) {
		if (w->ctrs[i].rt == rt)
			return &w->ctrs[i];
	}
	return NULL;
}

void pod_worker_kick(struct pod_worker *w)
{
	loop_defer_schedule(w->turn);
}

static void arm_wake(struct pod_worker *w)
{
	int64_t at = w->stage == WORKER_SYNC ? pod_sync_wake_ns(w) : 0;

	loop_timer_stop(w->wake);
	if (at)
		loop_timer_set(w->wake, clock_until_ns(w->k->clock, at));
}

static void kick(void *userdata)
{
	pod_worker_kick(userdata);
}

static void publish_late(void *userdata)
{
	pod_publish(userdata);
}

/* Something is about to be told by the runtime that will change the status again. */
static bool is_busy(const struct pod_worker *w)
{
	for (size_t i = 0; i < w->n_ctrs; i++) {
		if (w->ctrs[i].state == CTR_STARTING && !w->ctrs[i].post_start)
			return true;
	}
	return w->sandbox_state == SB_CREATING && !w->had_sandbox;
}

/* A first start is not held up by the store: what is shown of it may come a little later. */
static void publish(struct pod_worker *w)
{
	if (!is_busy(w)) {
		loop_timer_stop(w->publish);
		pod_publish(w);
	} else if (!loop_timer_is_set(w->publish)) {
		loop_timer_set(w->publish, PUBLISH_LATE_NS);
	}
}

static void turn(void *userdata)
{
	struct pod_worker *w = userdata;

	if (w->stage == WORKER_SYNC && !pod_terminate_due(w))
		pod_sync(w);
	if (w->stage != WORKER_SYNC)
		pod_terminate_step(w);
	if (w->stage == WORKER_TERMINATED && w->gone) {
		volumes_forget_pod(w);
		pod_worker_free(w);
		return;
	}
	publish(w);
	arm_wake(w);
}

static void init_ctrs(struct pod_worker *w)
{
	const struct pod *p = w->pod;
	size_t n = 0;

	w->n_ctrs = p->n_init_containers + p->n_containers;
	w->ctrs = xcalloc(w->n_ctrs, sizeof(*w->ctrs));
	for (size_t i = 0; i < p->n_init_containers; i++)
		ctr_init(&w->ctrs[n++], w, &p->init_containers[i]);
	for (size_t i = 0; i < p->n_containers; i++)
		ctr_init(&w->ctrs[n++], w, &p->containers[i]);
}

static void init_times(struct pod_worker *w)
{
	const char *start = json_str(w->object, "status.startTime");

	if (start && clock_parse(start, &w->start_ns) == 0)
		w->admitted = true;
	else
		w->start_ns = clock_nominal_ns(w->k->clock);
	checkpoint_load(w);
}

int pod_worker_new(struct kubelet *k, json_t *object, struct pod_worker **ret, struct error *err)
{
	struct pod *pod = NULL;
	struct pod_worker *w;
	int r = pod_view_new(object, &pod, err);

	if (r < 0)
		return r;
	w = xnew(w);
	w->k = k;
	w->uid = xstrdup(pod->uid);
	w->pod = pod;
	w->object = json_incref(object);
	w->turn = loop_defer_new(k->loop, turn, w);
	w->wake = loop_timer_new(k->loop, kick, w);
	w->deadline = loop_timer_new(k->loop, kick, w);
	w->publish = loop_timer_new(k->loop, publish_late, w);
	init_ctrs(w);
	init_times(w);
	HASH_ADD_KEYPTR(hh, k->workers, w->uid, strlen(w->uid), w);
	pod_terminate_arm(w);
	eviction_init(w);
	pod_worker_kick(w);
	*ret = w;
	return 0;
}

struct pod_worker *pod_worker_free(struct pod_worker *w)
{
	if (!w)
		return NULL;
	HASH_DEL(w->k->workers, w);
	for (size_t i = 0; i < w->n_ctrs; i++)
		ctr_deinit(&w->ctrs[i]);
	free(w->ctrs);
	for (size_t i = 0; w->claimed && i < w->pod->n_volumes; i++)
		free(w->claimed[i]);
	free(w->claimed);
	loop_defer_free(w->turn);
	loop_timer_free(w->wake);
	loop_timer_free(w->deadline);
	loop_timer_free(w->publish);
	eviction_deinit(w);
	event_forget(w->k->events, w->uid);
	pod_view_free(w->pod);
	json_decref(w->object);
	free(w->term.reason);
	free(w->term.message);
	free(w->pod_ip);
	free(w->uid);
	free(w);
	return NULL;
}

/* Whether a new view has anything new to say. */
static bool view_differs(const struct pod_worker *w, const json_t *object)
{
	const json_t *old = w->pod->object;

	return meta_generation(object) != w->pod->generation ||
	       !streq(meta_deletion_timestamp(object), w->pod->deletion_timestamp) ||
	       meta_deletion_grace(object) != w->pod->deletion_grace_seconds ||
	       !json_same(meta_labels(object), meta_labels(old)) ||
	       !json_same(meta_annotations(object), meta_annotations(old));
}

static void set_view(struct pod_worker *w, struct pod *pod)
{
	struct pod *old = w->pod;

	w->pod = pod;
	for (size_t i = 0; i < w->n_ctrs; i++) {
		struct pod_container *spec = pod_find_container(pod, w->ctrs[i].spec->name);

		if (spec)
			w->ctrs[i].spec = spec;
	}
	pod_view_free(old);
}

/* The control plane said that the pod is not ready, while it heard nothing of this node. */
static bool ready_was_written(const struct pod_worker *w, const json_t *object)
{
	return meta_rv(object) > meta_rv(w->object) &&
	       !json_same(condition_get(object, "Ready"), condition_get(w->object, "Ready"));
}

void pod_worker_update(struct pod_worker *w, json_t *object)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct pod *pod = NULL;
	bool differs = view_differs(w, object), again = ready_was_written(w, object);

	/* A watch may be behind our own writes; what it brings next is newer. */
	if (meta_rv(object) < meta_rv(w->object))
		return;
	if (differs && pod_view_new(object, &pod, &err) < 0) {
		log_error("kubelet", "pod %s: %s", w->pod->name, error_text(&err));
		return;
	}
	json_decref(w->object);
	w->object = json_incref(object);
	if (!differs && (again || w->pod->readiness_gates))
		pod_worker_kick(w); /* somebody may have set a gate's condition */
	if (!differs)
		return;
	set_view(w, pod);
	w->refresh_volumes = true;
	for (size_t i = 0; pod->deletion_timestamp && i < w->n_ctrs; i++)
		probers_pod_deleted(&w->ctrs[i]);
	pod_terminate_arm(w);
	pod_worker_kick(w);
}

void pod_worker_object_gone(struct pod_worker *w)
{
	w->gone = true;
	pod_worker_kick(w);
}
