/*
 * statefulset_plan: one step of a StatefulSet.
 *
 * Three walks. Upwards over the wanted ordinals: a pod that is missing is made, one that has ended is deleted (and made
 * again when it is gone). Downwards over the pods that are too many: deleted. Downwards over the wanted ones
 * again, as far as the partition: the first that is of an old revision is deleted, and the first that is not
 * available is waited for.
 *
 * With OrderedReady each walk ends at the first thing done or waited for, and no later walk begins. So at most one pod is
 * about to come or go at any time: a lower pod is available before the next one is made, a higher one is gone
 * before the next lower one is deleted, and a set that is not well does not shrink, but for the very pod that ails. With
 * Parallel the first two walks do all at once; updates still go one by one.
 *
 * A pod that is being deleted still has its identity: it is neither made anew nor deleted again.
 */
#include "controllers/statefulset_plan.h"

#include "api/meta.h"
#include "api/pod_status.h"
#include "api/statefulset.h"
#include "api/workload.h"
#include "base/defs.h"
#include "base/json.h"
#include "controllers/statefulset_pod.h"

#define BURST 500 /* pods made by one plan at most */

struct walk {
	const struct sts_facts *f;
	struct sts_plan *plan;
	json_t **wanted; /* by ordinal - start; NULL: there is none */
	int64_t n, start, end; /* n: of wanted; fewer than end - start when very many are missing */
	json_t *condemned; /* highest ordinal first */
	bool ordered;
};

static void add(struct walk *w, enum sts_verb verb, int64_t ordinal, json_t *pod, bool condemned)
{
	struct sts_plan *p = w->plan;

	p->actions = xrealloc(p->actions, (p->n + 1) * sizeof(*p->actions));
	p->actions[p->n++] = (struct sts_action){
		.verb = verb,
		.ordinal = ordinal,
		.pod = pod,
		.condemned = condemned,
		.old = statefulset_is_rolling(w->f->sts) &&
		       ordinal < w->start + statefulset_partition(w->f->sts),
	};
}

static bool is_available(const struct walk *w, const json_t *pod)
{
	return sts_pod_is_available(w->f->sts, pod, w->f->now_ns);
}

/* ---- who is where ---- */

static void condemn(struct walk *w, json_t *pod, int64_t ordinal)
{
	size_t at = 0;

	while (at < json_array_size(w->condemned) &&
	       sts_pod_ordinal(w->f->sts, json_array_get(w->condemned, at)) > ordinal)
		at++;
	json_array_insert(w->condemned, at, pod);
}

static void sort_out(struct walk *w)
{
	json_t *pod;
	size_t i;

	json_array_foreach((json_t *)w->f->pods, i, pod) {
		int64_t ordinal = sts_pod_ordinal(w->f->sts, pod);

		if (ordinal >= 0 && (ordinal < w->start || ordinal >= w->end))
			condemn(w, pod, ordinal);
		else if (ordinal >= 0 && ordinal - w->start < w->n)
			w->wanted[ordinal - w->start] = pod;
	}
}

/* The lowest pod that is not available; a wanted one that is missing counts, and is nobody. */
static const json_t *first_unavailable(const struct walk *w)
{
	for (int64_t i = 0; i < w->n; i++)
		if (!is_available(w, w->wanted[i]))
			return w->wanted[i];
	for (size_t i = json_array_size(w->condemned); i-- > 0;)
		if (!is_available(w, json_array_get(w->condemned, i)))
			return json_array_get(w->condemned, i);
	return NULL;
}

/* ---- the walks; each returns whether the step ends with it ---- */

static bool visit_wanted(struct walk *w, int64_t ordinal, json_t *pod)
{
	if (!pod) {
		add(w, STS_CREATE, ordinal, NULL, false);
		return true;
	}
	if (pod_is_terminal(pod)) {
		if (!meta_deletion_timestamp(pod))
			add(w, STS_DELETE, ordinal, pod, false);
		return true;
	}
	if (!is_available(w, pod) && w->ordered && !streq(pod_phase(pod), "Pending"))
		return true;
	add(w, STS_KEEP, ordinal, pod, false);
	return !is_available(w, pod);
}

static bool walk_wanted(struct walk *w)
{
	for (int64_t i = 0; i < w->n; i++)
		if (visit_wanted(w, w->start + i, w->wanted[i]) && w->ordered)
			return true;
	return false;
}

static bool walk_condemned(struct walk *w)
{
	const json_t *ailing = first_unavailable(w);
	json_t *pod;
	size_t i;

	json_array_foreach(w->condemned, i, pod)
		add(w, STS_KEEP, sts_pod_ordinal(w->f->sts, pod), pod, true);
	json_array_foreach(w->condemned, i, pod) {
		bool may_go = !w->ordered || pod == ailing || is_available(w, pod);

		if (!meta_deletion_timestamp(pod) && may_go)
			add(w, STS_DELETE, sts_pod_ordinal(w->f->sts, pod), pod, true);
		if (w->ordered)
			return true;
	}
	return false;
}

static void walk_update(struct walk *w)
{
	int64_t least = statefulset_partition(w->f->sts);

	for (int64_t i = w->end - w->start == w->n ? w->n - 1 : -1; i >= least; i--) {
		json_t *pod = w->wanted[i];

		if (!pod)
			return;
		if (!streq(sts_pod_revision(pod), w->f->update) && !meta_deletion_timestamp(pod)) {
			if (!pod_is_terminal(pod)) /* else that is deleted already */
				add(w, STS_DELETE, w->start + i, pod, false);
			return;
		}
		if (!is_available(w, pod))
			return;
	}
}

void sts_plan_make(const struct sts_facts *f, struct sts_plan *ret)
{
	int64_t all = workload_replicas(f->sts), start = statefulset_start(f->sts);
	int64_t n = MIN(all, (int64_t)json_array_size(f->pods) + BURST);
	_cleanup_free_ json_t **wanted = xcalloc((size_t)n + 1, sizeof(*wanted));
	_cleanup_json_ json_t *condemned = json_array();
	struct walk w = {
		.f = f,
		.plan = ret,
		.wanted = wanted,
		.n = n,
		.start = start,
		.end = start + all,
		.condemned = condemned,
		.ordered = statefulset_is_ordered(f->sts),
	};

	*ret = (struct sts_plan){ 0 };
	sort_out(&w);
	if (!walk_wanted(&w) && !walk_condemned(&w) && statefulset_is_rolling(f->sts))
		walk_update(&w);
}

void sts_plan_deinit(struct sts_plan *p)
{
	free(p->actions);
	*p = (struct sts_plan){ 0 };
}
