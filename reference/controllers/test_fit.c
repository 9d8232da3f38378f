/*
 * Tests of the scheduler's filters: pods and nodes as literals, no store.
 */
#include "controllers/fit.h"

#include "api/node_affinity.h"
#include "base/json.h"
#include "base/test.h"

static json_t *parse(const char *text)
{
	json_t *v = NULL;

	if (json_parse(text, strlen(text), &v, NULL) < 0)
		abort();
	return v;
}

/* What is said about a pod with this spec on a node with this spec, where `taken` pods are bound already. */
static char *said(const char *pod_spec, const char *node_spec, const char *taken_spec)
{
	_cleanup_json_ json_t *pod = parse("{\"metadata\":{\"uid\":\"p\"}}"), *other = NULL;
	_cleanup_json_ json_t *node =
		parse("{\"metadata\":{\"name\":\"n\",\"labels\":{\"disk\":\"ssd\","
		      "\"gen\":\"7\"}},\"status\":{\"allocatable\":{\"cpu\":\"2\","
		      "\"memory\":\"1Gi\",\"pods\":\"2\"}}}");
	_cleanup_(node_usage_freep) struct node_usage *usage = node_usage_new();
	_cleanup_strv_ char **reasons = NULL;

	json_object_set_new(pod, "spec", parse(pod_spec));
	json_object_set_new(node, "spec", parse(node_spec));
	if (taken_spec) {
		other = parse("{\"metadata\":{\"uid\":\"o\"}}");
		json_object_set_new(other, "spec", parse(taken_spec));
		json_set_str(other, "spec.nodeName", "n");
		node_usage_put(usage, other);
	}
	if (fit_node(pod, node, node_usage_of(usage, "n"), NULL, &reasons))
		return xstrdup("fits");
	return fit_message(reasons, 1);
}

#define CHECK_SAID(pod, node, taken, want)                          \
	do {                                                        \
		_cleanup_free_ char *text = said(pod, node, taken); \
		CHECK_STR(text, want);                              \
	} while (0)

#define ASKS(cpu, memory) \
	"{\"resources\":{\"requests\":{\"cpu\":\"" cpu "\",\"memory\":\"" memory "\"}}}"
#define POD(cpu, memory) "{\"containers\":[" ASKS(cpu, memory) "]}"

static void test_a_pod_that_asks_little_fits(void)
{
	CHECK_SAID(POD("2", "1Gi"), "{}", NULL, "fits");
}

static void test_too_much_cpu_is_insufficient_cpu(void)
{
	CHECK_SAID(POD("2001m", "1Mi"), "{}", NULL, "0/1 nodes are available: 1 Insufficient cpu.");
}

static void test_both_resources_are_named(void)
{
	CHECK_SAID(POD("3", "2Gi"), "{}", NULL,
		   "0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory.");
}

static void test_what_others_take_is_gone(void)
{
	CHECK_SAID(POD("500m", "1"), "{}", POD("1600m", "1"),
		   "0/1 nodes are available: 1 Insufficient cpu.");
	CHECK_SAID(POD("400m", "1"), "{}", POD("1600m", "1"), "fits");
}

static void test_the_largest_init_container_counts(void)
{
	CHECK_SAID("{\"initContainers\":[" ASKS("1", "1") "," ASKS(
			   "3", "1") "],\"containers\":[" ASKS("1", "1") "]}",
		   "{}", NULL, "0/1 nodes are available: 1 Insufficient cpu.");
	CHECK_SAID("{\"initContainers\":[" ASKS("1", "1") "," ASKS(
			   "2", "1") "],\"containers\":[" ASKS("1", "1") "]}",
		   "{}", NULL, "fits");
}

static void test_a_sidecar_counts_with_what_follows(void)
{
	CHECK_SAID("{\"initContainers\":[{\"restartPolicy\":\"Always\",\"resources\":{\"requests\":"
		   "{\"cpu\":\"1\"}}}," ASKS("1500m", "1") "],\"containers\":[{}]}",
		   "{}", NULL, "0/1 nodes are available: 1 Insufficient cpu.");
}

static void test_the_node_takes_only_so_many_pods(void)
{
	_cleanup_(node_usage_freep) struct node_usage *usage = node_usage_new();
	_cleanup_json_ json_t *node = parse("{\"status\":{\"allocatable\":{\"pods\":\"1\"}}}");
	_cleanup_json_ json_t *first =
		parse("{\"metadata\":{\"uid\":\"1\"},\"spec\":{\"nodeName\":\"n\"}}");
	_cleanup_json_ json_t *pod = parse("{\"metadata\":{\"uid\":\"2\"}}");
	_cleanup_strv_ char **reasons = NULL;

	node_usage_put(usage, first);
	CHECK(!fit_node(pod, node, node_usage_of(usage, "n"), NULL, &reasons));
	CHECK_STR(reasons[0], "Too many pods");
	json_set_str(first, "status.phase", "Succeeded");
	node_usage_put(usage, first);
	CHECK(fit_node(pod, node, node_usage_of(usage, "n"), NULL, &reasons));
}

#define UNMATCHED "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."

static void test_node_selector(void)
{
	CHECK_SAID("{\"nodeSelector\":{\"disk\":\"ssd\"}}", "{}", NULL, "fits");
	CHECK_SAID("{\"nodeSelector\":{\"disk\":\"ssd\",\"gpu\":\"1\"}}", "{}", NULL, UNMATCHED);
}

#define AFFINITY(terms)                                                                        \
	"{\"affinity\":{\"nodeAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":" \
	"{\"nodeSelectorTerms\":[" terms "]}}}}"
#define EXPR(key, op, values) \
	"{\"key\":\"" key "\",\"operator\":\"" op "\",\"values\":[" values "]}"
#define TERM(exprs) "{\"matchExpressions\":[" exprs "]}"

static void test_affinity_terms_are_alternatives(void)
{
	CHECK_SAID(
		AFFINITY(TERM(EXPR("disk", "In", "\"hdd\"")) "," TERM(EXPR("gen", "Gt", "\"6\""))),
		"{}", NULL, "fits");
	CHECK_SAID(AFFINITY(TERM(EXPR("disk", "In", "\"ssd\"") "," EXPR("gen", "Lt", "\"6\""))),
		   "{}", NULL, UNMATCHED);
	CHECK_SAID(AFFINITY(TERM(EXPR("gpu", "NotIn", "\"a\""))), "{}", NULL, "fits");
	CHECK_SAID(AFFINITY("{}"), "{}", NULL, UNMATCHED);
}

static void test_taints_keep_pods_away(void)
{
	static const char tainted[] =
		"{\"taints\":[{\"key\":\"k\",\"value\":\"v\",\"effect\":\"NoSchedule\"}]}";

	CHECK_SAID("{}", tainted, NULL,
		   "0/1 nodes are available: 1 node(s) had untolerated taint(s).");
	CHECK_SAID("{\"tolerations\":[{\"key\":\"k\",\"value\":\"v\"}]}", tainted, NULL, "fits");
	CHECK_SAID("{\"tolerations\":[{\"key\":\"k\",\"value\":\"w\"}]}", tainted, NULL,
		   "0/1 nodes are available: 1 node(s) had untolerated taint(s).");
	CHECK_SAID("{\"tolerations\":[{\"operator\":\"Exists\"}]}", tainted, NULL, "fits");
}

static void test_a_cordoned_node_takes_nothing_new(void)
{
	CHECK_SAID("{}", "{\"unschedulable\":true}", NULL,
		   "0/1 nodes are available: 1 node(s) were unschedulable.");
}

#define PORT(text) "{\"containers\":[{\"ports\":[{\"hostPort\":80" text "}]}]}"
#define NO_PORTS \
	"0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports."

static void test_host_ports_meet(void)
{
	CHECK_SAID(PORT(""), "{}", PORT(""), NO_PORTS);
	CHECK_SAID(PORT(",\"hostIP\":\"127.0.0.1\""), "{}", PORT(",\"hostIP\":\"0.0.0.0\""),
		   NO_PORTS);
	CHECK_SAID(PORT(",\"hostIP\":\"127.0.0.1\""), "{}", PORT(",\"hostIP\":\"10.0.0.1\""),
		   "fits");
	CHECK_SAID(PORT(",\"protocol\":\"UDP\""), "{}", PORT(""), "fits");
}

static void test_no_nodes_at_all(void)
{
	_cleanup_free_ char *text = fit_message(NULL, 0);

	CHECK_STR(text, "no nodes available to schedule pods");
}

int main(void)
{
	TEST(test_a_pod_that_asks_little_fits);
	TEST(test_too_much_cpu_is_insufficient_cpu);
	TEST(test_both_resources_are_named);
	TEST(test_what_others_take_is_gone);
	TEST(test_the_largest_init_container_counts);
	TEST(test_a_sidecar_counts_with_what_follows);
	TEST(test_the_node_takes_only_so_many_pods);
	TEST(test_node_selector);
	TEST(test_affinity_terms_are_alternatives);
	TEST(test_taints_keep_pods_away);
	TEST(test_a_cordoned_node_takes_nothing_new);
	TEST(test_host_ports_meet);
	TEST(test_no_nodes_at_all);
	return test_end();
}
