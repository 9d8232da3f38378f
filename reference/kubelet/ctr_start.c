/*
 * ctr_start: image, plan, start, postStart.
 *
 * What fails before the runtime is asked (no image, a missing ConfigMap, a forbidden user) leaves
 * no run behind: the container waits and is tried again. A start that the runtime reports as StartError (the program
 * cannot be executed) is a run that ended with 128, as in the field, and is subject to the restart policy. A run whose
 * postStart hook fails is stopped like any other.
 *
 * While a start is under way the container is CTR_STARTING and the pod starts nothing else.
 */
#include "kubelet/ctr_start.h"

#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "kubelet/ctr_kill.h"
#include "kubelet/ctr_plan.h"
#include "kubelet/events.h"
#include "kubelet/hook.h"
#include "kubelet/images.h"
#include "kubelet/pod_worker.h"
#include "kubelet/termination_log.h"

#define RETRY_NS (10 * NSEC_PER_SEC)

static void wait_and_retry(struct ctr *c, const char *dflt, const struct error *err)
{
	const char *reason = err->reason ? err->reason : dflt;

	c->retry_ns = clock_nominal_ns(c->w->k->clock) + RETRY_NS;
	ctr_event(c, "Warning", "Failed", "Error: %s", error_text(err));
	ctr_wait(c, reason, error_text(err));
}

static void post_start_done(void *userdata, const struct error *err)
{
	struct ctr *c = userdata;

	c->post_start = NULL;
	if (!err) {
		ctr_running(c);
		return;
	}
	ctr_event(c, "Warning", "FailedPostStartHook", "PostStartHook failed");
	c->post_start_failed = true;
	c->state = CTR_RUNNING;
	ctr_kill(c, c->w->pod->grace_seconds * NSEC_PER_SEC, false, "FailedPostStartHook");
}

static void ignore_done(void *userdata _unused_, const struct error *err _unused_)
{
}

/* One dead run is kept for its log; the one before it goes now. */
static void drop_older(struct ctr *c)
{
	_cleanup_free_ char *log = NULL;

	if (!c->old_rt)
		return;
	container_remove(c->old_rt, ignore_done, NULL);
	c->old_rt = NULL;
	if (c->cur.valid && c->cur.attempt > 0) {
		log = ctr_log_path(c, c->cur.attempt - 1);
		unlink(log);
	}
}

void ctr_start_remove_runs(struct ctr *c)
{
	_cleanup_free_ char *log = ctr_log_path(c, c->cur.attempt);

	drop_older(c);
	if (c->rt)
		container_remove(c->rt, ignore_done, NULL);
	c->rt = NULL;
	unlink(log);
}

static void start_failed(struct ctr *c, const struct error *err)
{
	_cleanup_free_ char *text = xstrdup(error_text(err));

	if (streq(err->reason, "StartError")) {
		ctr_event(c, "Warning", "Failed", "Error: %s", text);
		ctr_start_failed(c, 128, "StartError", text);
		return;
	}
	if (c->rt)
		container_remove(c->rt, ignore_done, NULL);
	c->rt = take_ptr(c->old_rt);
	c->state = c->rt ? CTR_EXITED : CTR_NONE;
	instance_clear(&c->next);
	c->attempts--;
	wait_and_retry(c, "CreateContainerError", err);
	pod_worker_kick(c->w);
}

static void started(void *userdata, const struct error *err)
{
	struct ctr *c = userdata;
	struct container_status st;

	if (c->state != CTR_STARTING || !c->next.valid)
		return; /* lost meanwhile, or ended already */
	if (err) {
		start_failed(c, err);
		return;
	}
	container_get_status(c->rt, &st);
	c->next.running = true;
	c->next.started_ns = st.started_ns;
	ctr_event(c, "Normal", "Created", "Container created");
	ctr_event(c, "Normal", "Started", "Container started");
	if (c->spec->post_start)
		c->post_start = hook_run(c, c->rt, c->spec->post_start, 0, post_start_done, c);
	else
		ctr_running(c);
}

static void note_run(struct ctr *c, const struct image_info *image, const struct ctr_plan *p,
		     int attempt)
{
	instance_clear(&c->next);
	c->next = (struct instance){
		.valid = true,
		.attempt = attempt,
		.id = str_printf("%s/%s", sandbox_id(c->w->sandbox), p->id),
		.image = xstrdup(image->names && image->names[0] ? image->names[0] : c->spec->image),
		.image_id = xstrdup(image->id),
	};
	free(c->image);
	c->image = xstrdup(c->spec->image);
	c->stop_signal = p->stop_signal;
	c->attempts = attempt + 1;
	c->state = CTR_STARTING;
	c->forced = c->oom = c->post_start_failed = false;
	c->retry_ns = 0;
}

static struct crash_backoff next_backoff(const struct ctr *c)
{
	const struct instance *before = c->forced ? &c->last : &c->cur;
	struct crash_backoff b = c->backoff;

	if (before->valid && !before->running)
		crash_backoff_next(&b, before->finished_ns, clock_nominal_ns(c->w->k->clock));
	return b;
}

static void begin(struct ctr *c, const struct image_info *image)
{
	struct crash_backoff backoff = next_backoff(c);
	_cleanup_error_ struct error err = ERROR_INIT;
	struct ctr_plan plan;
	int attempt = c->attempts;

	if (ctr_plan_make(c, image, attempt, &backoff, &plan, &err) != 0) {
		wait_and_retry(c, "CreateContainerConfigError", &err);
		return;
	}
	drop_older(c);
	c->old_rt = take_ptr(c->rt);
	note_run(c, image, &plan, attempt);
	c->backoff = backoff;
	if (container_start(c->w->sandbox, &plan.cfg, started, c, &c->rt, &err) != 0)
		start_failed(c, &err);
	ctr_plan_clear(&plan);
}

void ctr_start(struct ctr *c)
{
	struct image_info *image = images_ensure(c);

	if (image)
		begin(c, image);
	image_info_free(image);
	if (c->state != CTR_STARTING)
		pod_worker_kick(c->w); /* it waits: the next one's turn */
}

void ctr_start_forget(struct ctr *c)
{
	c->post_start = hook_cancel(c->post_start);
}
