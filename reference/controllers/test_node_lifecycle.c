/*
 * Tests of what nodes do to pods, and owners to what they own, with all controllers on a store in memory.
 */
#include "controllers/test_objects.h"

#include "base/str.h"

#define POD(name, more)                                                                           \
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"" name "\"},\"spec\":{" \
	"\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]" more "}}"
#define TOLERATES(more)                                                                          \
	",\"tolerations\":[{\"key\":\"x\",\"operator\":\"Exists\",\"effect\":\"NoExecute\"" more \
	"}]"

/* The node with its spec; settled. */
static void node_becomes(const char *spec)
{
	_cleanup_json_ json_t *node = get(&kind_node, "n");

	json_set_path(node, "spec", parse(spec));
	update(&kind_node, STORE_SPEC, node);
	settle();
}

static void node_is_ready_as(const char *status)
{
	_cleanup_json_ json_t *node = get(&kind_node, "n");

	condition_set(node, "Ready", status, "Test", "", "2026-01-01T00:00:00Z");
	update(&kind_node, STORE_STATUS, node);
	settle();
}

static const char *taint_effect(const json_t *node, const char *key)
{
	return json_str(json_find(json_arr(node, "spec.taints"), "key", key), "effect");
}

static void test_a_cordoned_node_is_tainted_and_keeps_its_pods(void)
{
	_cleanup_json_ json_t *node = NULL, *pod = NULL, *after = NULL, *stays = NULL;

	make_node();
	pod = create(&kind_pod, POD("a", ""));
	settle();
	node_becomes("{\"unschedulable\":true}");
	node = get(&kind_node, "n");
	CHECK_STR(taint_effect(node, "node.kubernetes.io/unschedulable"), "NoSchedule");
	stays = get(&kind_pod, "a");
	CHECK(stays && !meta_deletion_timestamp(stays));
	json_del_path(node, "spec.unschedulable");
	update(&kind_node, STORE_SPEC, node);
	settle();
	after = get(&kind_node, "n");
	CHECK(!taint_effect(after, "node.kubernetes.io/unschedulable"));
}

#define NO_EXECUTE "{\"taints\":[{\"key\":\"x\",\"effect\":\"NoExecute\"}]}"

static void test_no_execute_evicts_who_does_not_tolerate_it(void)
{
	_cleanup_json_ json_t *a = NULL, *b = NULL, *c = NULL, *evicted = NULL, *stays = NULL,
			      *waits = NULL;

	make_node();
	a = create(&kind_pod, POD("a", ""));
	b = create(&kind_pod, POD("b", TOLERATES("")));
	c = create(&kind_pod, POD("c", TOLERATES(",\"tolerationSeconds\":100")));
	settle();
	node_becomes(NO_EXECUTE);
	evicted = get(&kind_pod, "a");
	stays = get(&kind_pod, "b");
	waits = get(&kind_pod, "c");
	CHECK(meta_deletion_timestamp(evicted));
	CHECK_STR(json_str(condition_get(evicted, "DisruptionTarget"), "reason"),
		  "DeletionByTaintManager");
	CHECK(!meta_deletion_timestamp(stays));
	CHECK(!meta_deletion_timestamp(waits));
}

static void test_a_toleration_runs_out(void)
{
	_cleanup_json_ json_t *pod = NULL, *before = NULL, *after = NULL;
	static const bool never;

	make_node();
	pod = create(&kind_pod, POD("a", TOLERATES(",\"tolerationSeconds\":1")));
	settle();
	node_becomes(NO_EXECUTE);
	before = get(&kind_pod, "a");
	CHECK(!meta_deletion_timestamp(before));
	loop_run_until(w.loop, &never, 1200 * NSEC_PER_MSEC);
	after = get(&kind_pod, "a");
	CHECK(meta_deletion_timestamp(after));
}

static void test_the_pods_of_a_node_that_is_not_ready_are_not_either(void)
{
	_cleanup_json_ json_t *pod = NULL, *after = NULL, *node = NULL;

	make_node();
	node_is_ready_as("True");
	pod = create(&kind_pod, POD("a", ""));
	settle();
	json_decref(pod);
	pod = get(&kind_pod, "a");
	pod_condition_set(pod, "Ready", "True", NULL, NULL, "2026-01-01T00:00:00Z");
	update(&kind_pod, STORE_STATUS, pod);
	node_is_ready_as("Unknown");
	after = get(&kind_pod, "a");
	node = get(&kind_node, "n");
	CHECK(!pod_is_ready(after));
	CHECK_STR(taint_effect(node, "node.kubernetes.io/unreachable"), "NoSchedule");
	CHECK(!meta_deletion_timestamp(after)); /* it tolerates that for five minutes */
}

/* ---- owners ---- */

static void own(const char *what, const char *owner)
{
	_cleanup_json_ json_t *obj = get(&kind_configmap, what), *o = get(&kind_configmap, owner);

	json_set_path(obj, "metadata.ownerReferences",
		      json_pack("[{s:s,s:s,s:s,s:s,s:b}]", "apiVersion", "v1", "kind", "ConfigMap",
				"name", owner, "uid", meta_uid(o), "blockOwnerDeletion", 1));
	update(&kind_configmap, STORE_META, obj);
}

#define MAP(name) \
	"{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"" name "\"}}"

static void test_a_circle_of_owners_goes_in_the_foreground(void)
{
	_cleanup_json_ json_t *a = create(&kind_configmap, MAP("a")), *gone_a = NULL,
			      *b = create(&kind_configmap, MAP("b")), *gone_b = NULL;

	own("a", "b");
	own("b", "a");
	settle();
	delete_as(&kind_configmap, "a", "Foreground", -1);
	settle();
	gone_a = get(&kind_configmap, "a");
	gone_b = get(&kind_configmap, "b");
	CHECK(!gone_a);
	CHECK(!gone_b);
}

static void test_an_owner_of_another_kind_is_none(void)
{
	_cleanup_json_ json_t *cm = create(&kind_configmap, MAP("o")), *pod = NULL, *after = NULL;
	_cleanup_free_ char *text = str_printf(
		"{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"d\","
		"\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"name\":\"o\","
		"\"uid\":\"%s\"}]}}",
		meta_uid(cm));

	pod = create(&kind_secret, text);
	settle();
	after = get(&kind_secret, "d");
	CHECK(!after);
}

int main(void)
{
	WORLD_TEST(test_a_cordoned_node_is_tainted_and_keeps_its_pods);
	WORLD_TEST(test_no_execute_evicts_who_does_not_tolerate_it);
	WORLD_TEST(test_a_toleration_runs_out);
	WORLD_TEST(test_the_pods_of_a_node_that_is_not_ready_are_not_either);
	WORLD_TEST(test_a_circle_of_owners_goes_in_the_foreground);
	WORLD_TEST(test_an_owner_of_another_kind_is_none);
	return test_end();
}
