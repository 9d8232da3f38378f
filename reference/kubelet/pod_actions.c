/*
 * pod_actions: the kubelet's central decision.
 *
 * Order is everything here. The sandbox comes first. Init containers go one by one: a regular one
 * must exit with 0, a sidecar must be started (its postStart hook done, its startup probe passed)
 * before the next. Once any app container has been started in this sandbox the sequence is over for
 * good: regular init containers are not looked at again, sidecars are only kept alive. App
 * containers start in their order, each after the one before has finished starting (a blocking postStart
 * delays the next), but one that cannot start yet does not hold up the others.
 *
 * At most one ACT_START is given, and none while a container is starting: starts of a pod are
 * serial. Kills are not.
 *
 * A container's own rules come before the policy. One of them may say that all containers are begun anew, in the same
 * sandbox: then nothing else is decided until all that lives has been stopped.
 *
 * "finished" means that the containers of the pod have come to their end by themselves; sidecars
 * that still run then are stopped by the termination that follows.
 */
#include "kubelet/pod_actions.h"

struct decision {
	const struct pod_facts *f;
	enum ctr_action *acts;
	struct pod_actions *ret;
	bool busy; /* a container is starting, or a start was given */
};

enum pod_restart_policy ctr_effective_policy(const struct pod_container *c,
					     enum pod_restart_policy pod_policy)
{
	enum pod_restart_policy policy = pod_policy;

	if (c->kind == POD_CONTAINER_SIDECAR)
		return POD_RESTART_ALWAYS;
	if (c->restart_policy >= 0)
		policy = c->restart_policy;
	if (c->kind == POD_CONTAINER_INIT && policy == POD_RESTART_ALWAYS)
		return POD_RESTART_ON_FAILURE;
	return policy;
}

static bool rule_matches(const struct pod_restart_rule *r, int exit_code)
{
	for (size_t i = 0; i < r->n_codes; i++) {
		if (r->codes[i] == exit_code)
			return !r->not_in;
	}
	return r->not_in;
}

enum pod_restart_action ctr_rule(const struct pod_container *c, int exit_code)
{
	for (size_t i = 0; i < c->n_rules; i++) {
		if (rule_matches(&c->rules[i], exit_code))
			return c->rules[i].action;
	}
	return RULE_NONE;
}

bool ctr_should_restart(const struct ctr_facts *c)
{
	if (c->rule != RULE_NONE)
		return true;
	if (c->forced || c->policy == POD_RESTART_ALWAYS)
		return true;
	return c->policy == POD_RESTART_ON_FAILURE && c->exit_code != 0;
}

static void wake_at(struct decision *d, int64_t when_ns)
{
	if (d->ret->wake_ns == 0 || when_ns < d->ret->wake_ns)
		d->ret->wake_ns = when_ns;
}

static void want_start(struct decision *d, size_t i)
{
	const struct ctr_facts *c = &d->f->ctrs[i];

	if (c->retry_ns > d->f->now_ns) {
		d->acts[i] = ACT_BACK_OFF;
		wake_at(d, c->retry_ns);
	} else if (!d->busy) {
		d->acts[i] = ACT_START;
		d->busy = true;
	}
}

/* What a running or exited container of any kind needs. */
static void keep_alive(struct decision *d, size_t i)
{
	const struct ctr_facts *c = &d->f->ctrs[i];

	switch (c->state) {
	case CTR_NONE:
		want_start(d, i);
		break;
	case CTR_RUNNING:
		if (c->changed)
			d->acts[i] = ACT_KILL_CHANGED;
		else if (c->probe_failed)
			d->acts[i] = ACT_KILL_PROBE;
		break;
	case CTR_EXITED:
		if (ctr_should_restart(c))
			want_start(d, i);
		break;
	case CTR_STARTING:
	case CTR_STOPPING:
		break;
	}
}

/* Whether the sequence may go on past this init container. */
static bool init_passed(const struct ctr_facts *c)
{
	if (c->kind == POD_CONTAINER_SIDECAR)
		return c->was_started || (c->state == CTR_RUNNING && c->started);
	return c->state == CTR_EXITED && c->exit_code == 0;
}

/* Runs the sequence as far as it goes; true when all of it is behind us. */
static bool run_init_sequence(struct decision *d)
{
	for (size_t i = 0; i < d->f->n_ctrs; i++) {
		const struct ctr_facts *c = &d->f->ctrs[i];

		if (c->kind == POD_CONTAINER_APP)
			continue;
		if (c->kind == POD_CONTAINER_SIDECAR || !init_passed(c))
			keep_alive(d, i);
		if (!init_passed(c))
			return false;
	}
	return true;
}

static bool init_failed(const struct pod_facts *f)
{
	for (size_t i = 0; i < f->n_ctrs; i++) {
		const struct ctr_facts *c = &f->ctrs[i];

		if (c->kind == POD_CONTAINER_INIT && c->state == CTR_EXITED && c->exit_code != 0 &&
		    !ctr_should_restart(c))
			return true;
	}
	return false;
}

static bool any_app_begun(const struct pod_facts *f)
{
	for (size_t i = 0; i < f->n_ctrs; i++) {
		if (f->ctrs[i].kind == POD_CONTAINER_APP && f->ctrs[i].state != CTR_NONE)
			return true;
	}
	return false;
}

static bool apps_finished(const struct pod_facts *f)
{
	for (size_t i = 0; i < f->n_ctrs; i++) {
		const struct ctr_facts *c = &f->ctrs[i];

		if (c->kind != POD_CONTAINER_APP)
			continue;
		if (c->state != CTR_EXITED || ctr_should_restart(c))
			return false;
	}
	return true;
}

static void keep_kind(struct decision *d, enum pod_container_kind kind)
{
	for (size_t i = 0; i < d->f->n_ctrs; i++) {
		if (d->f->ctrs[i].kind == kind)
			keep_alive(d, i);
	}
}

static void decide_containers(struct decision *d)
{
	const struct pod_facts *f = d->f;

	if (any_app_begun(f)) {
		d->ret->initialized = true;
		if (apps_finished(f)) {
			d->ret->finished = true;
			return;
		}
		keep_kind(d, POD_CONTAINER_SIDECAR);
	} else if (init_failed(f)) {
		d->ret->finished = true;
		return;
	} else if (!run_init_sequence(d)) {
		return;
	}
	d->ret->initialized = true;
	keep_kind(d, POD_CONTAINER_APP);
}

static bool wants_restart_all(const struct pod_facts *f)
{
	for (size_t i = 0; i < f->n_ctrs; i++) {
		if (f->ctrs[i].state == CTR_EXITED && f->ctrs[i].rule == RULE_RESTART_ALL)
			return true;
	}
	return false;
}

static void decide_restart_all(struct decision *d)
{
	bool lives = false;

	for (size_t i = 0; i < d->f->n_ctrs; i++) {
		enum ctr_state state = d->f->ctrs[i].state;

		if (state == CTR_RUNNING)
			d->acts[i] = ACT_KILL_ALL;
		lives |= state == CTR_RUNNING || state == CTR_STARTING || state == CTR_STOPPING;
	}
	d->ret->reset_all = !lives;
}

static void decide_sandbox(struct decision *d)
{
	const struct pod_facts *f = d->f;

	if (f->had_sandbox && (f->policy == POD_RESTART_NEVER || apps_finished(f)))
		d->ret->finished = true;
	else if (!f->volumes_ready)
		return;
	else if (f->sandbox_retry_ns > f->now_ns)
		wake_at(d, f->sandbox_retry_ns);
	else
		d->ret->create_sandbox = true;
}

void compute_pod_actions(const struct pod_facts *f, enum ctr_action *acts, struct pod_actions *ret)
{
	struct decision d = { .f = f, .acts = acts, .ret = ret };

	*ret = (struct pod_actions){ 0 };
	for (size_t i = 0; i < f->n_ctrs; i++) {
		acts[i] = ACT_NONE;
		d.busy |= f->ctrs[i].state == CTR_STARTING;
	}
	if (f->sandbox == SB_NONE)
		decide_sandbox(&d);
	else if (f->sandbox != SB_READY)
		return;
	else if (f->restarting_all)
		decide_restart_all(&d);
	else if (wants_restart_all(f))
		ret->restart_all = true;
	else
		decide_containers(&d);
}
