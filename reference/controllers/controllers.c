/*
 * controllers: makes all controllers of one process and ends them.
 *
 * They share the informers and the recorder and know nothing of each other. The order of the end: first the
 * controllers with their queues, then the informers that would call them; nothing runs in between,
 * because all calls come from the loop.
 */
#include "controllers/controllers.h"

#include "api/workload.h"
#include "controllers/control.h"
#include "controllers/cronjob.h"
#include "controllers/daemonset.h"
#include "controllers/deployment.h"
#include "controllers/endpoints.h"
#include "controllers/garbage.h"
#include "controllers/hpa.h"
#include "controllers/job.h"
#include "controllers/job_stray.h"
#include "controllers/namespace.h"
#include "controllers/node_lifecycle.h"
#include "controllers/pod_gc.h"
#include "controllers/recorder.h"
#include "controllers/replicaset.h"
#include "controllers/scheduler.h"
#include "controllers/statefulset.h"
#include "controllers/taint_eviction.h"
#include "controllers/volume_binder.h"
#include "controllers/volume_guard.h"

struct controllers {
	struct control control;
	struct scheduler *scheduler;
	struct replica_controller *replicasets, *replicationcontrollers;
	struct deployment_controller *deployments;
	struct daemonset_controller *daemonsets;
	struct job_controller *jobs;
	struct job_strays *job_strays;
	struct cronjob_controller *cronjobs;
	struct endpoints_controller *endpoints;
	struct hpa_controller *hpas;
	struct statefulset_controller *statefulsets;
	struct volume_binder *volume_binder;
	struct volume_guard *volume_guard;
	struct garbage *garbage;
	struct namespaces *namespaces;
	struct node_lifecycle *node_lifecycle;
	struct taint_eviction *taint_eviction;
	struct pod_gc *pod_gc;
};

DEFINE_CLEANUP_FUNC(struct controllers *, controllers_free)

/* Those that take away what should be there no longer. */
static int make_cleaners(struct controllers *c, const struct controllers_config *cfg,
			 struct error *err)
{
	struct control *control = &c->control;
	int r = garbage_new(control, &c->garbage, err);

	if (r == 0)
		r = namespaces_new(control, &c->namespaces, err);
	if (r == 0)
		r = node_lifecycle_new(control, &c->node_lifecycle, err);
	if (r == 0)
		r = taint_eviction_new(control, &c->taint_eviction, err);
	return r < 0 ? r : pod_gc_new(control, cfg->ended_pods_kept, &c->pod_gc, err);
}

static int make_all(struct controllers *c, const struct controllers_config *cfg, struct error *err)
{
	struct control *control = &c->control;
	int r;

	r = informer_set_new(control->store, control->loop, &control->informers, err);
	if (r == 0)
		r = scheduler_new(control, &c->scheduler, err);
	if (r == 0)
		r = replica_controller_new(control, &kind_replicaset, &c->replicasets, err);
	if (r == 0)
		r = replica_controller_new(control, &kind_replicationcontroller,
					   &c->replicationcontrollers, err);
	if (r == 0)
		r = deployment_controller_new(control, &c->deployments, err);
	if (r == 0)
		r = daemonset_controller_new(control, &c->daemonsets, err);
	if (r == 0)
		r = job_controller_new(control, &c->jobs, err);
	if (r == 0)
		r = job_strays_new(control, &c->job_strays, err);
	if (r == 0)
		r = cronjob_controller_new(control, &c->cronjobs, err);
	if (r == 0)
		r = endpoints_controller_new(control, &c->endpoints, err);
	if (r == 0)
		r = hpa_controller_new(control, &c->hpas, err);
	if (r == 0)
		r = statefulset_controller_new(control, &c->statefulsets, err);
	if (r == 0)
		r = volume_binder_new(control, &c->volume_binder, err);
	if (r == 0)
		r = volume_guard_new(control, &c->volume_guard, err);
	return r < 0 ? r : make_cleaners(c, cfg, err);
}

int controllers_new(struct store *store, struct loop *loop, struct clock *clock,
		    const struct controllers_config *cfg, struct controllers **ret,
		    struct error *err)
{
	static const struct controllers_config usual = CONTROLLERS_CONFIG_INIT;
	_cleanup_(controllers_freep) struct controllers *c = xnew(c);
	int r;

	c->control.store = store;
	c->control.loop = loop;
	c->control.clock = clock;
	c->control.recorder = recorder_new(store);
	r = make_all(c, cfg ? cfg : &usual, err);
	if (r < 0)
		return error_wrap(err, "starting the controllers");
	*ret = take_ptr(c);
	return 0;
}

void controllers_set_metrics(struct controllers *c, const struct metrics_source *source)
{
	c->control.metrics = *source;
}

struct controllers *controllers_free(struct controllers *c)
{
	if (!c)
		return NULL;
	pod_gc_free(c->pod_gc);
	taint_eviction_free(c->taint_eviction);
	node_lifecycle_free(c->node_lifecycle);
	namespaces_free(c->namespaces);
	garbage_free(c->garbage);
	endpoints_controller_free(c->endpoints);
	hpa_controller_free(c->hpas);
	volume_guard_free(c->volume_guard);
	volume_binder_free(c->volume_binder);
	statefulset_controller_free(c->statefulsets);
	cronjob_controller_free(c->cronjobs);
	job_strays_free(c->job_strays);
	job_controller_free(c->jobs);
	daemonset_controller_free(c->daemonsets);
	deployment_controller_free(c->deployments);
	replica_controller_free(c->replicationcontrollers);
	replica_controller_free(c->replicasets);
	scheduler_free(c->scheduler);
	informer_set_free(c->control.informers);
	recorder_free(c->control.recorder);
	free(c);
	return NULL;
}
