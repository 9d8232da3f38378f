/*
 * prober: the tickers.
 *
 * The first run comes when the initial delay, counted from the start of the process, is over, and within one
 * period after that: readiness at once, startup within a second, liveness a whole period later, so that a
 * process that is slow to listen is not killed for it. The next ones keep the pace of the period from
 * run to run, whatever a run takes. All this is nominal time. A startup probe runs alone: the others begin when it has passed, and it is not run again. A failed liveness or
 * startup probe falls silent until a new run of the container; readiness goes on to the very end.
 *
 * Probers live as long as a run of the container does. The probe's numbers are read from the spec at each
 * run, never kept, because the pod's view is replaced when its metadata change.
 */
#include "kubelet/prober.h"

#include "base/clock.h"
#include "base/loop.h"
#include "kubelet/events.h"
#include "kubelet/pod_worker.h"
#include "kubelet/probe_run.h"

struct prober {
	struct ctr *c;
	enum probe_type type;
	struct probe_state state;
	struct probe_run *run;
	struct loop_timer *timer;
	int64_t tick_ns; /* nominal time of the last run's beginning */
	bool stopped; /* its pod is being deleted */
};

static const struct pod_probe *probe_of(const struct ctr *c, enum probe_type type)
{
	switch (type) {
	case PROBE_STARTUP:
		return c->spec->startup;
	case PROBE_LIVENESS:
		return c->spec->liveness;
	case PROBE_READINESS:
		return c->spec->readiness;
	case N_PROBE_TYPES:
		break;
	}
	return NULL;
}

enum probe_result prober_result(const struct ctr *c, enum probe_type type)
{
	const struct prober *p = c->probers[type];

	return p ? p->state.result : PROBE_RESULT_SUCCESS;
}

/* Whether this one may run now, startup gate included. */
static bool may_run(const struct prober *p)
{
	bool passed = prober_result(p->c, PROBE_STARTUP) == PROBE_RESULT_SUCCESS;

	if (p->stopped || p->state.on_hold)
		return false;
	if (p->type != PROBE_READINESS && p->c->state == CTR_STOPPING)
		return p->c->spec->kind == POD_CONTAINER_SIDECAR && passed;
	return p->type == PROBE_STARTUP ? !passed : passed;
}

/* How long after the initial delay the first run comes. */
static int64_t first_pause(const struct prober *p, const struct pod_probe *probe)
{
	int64_t period = probe->period_seconds * NSEC_PER_SEC;

	if (p->type == PROBE_STARTUP)
		return MIN(period, NSEC_PER_SEC);
	return p->type == PROBE_LIVENESS && !p->c->probers[PROBE_STARTUP] ? period : 0;
}

static void schedule(struct prober *p)
{
	const struct pod_probe *probe = probe_of(p->c, p->type);
	struct clock *clock = p->c->w->k->clock;
	int64_t when;

	if (!probe || !may_run(p) || p->run)
		return;
	if (p->tick_ns)
		when = p->tick_ns + probe->period_seconds * NSEC_PER_SEC;
	else
		when = p->c->cur.started_ns + probe->initial_delay_seconds * NSEC_PER_SEC +
		       first_pause(p, probe);
	loop_timer_set(p->timer, clock_until_ns(clock, when));
}

static void report(struct prober *p, enum probe_outcome outcome, bool warning, const char *text)
{
	const char *name = probe_type_name(p->type);

	if (outcome == OUTCOME_FAILURE)
		ctr_event(p->c, "Warning", "Unhealthy", "%s probe failed: %s", name, text);
	else if (outcome == OUTCOME_ERROR)
		ctr_event(p->c, "Warning", "Unhealthy",
			  "%s probe errored and resulted in unknown state: %s", name, text);
	else if (warning)
		ctr_event(p->c, "Warning", "ProbeWarning", "%s probe warning: %s", name, text);
}

static void open_gate(struct ctr *c)
{
	c->was_started = true;
	if (c->probers[PROBE_LIVENESS])
		schedule(c->probers[PROBE_LIVENESS]);
	if (c->probers[PROBE_READINESS])
		schedule(c->probers[PROBE_READINESS]);
}

static void run_done(void *userdata, enum probe_outcome outcome, bool warning, const char *text)
{
	struct prober *p = userdata;
	const struct pod_probe *probe = probe_of(p->c, p->type);
	bool changed;

	p->run = NULL;
	report(p, outcome, warning, text);
	changed = probe && probe_state_feed(&p->state, p->type, probe, outcome);
	if (changed && p->type == PROBE_STARTUP && p->state.result == PROBE_RESULT_SUCCESS)
		open_gate(p->c);
	if (changed)
		pod_worker_kick(p->c->w);
	schedule(p);
}

static void tick(void *userdata)
{
	struct prober *p = userdata;
	const struct pod_probe *probe = probe_of(p->c, p->type);

	if (!probe || !may_run(p) || p->run)
		return;
	p->tick_ns = clock_nominal_ns(p->c->w->k->clock);
	p->run = probe_run_start(p->c, probe, run_done, p);
}

static struct prober *prober_new(struct ctr *c, enum probe_type type)
{
	struct prober *p = xnew(p);

	p->c = c;
	p->type = type;
	p->timer = loop_timer_new(c->w->k->loop, tick, p);
	probe_state_reset(&p->state, type);
	return p;
}

static struct prober *prober_free(struct prober *p)
{
	if (!p)
		return NULL;
	probe_run_cancel(p->run);
	loop_timer_free(p->timer);
	free(p);
	return NULL;
}

static void make_all(struct ctr *c)
{
	probers_stop(c);
	for (int t = 0; t < N_PROBE_TYPES; t++) {
		if (probe_of(c, t))
			c->probers[t] = prober_new(c, t);
	}
}

static void schedule_all(struct ctr *c)
{
	for (int t = 0; t < N_PROBE_TYPES; t++) {
		if (c->probers[t])
			schedule(c->probers[t]);
	}
}

void probers_start(struct ctr *c)
{
	make_all(c);
	schedule_all(c);
}

void probers_restore(struct ctr *c, bool was_started, bool was_ready)
{
	make_all(c);
	if (was_started && c->probers[PROBE_STARTUP])
		c->probers[PROBE_STARTUP]->state.result = PROBE_RESULT_SUCCESS;
	if (was_ready && c->probers[PROBE_READINESS])
		c->probers[PROBE_READINESS]->state.result = PROBE_RESULT_SUCCESS;
	schedule_all(c);
}

void probers_stop(struct ctr *c)
{
	for (int t = 0; t < N_PROBE_TYPES; t++)
		c->probers[t] = prober_free(c->probers[t]);
}

void probers_pod_deleted(struct ctr *c)
{
	for (int t = 0; t < N_PROBE_TYPES; t++) {
		struct prober *p = c->probers[t];

		if (!p || t == PROBE_READINESS || c->spec->kind == POD_CONTAINER_SIDECAR)
			continue;
		p->stopped = true;
		p->run = probe_run_cancel(p->run);
		loop_timer_stop(p->timer);
	}
}
