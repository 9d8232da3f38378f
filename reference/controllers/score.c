/*
 * score: preferences, as numbers.
 *
 * Four questions are asked about each node, in the field's order of importance: how many taints PreferNoSchedule does the pod not
 * tolerate (weight 3), how much of its preferred node affinity holds (2), how welcome is the company there, by its own preferred terms
 * and by those of the pods that are there (2), how empty would the node stay (1). The first three are stretched to 0..100 over the nodes
 * that will do, since they have no unit; the last is per cent. Among equals the node with the fewest pods wins, then the first: pods of a
 * kind spread.
 */
#include "controllers/score.h"

#include "api/meta.h"
#include "api/node_affinity.h"
#include "api/pod_status.h"
#include "base/json.h"
#include "base/str.h"
#include "controllers/pod_term.h"

#define PREFERRED "preferredDuringSchedulingIgnoredDuringExecution"
#define FULL 100

struct board {
	const json_t *pod, *nodes, *all, *bound, *namespaces;
	struct node_usage *usage;
	json_t *company; /* topology key to place to points */
	int64_t *points, *column; /* per node: the sum, and the answers to the question at hand */
	size_t n;
};

/* ---- questions: a number per node ---- */

static int64_t untolerated(const struct board *b, const json_t *node)
{
	static const char *const soft[] = { "PreferNoSchedule", NULL };

	return -(int64_t)node_untolerated_taints(b->pod, node, soft);
}

static int64_t preferred_node(const struct board *b, const json_t *node)
{
	int64_t sum = 0;
	json_t *term;
	size_t i;

	json_each(b->pod, "spec.affinity.nodeAffinity." PREFERRED, i, term)
		if (node_term_matches(json_obj(term, "preference"), node))
			sum += json_int(term, "weight", 0);
	return sum;
}

static int64_t welcome(const struct board *b, const json_t *node)
{
	int64_t sum = 0;
	const char *key;
	json_t *places;

	json_object_foreach(b->company, key, places) {
		const char *place = meta_label(node, key);

		if (place)
			sum += json_integer_value(json_object_get(places, place));
	}
	return sum;
}

/* What stays free of one resource, in per cent; -1: the node does not have it. */
static int64_t left_of(const struct resource_list *have, const char *name, int64_t taken)
{
	int64_t all = resource_list_get(have, name);

	if (all <= 0)
		return -1;
	return taken >= all ? 0 : (all - taken) * FULL / all;
}

static int64_t emptiness(const struct board *b, const json_t *node)
{
	static const char *const names[] = { "cpu", "memory" };
	_cleanup_(resource_list_deinit) struct resource_list want = { 0 }, have = { 0 };
	const struct usage *usage = node_usage_of(b->usage, meta_name(node));
	int64_t sum = 0, n = 0, left;

	pod_demand_read(b->pod, &want);
	resource_list_read(&have, json_obj(node, "status.allocatable"));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		left = left_of(&have, names[i],
			       resource_list_get(&usage->taken, names[i]) +
				       resource_list_get(&want, names[i]));
		sum += MAX(left, 0);
		n += left >= 0;
	}
	left = left_of(&have, "pods", (int64_t)usage->pods + 1);
	sum += MAX(left, 0);
	n += left >= 0;
	return n ? sum / n : 0;
}

/* ---- company ---- */

static void add_points(struct board *b, const char *key, const char *place, int64_t points)
{
	json_t *places = json_object_get(b->company, key);

	if (!places) {
		places = json_object();
		json_object_set_new(b->company, key, places);
	}
	points += json_integer_value(json_object_get(places, place));
	json_object_set_new(places, place, json_integer(points));
}

/* What owner's preferred terms say of other: where node is, points come or go. */
static void weigh_terms(struct board *b, const json_t *owner, const json_t *other,
			const json_t *node, const char *sort, int sign)
{
	_cleanup_free_ char *path = str_printf("spec.affinity.%s." PREFERRED, sort);
	json_t *weighted;
	size_t i;

	json_each(owner, path, i, weighted) {
		_cleanup_(pod_term_freep) struct pod_term *t =
			pod_term_new(owner, json_obj(weighted, "podAffinityTerm"), b->namespaces);
		const char *place = pod_term_place(t, node);

		if (place && pod_term_selects(t, other))
			add_points(b, pod_term_key(t), place,
				   sign * json_int(weighted, "weight", 0));
	}
}

static const json_t *node_named(const json_t *nodes, const char *name)
{
	json_t *node;
	size_t i;

	json_array_foreach((json_t *)nodes, i, node)
		if (streq(meta_name(node), name))
			return node;
	return NULL;
}

bool score_is_social(const json_t *pod)
{
	return json_len(pod, "spec.affinity.podAffinity." PREFERRED) ||
	       json_len(pod, "spec.affinity.podAntiAffinity." PREFERRED);
}

static void gather_company(struct board *b)
{
	bool social = score_is_social(b->pod);
	json_t *other;
	size_t i;

	json_array_foreach((json_t *)b->bound, i, other) {
		const json_t *node = NULL;

		if (!pod_node_name(other) || pod_is_terminal(other) ||
		    (!social && !score_is_social(other)))
			continue;
		node = node_named(b->all, pod_node_name(other));
		if (!node)
			continue;
		weigh_terms(b, b->pod, other, node, "podAffinity", 1);
		weigh_terms(b, b->pod, other, node, "podAntiAffinity", -1);
		weigh_terms(b, other, b->pod, node, "podAffinity", 1);
		weigh_terms(b, other, b->pod, node, "podAntiAffinity", -1);
	}
}

/* ---- the sum ---- */

typedef int64_t (*question_fn)(const struct board *b, const json_t *node);

/* Adds the answers, stretched: nothing when all are the same. */
static void ask(struct board *b, question_fn question, int64_t weight)
{
	int64_t least = INT64_MAX, most = INT64_MIN;

	for (size_t i = 0; i < b->n; i++) {
		b->column[i] = question(b, json_array_get(b->nodes, i));
		least = MIN(least, b->column[i]);
		most = MAX(most, b->column[i]);
	}
	for (size_t i = 0; i < b->n && most > least; i++)
		b->points[i] += weight * (b->column[i] - least) * FULL / (most - least);
}

static bool is_better(const struct board *b, size_t x, size_t y)
{
	if (b->points[x] != b->points[y])
		return b->points[x] > b->points[y];
	return node_usage_of(b->usage, meta_name(json_array_get(b->nodes, x)))->pods <
	       node_usage_of(b->usage, meta_name(json_array_get(b->nodes, y)))->pods;
}

static const json_t *best_of(const struct board *b)
{
	size_t best = 0;

	for (size_t i = 1; i < b->n; i++)
		if (is_better(b, i, best))
			best = i;
	return json_array_get(b->nodes, best);
}

const json_t *score_best(const json_t *pod, const json_t *nodes, const json_t *all,
			 struct node_usage *usage, const json_t *bound, const json_t *namespaces)
{
	_cleanup_json_ json_t *company = json_object();
	_cleanup_free_ int64_t *points = NULL, *column = NULL;
	struct board b = { .pod = pod,
			   .nodes = nodes,
			   .all = all,
			   .bound = bound,
			   .namespaces = namespaces,
			   .usage = usage,
			   .company = company,
			   .n = json_array_size(nodes) };

	if (b.n < 2)
		return json_array_get(nodes, 0);
	b.points = points = xcalloc(b.n, sizeof(*points));
	b.column = column = xcalloc(b.n, sizeof(*column));
	gather_company(&b);
	ask(&b, untolerated, 3);
	ask(&b, preferred_node, 2);
	ask(&b, welcome, 2);
	for (size_t i = 0; i < b.n; i++)
		points[i] += emptiness(&b, json_array_get(nodes, i));
	return best_of(&b);
}
