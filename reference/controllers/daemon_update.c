/*
 * daemon_update: the next step of a rolling update.
 *
 * Old first (maxUnavailable): a node whose old pod is not available anyway loses it at once; of the others as many
 * as maxUnavailable leaves after all nodes on which nothing is available now. The node then has no pod, and the
 * next plan makes one of the present revision.
 *
 * New first (maxSurge): a node whose old pod is not available gets the new one at once, of the others as many as
 * maxSurge leaves after the new pods that are still coming up. The old pod goes when the new one is available. One on
 * a node that may keep its pod but would get none goes only when enough are available elsewhere.
 */
#include "api/daemonset.h"
#include "api/meta.h"
#include "api/pod_status.h"
#include "base/defs.h"
#include "base/json.h"
#include "controllers/daemon_plan.h"

/* The pods of a node that are not being deleted. */
struct pair {
	json_t *now, *old; /* of the present revision, of another; NULL: none */
	bool clear; /* not more than one of each */
};

static struct pair pair_on(const struct daemon_facts *f, const struct daemon_node *n)
{
	struct pair pair = { .clear = true };
	json_t *pod;
	size_t i;

	json_array_foreach(n->pods, i, pod) {
		json_t **which = daemon_pod_is_of(pod, f->hash) ? &pair.now : &pair.old;

		if (meta_deletion_timestamp(pod))
			continue;
		if (*which)
			pair.clear = false;
		*which = pod;
	}
	return pair;
}

static bool is_available(const struct daemon_facts *f, const json_t *pod)
{
	return pod && pod_is_available(pod, json_int(f->ds, "spec.minReadySeconds", 0), f->now_ns);
}

/* ---- old first ---- */

/* Whether the one pod of this node is old; *ret_works: and available. */
static bool is_old_alone(const struct daemon_facts *f, const struct daemon_node *n, bool *ret_works)
{
	struct pair pair = pair_on(f, n);

	*ret_works = pair.clear && !(pair.now && pair.old) &&
		     is_available(f, pair.now ? pair.now : pair.old);
	return pair.clear && pair.old && !pair.now;
}

static void plan_old_first(struct daemon_plan *p, const struct daemon_facts *f)
{
	int64_t room = daemonset_max_unavailable(f->ds, (int64_t)f->wanted);
	bool works;

	for (size_t i = 0; i < f->n; i++) {
		struct daemon_node *n = &f->nodes[i];

		if (json_array_size(n->pods) == 0)
			continue;
		if (is_old_alone(f, n, &works) && !works)
			daemon_plan_add(p, DAEMON_OLD, n->name, pair_on(f, n).old);
		room -= !works;
	}
	for (size_t i = 0; i < f->n && room > 0; i++) {
		struct daemon_node *n = &f->nodes[i];

		if (!is_old_alone(f, n, &works) || !works)
			continue;
		daemon_plan_add(p, DAEMON_OLD, n->name, pair_on(f, n).old);
		room--;
	}
}

/* ---- new first ---- */

/* One step on this node that needs no room; counts new pods that are still coming up, and what is available. */
static void plan_surged(struct daemon_plan *p, const struct daemon_facts *f, struct daemon_node *n,
			int64_t *surging, int64_t *available)
{
	struct pair pair = pair_on(f, n);

	if (!pair.clear) {
		++*surging;
		return;
	}
	*available += is_available(f, pair.old ? pair.old : pair.now);
	if (!pair.old)
		return;
	if (pair.now && !is_available(f, pair.now))
		++*surging;
	else if (pair.now || (!is_available(f, pair.old) && !n->fit.should_run))
		daemon_plan_add(p, DAEMON_OLD, n->name, pair.old);
	else if (!is_available(f, pair.old))
		daemon_plan_add(p, DAEMON_SURGE, n->name, NULL);
}

static void plan_new_first(struct daemon_plan *p, const struct daemon_facts *f)
{
	int64_t surging = 0, available = 0, room, spare;

	for (size_t i = 0; i < f->n; i++)
		plan_surged(p, f, &f->nodes[i], &surging, &available);
	room = daemonset_max_surge(f->ds, (int64_t)f->wanted) - surging;
	spare = available - (int64_t)f->wanted;
	for (size_t i = 0; i < f->n; i++) {
		struct daemon_node *n = &f->nodes[i];
		struct pair pair = pair_on(f, n);

		if (!pair.clear || pair.now || !is_available(f, pair.old))
			continue;
		if (n->fit.should_run && room-- > 0)
			daemon_plan_add(p, DAEMON_SURGE, n->name, NULL);
		else if (!n->fit.should_run && spare-- > 0)
			daemon_plan_add(p, DAEMON_OLD, n->name, pair.old);
	}
}

void daemon_plan_update(struct daemon_plan *p, const struct daemon_facts *f)
{
	if (daemonset_max_surge(f->ds, (int64_t)f->wanted) > 0)
		plan_new_first(p, f);
	else
		plan_old_first(p, f);
}
