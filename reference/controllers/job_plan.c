/*
 * job_plan: the arithmetic of a Job.
 *
 * As many pods are active as completions are missing, at most parallelism. A Job without completions is done when
 * one pod has succeeded and none is left; nothing is added after the first success. A pod counts by its phase
 * alone: what its sidecars did after the main containers is not the Job's concern.
 *
 * Pods that are too many because parallelism fell or the Job was suspended are no failures; those that a Job ends
 * with it are. Pods are either deleted or made in one step. After a failure the next pod waits, the whole Job
 * or, with backoffLimitPerIndex, its index alone.
 */
#include "controllers/job_plan.h"

#include "api/job.h"
#include "base/defs.h"
#include "base/json.h"
#include "controllers/job_pod.h"
#include "controllers/replica_plan.h"

static int64_t wanted(const json_t *job, const struct job_facts *f)
{
	int64_t parallel = json_int(job, "spec.parallelism", 1), left;

	if (job_is_suspended(job))
		return 0;
	if (!json_has(job, "spec.completions"))
		return f->succeeded ? (int64_t)f->active : parallel;
	left = json_int(job, "spec.completions", 1) - f->succeeded;
	return MIN(parallel, MAX(left, INT64_C(0)));
}

/* ---- too many ---- */

/* Moves pods of an Indexed Job that nobody needs, of no index or of one that another has, into *surplus. */
static void take_odd_ones(const json_t *job, json_t *active, json_t *surplus)
{
	_cleanup_(index_set_deinit) struct index_set seen = { 0 };

	for (size_t i = json_array_size(active); i-- > 0;) {
		json_t *pod = json_array_get(active, i);
		int64_t index = job_pod_index(job, pod);

		if (index >= 0 && !index_set_has(&seen, index)) {
			index_set_add(&seen, index);
			continue;
		}
		json_array_append(surplus, pod);
		json_array_remove(active, i);
	}
}

static json_t *surplus_of(const json_t *job, const struct job_facts *f, int64_t want)
{
	_cleanup_json_ json_t *active = json_copy(f->active_pods), *victims = NULL;
	json_t *surplus = json_array();
	int64_t more;

	if (job_is_indexed(job))
		take_odd_ones(job, active, surplus);
	more = (int64_t)json_array_size(active) - want;
	victims = replica_victims(active, NULL, (size_t)MAX(more, INT64_C(0)), f->now_ns);
	json_array_extend(surplus, victims);
	return surplus;
}

/* ---- too few ---- */

static void wake_in(struct job_plan *p, int64_t ns)
{
	if (ns > 0 && (p->wake_ns == 0 || ns < p->wake_ns))
		p->wake_ns = ns;
}

/* The first index from `from` on that neither is decided nor has a pod. */
static int64_t next_index(const struct job_facts *f, int64_t from)
{
	for (;;) {
		int64_t next = index_set_gap(&f->succeeded_indexes, from);

		next = index_set_gap(&f->failed_indexes, next);
		next = index_set_gap(&f->busy_indexes, next);
		if (next == from)
			return next;
		from = next;
	}
}

/* What is left of the wait of an index that has failed. */
static int64_t index_left_ns(const struct job_facts *f, int64_t index)
{
	const json_t *pod = job_facts_held(f, index);
	struct job_backoff b = { 0 };

	if (!pod)
		return 0;
	b.failures = (size_t)job_pod_failures_before(pod, true) + 1;
	b.last_ns = job_pod_ended_ns(pod);
	return job_backoff_left_ns(&b, f->now_ns);
}

static void plan_indexes(const json_t *job, const struct job_facts *f, size_t n, struct job_plan *p)
{
	int64_t completions = json_int(job, "spec.completions", 0), index = next_index(f, 0);

	p->indexes = xcalloc(n, sizeof(*p->indexes));
	for (size_t found = 0; found < n && index < completions; found++) {
		int64_t left = index_left_ns(f, index);

		if (left)
			wake_in(p, left);
		else
			p->indexes[p->create++] = index;
		index = next_index(f, index + 1);
	}
}

static void plan_new(const json_t *job, const struct job_facts *f, const struct job_backoff *b,
		     int64_t missing, struct job_plan *p)
{
	int64_t left = 0;

	if (!json_has(job, "spec.backoffLimitPerIndex"))
		left = job_backoff_left_ns(b, f->now_ns);
	if (left)
		wake_in(p, left);
	else if (job_is_indexed(job))
		plan_indexes(job, f, (size_t)missing, p);
	else
		p->create = (size_t)missing;
}

void job_plan_make(const json_t *job, const struct job_facts *f, const struct job_verdict *v,
		   const struct job_backoff *b, double rate, struct job_plan *ret)
{
	int64_t want = v->end == JOB_GOES_ON ? wanted(job, f) : 0, have = (int64_t)f->active;

	*ret = (struct job_plan){ .uncounted = v->end == JOB_GOES_ON };
	ret->surplus = surplus_of(job, f, want);
	if (job_waits_for_ends(job))
		have += (int64_t)f->terminating;
	if (json_array_size(ret->surplus) == 0 && have < want)
		plan_new(job, f, b, want - have, ret);
	if (v->end == JOB_GOES_ON)
		wake_in(ret, job_deadline_left_ns(job, f->now_ns, rate));
}

void job_plan_deinit(struct job_plan *p)
{
	json_decref(p->surplus);
	free(p->indexes);
	*p = (struct job_plan){ 0 };
}
