/*
 * pod_publish: writes a pod's status when it differs from the one in the store.
 *
 * The update carries the version it was computed from, so conditions that others write at the same
 * time are never lost: on a conflict the object is read again. When a deleted pod has ended, its
 * final status is followed by the removal of the object, bound to its uid. A fault of the store (a full
 * disk) loses nothing: the same is tried again until it succeeds. Of a static pod the store has only the mirror (static_pods.h): the
 * status goes there, and is kept in the worker's own object while there is none.
 */
#include "kubelet/pod_worker.h"

#include "api/meta.h"
#include "api/pod_status.h"
#include "base/json.h"
#include "base/log.h"
#include "kubelet/static_manifest.h"
#include "kubelet/static_pods.h"
#include "kubelet/status.h"

#define TRIES 3
#define RETRY_NS NSEC_PER_SEC /* real; after a fault of the store, a full disk above all */

static json_t *compute(const struct pod_worker *w)
{
	_cleanup_free_ struct ctr_status_facts *ctrs = xcalloc(w->n_ctrs, sizeof(*ctrs));
	struct status_facts f = {
		.pod = w->pod,
		.ctrs = ctrs,
		.n_ctrs = w->n_ctrs,
		.old = json_obj(w->object, "status"),
		.sandbox_ready = w->sandbox_state == SB_READY,
		.initialized = w->initialized,
		.ending = w->stage != WORKER_SYNC,
		.terminated = w->stage == WORKER_TERMINATED,
		.fail_reason = w->term.reason,
		.fail_message = w->term.message,
		.rejected = w->rejected,
		.restarting_all = w->restarting_all,
		.pod_ip = w->pod_ip,
		.host_ip = runtime_node_ip(w->k->rt),
		.start_ns = w->start_ns,
		.now_ns = clock_nominal_ns(w->k->clock),
	};

	for (size_t i = 0; i < w->n_ctrs; i++)
		ctr_status(&w->ctrs[i], &ctrs[i]);
	return status_compute(&f);
}

static void adopt_object(struct pod_worker *w, json_t *obj)
{
	json_decref(w->object);
	w->object = json_incref(obj);
}

static int read_again(struct pod_worker *w)
{
	_cleanup_json_ json_t *obj = NULL;

	if (store_get(w->k->store, &kind_pod, w->pod->ns, w->pod->name, &obj, NULL) != 0)
		return -1; /* gone: the watch tells */
	if (streq(static_manifest_mirrored(obj), w->uid))
		static_pods_note(w->k->statics, w->uid, obj);
	else if (streq(meta_uid(obj), w->uid))
		adopt_object(w, obj);
	else
		return -1; /* another one */
	return 0;
}

static bool is_static(const struct pod_worker *w)
{
	return static_pods_has(w->k->statics, w->uid);
}

/* What the store has of the pod; NULL: nothing yet. */
static json_t *stored_object(const struct pod_worker *w)
{
	return is_static(w) ? static_pods_mirror(w->k->statics, w->uid) : w->object;
}

static void keep_status(struct pod_worker *w, json_t *status)
{
	_cleanup_json_ json_t *obj = json_copy(w->object);

	json_object_set(obj, "status", status);
	adopt_object(w, obj);
}

/* STORE_CONFLICT: try again. */
static int write_status(struct pod_worker *w)
{
	_cleanup_json_ json_t *status = compute(w), *obj = NULL, *stored = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	json_t *before = stored_object(w);
	int r;

	if (is_static(w))
		keep_status(w, status);
	if (!before || json_same(status, json_obj(before, "status")))
		return 0;
	obj = json_copy(before);
	json_take_set(obj, "status", take_ptr(status));
	r = store_update(w->k->store, &kind_pod, STORE_STATUS, obj, &stored, &err);
	if (r == 0 && is_static(w))
		static_pods_note(w->k->statics, w->uid, stored);
	else if (r == 0)
		adopt_object(w, stored);
	else if (r != STORE_CONFLICT && r != STORE_NOT_FOUND)
		log_warn("kubelet", "status of pod %s: %s", w->pod->name, error_text(&err));
	return r;
}

/* Its file is gone, and so it is. */
static void end_static(struct pod_worker *w)
{
	static_pods_ended(w->k->statics, w->uid);
	pod_worker_object_gone(w);
}

static int remove_object(struct pod_worker *w)
{
	struct store_delete_opts opts = { .grace_seconds = 0, .uid = w->uid };
	_cleanup_error_ struct error err = ERROR_INIT;
	bool gone = false;
	int r;

	r = store_delete(w->k->store, &kind_pod, w->pod->ns, w->pod->name, &opts, NULL, &gone, &err);
	if (r != 0 && r != STORE_NOT_FOUND && r != STORE_CONFLICT)
		log_warn("kubelet", "removal of pod %s: %s", w->pod->name, error_text(&err));
	return r;
}

void pod_publish(struct pod_worker *w)
{
	bool final = pod_is_terminal(w->object) && !is_static(w);
	int r = final ? 0 : STORE_CONFLICT; /* what is final stays; a mirror may be a new one */

	if (w->gone)
		return;
	for (int i = 0; i < TRIES && r == STORE_CONFLICT; i++) {
		r = write_status(w);
		if (r == STORE_CONFLICT && read_again(w) < 0)
			return;
	}
	if (w->stage == WORKER_TERMINATED && w->pod->deletion_timestamp && r == 0) {
		if (is_static(w))
			end_static(w);
		else
			r = remove_object(w);
	}
	if (r < 0)
		loop_timer_set(w->publish, RETRY_NS);
}
