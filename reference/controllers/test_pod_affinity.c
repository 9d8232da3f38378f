/*
 * Tests of affinity between pods: nodes and pods as literals.
 *
 * There are four nodes: a and b in zone 1, c in zone 2, d in none. Pods are "NODE/NAMESPACE/APP", perhaps with terms of their own.
 */
#include "controllers/pod_affinity.h"

#include "api/meta.h"
#include "base/json.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "base/test.h"

#define NEAR "podAffinity"
#define APART "podAntiAffinity"

static json_t *parse(const char *text)
{
	json_t *v = NULL;

	if (json_parse(text, strlen(text), &v, NULL) < 0)
		abort();
	return v;
}

static json_t *all_nodes(void)
{
	return parse("[{\"metadata\":{\"name\":\"a\",\"labels\":{\"host\":\"a\",\"zone\":\"1\"}}},"
		     "{\"metadata\":{\"name\":\"b\",\"labels\":{\"host\":\"b\",\"zone\":\"1\"}}},"
		     "{\"metadata\":{\"name\":\"c\",\"labels\":{\"host\":\"c\",\"zone\":\"2\"}}},"
		     "{\"metadata\":{\"name\":\"d\",\"labels\":{\"host\":\"d\"}}}]");
}

static json_t *all_namespaces(void)
{
	return parse("[{\"metadata\":{\"name\":\"n\",\"labels\":{\"team\":\"red\"}}},"
		     "{\"metadata\":{\"name\":\"m\",\"labels\":{\"team\":\"blue\"}}}]");
}

/* terms: the sort and its list; NULL: none. node NULL: not bound. */
static json_t *pod(const char *node, const char *ns, const char *app, const char *sort,
		   const char *terms)
{
	json_t *p = json_pack("{s:{s:s,s:s,s:{s:s,s:s}},s:{}}", "metadata", "name", "p",
			      "namespace", ns, "labels", "app", app, "hash", app, "spec");

	if (node)
		json_set_str(p, "spec.nodeName", node);
	if (terms)
		json_set_path(p, "spec.affinity",
			      json_pack("{s:{s:o}}", sort,
					"requiredDuringSchedulingIgnoredDuringExecution",
					parse(terms)));
	return p;
}

/* The nodes that p may go to among others (taken over), as "abd". */
static char *allowed(json_t *p_taken, json_t *others_taken)
{
	_cleanup_json_ json_t *p = p_taken, *others = others_taken, *nodes = all_nodes(),
			      *namespaces = all_namespaces();
	_cleanup_(pod_affinity_freep) struct pod_affinity *a =
		pod_affinity_new(p, others, nodes, namespaces);
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	json_t *node;
	size_t i;

	json_array_foreach(nodes, i, node)
		if (!pod_affinity_refusal(a, node))
			strbuf_adds(&b, meta_name(node));
	return strbuf_take(&b);
}

#define CHECK_ALLOWED(p, others, want)                                   \
	do {                                                             \
		_cleanup_free_ char *got = allowed(p, json_pack others); \
		CHECK_STR(got, want);                                    \
	} while (0)

#define TERM(key, more) "{\"topologyKey\":\"" key "\"" more "}"
#define APP(name) ",\"labelSelector\":{\"matchLabels\":{\"app\":\"" name "\"}}"
#define X(node) pod(node, "n", "x", NULL, NULL)

static void test_nobody_demands_anything(void)
{
	CHECK_ALLOWED(pod(NULL, "n", "x", NULL, NULL), ("[o]", X("a")), "abcd");
}

static void test_apart_by_host(void)
{
	json_t *p = pod(NULL, "n", "x", APART, "[" TERM("host", APP("x")) "]");

	CHECK_ALLOWED(json_incref(p), ("[o]", X("a")), "bcd");
	CHECK_ALLOWED(json_incref(p), ("[oo]", X("a"), X("c")), "bd");
	CHECK_ALLOWED(json_incref(p), ("[o]", pod("a", "n", "y", NULL, NULL)), "abcd");
	CHECK_ALLOWED(p, ("[]"), "abcd");
}

static void test_apart_by_zone(void)
{
	json_t *p = pod(NULL, "n", "x", APART, "[" TERM("zone", APP("x")) "]");

	CHECK_ALLOWED(json_incref(p), ("[o]", X("a")), "cd");
	/* a node outside every zone closes nothing */
	CHECK_ALLOWED(p, ("[o]", X("d")), "abcd");
}

static void test_near(void)
{
	json_t *p = pod(NULL, "n", "y", NEAR, "[" TERM("zone", APP("x")) "]");

	CHECK_ALLOWED(json_incref(p), ("[o]", X("a")), "ab");
	CHECK_ALLOWED(json_incref(p), ("[oo]", X("a"), X("c")), "abc");
	CHECK_ALLOWED(p, ("[]"), "");
}

static void test_near_its_own_like_the_first_may_start(void)
{
	json_t *p = pod(NULL, "n", "x", NEAR, "[" TERM("zone", APP("x")) "]");

	CHECK_ALLOWED(json_incref(p), ("[]"), "abc");
	CHECK_ALLOWED(p, ("[o]", X("c")), "c");
}

static void test_all_near_terms_must_hold_for_one_pod(void)
{
	const char *both = "[" TERM("zone", APP("x")) "," TERM(
		"host", ",\"labelSelector\":{\"matchLabels\":{\"hash\":\"x\"}}") "]";

	CHECK_ALLOWED(pod(NULL, "n", "y", NEAR, both), ("[o]", X("a")), "a");
}

static void test_any_apart_term_closes(void)
{
	const char *both = "[" TERM("zone", APP("x")) "," TERM("host", APP("y")) "]";

	CHECK_ALLOWED(pod(NULL, "n", "q", APART, both),
		      ("[oo]", X("a"), pod("d", "n", "y", NULL, NULL)), "c");
}

static void test_what_bound_pods_keep_away(void)
{
	json_t *hermit = pod("a", "n", "h", APART, "[" TERM("zone", APP("x")) "]");

	CHECK_ALLOWED(X(NULL), ("[O]", hermit), "cd");
	CHECK_ALLOWED(pod(NULL, "n", "y", NULL, NULL), ("[O]", hermit), "abcd");
	json_decref(hermit);
}

static void test_other_namespaces_do_not_count(void)
{
	CHECK_ALLOWED(pod(NULL, "n", "x", APART, "[" TERM("host", APP("x")) "]"),
		      ("[o]", pod("a", "m", "x", NULL, NULL)), "abcd");
	CHECK_ALLOWED(pod(NULL, "n", "x", APART,
			  "[" TERM("host", APP("x") ",\"namespaces\":[\"m\"]") "]"),
		      ("[oo]", pod("a", "m", "x", NULL, NULL), X("b")), "bcd");
}

static void test_namespaces_by_label(void)
{
	CHECK_ALLOWED(pod(NULL, "n", "x", APART,
			  "[" TERM("host", APP("x") ",\"namespaceSelector\":{\"matchLabels\":{"
						    "\"team\":\"blue\"}}") "]"),
		      ("[oo]", pod("a", "m", "x", NULL, NULL), X("b")), "bcd");
	CHECK_ALLOWED(pod(NULL, "n", "x", APART,
			  "[" TERM("host", APP("x") ",\"namespaceSelector\":{}") "]"),
		      ("[oo]", pod("a", "m", "x", NULL, NULL), X("b")), "cd");
}

static void test_no_selector_means_nobody(void)
{
	CHECK_ALLOWED(pod(NULL, "n", "x", APART, "[" TERM("host", "") "]"), ("[o]", X("a")), "abcd");
	CHECK_ALLOWED(pod(NULL, "n", "x", APART, "[" TERM("host", ",\"labelSelector\":{}") "]"),
		      ("[o]", X("a")), "bcd");
}

static void test_keys_of_the_owner(void)
{
	CHECK_ALLOWED(
		pod(NULL, "n", "x", APART,
		    "[" TERM("host", ",\"labelSelector\":{},\"matchLabelKeys\":[\"hash\"]") "]"),
		("[oo]", X("a"), pod("b", "n", "y", NULL, NULL)), "bcd");
	CHECK_ALLOWED(
		pod(NULL, "n", "x", APART,
		    "[" TERM("host", ",\"labelSelector\":{},\"mismatchLabelKeys\":[\"hash\"]") "]"),
		("[oo]", X("a"), pod("b", "n", "y", NULL, NULL)), "acd");
}

static void test_the_finished_do_not_count(void)
{
	json_t *done = X("a");

	json_set_str(done, "status.phase", "Succeeded");
	CHECK_ALLOWED(pod(NULL, "n", "x", APART, "[" TERM("host", APP("x")) "]"), ("[o]", done),
		      "abcd");
}

static void test_the_words(void)
{
	static const struct {
		const char *sort, *key, *app, *want;
	} rows[] = {
		{ NEAR, "zone", "nobody", "node(s) didn't match pod affinity rules" },
		{ NEAR, "rack", "x", "node(s) didn't match pod affinity rules" },
		{ APART, "zone", "x", "node(s) didn't match pod anti-affinity rules" },
	};
	_cleanup_json_ json_t *nodes = all_nodes(), *others = json_pack("[o]", X("a"));

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *terms =
			str_printf("[{\"topologyKey\":\"%s\",\"labelSelector\":{\"matchLabels\":{"
				   "\"app\":\"%s\"}}}]",
				   rows[i].key, rows[i].app);
		_cleanup_json_ json_t *p = pod(NULL, "n", "x", rows[i].sort, terms);
		_cleanup_(pod_affinity_freep) struct pod_affinity *a =
			pod_affinity_new(p, others, nodes, NULL);

		CHECK_STR(pod_affinity_refusal(a, json_array_get(nodes, 1)), rows[i].want);
	}
}

int main(void)
{
	TEST(test_nobody_demands_anything);
	TEST(test_apart_by_host);
	TEST(test_apart_by_zone);
	TEST(test_near);
	TEST(test_near_its_own_like_the_first_may_start);
	TEST(test_all_near_terms_must_hold_for_one_pod);
	TEST(test_any_apart_term_closes);
	TEST(test_what_bound_pods_keep_away);
	TEST(test_other_namespaces_do_not_count);
	TEST(test_namespaces_by_label);
	TEST(test_no_selector_means_nobody);
	TEST(test_keys_of_the_owner);
	TEST(test_the_finished_do_not_count);
	TEST(test_the_words);
	return test_end();
}
