/*
 * Tests of the controllers together, on a store in memory: what a client would see.
 *
 * No kubelet runs here: pods are Pending unless a test writes their status, and a graceful deletion of a
 * bound pod stays until the test ends it.
 */
#include "controllers/test_objects.h"

#include "api/meta.h"
#include "api/pod.h"
#include "api/pod_status.h"
#include "api/workload.h"
#include "base/str.h"

#define TEMPLATE                                                                            \
	"\"template\":{\"metadata\":{\"labels\":{\"app\":\"x\"}},\"spec\":{\"containers\":" \
	"[{\"name\":\"c\",\"image\":\"i\"}]}}"
#define RS(replicas)                                                                          \
	"{\"apiVersion\":\"apps/v1\",\"kind\":\"ReplicaSet\",\"metadata\":{\"name\":\"rs\"}," \
	"\"spec\":{\"replicas\":" replicas                                                    \
	",\"selector\":{\"matchLabels\":{\"app\":\"x\"}}," TEMPLATE "}}"
#define RC(replicas)                                                                        \
	"{\"apiVersion\":\"v1\",\"kind\":\"ReplicationController\",\"metadata\":{\"name\":" \
	"\"rc\"},\"spec\":{\"replicas\":" replicas "," TEMPLATE "}}"
#define POD(name, more)                                                                    \
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"" name "\"" more \
	"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}"

static void test_a_replicaset_makes_its_pods(void)
{
	_cleanup_json_ json_t *rs = create(&kind_replicaset, RS("3")), *all = NULL;
	const json_t *ref;

	settle();
	all = pods();
	CHECK_INT(json_array_size(all), 3);
	ref = meta_controller_ref(json_array_get(all, 0));
	CHECK_STR(json_str(ref, "uid"), meta_uid(rs));
	CHECK(json_bool(ref, "blockOwnerDeletion", false));
	CHECK(str_starts(meta_name(json_array_get(all, 0)), "rs-"));
	json_decref(rs);
	rs = get(&kind_replicaset, "rs");
	CHECK_INT(json_int(rs, "status.replicas", -1), 3);
	CHECK_INT(json_int(rs, "status.observedGeneration", -1), 1);
}

static void test_a_replicationcontroller_is_scaled(void)
{
	_cleanup_json_ json_t *rc = create(&kind_replicationcontroller, RC("1")), *now = NULL;

	settle();
	CHECK_INT(count_active(), 1);
	now = get(&kind_replicationcontroller, "rc");
	json_set_int(now, "spec.replicas", 4);
	update(&kind_replicationcontroller, STORE_SPEC, now);
	settle();
	CHECK_INT(count_active(), 4);
	json_set_int(now, "spec.replicas", 0);
	update(&kind_replicationcontroller, STORE_SPEC, now);
	settle();
	CHECK_INT(count_active(), 0);
}

static void test_a_terminating_pod_is_replaced_at_once(void)
{
	_cleanup_json_ json_t *rs = NULL, *all = NULL, *after = NULL;

	make_node();
	rs = create(&kind_replicaset, RS("1"));
	settle();
	all = pods();
	CHECK_STR(pod_node_name(json_array_get(all, 0)), "n");
	delete_as(&kind_pod, meta_name(json_array_get(all, 0)), NULL, -1);
	settle();
	after = pods();
	CHECK_INT(json_array_size(after), 2);
	CHECK_INT(count_active(), 1);
	json_decref(rs);
	rs = get(&kind_replicaset, "rs");
	CHECK_INT(json_int(rs, "status.replicas", -1), 1);
	CHECK_INT(json_int(rs, "status.terminatingReplicas", -1), 1);
}

static void test_a_failed_pod_is_replaced_and_left(void)
{
	_cleanup_json_ json_t *rs = create(&kind_replicaset, RS("1")), *all = NULL, *after = NULL;
	json_t *pod;

	settle();
	all = pods();
	pod = json_array_get(all, 0);
	json_set_str(pod, "status.phase", "Failed");
	update(&kind_pod, STORE_STATUS, pod);
	settle();
	after = pods();
	CHECK_INT(json_array_size(after), 2);
	CHECK_INT(count_active(), 1);
}

static void test_an_orphan_is_adopted_and_counts(void)
{
	_cleanup_json_ json_t *pod = create(&kind_pod, POD("bare", ",\"labels\":{\"app\":\"x\"}"));
	_cleanup_json_ json_t *rs = create(&kind_replicaset, RS("2")), *now = NULL;

	settle();
	CHECK_INT(count_active(), 2);
	now = get(&kind_pod, "bare");
	CHECK(meta_is_controlled_by(now, rs));
}

static void test_a_pod_of_another_owner_is_left_alone(void)
{
	_cleanup_json_ json_t *other = create(
		&kind_configmap,
		"{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"o\"}}");
	_cleanup_free_ char *text = str_printf(
		POD("theirs",
		    ",\"labels\":{\"app\":\"x\"},\"ownerReferences\":[{\"apiVersion\":\"v1\","
		    "\"kind\":\"ConfigMap\",\"name\":\"o\",\"uid\":\"%s\",\"controller\":true}]"),
		meta_uid(other));
	_cleanup_json_ json_t *pod = create(&kind_pod, text), *now = NULL;
	_cleanup_json_ json_t *rs = create(&kind_replicaset, RS("2"));

	settle();
	CHECK_INT(count_active(), 3);
	now = get(&kind_pod, "theirs");
	CHECK_STR(json_str(meta_controller_ref(now), "name"), "o");
}

static void test_a_relabelled_pod_is_released_and_replaced(void)
{
	_cleanup_json_ json_t *rs = create(&kind_replicaset, RS("1")), *all = NULL, *now = NULL;
	json_t *pod;

	settle();
	all = pods();
	pod = json_array_get(all, 0);
	json_set_str(pod, "metadata.labels.app", "y");
	update(&kind_pod, STORE_SPEC, pod);
	settle();
	CHECK_INT(count_active(), 2);
	now = get(&kind_pod, meta_name(pod));
	CHECK(!meta_controller_ref(now));
}

static void test_deleting_a_replicaset_takes_its_pods(void)
{
	_cleanup_json_ json_t *rs = create(&kind_replicaset, RS("2"));

	settle();
	delete_as(&kind_replicaset, "rs", NULL, -1);
	settle();
	CHECK_INT(count_active(), 0);
}

static void test_a_plain_delete_of_a_replicationcontroller_orphans(void)
{
	_cleanup_json_ json_t *rc = create(&kind_replicationcontroller, RC("2")), *all = NULL;
	_cleanup_json_ json_t *after = NULL;

	settle();
	delete_as(&kind_replicationcontroller, "rc", NULL, -1);
	settle();
	after = get(&kind_replicationcontroller, "rc");
	CHECK(!after);
	all = pods();
	CHECK_INT(json_array_size(all), 2);
	CHECK(!meta_owner_refs(json_array_get(all, 0)));
}

static void test_foreground_waits_for_the_pods(void)
{
	_cleanup_json_ json_t *rs = NULL, *all = NULL, *held = NULL, *after = NULL;

	make_node();
	rs = create(&kind_replicaset, RS("1"));
	settle();
	all = pods();
	delete_as(&kind_replicaset, "rs", "Foreground", -1);
	settle();
	held = get(&kind_replicaset, "rs");
	CHECK(held && meta_deletion_timestamp(held));
	CHECK_INT(count_active(), 0);
	delete_as(&kind_pod, meta_name(json_array_get(all, 0)), NULL, 0);
	settle();
	after = get(&kind_replicaset, "rs");
	CHECK(!after);
}

static void test_a_dependent_of_a_stale_uid_is_collected(void)
{
	_cleanup_json_ json_t *cm = create(
		&kind_configmap,
		"{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"o\"}}");
	_cleanup_json_ json_t *pod = create(
		&kind_pod,
		POD("d", ",\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\","
			 "\"name\":\"o\",\"uid\":\"not-that-one\"}]"));
	_cleanup_json_ json_t *after = NULL;

	settle();
	after = get(&kind_pod, "d");
	CHECK(!after);
}

static void test_a_pod_is_bound_when_a_node_appears(void)
{
	_cleanup_json_ json_t *pod = create(&kind_pod, POD("a", "")), *before = NULL, *after = NULL;

	settle();
	before = get(&kind_pod, "a");
	CHECK_STR(json_str(condition_get(before, "PodScheduled"), "reason"), "Unschedulable");
	CHECK_STR(json_str(condition_get(before, "PodScheduled"), "message"),
		  "no nodes available to schedule pods");
	make_node();
	after = get(&kind_pod, "a");
	CHECK_STR(pod_node_name(after), "n");
	CHECK(condition_is_true(after, "PodScheduled"));
}

#define BIG(name)                                                                      \
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"" name       \
	"\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"resources\":" \
	"{\"requests\":{\"cpu\":\"800m\"}}}]}}"

static void test_a_waiting_pod_gets_what_becomes_free(void)
{
	_cleanup_json_ json_t *a = NULL, *b = NULL, *waiting = NULL, *bound = NULL;

	make_node();
	a = create(&kind_pod, BIG("a"));
	settle();
	b = create(&kind_pod, BIG("b"));
	settle();
	waiting = get(&kind_pod, "b");
	CHECK_STR(json_str(condition_get(waiting, "PodScheduled"), "message"),
		  "0/1 nodes are available: 1 Insufficient cpu.");
	delete_as(&kind_pod, "a", NULL, 0);
	settle();
	bound = get(&kind_pod, "b");
	CHECK_STR(pod_node_name(bound), "n");
}

static void test_another_scheduler_is_waited_for(void)
{
	_cleanup_json_ json_t *pod = NULL, *after = NULL;

	make_node();
	pod = create(&kind_pod,
		     "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"},"
		     "\"spec\":{\"schedulerName\":\"other\",\"containers\":[{\"name\":\"c\","
		     "\"image\":\"i\"}]}}");
	settle();
	after = get(&kind_pod, "a");
	CHECK(!pod_node_name(after));
	CHECK(!condition_get(after, "PodScheduled"));
}

static void test_a_namespace_is_emptied_and_goes(void)
{
	struct store_delete_opts opts = STORE_DELETE_OPTS_INIT;
	_cleanup_json_ json_t *ns = create(
		&kind_namespace,
		"{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"t\"}}");
	_cleanup_json_ json_t *rs = parse(RS("3")), *last = NULL, *after = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	bool gone;

	CHECK_OK(store_create(w.store, &kind_replicaset, "t", rs, NULL, &err), &err);
	settle();
	CHECK_OK(store_delete(w.store, &kind_namespace, NULL, "t", &opts, &last, &gone, &err), &err);
	settle();
	after = get(&kind_namespace, "t");
	CHECK(!after);
}

int main(void)
{
	WORLD_TEST(test_a_replicaset_makes_its_pods);
	WORLD_TEST(test_a_replicationcontroller_is_scaled);
	WORLD_TEST(test_a_terminating_pod_is_replaced_at_once);
	WORLD_TEST(test_a_failed_pod_is_replaced_and_left);
	WORLD_TEST(test_an_orphan_is_adopted_and_counts);
	WORLD_TEST(test_a_pod_of_another_owner_is_left_alone);
	WORLD_TEST(test_a_relabelled_pod_is_released_and_replaced);
	WORLD_TEST(test_deleting_a_replicaset_takes_its_pods);
	WORLD_TEST(test_a_plain_delete_of_a_replicationcontroller_orphans);
	WORLD_TEST(test_foreground_waits_for_the_pods);
	WORLD_TEST(test_a_dependent_of_a_stale_uid_is_collected);
	WORLD_TEST(test_a_pod_is_bound_when_a_node_appears);
	WORLD_TEST(test_a_waiting_pod_gets_what_becomes_free);
	WORLD_TEST(test_another_scheduler_is_waited_for);
	WORLD_TEST(test_a_namespace_is_emptied_and_goes);
	return test_end();
}
