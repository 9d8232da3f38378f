/*
 * The Node as its agent writes it: at first, in a later life, and well again.
 */
#include "base/json.h"
#include "base/test.h"
#include "kubelet/node_object.h"

#define THEN "2026-01-02T00:00:00Z"
#define NOW "2026-01-02T00:05:00Z"

static void test_a_new_node_has_labels_taints_and_its_range(void)
{
	struct node_facts f = { .name = "n",
				.labels = "zone=a,bare",
				.taints = "k=v:NoSchedule,w:NoExecute",
				.socket = "/s",
				.pod_cidr = "10.0.0.0/24" };
	_cleanup_json_ json_t *node = node_object_new(&f);
	json_t *labels = json_obj(node, "metadata.labels");

	CHECK_STR(json_str(labels, "zone"), "a");
	CHECK_STR(json_str(labels, "bare"), "");
	CHECK_STR(json_string_value(json_object_get(labels, "kubernetes.io/hostname")), "n");
	CHECK_STR(json_str(node, "spec.podCIDR"), "10.0.0.0/24");
	CHECK_STR(json_str(node, "spec.taints[0].key"), "k");
	CHECK_STR(json_str(node, "spec.taints[0].value"), "v");
	CHECK_STR(json_str(node, "spec.taints[0].effect"), "NoSchedule");
	CHECK_STR(json_str(node, "spec.taints[1].key"), "w");
	CHECK(!json_has(node, "spec.taints[1].value"));
	CHECK_STR(json_string_value(json_object_get(json_obj(node, "metadata.annotations"),
						    NODE_SOCKET_ANNOTATION)),
		  "/s");
}

static void test_a_later_life_sets_labels_and_leaves_taints_alone(void)
{
	struct node_facts f = { .name = "n", .labels = "zone=b", .taints = "k=v:NoSchedule" };
	_cleanup_json_ json_t *node = json_pack("{s{ss, s{ss}}, s{}}", "metadata", "name", "n",
						"labels", "mine", "x", "spec");

	CHECK(node_object_refresh(&f, node));
	CHECK_STR(json_str(node, "metadata.labels.zone"), "b");
	CHECK_STR(json_str(node, "metadata.labels.mine"), "x");
	CHECK(!json_has(node, "spec.taints"));
	CHECK(!node_object_refresh(&f, node));
}

static const json_t *ready(const json_t *conditions)
{
	return json_find(conditions, "type", "Ready");
}

static void test_a_condition_keeps_the_time_since_when_it_stands(void)
{
	_cleanup_json_ json_t *first = node_conditions(NULL, THEN);
	_cleanup_json_ json_t *second = node_conditions(first, NOW);

	CHECK_STR(json_str(ready(first), "lastTransitionTime"), THEN);
	CHECK_STR(json_str(ready(second), "lastTransitionTime"), THEN);
	CHECK_STR(json_str(ready(second), "lastHeartbeatTime"), NOW);
}

static void test_what_was_unknown_is_true_since_now(void)
{
	_cleanup_json_ json_t *old = json_pack("[{ss, ss, ss}]", "type", "Ready", "status",
					       "Unknown", "lastTransitionTime", THEN);
	_cleanup_json_ json_t *again = node_conditions(old, NOW);
	_cleanup_json_ json_t *node = json_pack("{s{sO}}", "status", "conditions", old);

	CHECK(!node_object_is_ready(node));
	CHECK_STR(json_str(ready(again), "lastTransitionTime"), NOW);
	json_object_set(json_obj(node, "status"), "conditions", again);
	CHECK(node_object_is_ready(node));
}

int main(void)
{
	TEST(test_a_new_node_has_labels_taints_and_its_range);
	TEST(test_a_later_life_sets_labels_and_leaves_taints_alone);
	TEST(test_a_condition_keeps_the_time_since_when_it_stands);
	TEST(test_what_was_unknown_is_true_since_now);
	return test_end();
}
