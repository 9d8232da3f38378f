/*
 * Tests of the scheduler's preferences: which of two or three nodes is taken.
 */
#include "controllers/score.h"

#include "api/meta.h"
#include "base/json.h"
#include "base/test.h"

static json_t *parse(const char *text)
{
	json_t *v = NULL;

	if (json_parse(text, strlen(text), &v, NULL) < 0)
		abort();
	return v;
}

#define NODE(name, labels, spec)                                                        \
	"{\"metadata\":{\"name\":\"" name "\",\"labels\":{\"host\":\"" name "\"" labels \
	"}},\"spec\":{" spec                                                            \
	"},\"status\":{\"allocatable\":{\"cpu\":\"4\",\"memory\":\"4Gi\",\"pods\":\"100\"}}}"
#define SOFT(key) "\"taints\":[{\"key\":\"" key "\",\"effect\":\"PreferNoSchedule\"}]"
#define ON(node, uid, more)                                            \
	"{\"metadata\":{\"uid\":\"" uid                                \
	"\",\"namespace\":\"n\",\"labels\":{\"app\":\"x\"}},\"spec\":" \
	"{\"nodeName\":\"" node "\"" more "}}"
#define PREFERS(sort, weight, key, app)                                                      \
	"\"affinity\":{\"" sort "\":{\"preferredDuringSchedulingIgnoredDuringExecution\":[{" \
	"\"weight\":" weight ",\"podAffinityTerm\":{\"topologyKey\":\"" key                  \
	"\",\"labelSelector\":{\"matchLabels\":{\"app\":\"" app "\"}}}}]}}"

/* The node that a pod with this spec goes to. */
static char *taken(const char *spec, const char *nodes_text, const char *bound_text)
{
	_cleanup_json_ json_t *nodes = parse(nodes_text), *bound = parse(bound_text);
	_cleanup_json_ json_t *pod = parse(
		"{\"metadata\":{\"uid\":\"p\",\"namespace\":\"n\",\"labels\":{\"app\":\"x\"}}}");
	_cleanup_(node_usage_freep) struct node_usage *usage = node_usage_new();
	json_t *other;
	size_t i;

	json_object_set_new(pod, "spec", parse(spec));
	json_array_foreach(bound, i, other)
		node_usage_put(usage, other);
	return xstrdup(meta_name(score_best(pod, nodes, nodes, usage, bound, NULL)));
}

#define CHECK_TAKEN(spec, nodes, bound, want)                          \
	do {                                                           \
		_cleanup_free_ char *name = taken(spec, nodes, bound); \
		CHECK_STR(name, want);                                 \
	} while (0)

#define AB "[" NODE("a", "", "") "," NODE("b", "", "") "]"

static void test_no_node_no_choice(void)
{
	_cleanup_json_ json_t *none = json_array();

	CHECK(score_best(NULL, none, none, NULL, none, NULL) == NULL);
}

static void test_pods_spread(void)
{
	CHECK_TAKEN("{}", AB, "[]", "a");
	CHECK_TAKEN("{}", AB, "[" ON("a", "1", "") "]", "b");
	CHECK_TAKEN("{}", AB, "[" ON("a", "1", "") "," ON("b", "2", "") "," ON("b", "3", "") "]",
		    "a");
}

static void test_the_emptier_node_is_taken(void)
{
	CHECK_TAKEN(
		"{}", AB,
		"[" ON("a", "1", ",\"containers\":[{\"resources\":{\"requests\":{\"cpu\":\"3\"}}}]") "," ON(
			"b", "2", "") "]",
		"b");
}

static void test_soft_taints(void)
{
	CHECK_TAKEN("{}", "[" NODE("a", "", SOFT("k")) "," NODE("b", "", "") "]", "[]", "b");
	CHECK_TAKEN("{\"tolerations\":[{\"key\":\"k\",\"operator\":\"Exists\"}]}",
		    "[" NODE("a", "", SOFT("k")) "," NODE("b", "", "") "]", "[]", "a");
}

#define WEIGHED(weight, key)                                                           \
	"{\"weight\":" weight ",\"preference\":{\"matchExpressions\":[{\"key\":\"" key \
	"\",\"operator\":\"Exists\"}]}}"
#define PREFERRED_NODE(list)                                                                    \
	"{\"affinity\":{\"nodeAffinity\":{\"preferredDuringSchedulingIgnoredDuringExecution\":" \
	"[" list "]}}}"

static void test_preferred_node_affinity(void)
{
	CHECK_TAKEN(PREFERRED_NODE(WEIGHED("1", "ssd")),
		    "[" NODE("a", "", "") "," NODE("b", ",\"ssd\":\"y\"", "") "]", "[]", "b");
	CHECK_TAKEN(PREFERRED_NODE(WEIGHED("1", "ssd") "," WEIGHED("5", "gpu")),
		    "[" NODE("a", ",\"ssd\":\"y\"", "") "," NODE("b", ",\"gpu\":\"y\"", "") "]",
		    "[]", "b");
	/* it outweighs one pod more */
	CHECK_TAKEN(PREFERRED_NODE(WEIGHED("1", "ssd")),
		    "[" NODE("a", "", "") "," NODE("b", ",\"ssd\":\"y\"", "") "]",
		    "[" ON("b", "1", "") "]", "b");
}

static void test_preferred_company(void)
{
	CHECK_TAKEN("{" PREFERS("podAffinity", "1", "host", "x") "}", AB, "[" ON("b", "1", "") "]",
		    "b");
	CHECK_TAKEN("{" PREFERS("podAffinity", "1", "host", "y") "}", AB, "[" ON("b", "1", "") "]",
		    "a");
	CHECK_TAKEN("{" PREFERS("podAntiAffinity", "1", "host", "x") "}",
		    "[" NODE("a", "", "") "," NODE("b", "", SOFT("k")) "]",
		    "[" ON("a", "1", "") "]", "a");
}

static void test_the_bound_prefer_too(void)
{
	CHECK_TAKEN("{}", AB, "[" ON("b", "1", "," PREFERS("podAffinity", "9", "host", "x")) "]",
		    "b");
}

static void test_company_counts_in_the_whole_place(void)
{
	CHECK_TAKEN("{" PREFERS("podAffinity", "1", "zone", "x") "}",
		    "[" NODE("a", ",\"zone\":\"1\"", "") "," NODE(
			    "b", ",\"zone\":\"2\"", "") "," NODE("c", ",\"zone\":\"2\"", "") "]",
		    "[" ON("b", "1", "") "]", "c");
}

int main(void)
{
	TEST(test_no_node_no_choice);
	TEST(test_pods_spread);
	TEST(test_the_emptier_node_is_taken);
	TEST(test_soft_taints);
	TEST(test_preferred_node_affinity);
	TEST(test_preferred_company);
	TEST(test_the_bound_prefer_too);
	TEST(test_company_counts_in_the_whole_place);
	return test_end();
}
