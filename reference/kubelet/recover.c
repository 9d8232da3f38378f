/*
 * recover: from the store's statuses and the runtime's labels to records.
 *
 * The status gives the counts and the ends of runs that the runtime has forgotten; the runtime's own records are newer
 * and win. What is in neither (a kill under way, a running hook) is begun again or let go: a hook that was running is
 * taken as done, a termination goes on from its checkpoint. Probe results of running containers are kept as the status
 * shows them, so that nothing turns unready because podd was restarted.
 */
#include "kubelet/recover.h"

#include <signal.h>

#include "api/meta.h"
#include "api/pod_status.h"
#include "base/json.h"
#include "base/str.h"
#include "kubelet/pod_worker.h"
#include "kubelet/prober.h"
#include "kubelet/volumes.h"

static void ctr_from_status(struct ctr *c, const json_t *s)
{
	int attempt = json_int(s, "restartCount", 0);

	if (streq(json_str(s, "state.waiting.reason"), CTR_RESET_REASON)) {
		instance_from_status(&c->last, s, json_obj(s, "lastState"), attempt);
		c->attempts = attempt;
	} else if (json_has(s, "state.waiting")) {
		instance_from_status(&c->cur, s, json_obj(s, "lastState"), attempt);
	} else if (json_has(s, "state.terminated")) {
		instance_from_status(&c->cur, s, json_obj(s, "state"), attempt);
		instance_from_status(&c->last, s, json_obj(s, "lastState"), attempt - 1);
	} else {
		instance_from_status(&c->last, s, json_obj(s, "lastState"), attempt - 1);
	}
	if (c->cur.valid || json_has(s, "state.running"))
		c->attempts = attempt + 1;
}

void recover_status(struct pod_worker *w)
{
	w->initialized = condition_is_true(w->object, "Initialized");
	w->restarting_all = condition_is_true(w->object, "AllContainersRestarting");
	for (size_t i = 0; i < w->n_ctrs; i++) {
		const json_t *s = pod_container_status(w->object, w->ctrs[i].spec->name);

		if (s)
			ctr_from_status(&w->ctrs[i], s);
	}
	if (pod_is_terminal(w->object))
		w->stage = WORKER_TERMINATED;
}

static int attempt_of(const struct container *rt)
{
	return json_int(container_labels(rt), "attempt", 0);
}

static struct instance instance_of(const struct ctr *c, const struct container *rt)
{
	struct container_status st;

	container_get_status(rt, &st);
	return (struct instance){
		.valid = true,
		.running = true,
		.attempt = attempt_of(rt),
		.id = str_printf("%s/%s", sandbox_id(c->w->sandbox), container_id(rt)),
		.image = xstrdup(json_str_or(container_labels(rt), "image", c->spec->image)),
		.image_id = xstrdup(st.image_id),
		.started_ns = st.started_ns,
	};
}

/* A run that the runtime has, in the order of attempts; the status may tell of its end already. */
static void take_run(struct ctr *c, struct container *rt)
{
	const json_t *labels = container_labels(rt);
	int attempt = attempt_of(rt);
	bool known = c->cur.valid && c->cur.attempt == attempt;
	struct instance run = { 0 };

	if (c->last.valid && attempt <= c->last.attempt)
		return; /* kept for its log; the status has told of its end */
	if (!known) {
		if (c->cur.running)
			ctr_take_end(c); /* the next one was started before that was told */
		if (c->cur.valid && c->cur.attempt < attempt)
			instance_move(&c->last, &c->cur);
		run = instance_of(c, rt);
		instance_move(&c->cur, &run);
	}
	c->rt = rt;
	c->attempts = attempt + 1;
	c->backoff.delay_ns = json_int(labels, "backoff.delay", 0);
	c->backoff.updated_ns = json_int(labels, "backoff.updated", 0);
	c->stop_signal = json_int(labels, "stopSignal", SIGTERM);
	free(c->image);
	c->image = xstrdup(json_str(labels, "image"));
	c->state = c->cur.running ? CTR_RUNNING : CTR_EXITED;
}

static void resume(struct ctr *c)
{
	const json_t *s = pod_container_status(c->w->object, c->spec->name);
	struct container_status st;

	if (!c->rt || c->state != CTR_RUNNING)
		return;
	container_get_status(c->rt, &st);
	if (st.state == CONTAINER_STOPPED) {
		ctr_exited(c);
		return;
	}
	c->was_started = json_bool(s, "started", false);
	probers_restore(c, c->was_started, json_bool(s, "ready", false));
	c->was_started |= ctr_is_started(c);
	if (c->w->pod->deletion_timestamp)
		probers_pod_deleted(c);
}

/* A podd that was killed may have started a container and not yet told since when the pod is here. */
static void recover_start_time(struct pod_worker *w, const struct container *rt)
{
	struct container_status st;

	container_get_status(rt, &st);
	if (!w->admitted && st.started_ns > 0)
		w->start_ns = MIN(w->start_ns, st.started_ns);
}

void pod_worker_adopt(struct pod_worker *w, struct sandbox *sb)
{
	struct container *rt = NULL;

	w->sandbox = sb;
	w->sandbox_state = SB_READY;
	w->sandbox_attempts = json_int(sandbox_labels(sb), "attempt", 0) + 1;
	w->pod_ip = xstrdup(w->pod->host_network ? runtime_node_ip(w->k->rt) : sandbox_ip(sb));
	w->volumes_ready = w->refresh_volumes = true;
	while ((rt = container_next(sb, rt))) {
		const char *name = json_str(container_labels(rt), "container");
		struct ctr *c = name ? pod_worker_find_ctr(w, name) : NULL;

		recover_start_time(w, rt);
		if (c && c->rt && attempt_of(c->rt) > attempt_of(rt)) {
			c->old_rt = rt;
		} else if (c) {
			c->old_rt = c->rt;
			take_run(c, rt);
		}
	}
	for (size_t i = 0; i < w->n_ctrs; i++)
		resume(&w->ctrs[i]);
	if (!sandbox_alive(sb))
		pod_worker_sandbox_gone(w);
	pod_worker_kick(w);
}

static void ignore_done(void *userdata _unused_, const struct error *err _unused_)
{
}

static void adopt_all(struct kubelet *k)
{
	struct sandbox *sb = sandbox_next(k->rt, NULL), *next;

	for (; sb; sb = next) {
		const char *uid = json_str(sandbox_labels(sb), "uid");
		struct pod_worker *w = uid ? kubelet_find_uid(k, uid) : NULL;

		next = sandbox_next(k->rt, sb);
		if (w && !w->sandbox && w->stage != WORKER_TERMINATED)
			pod_worker_adopt(w, sb);
		else
			sandbox_remove(sb, ignore_done, NULL);
	}
}

int recover_pods(struct kubelet *k, json_t *pods, struct error *err)
{
	json_t *obj;
	size_t i;

	json_array_foreach(pods, i, obj) {
		struct pod_worker *w;
		int r = pod_worker_new(k, obj, &w, err);

		if (r < 0)
			return r;
		recover_status(w);
	}
	adopt_all(k);
	volumes_sweep(k);
	return 0;
}
