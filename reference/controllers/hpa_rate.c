/*
 * hpa_rate: windows, policies, bounds.
 *
 * Two steps. A window holds a change back: fewer pods than the most that was asked for within the window of scaling
 * down, or more than the least within that of scaling up, are not made. Then the policies say how far the number may
 * move away from where it was at the beginning of their period, and the bounds of the spec how far at all. Without a
 * behavior the window of scaling down is five minutes, and one step up at most doubles, or makes four.
 */
#include "controllers/hpa_rate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/hpa.h"
#include "base/clock.h"
#include "base/defs.h"
#include "base/json.h"

#define DOWN_WINDOW_S 300
#define ASKED_KEPT_S 3600 /* the longest window */
#define MOVES_KEPT_S 1800 /* the longest period of a policy */
#define STEP_UP_LEAST 4

#define TOO_FAST_UP "the desired replica count is increasing faster than the maximum scale rate"
#define TOO_FAST_DOWN "the desired replica count is decreasing faster than the maximum scale rate"

/* ---- marks ---- */

static void marks_add(struct hpa_marks *m, int64_t at_ns, int64_t n, int64_t kept_s)
{
	size_t old = 0;

	while (old < m->n && m->items[old].at_ns < at_ns - kept_s * NSEC_PER_SEC)
		old++;
	m->n -= old;
	if (m->n)
		memmove(m->items, m->items + old, m->n * sizeof(*m->items));
	m->items = xrealloc(m->items, (m->n + 1) * sizeof(*m->items));
	m->items[m->n++] = (struct hpa_mark){ .at_ns = at_ns, .n = n };
}

/* The first of those within the last seconds. */
static size_t marks_since(const struct hpa_marks *m, int64_t now_ns, int64_t seconds)
{
	size_t i = 0;

	while (i < m->n && m->items[i].at_ns <= now_ns - seconds * NSEC_PER_SEC)
		i++;
	return i;
}

static int64_t marks_sum(const struct hpa_marks *m, int64_t now_ns, int64_t seconds)
{
	int64_t sum = 0;

	for (size_t i = marks_since(m, now_ns, seconds); i < m->n; i++)
		sum += m->items[i].n;
	return sum;
}

void hpa_memory_begin(struct hpa_memory *m, int64_t replicas, int64_t now_ns)
{
	if (m->asked.n == 0)
		marks_add(&m->asked, now_ns, replicas, ASKED_KEPT_S);
}

void hpa_memory_note(struct hpa_memory *m, const json_t *hpa, int64_t from, int64_t to,
		     int64_t now_ns)
{
	if (!json_has(hpa, "spec.behavior"))
		return;
	if (to > from)
		marks_add(&m->added, now_ns, to - from, MOVES_KEPT_S);
	else
		marks_add(&m->removed, now_ns, from - to, MOVES_KEPT_S);
}

void hpa_memory_deinit(struct hpa_memory *m)
{
	free(m->asked.items);
	free(m->added.items);
	free(m->removed.items);
	*m = (struct hpa_memory){ 0 };
}

/* ---- windows ---- */

static int64_t stabilize(const json_t *hpa, const struct hpa_memory *m, int64_t replicas,
			 int64_t asked, int64_t now_ns)
{
	int64_t up_s = json_int(hpa, "spec.behavior.scaleUp.stabilizationWindowSeconds", 0);
	int64_t down_s =
		json_int(hpa, "spec.behavior.scaleDown.stabilizationWindowSeconds", DOWN_WINDOW_S);
	int64_t least = asked, most = asked;

	for (size_t i = marks_since(&m->asked, now_ns, up_s); i < m->asked.n; i++)
		least = MIN(least, m->asked.items[i].n);
	for (size_t i = marks_since(&m->asked, now_ns, down_s); i < m->asked.n; i++)
		most = MAX(most, m->asked.items[i].n);
	if (!json_has(hpa, "spec.behavior"))
		return most;
	return MIN(MAX(replicas, least), most);
}

static void tell_stabilized(struct hpa_limited *ret, int64_t replicas, int64_t asked, int64_t stable)
{
	if (stable == asked) {
		ret->able_reason = "ReadyForNewScale";
		ret->able_message = "recommended size matches current size";
	} else if (asked >= replicas && stable < asked) {
		ret->able_reason = "ScaleUpStabilized";
		ret->able_message = "recent recommendations were lower than current one, applying "
				    "the lowest recent recommendation";
	} else {
		ret->able_reason = "ScaleDownStabilized";
		ret->able_message = "recent recommendations were higher than current one, applying "
				    "the highest recent recommendation";
	}
}

/* ---- policies ---- */

static int64_t policy_limit(const json_t *policy, const struct hpa_memory *m, bool up,
			    int64_t replicas, int64_t now_ns)
{
	int64_t period = json_int(policy, "periodSeconds", 0), value = json_int(policy, "value", 0);
	int64_t begin = replicas - marks_sum(&m->added, now_ns, period) +
			marks_sum(&m->removed, now_ns, period);

	if (streq(json_str(policy, "type"), "Pods"))
		return up ? begin + value : begin - value;
	/* a share of a pod is one to make, and none to lose */
	return up ? (int64_t)ceil((double)begin * (1.0 + (double)value / 100)) :
		    (int64_t)((double)begin * (1.0 - (double)value / 100));
}

/* How far the number may go in one direction; never the other way. */
static int64_t policies_limit(const json_t *rules, const struct hpa_memory *m, bool up,
			      int64_t replicas, int64_t now_ns)
{
	const char *select = json_str_or(rules, "selectPolicy", "Max");
	bool farthest = streq(select, "Max");
	int64_t limit = 0;
	json_t *policy;
	size_t i;

	if (streq(select, "Disabled"))
		return replicas;
	json_each(rules, "policies", i, policy) {
		int64_t one = policy_limit(policy, m, up, replicas, now_ns);

		if (i == 0)
			limit = one;
		else
			limit = farthest == up ? MAX(limit, one) : MIN(limit, one);
	}
	return up ? MAX(limit, replicas) : MIN(limit, replicas);
}

static int64_t limit_up(const json_t *hpa, const struct hpa_memory *m, int64_t replicas,
			int64_t now_ns)
{
	if (!json_has(hpa, "spec.behavior"))
		return MAX(2 * replicas, (int64_t)STEP_UP_LEAST);
	return policies_limit(json_obj(hpa, "spec.behavior.scaleUp"), m, true, replicas, now_ns);
}

static int64_t limit_down(const json_t *hpa, const struct hpa_memory *m, int64_t replicas,
			  int64_t now_ns)
{
	if (!json_has(hpa, "spec.behavior"))
		return INT64_MIN;
	return policies_limit(json_obj(hpa, "spec.behavior.scaleDown"), m, false, replicas, now_ns);
}

/* ---- both ---- */

static void bound(struct hpa_limited *ret, int64_t replicas, bool fast, bool up)
{
	ret->is_limited = true;
	ret->replicas = replicas;
	ret->limit_reason = up ? (fast ? "ScaleUpLimit" : "TooManyReplicas") :
				 (fast ? "ScaleDownLimit" : "TooFewReplicas");
	ret->limit_message =
		up ? (fast ? TOO_FAST_UP :
			     "the desired replica count is more than the maximum replica count") :
		     (fast ? TOO_FAST_DOWN :
			     "the desired replica count is less than the minimum replica count");
}

void hpa_rate_limit(const json_t *hpa, struct hpa_memory *m, int64_t replicas, int64_t asked,
		    int64_t now_ns, struct hpa_limited *ret)
{
	int64_t stable = stabilize(hpa, m, replicas, asked, now_ns);
	int64_t min = hpa_min_replicas(hpa), max = hpa_max_replicas(hpa);
	int64_t up = limit_up(hpa, m, replicas, now_ns);
	int64_t down = limit_down(hpa, m, replicas, now_ns);

	marks_add(&m->asked, now_ns, asked, ASKED_KEPT_S);
	*ret = (struct hpa_limited){
		.replicas = stable,
		.limit_reason = "DesiredWithinRange",
		.limit_message = "the desired count is within the acceptable range",
	};
	tell_stabilized(ret, replicas, asked, stable);
	if (stable >= replicas && stable > MIN(max, up))
		bound(ret, MIN(max, up), up < max, true);
	else if (stable <= replicas && stable < MAX(min, down))
		bound(ret, MAX(min, down), down > min, false);
}
