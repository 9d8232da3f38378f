/*
 * daemon_plan: first every node gets what it should have, then the update goes one step on.
 *
 * Node by node:
 *
 *   fits, no pod              one is made
 *   fits, or may keep one     failed pods go, after the node's back-off, and succeeded ones; of what is left the
 *                             first stays alone, or with maxSurge one old and one new beside each other
 *   neither                   all pods go
 *
 * A pod that is being deleted still holds its node until it has ended: its successor is made then, and so two never
 * run beside each other. Only when nothing of this is to be done is the update looked at (daemon_update.c), so
 * that it counts pods that are really there.
 */
#include "controllers/daemon_plan.h"

#include "api/daemonset.h"
#include "api/meta.h"
#include "api/pod_status.h"
#include "base/defs.h"
#include "base/json.h"

void daemon_plan_add(struct daemon_plan *p, enum daemon_why why, const char *node, json_t *pod)
{
	p->actions = xrealloc(p->actions, (p->n + 1) * sizeof(*p->actions));
	p->actions[p->n++] = (struct daemon_action){ .why = why, .node = node, .pod = pod };
}

void daemon_plan_deinit(struct daemon_plan *p)
{
	free(p->actions);
	*p = (struct daemon_plan){ 0 };
}

/* ---- one node ---- */

static void plan_failed(struct daemon_plan *p, const struct daemon_node *n, json_t *pod)
{
	if (n->wait_ns <= 0)
		daemon_plan_add(p, DAEMON_FAILED, n->name, pod);
	else if (!p->wake_ns || n->wait_ns < p->wake_ns)
		p->wake_ns = n->wait_ns;
}

/* The pods that neither end nor have ended; the others are dealt with. A new array. */
static json_t *plan_ended(struct daemon_plan *p, const struct daemon_node *n)
{
	json_t *living = json_array(), *pod;
	size_t i;

	json_array_foreach(n->pods, i, pod) {
		if (meta_deletion_timestamp(pod))
			continue;
		if (!pod_is_terminal(pod))
			json_array_append(living, pod);
		else if (streq(pod_phase(pod), "Succeeded"))
			daemon_plan_add(p, DAEMON_SUCCEEDED, n->name, pod);
		else
			plan_failed(p, n, pod);
	}
	return living;
}

/* One old and one new pod may be there, as long as the old one is ready and the new one not yet available. */
static void plan_surging(struct daemon_plan *p, const struct daemon_facts *f,
			 const struct daemon_node *n, const json_t *living)
{
	int64_t min_ready = json_int(f->ds, "spec.minReadySeconds", 0);
	json_t *first_new = NULL, *first_old = NULL, *pod;
	size_t i;

	json_array_foreach((json_t *)living, i, pod) {
		json_t **first = daemon_pod_is_of(pod, f->hash) ? &first_new : &first_old;

		if (*first)
			daemon_plan_add(p, DAEMON_SURPLUS, n->name, pod);
		else
			*first = pod;
	}
	if (first_new && first_old &&
	    (!pod_is_ready(first_old) || pod_is_available(first_new, min_ready, f->now_ns)))
		daemon_plan_add(p, DAEMON_OLD, n->name, first_old);
}

static void plan_keeping(struct daemon_plan *p, const struct daemon_facts *f,
			 const struct daemon_node *n)
{
	_cleanup_json_ json_t *living = plan_ended(p, n);

	if (daemonset_max_surge(f->ds, (int64_t)f->wanted) > 0) {
		plan_surging(p, f, n, living);
		return;
	}
	for (size_t i = 1; i < json_array_size(living); i++)
		daemon_plan_add(p, DAEMON_SURPLUS, n->name, json_array_get(living, i));
}

static void plan_emptying(struct daemon_plan *p, const struct daemon_node *n)
{
	json_t *pod;
	size_t i;

	json_array_foreach(n->pods, i, pod)
		if (!meta_deletion_timestamp(pod))
			daemon_plan_add(p, DAEMON_SURPLUS, n->name, pod);
}

static void plan_node(struct daemon_plan *p, const struct daemon_facts *f,
		      const struct daemon_node *n)
{
	if (n->fit.should_run && json_array_size(n->pods) == 0)
		daemon_plan_add(p, DAEMON_WANTED, n->name, NULL);
	else if (n->fit.may_stay)
		plan_keeping(p, f, n);
	else
		plan_emptying(p, n);
}

void daemon_plan_make(const struct daemon_facts *f, struct daemon_plan *ret)
{
	json_t *pod;
	size_t i;

	*ret = (struct daemon_plan){ 0 };
	for (i = 0; i < f->n; i++)
		plan_node(ret, f, &f->nodes[i]);
	json_array_foreach(f->homeless, i, pod)
		if (!meta_deletion_timestamp(pod))
			daemon_plan_add(ret, DAEMON_SURPLUS, NULL, pod);
	if (ret->n == 0 && daemonset_is_rolling(f->ds))
		daemon_plan_update(ret, f);
}
