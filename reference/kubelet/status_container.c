/*
 * status_container: one entry of containerStatuses.
 *
 * Exactly one of waiting, running, terminated. A run that ended is shown as such until there is a
 * reason to wait (back-off, a config error), and then it becomes lastState. Containers that never ran
 * wait: for the init sequence (PodInitializing) or to be made (ContainerCreating). When a pod ends
 * whose containers were due but never came to be, they are lost: ContainerStatusUnknown, 137.
 */
#include "kubelet/status.h"

#include "base/defs.h"
#include "base/json.h"

static bool is_waiting(const struct ctr_status_facts *c)
{
	return c->wait_reason || !c->cur->valid;
}

static json_t *waiting_state(const struct status_facts *f, const struct ctr_status_facts *c)
{
	bool init_due = f->pod->n_init_containers > 0 && !f->initialized;
	json_t *w = json_object(), *state = json_object();

	if (c->wait_reason)
		json_take_set(w, "reason", json_string(c->wait_reason));
	else
		json_take_set(w, "reason",
			      json_string(init_due ? "PodInitializing" : "ContainerCreating"));
	if (c->wait_message)
		json_take_set(w, "message", json_string(c->wait_message));
	json_take_set(state, "waiting", w);
	return state;
}

/* Never made although its turn had come: nobody can tell what became of it. */
static bool is_lost(const struct status_facts *f, const struct ctr_status_facts *c)
{
	bool due = f->initialized || f->pod->n_init_containers == 0;

	return f->terminated && !f->rejected && !c->cur->valid && due &&
	       c->spec->kind == POD_CONTAINER_APP;
}

static json_t *lost_state(void)
{
	static const char text[] = "The container could not be located when the pod was terminated";

	return json_pack("{s:{s:i,s:s,s:s,s:n,s:n}}", "terminated", "exitCode", 137, "reason",
			 "ContainerStatusUnknown", "message", text, "startedAt", "finishedAt");
}

bool status_container_ready(const struct ctr_status_facts *c)
{
	if (c->wait_reason || !c->cur->valid)
		return false;
	if (c->spec->kind == POD_CONTAINER_INIT)
		return !c->cur->running && c->cur->exit_code == 0;
	return c->cur->running && c->started && c->ready;
}

static void put_mounts(json_t *s, const struct pod_container *spec)
{
	json_t *list, *m;

	if (!spec->n_mounts)
		return;
	list = json_array();
	for (size_t i = 0; i < spec->n_mounts; i++) {
		m = json_pack("{s:s,s:s}", "name", spec->mounts[i].name, "mountPath",
			      spec->mounts[i].path);
		if (spec->mounts[i].read_only)
			json_take_set(m, "readOnly", json_true());
		json_take_append(list, m);
	}
	json_take_set(s, "volumeMounts", list);
}

static void put_state(json_t *s, const struct status_facts *f, const struct ctr_status_facts *c)
{
	if (is_lost(f, c)) {
		json_take_set(s, "state", lost_state());
		json_take_set(s, "lastState", json_object());
	} else if (is_waiting(c)) {
		json_take_set(s, "state", waiting_state(f, c));
		json_take_set(s, "lastState", instance_state(c->cur->valid ? c->cur : c->last));
	} else {
		json_take_set(s, "state", instance_state(c->cur));
		json_take_set(s, "lastState", instance_state(c->last));
	}
}

json_t *status_container(const struct status_facts *f, const struct ctr_status_facts *c)
{
	const struct instance *shown = c->cur->valid ? c->cur : c->last;
	json_t *s = json_object();

	json_take_set(s, "name", json_string(c->spec->name));
	put_state(s, f, c);
	json_take_set(s, "ready", json_boolean(status_container_ready(c)));
	json_take_set(s, "restartCount", json_integer(c->restarts));
	json_take_set(s, "image", json_string(shown->image ? shown->image : c->spec->image));
	json_take_set(s, "imageID", json_string(shown->image_id ? shown->image_id : ""));
	if (shown->id)
		json_take_set(s, "containerID", json_sprintf("podd://%s", shown->id));
	json_take_set(s, "started", json_boolean(!is_waiting(c) && c->cur->running && c->started));
	put_mounts(s, c->spec);
	if (shown->valid && c->stop_signal)
		json_take_set(s, "stopSignal", json_sprintf("SIG%s", c->stop_signal));
	return s;
}

static int by_name(const void *a, const void *b)
{
	const struct ctr_status_facts *const *x = a, *const *y = b;

	return strcmp((*x)->spec->name, (*y)->spec->name);
}

json_t *status_containers(const struct status_facts *f, bool init)
{
	_cleanup_free_ const struct ctr_status_facts **list = xcalloc(f->n_ctrs + 1, sizeof(*list));
	json_t *array = json_array();
	size_t n = 0;

	for (size_t i = 0; i < f->n_ctrs; i++) {
		if ((f->ctrs[i].spec->kind != POD_CONTAINER_APP) == init)
			list[n++] = &f->ctrs[i];
	}
	if (!init)
		qsort(list, n, sizeof(*list), by_name);
	for (size_t i = 0; i < n; i++)
		json_take_append(array, status_container(f, list[i]));
	return array;
}
