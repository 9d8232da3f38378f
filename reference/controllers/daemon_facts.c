/*
 * daemon_facts: who is where.
 *
 * A pod belongs to the node that it is bound to or, before that, to the one that its affinity names, so that a node
 * never gets a second pod while the first waits for the scheduler. Bound pods of a node that is gone are nobody's
 * here: the node's end is answered by those who clean up after nodes.
 */
#include "controllers/daemon_facts.h"

#include "api/meta.h"
#include "api/pod_status.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"

static bool goes_before(const json_t *a, const json_t *b)
{
	bool bound_a = pod_node_name(a) != NULL, bound_b = pod_node_name(b) != NULL;
	int d;

	if (bound_a != bound_b)
		return bound_a;
	d = strcmp(meta_creation_timestamp(a) ?: "", meta_creation_timestamp(b) ?: "");
	return d ? d < 0 : strcmp(meta_name(a) ?: "", meta_name(b) ?: "") < 0;
}

static void insert(json_t *list, json_t *pod)
{
	size_t at = json_array_size(list);

	while (at > 0 && goes_before(pod, json_array_get(list, at - 1)))
		at--;
	json_array_insert(list, at, pod);
}

/* The pods by node: {name: [pod, …]}. */
static json_t *by_node(const json_t *pods)
{
	json_t *out = json_object(), *pod;
	size_t i;

	json_array_foreach((json_t *)pods, i, pod) {
		const char *node = daemon_pod_node(pod);

		if (!node || (pod_is_terminal(pod) && meta_deletion_timestamp(pod)))
			continue;
		if (!json_object_get(out, node))
			json_object_set_new(out, node, json_array());
		insert(json_object_get(out, node), pod);
	}
	return out;
}

static json_t *homeless(const json_t *left)
{
	json_t *out = json_array(), *list, *pod;
	const char *node;
	size_t i;

	json_object_foreach((json_t *)left, node, list)
		json_array_foreach(list, i, pod)
			if (!pod_node_name(pod))
				json_array_append(out, pod);
	return out;
}

void daemon_facts_init(struct daemon_facts *f, const json_t *ds, const char *hash,
		       const json_t *nodes, const json_t *pods, int64_t now_ns)
{
	_cleanup_json_ json_t *map = by_node(pods), *probe = daemon_pod_probe(ds);
	json_t *node;
	size_t i;

	*f = (struct daemon_facts){ .ds = ds, .hash = hash, .now_ns = now_ns };
	f->nodes = xcalloc(json_array_size(nodes) + 1, sizeof(*f->nodes));
	json_array_foreach((json_t *)nodes, i, node) {
		struct daemon_node *n = &f->nodes[f->n++];

		n->name = meta_name(node);
		n->fit = daemon_fit_node(probe, node);
		f->wanted += n->fit.should_run;
		n->pods = json_incref(json_object_get(map, n->name)) ?: json_array();
		json_object_del(map, n->name);
	}
	f->homeless = homeless(map);
}

void daemon_facts_deinit(struct daemon_facts *f)
{
	for (size_t i = 0; i < f->n; i++)
		json_decref(f->nodes[i].pods);
	free(f->nodes);
	json_decref(f->homeless);
	*f = (struct daemon_facts){ 0 };
}
