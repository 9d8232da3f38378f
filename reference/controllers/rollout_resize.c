/*
 * rollout_resize: another number is wanted while a rollout is under way, or paused.
 *
 * One live set takes it all. Several share what is added or taken away in proportion to their sizes, measured
 * against the size of the whole at the time when each was last scaled (its max-replicas annotation), the
 * largest first; what rounding leaves over goes to the first. If the rollout had just come to its end, the
 * old sets only go.
 */
#include "controllers/rollout_plan.h"

#include "api/meta.h"
#include "base/json.h"
#include "controllers/rollout_set.h"

static json_t *live_sets(const struct rollout *ro)
{
	json_t *live = json_array(), *set;
	size_t i;

	json_array_foreach(ro->sets, i, set)
		if (set_replicas(set) > 0)
			json_array_append(live, set);
	return live;
}

/* The one live set, or the newest when none is; NULL when there are several, or none at all. */
static json_t *only_set(const struct rollout *ro, const json_t *live)
{
	size_t n_old = json_array_size(ro->old);

	if (json_array_size(live) == 1)
		return json_array_get(live, 0);
	if (json_array_size(live) > 1)
		return NULL;
	return ro->current || n_old == 0 ? ro->current : json_array_get(ro->old, n_old - 1);
}

/* Sets the size, or notes the whole's new size if that is all. */
static void resize(struct rollout_plan *p, const struct rollout *ro, const json_t *set, int64_t to)
{
	if (set_replicas(set) != to || rollout_set_desired(set) != ro->want)
		rollout_plan_scale(p, ro, set, to);
}

static bool is_saturated(const struct rollout *ro)
{
	return ro->current && set_replicas(ro->current) == ro->want &&
	       rollout_set_desired(ro->current) == ro->want &&
	       set_available(ro->current) == ro->want;
}

/* By size, the largest first; of equals the newer first when growing, the older first when shrinking. */
static json_t *by_size(const json_t *live, bool growing)
{
	json_t *out = json_array(), *set;
	size_t i;

	json_array_foreach((json_t *)live, i, set) { /* live is sorted by age, the oldest first */
		size_t at = json_array_size(out);

		while (at > 0) {
			int64_t before = set_replicas(json_array_get(out, at - 1));

			if (before > set_replicas(set) || (before == set_replicas(set) && !growing))
				break;
			at--;
		}
		json_array_insert(out, at, set);
	}
	return out;
}

/* How many more (fewer: below 0) this set would have if all grew alike. */
static int64_t fraction(const struct rollout *ro, const json_t *set)
{
	int64_t have = set_replicas(set), whole = ro->want + ro->limits.surge;
	int64_t whole_then = rollout_set_max(set);

	if (ro->want == 0)
		return -have;
	if (whole_then <= 0)
		whole_then = json_int(ro->d, "status.replicas", 0);
	if (whole_then <= 0)
		return 0;
	return (2 * have * whole + whole_then) / (2 * whole_then) - have;
}

static void share(struct rollout_plan *p, const struct rollout *ro, const json_t *live)
{
	int64_t whole = ro->want == 0 ? 0 : ro->want + ro->limits.surge, added = 0;
	int64_t to_add = whole - sets_sum(live, "spec.replicas");
	_cleanup_json_ json_t *sets = by_size(live, to_add > 0);
	_cleanup_free_ int64_t *sizes = xcalloc(json_array_size(sets), sizeof(*sizes));
	json_t *set;
	size_t i;

	json_array_foreach(sets, i, set) {
		int64_t left = to_add - added, part = 0;

		if (left > 0)
			part = MIN(fraction(ro, set), left);
		else if (left < 0)
			part = MAX(fraction(ro, set), left);
		sizes[i] = set_replicas(set) + part;
		added += part;
	}
	sizes[0] = MAX(sizes[0] + to_add - added, (int64_t)0);
	json_array_foreach(sets, i, set)
		resize(p, ro, set, sizes[i]);
}

void rollout_plan_resize(struct rollout_plan *p, const struct rollout *ro)
{
	_cleanup_json_ json_t *live = live_sets(ro);
	json_t *only = only_set(ro, live), *set;
	size_t i;

	if (only) {
		resize(p, ro, only, ro->want);
		return;
	}
	if (is_saturated(ro)) {
		json_array_foreach(ro->old, i, set)
			if (set_replicas(set) > 0)
				rollout_plan_scale(p, ro, set, 0);
		return;
	}
	if (deployment_is_rolling(ro->d) && json_array_size(live) > 0)
		share(p, ro, live);
}
