/*
 * node_usage: running sums, so that binding a pod costs the same with ten and with ten thousand others.
 *
 * Per pod uid the node and the demand are remembered; a change first takes the old demand away and then adds
 * the new one. A pod counts from its binding to its end (Succeeded, Failed or gone); one that is being
 * deleted still holds what it has.
 */
#include "controllers/node_usage.h"

#include <uthash.h>

#include "api/meta.h"
#include "api/pod_status.h"

struct node {
	char *name;
	struct usage usage;
	UT_hash_handle hh;
};

struct share { /* one pod's part of a node */
	char *uid;
	struct node *node;
	struct resource_list demand;
	UT_hash_handle hh;
};

struct node_usage {
	struct node *nodes;
	struct share *shares;
};

static struct node *node_make(struct node_usage *u, const char *name)
{
	struct node *n = NULL;

	HASH_FIND_STR(u->nodes, name, n);
	if (!n) {
		n = xnew(n);
		n->name = xstrdup(name);
		n->usage.with_ports = json_object();
		HASH_ADD_KEYPTR(hh, u->nodes, n->name, strlen(n->name), n);
	}
	return n;
}

static void share_free(struct node_usage *u, struct share *s)
{
	struct usage *usage = &s->node->usage;

	resource_list_add_all(&usage->taken, &s->demand, -1);
	usage->pods--;
	json_object_del(usage->with_ports, s->uid);
	HASH_DEL(u->shares, s);
	resource_list_deinit(&s->demand);
	free(s->uid);
	free(s);
}

struct node_usage *node_usage_new(void)
{
	struct node_usage *u = xnew(u);

	return u;
}

struct node_usage *node_usage_free(struct node_usage *u)
{
	struct share *s, *s_next;
	struct node *n, *n_next;

	if (!u)
		return NULL;
	HASH_ITER(hh, u->shares, s, s_next)
		share_free(u, s);
	HASH_ITER(hh, u->nodes, n, n_next) {
		HASH_DEL(u->nodes, n);
		resource_list_deinit(&n->usage.taken);
		json_decref(n->usage.with_ports);
		free(n->name);
		free(n);
	}
	free(u);
	return NULL;
}

void node_usage_drop(struct node_usage *u, const json_t *pod)
{
	const char *uid = meta_uid(pod);
	struct share *s = NULL;

	if (uid)
		HASH_FIND_STR(u->shares, uid, s);
	if (s)
		share_free(u, s);
}

void node_usage_put(struct node_usage *u, json_t *pod)
{
	struct share *s;

	node_usage_drop(u, pod);
	if (!meta_uid(pod) || !pod_node_name(pod) || pod_is_terminal(pod))
		return;
	s = xnew(s);
	s->uid = xstrdup(meta_uid(pod));
	s->node = node_make(u, pod_node_name(pod));
	pod_demand_read(pod, &s->demand);
	resource_list_add_all(&s->node->usage.taken, &s->demand, 1);
	s->node->usage.pods++;
	if (pod_ports_conflict(pod, pod)) /* it meets itself: it has some */
		json_object_set(s->node->usage.with_ports, s->uid, pod);
	HASH_ADD_KEYPTR(hh, u->shares, s->uid, strlen(s->uid), s);
}

const struct usage *node_usage_of(struct node_usage *u, const char *node)
{
	return &node_make(u, node)->usage;
}
