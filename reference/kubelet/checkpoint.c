/*
 * checkpoint: ROOT/kubelet/pods/UID/state.json, replaced as a whole.
 *
 * Times are CLOCK_BOOTTIME, so they mean nothing after a reboot; but then nothing runs any more either.
 */
#include "kubelet/checkpoint.h"

#include "base/fsutil.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "kubelet/pod_worker.h"

#define MAX_SIZE (64 * 1024)

static char *path_of(const struct pod_worker *w)
{
	_cleanup_free_ char *dir = kubelet_pod_dir(w->k, w->uid);

	return fs_join(dir, "state.json");
}

/* How far the stop of each container got. */
static json_t *stops(const struct pod_worker *w)
{
	json_t *v = json_object();

	for (size_t i = 0; i < w->n_ctrs; i++) {
		if (w->ctrs[i].stop != STOP_NONE)
			json_take_set(v, w->ctrs[i].spec->name, json_integer(w->ctrs[i].stop));
	}
	return v;
}

static void load_stops(struct pod_worker *w, const json_t *v)
{
	for (size_t i = 0; i < w->n_ctrs; i++) {
		const json_t *stop = json_object_get(v, w->ctrs[i].spec->name);

		w->ctrs[i].stop = stop ? json_integer_value(stop) : STOP_NONE;
	}
}

void checkpoint_save(const struct pod_worker *w)
{
	_cleanup_json_ json_t *v = json_object();
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *path = path_of(w), *text = NULL;

	json_set_bool(v, "begun", w->term.begun);
	json_set_int(v, "deadline", w->term.deadline_ns);
	json_set_int(v, "grace", w->term.grace_ns);
	json_set_bool(v, "terminating", w->stage != WORKER_SYNC);
	json_set_str(v, "reason", w->term.reason);
	json_set_str(v, "message", w->term.message);
	json_take_set(v, "stops", stops(w));
	text = json_text(v);
	if (fs_mkdir_parents(AT_FDCWD, path, 0755, &err) < 0 ||
	    fs_write_atomic(AT_FDCWD, path, text, strlen(text), 0600, false, &err) < 0)
		log_warn("kubelet", "checkpoint of pod %s: %s", w->pod->name, error_text(&err));
}

void checkpoint_load(struct pod_worker *w)
{
	_cleanup_free_ char *path = path_of(w), *text = NULL;
	_cleanup_json_ json_t *v = NULL;
	size_t len;

	if (fs_read_file(AT_FDCWD, path, MAX_SIZE, &text, &len, NULL) != 0 ||
	    json_parse(text, len, &v, NULL) < 0 || !json_bool(v, "terminating", false))
		return;
	w->stage = WORKER_TERMINATING;
	w->term.begun = json_bool(v, "begun", false);
	w->term.deadline_ns = json_int(v, "deadline", 0);
	w->term.grace_ns = json_int(v, "grace", 0);
	w->term.reason = xstrdup(json_str(v, "reason"));
	w->term.message = xstrdup(json_str(v, "message"));
	load_stops(w, json_obj(v, "stops"));
}
