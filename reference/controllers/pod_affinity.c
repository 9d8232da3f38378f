/*
 * pod_affinity: required affinity and anti-affinity between pods, over any topology.
 *
 * A topology key cuts the nodes into places by a label's value (each host, each zone). For the pod that is to be placed three things are
 * gathered once: in which places pods stand that its affinity wants, in which those that its anti-affinity avoids, and from which places
 * the anti-affinity of pods that are bound already keeps it away (what they demand binds both sides). Each node is then a few look-ups.
 *
 * A node without the key's label is in no place: affinity does not find anything there, anti-affinity nothing to avoid. The first pod of
 * a series whose affinity means itself may go anywhere that has the labels, since else none could ever start.
 */
#include "controllers/pod_affinity.h"

#include "api/meta.h"
#include "api/pod_status.h"
#include "base/json.h"
#include "base/str.h"
#include "controllers/pod_term.h"

#define REQUIRED "requiredDuringSchedulingIgnoredDuringExecution"

struct terms {
	struct pod_term **items;
	json_t **places; /* per term: the set of places where somebody stands whom it means */
	size_t n;
};

struct pod_affinity {
	const json_t *pod;
	struct terms near, apart;
	json_t *closed; /* key to set of places that others keep the pod out of */
};

static bool demands(const json_t *pod, const char *sort)
{
	_cleanup_free_ char *path = str_printf("spec.affinity.%s." REQUIRED, sort);

	return json_len(pod, path) > 0;
}

bool pod_affinity_is_used(const json_t *pod)
{
	return json_has(pod, "spec.affinity") &&
	       (demands(pod, "podAffinity") || demands(pod, "podAntiAffinity"));
}

static void terms_read(struct terms *t, const json_t *pod, const char *sort,
		       const json_t *namespaces)
{
	_cleanup_free_ char *path = str_printf("spec.affinity.%s." REQUIRED, sort);
	json_t *term;
	size_t i;

	t->items = xcalloc(json_len(pod, path) + 1, sizeof(*t->items));
	t->places = xcalloc(json_len(pod, path) + 1, sizeof(*t->places));
	json_each(pod, path, i, term) {
		t->places[t->n] = json_object();
		t->items[t->n++] = pod_term_new(pod, term, namespaces);
	}
}

static void terms_deinit(struct terms *t)
{
	for (size_t i = 0; i < t->n; i++) {
		json_decref(t->places[i]);
		pod_term_free(t->items[i]);
	}
	free(t->items);
	free(t->places);
}

/* Somebody stands on node whom the term means. */
static void mark(struct terms *t, size_t i, const json_t *node)
{
	const char *place = pod_term_place(t->items[i], node);

	if (place)
		json_object_set_new(t->places[i], place, json_true());
}

static bool all_select(const struct terms *t, const json_t *pod)
{
	for (size_t i = 0; i < t->n; i++)
		if (!pod_term_selects(t->items[i], pod))
			return false;
	return t->n > 0;
}

static void gather_own(struct pod_affinity *a, const json_t *other, const json_t *node)
{
	bool wanted = all_select(&a->near, other);

	for (size_t i = 0; wanted && i < a->near.n; i++)
		mark(&a->near, i, node);
	for (size_t i = 0; i < a->apart.n; i++)
		if (pod_term_selects(a->apart.items[i], other))
			mark(&a->apart, i, node);
}

static void close_place(struct pod_affinity *a, const struct pod_term *t, const json_t *node)
{
	const char *key = pod_term_key(t), *place = pod_term_place(t, node);

	if (!place)
		return;
	if (!json_object_get(a->closed, key))
		json_object_set_new(a->closed, key, json_object());
	json_object_set_new(json_object_get(a->closed, key), place, json_true());
}

/* What a bound pod keeps away from where it stands. */
static void gather_others(struct pod_affinity *a, const json_t *other, const json_t *node,
			  const json_t *namespaces)
{
	_cleanup_(terms_deinit) struct terms theirs = { 0 };

	terms_read(&theirs, other, "podAntiAffinity", namespaces);
	for (size_t i = 0; i < theirs.n; i++)
		if (pod_term_selects(theirs.items[i], a->pod))
			close_place(a, theirs.items[i], node);
}

static json_t *by_name(const json_t *nodes)
{
	json_t *map = json_object(), *node;
	size_t i;

	json_array_foreach((json_t *)nodes, i, node)
		json_object_set(map, meta_name(node), node);
	return map;
}

static void gather(struct pod_affinity *a, const json_t *bound, const json_t *nodes,
		   const json_t *namespaces)
{
	_cleanup_json_ json_t *named = by_name(nodes);
	json_t *other;
	size_t i;

	json_array_foreach((json_t *)bound, i, other) {
		const char *name = pod_node_name(other);
		const json_t *node = name ? json_object_get(named, name) : NULL;

		if (!node || pod_is_terminal(other))
			continue;
		gather_own(a, other, node);
		if (json_has(other, "spec.affinity.podAntiAffinity"))
			gather_others(a, other, node, namespaces);
	}
}

static bool anybody_demands(const json_t *pod, const json_t *bound)
{
	json_t *other;
	size_t i;

	if (pod_affinity_is_used(pod))
		return true;
	json_array_foreach((json_t *)bound, i, other)
		if (json_has(other, "spec.affinity.podAntiAffinity"))
			return true;
	return false;
}

struct pod_affinity *pod_affinity_new(const json_t *pod, const json_t *bound, const json_t *nodes,
				      const json_t *namespaces)
{
	struct pod_affinity *a;

	if (!anybody_demands(pod, bound))
		return NULL;
	a = xnew(a);
	a->pod = pod;
	a->closed = json_object();
	terms_read(&a->near, pod, "podAffinity", namespaces);
	terms_read(&a->apart, pod, "podAntiAffinity", namespaces);
	gather(a, bound, nodes, namespaces);
	return a;
}

struct pod_affinity *pod_affinity_free(struct pod_affinity *a)
{
	if (!a)
		return NULL;
	terms_deinit(&a->near);
	terms_deinit(&a->apart);
	json_decref(a->closed);
	free(a);
	return NULL;
}

static bool stands_there(const struct terms *t, size_t i, const json_t *node)
{
	const char *place = pod_term_place(t->items[i], node);

	return place && json_object_get(t->places[i], place);
}

/* Nobody whom it wants is anywhere, and it wants its own like. */
static bool is_first_of_its_kind(const struct pod_affinity *a)
{
	for (size_t i = 0; i < a->near.n; i++)
		if (json_object_size(a->near.places[i]))
			return false;
	return all_select(&a->near, a->pod);
}

static bool is_near(const struct pod_affinity *a, const json_t *node)
{
	bool found = true;

	for (size_t i = 0; i < a->near.n; i++) {
		if (!pod_term_place(a->near.items[i], node))
			return false;
		found &= stands_there(&a->near, i, node);
	}
	return found || is_first_of_its_kind(a);
}

static bool is_apart(const struct pod_affinity *a, const json_t *node)
{
	for (size_t i = 0; i < a->apart.n; i++)
		if (stands_there(&a->apart, i, node))
			return false;
	return true;
}

static bool is_closed(const struct pod_affinity *a, const json_t *node)
{
	const char *key;
	json_t *places;

	json_object_foreach(a->closed, key, places) {
		const char *place = meta_label(node, key);

		if (place && json_object_get(places, place))
			return true;
	}
	return false;
}

const char *pod_affinity_refusal(const struct pod_affinity *a, const json_t *node)
{
	if (!a)
		return NULL;
	if (a->near.n && !is_near(a, node))
		return "node(s) didn't match pod affinity rules";
	if (!is_apart(a, node))
		return "node(s) didn't match pod anti-affinity rules";
	if (is_closed(a, node))
		return "node(s) didn't satisfy existing pods anti-affinity rules";
	return NULL;
}
