/*
 * rollout_plan: the next step of a rollout.
 *
 * A plan is one step: each of its writes wakes the controller, which plans the next one from what is there
 * then. So nothing is remembered between steps, and a change of mind in the middle needs no extra case: it
 * is a set more that is old.
 *
 *   paused, or resized     the live sets take or give in proportion (rollout_resize.c)
 *   RollingUpdate          1. the current set grows as far as the surge allows
 *                          2. old sets shrink: first by pods that are not available anyway, then by as
 *                             many as can be spared with those that are
 *   Recreate               old sets shrink to nothing; when their last pod has ended the current one grows
 *   all done               the oldest sets beyond revisionHistoryLimit go
 *
 * What "can be spared" is counted twice: by what is wanted of the sets and by what they say is available,
 * because a set's status comes later than the order to shrink.
 */
#include "controllers/rollout_plan.h"

#include "api/meta.h"
#include "api/workload.h"
#include "base/json.h"
#include "controllers/rollout_set.h"

/* ---- actions ---- */

void rollout_plan_add(struct rollout_plan *p, enum rollout_verb verb, json_t *set, int64_t from,
		      int64_t to)
{
	p->actions = xrealloc(p->actions, (p->n + 1) * sizeof(*p->actions));
	p->actions[p->n++] =
		(struct rollout_action){ .verb = verb, .set = set, .from = from, .to = to };
}

void rollout_plan_scale(struct rollout_plan *p, const struct rollout *ro, const json_t *set,
			int64_t to)
{
	rollout_plan_add(p, ROLLOUT_SCALE, rollout_set_scaled(set, ro->d, to), set_replicas(set),
			 to);
}

void rollout_plan_deinit(struct rollout_plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		json_decref(p->actions[i].set);
	free(p->actions);
	*p = (struct rollout_plan){ 0 };
}

/* ---- the current set ---- */

static int64_t next_revision(const struct rollout *ro)
{
	int64_t max = 0;
	json_t *set;
	size_t i;

	json_array_foreach(ro->old, i, set)
		max = MAX(max, rollout_set_revision(set));
	return max + 1;
}

/* Its annotations follow the Deployment's, its revision is above all others. */
static void plan_sync(struct rollout_plan *p, const struct rollout *ro)
{
	_cleanup_json_ json_t *synced = NULL;

	if (!ro->current)
		return;
	synced = rollout_set_synced(ro->current, ro->d, next_revision(ro));
	if (!json_same(synced, ro->current))
		rollout_plan_add(p, ROLLOUT_EDIT, take_ptr(synced), 0, 0);
}

static int64_t current_size(const struct rollout *ro)
{
	int64_t have = set_replicas(ro->current), room;

	if (!deployment_is_rolling(ro->d) || have > ro->want)
		return ro->want;
	room = ro->want + ro->limits.surge - sets_sum(ro->sets, "spec.replicas");
	return have + MAX(MIN(room, ro->want - have), (int64_t)0);
}

/* Whether there was anything to do. */
static bool plan_current(struct rollout_plan *p, const struct rollout *ro)
{
	int64_t size = current_size(ro);

	if (!ro->current)
		rollout_plan_add(p, ROLLOUT_CREATE, rollout_set_new(ro->d, size, next_revision(ro)),
				 0, size);
	else if (set_replicas(ro->current) != size)
		rollout_plan_scale(p, ro, ro->current, size);
	return p->n > 0;
}

/* ---- the old sets ---- */

/* Takes up to most off the old sets; the size of each that is to be is in sizes. Returns how many it took. */
static int64_t drop_unhealthy(const struct rollout *ro, int64_t *sizes, int64_t most)
{
	int64_t dropped = 0;
	json_t *set;
	size_t i;

	json_array_foreach(ro->old, i, set) {
		int64_t missing = MAX(sizes[i] - set_available(set), (int64_t)0);
		int64_t n = MIN(missing, most - dropped);

		sizes[i] -= n;
		dropped += n;
	}
	return dropped;
}

static void drop_spare(const struct rollout *ro, int64_t *sizes, int64_t dropped, int64_t most)
{
	int64_t least = ro->want - ro->limits.unavailable, spare;

	spare = MIN(sets_sum(ro->sets, "status.availableReplicas") - least, most - dropped);
	for (size_t i = 0; i < json_array_size(ro->old) && spare > 0; i++) {
		int64_t n = MIN(sizes[i], spare);

		sizes[i] -= n;
		spare -= n;
	}
}

static void plan_old(struct rollout_plan *p, const struct rollout *ro)
{
	int64_t all = sets_sum(ro->sets, "spec.replicas");
	int64_t least = ro->want - ro->limits.unavailable;
	int64_t not_yet = MAX(set_replicas(ro->current) - set_available(ro->current), (int64_t)0);
	int64_t most = all - least - not_yet;
	_cleanup_free_ int64_t *sizes = xcalloc(json_array_size(ro->old), sizeof(*sizes));
	json_t *set;
	size_t i;

	if (most <= 0)
		return;
	json_array_foreach(ro->old, i, set)
		sizes[i] = set_replicas(set);
	drop_spare(ro, sizes, drop_unhealthy(ro, sizes, most), most);
	json_array_foreach(ro->old, i, set)
		if (sizes[i] != set_replicas(set))
			rollout_plan_scale(p, ro, set, sizes[i]);
}

static void plan_end_old(struct rollout_plan *p, const struct rollout *ro)
{
	json_t *set;
	size_t i;

	json_array_foreach(ro->old, i, set)
		if (set_replicas(set) > 0)
			rollout_plan_scale(p, ro, set, 0);
}

/* ---- history ---- */

static bool is_idle(const json_t *set)
{
	return set_replicas(set) == 0 && json_int(set, "status.replicas", 0) == 0 &&
	       meta_generation(set) <= json_int(set, "status.observedGeneration", 0);
}

/* old_sets without those that go already; by revision. */
static json_t *history(const struct rollout *ro)
{
	json_t *out = json_array(), *set;
	size_t i;

	json_array_foreach(ro->old, i, set) {
		size_t at = json_array_size(out);

		if (meta_deletion_timestamp(set))
			continue;
		while (at > 0 && rollout_set_revision(json_array_get(out, at - 1)) >
					 rollout_set_revision(set))
			at--;
		json_array_insert(out, at, set);
	}
	return out;
}

static void plan_clean_up(struct rollout_plan *p, const struct rollout *ro)
{
	_cleanup_json_ json_t *sets = history(ro);
	int64_t limit = json_int(ro->d, "spec.revisionHistoryLimit", INT32_MAX);
	int64_t surplus = (int64_t)json_array_size(sets) - limit;

	for (int64_t i = 0; i < surplus; i++) {
		json_t *set = json_array_get(sets, (size_t)i);

		if (is_idle(set))
			rollout_plan_add(p, ROLLOUT_DELETE, json_incref(set), 0, 0);
	}
}

/* ---- the plan ---- */

static bool was_resized(const struct rollout *ro)
{
	json_t *set;
	size_t i;

	json_array_foreach(ro->sets, i, set) {
		int64_t desired = rollout_set_desired(set);

		if (set_replicas(set) > 0 && desired >= 0 && desired != ro->want)
			return true;
	}
	return false;
}

static void plan_rolling(struct rollout_plan *p, const struct rollout *ro)
{
	if (!plan_current(p, ro))
		plan_old(p, ro);
}

static void plan_recreate(struct rollout_plan *p, const struct rollout *ro)
{
	plan_end_old(p, ro);
	if (p->n == 0 && !ro->old_pods_run)
		plan_current(p, ro);
}

void rollout_plan_make(const struct rollout *ro, struct rollout_plan *ret)
{
	bool paused = json_bool(ro->d, "spec.paused", false);

	*ret = (struct rollout_plan){ .rolls = !paused && !was_resized(ro) };
	plan_sync(ret, ro);
	if (ret->n > 0)
		return;
	if (!ret->rolls)
		rollout_plan_resize(ret, ro);
	else if (deployment_is_rolling(ro->d))
		plan_rolling(ret, ro);
	else
		plan_recreate(ret, ro);
	if (ret->n == 0 && (paused || rollout_is_complete(ro, json_obj(ro->d, "status"))))
		plan_clean_up(ret, ro);
}
