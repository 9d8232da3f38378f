/*
 * Tests of the plan and the status of a ReplicaSet: pods as literals, time by hand, no store.
 */
#include "controllers/replica_plan.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/test.h"
#include "controllers/replica_status.h"

#define NOW (INT64_C(1767312000) * NSEC_PER_SEC) /* 2026-01-02T00:00:00Z */

static json_t *parse(const char *text)
{
	json_t *v = NULL;

	if (json_parse(text, strlen(text), &v, NULL) < 0)
		abort();
	return v;
}

/* A running and ready pod but for what extra says (members of the object, replacing). */
static json_t *pod(const char *name, const char *extra)
{
	json_t *p = parse("{\"metadata\":{\"creationTimestamp\":\"2026-01-01T00:00:00Z\"},"
			  "\"spec\":{\"nodeName\":\"n\"},\"status\":{\"phase\":\"Running\","
			  "\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\","
			  "\"lastTransitionTime\":\"2026-01-01T00:00:00Z\"}]}}");
	_cleanup_json_ json_t *more = parse(extra);

	json_object_update(p, more);
	json_set_str(p, "metadata.name", name);
	json_set_str(p, "metadata.uid", name);
	return p;
}

/* Which of the two goes first? */
static const char *victim(const char *a_extra, const char *b_extra)
{
	_cleanup_json_ json_t *a = pod("a", a_extra), *b = pod("b", b_extra);
	_cleanup_json_ json_t *active = json_pack("[O,O]", b, a);
	_cleanup_json_ json_t *owner = parse("{\"spec\":{\"replicas\":1}}");
	_cleanup_(replica_plan_deinit) struct replica_plan plan = { 0 };

	replica_plan_make(owner, active, NULL, NOW, &plan);
	if (json_array_size(plan.surplus) != 1 || plan.create)
		return "not one victim";
	return json_array_get(plan.surplus, 0) == a ? "a" : "b";
}

static void test_the_fuller_node_loses_a_pod_first(void)
{
	_cleanup_json_ json_t *a = pod("a", "{}");
	_cleanup_json_ json_t *b = pod("b", "{\"spec\":{\"nodeName\":\"m\"}}");
	_cleanup_json_ json_t *other = pod("c", "{}");
	_cleanup_json_ json_t *related = json_pack("[O,O,O]", a, b, other), *alone = json_array();

	CHECK(replica_rank(a, b, related, NOW) < 0);
	CHECK(replica_rank(b, a, related, NOW) > 0);
	CHECK(replica_rank(a, b, alone, NOW) == replica_rank(a, b, NULL, NOW));
}

static void test_a_failure_keeps_its_first_message(void)
{
	struct replica_facts f = { .failure_reason = "FailedCreate", .failure_message = "2" };
	_cleanup_json_ json_t *owner = parse(
		"{\"status\":{\"conditions\":[{\"type\":\"ReplicaFailure\",\"status\":\"True\","
		"\"reason\":\"FailedCreate\",\"message\":\"1\"}]}}");
	_cleanup_json_ json_t *status = replica_status_make(owner, &f);

	CHECK_STR(json_str(status, "conditions[0].message"), "1");
	f.failure_reason = "FailedDelete";
	json_decref(status);
	status = replica_status_make(owner, &f);
	CHECK_STR(json_str(status, "conditions[0].message"), "2");
}

static void test_missing_pods_are_made(void)
{
	_cleanup_json_ json_t *owner = parse("{\"spec\":{\"replicas\":3}}");
	_cleanup_json_ json_t *one = json_pack("[o]", pod("a", "{}"));
	_cleanup_(replica_plan_deinit) struct replica_plan plan = { 0 };

	replica_plan_make(owner, one, NULL, NOW, &plan);
	CHECK_INT(plan.create, 2);
	CHECK_INT(json_array_size(plan.surplus), 0);
}

static void test_without_replicas_one_pod_is_wanted(void)
{
	_cleanup_json_ json_t *owner = parse("{\"spec\":{}}"), *none = json_array();
	_cleanup_(replica_plan_deinit) struct replica_plan plan = { 0 };

	replica_plan_make(owner, none, NULL, NOW, &plan);
	CHECK_INT(plan.create, 1);
}

static void test_unassigned_goes_before_assigned(void)
{
	CHECK_STR(victim("{\"spec\":{}}", "{\"status\":{\"phase\":\"Pending\"}}"), "a");
}

static void test_pending_goes_before_unknown_before_running(void)
{
	CHECK_STR(victim("{\"status\":{\"phase\":\"Pending\"}}",
			 "{\"status\":{\"phase\":\"Unknown\"}}"),
		  "a");
	CHECK_STR(victim("{}", "{\"status\":{\"phase\":\"Unknown\"}}"), "b");
}

static void test_not_ready_goes_before_ready(void)
{
	CHECK_STR(victim("{}", "{\"status\":{\"phase\":\"Running\"}}"), "b");
}

static void test_lower_deletion_cost_goes_first(void)
{
	CHECK_STR(victim("{}", "{\"metadata\":{\"annotations\":{"
			       "\"controller.kubernetes.io/pod-deletion-cost\":\"-3\"}}}"),
		  "b");
}

static void test_shorter_ready_goes_first(void)
{
	CHECK_STR(victim("{}",
			 "{\"status\":{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\","
			 "\"status\":\"True\",\"lastTransitionTime\":\"2026-01-01T23:59:00Z\"}]}}"),
		  "b");
}

static void test_more_restarts_go_first(void)
{
	CHECK_STR(victim("{}",
			 "{\"status\":{\"phase\":\"Running\",\"containerStatuses\":"
			 "[{\"restartCount\":4}],\"conditions\":[{\"type\":\"Ready\",\"status\":"
			 "\"True\",\"lastTransitionTime\":\"2026-01-01T00:00:00Z\"}]}}"),
		  "b");
}

static void test_the_newest_goes_first(void)
{
	CHECK_STR(victim("{}", "{\"metadata\":{\"creationTimestamp\":\"2026-01-01T23:59:59Z\"}}"),
		  "b");
}

static const char owner_text[] =
	"{\"metadata\":{\"generation\":4},\"spec\":{\"replicas\":2,\"minReadySeconds\":10,"
	"\"template\":{\"metadata\":{\"labels\":{\"app\":\"x\"}}}},\"status\":{\"conditions\":"
	"[{\"type\":\"ReplicaFailure\",\"status\":\"True\"}]}}";

static void test_status_counts(void)
{
	_cleanup_json_ json_t *owner = parse(owner_text), *status = NULL;
	_cleanup_json_ json_t *active = json_pack(
		"[o,o]", pod("old", "{}"),
		pod("young",
		    "{\"metadata\":{\"labels\":{\"app\":\"x\"}},\"status\":{\"phase\":\"Running\","
		    "\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\","
		    "\"lastTransitionTime\":\"2026-01-01T23:59:56Z\"}]}}"));
	struct replica_facts f = {
		.active = active, .terminating = 1, .shows_terminating = true, .now_ns = NOW
	};

	status = replica_status_make(owner, &f);
	CHECK_INT(json_int(status, "replicas", -1), 2);
	CHECK_INT(json_int(status, "readyReplicas", -1), 2);
	CHECK_INT(json_int(status, "availableReplicas", -1), 1);
	CHECK_INT(json_int(status, "fullyLabeledReplicas", -1), 1);
	CHECK_INT(json_int(status, "terminatingReplicas", -1), 1);
	CHECK_INT(json_int(status, "observedGeneration", -1), 4);
	CHECK(!json_has(status, "conditions"));
	CHECK_INT(replica_status_next_change(owner, &f), 6 * NSEC_PER_SEC);
}

static void test_a_failure_becomes_a_condition(void)
{
	_cleanup_json_ json_t *owner = parse("{\"spec\":{}}"), *none = json_array(), *status = NULL;
	struct replica_facts f = { .active = none,
				   .failure_reason = "FailedCreate",
				   .failure_message = "no",
				   .now_ns = NOW };

	status = replica_status_make(owner, &f);
	CHECK_STR(json_str(status, "conditions[0].type"), "ReplicaFailure");
	CHECK_STR(json_str(status, "conditions[0].reason"), "FailedCreate");
	CHECK_INT(json_int(status, "replicas", -1), 0);
	CHECK(!json_has(status, "readyReplicas"));
}

int main(void)
{
	TEST(test_the_fuller_node_loses_a_pod_first);
	TEST(test_a_failure_keeps_its_first_message);
	TEST(test_missing_pods_are_made);
	TEST(test_without_replicas_one_pod_is_wanted);
	TEST(test_unassigned_goes_before_assigned);
	TEST(test_pending_goes_before_unknown_before_running);
	TEST(test_not_ready_goes_before_ready);
	TEST(test_lower_deletion_cost_goes_first);
	TEST(test_shorter_ready_goes_first);
	TEST(test_more_restarts_go_first);
	TEST(test_the_newest_goes_first);
	TEST(test_status_counts);
	TEST(test_a_failure_becomes_a_condition);
	return test_end();
}
