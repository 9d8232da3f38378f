/*
 * Tests of the decisions about nodes and their pods: the patience with a silent node, its conditions and taints, the pods that may not
 * stay on it, and those that nobody ends.
 */
#include "controllers/node_health.h"

#include "api/meta.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/test.h"
#include "controllers/pod_gc_judge.h"
#include "controllers/taint_judge.h"

#define S NSEC_PER_SEC
#define NOW "2026-01-02T00:00:00Z"
#define NODE(spec, conditions)                                                           \
	"{\"metadata\":{\"name\":\"n\",\"creationTimestamp\":\"2026-01-01T00:00:00Z\"}," \
	"\"spec\":{" spec "},\"status\":{\"conditions\":[" conditions "]}}"
#define READY(status)                              \
	"{\"type\":\"Ready\",\"status\":\"" status \
	"\",\"lastHeartbeatTime\":\"2026-01-01T00:00:09Z\"}"
#define TAINT(key, effect) "{\"key\":\"" key "\",\"effect\":\"" effect "\"}"

static json_t *parse(const char *text)
{
	json_t *v = NULL;

	if (json_parse(text, strlen(text), &v, NULL) < 0)
		abort();
	return v;
}

/* ---- patience ---- */

static void test_a_node_may_be_silent_for_the_grace(void)
{
	struct node_hearing h = { .heard_ns = 100 * S, .told = true };

	CHECK_INT(node_hearing_judge(&h, 100 * S, 1), 50 * S);
	CHECK_INT(node_hearing_judge(&h, 149 * S, 1), 1 * S);
	CHECK_INT(node_hearing_judge(&h, 150 * S, 1), 0);
	CHECK_INT(node_hearing_judge(&h, 500 * S, 1), 0); /* and stays unknown */
	h.heard_ns = 500 * S;
	CHECK_INT(node_hearing_judge(&h, 501 * S, 1), 49 * S);
}

static void test_a_node_that_never_spoke_gets_longer(void)
{
	struct node_hearing h = { .heard_ns = 100 * S };

	CHECK_INT(node_hearing_judge(&h, 150 * S, 1), 10 * S);
}

static void test_on_a_fast_clock_a_heartbeat_has_real_seconds(void)
{
	struct node_hearing h = { .heard_ns = 100 * S, .told = true };

	CHECK_INT(node_hearing_judge(&h, 100 * S, 20), 6 * 20 * S);
	CHECK_INT(node_hearing_judge(&h, 100 * S + 6 * 20 * S, 20), 0);
}

static void test_who_was_held_up_waits_again(void)
{
	struct node_hearing h = { .heard_ns = 100 * S, .told = true };

	CHECK_INT(node_hearing_judge(&h, 100 * S, 1), 50 * S);
	CHECK_INT(node_hearing_judge(&h, 152 * S, 1), 50 * S);
	CHECK_INT(node_hearing_judge(&h, 202 * S, 1), 0);
}

/* ---- conditions ---- */

static void test_a_silent_node_is_unknown(void)
{
	_cleanup_json_ json_t *node = parse(NODE("", READY("True"))),
			      *edited = node_health_silent(node, NOW), *again = NULL;
	const json_t *ready = condition_get(edited, "Ready");

	CHECK_STR(json_str(ready, "status"), "Unknown");
	CHECK_STR(json_str(ready, "reason"), "NodeStatusUnknown");
	CHECK_STR(json_str(ready, "lastTransitionTime"), NOW);
	CHECK_STR(json_str(ready, "lastHeartbeatTime"), "2026-01-01T00:00:09Z");
	ready = condition_get(edited, "DiskPressure");
	CHECK_STR(json_str(ready, "reason"), "NodeStatusNeverUpdated");
	CHECK_STR(json_str(ready, "lastHeartbeatTime"), "2026-01-01T00:00:00Z");
	again = node_health_silent(edited, "2026-01-02T00:01:00Z");
	CHECK(!again);
}

/* ---- taints ---- */

static char *taints_after(const char *text)
{
	_cleanup_json_ json_t *node = parse(text), *edited = node_health_taints(node, NOW);
	json_t *taints = json_arr(edited ? edited : node, "spec.taints"), *t;
	char *out = xstrdup("");
	size_t i;

	json_array_foreach(taints, i, t) {
		char *old = out;

		out = NULL;
		if (asprintf(&out, "%s%s:%s ", old, json_str(t, "key"), json_str(t, "effect")) < 0)
			abort();
		free(old);
	}
	return out;
}

static void check_taints(const char *node, const char *want)
{
	_cleanup_free_ char *seen = taints_after(node);

	CHECK_STR(seen, want);
}

#define UNREACHABLE "node.kubernetes.io/unreachable"
#define NOT_READY "node.kubernetes.io/not-ready"

static void test_taints_follow_the_conditions(void)
{
	check_taints(NODE("", READY("Unknown")),
		     UNREACHABLE ":NoSchedule " UNREACHABLE ":NoExecute ");
	check_taints(NODE("", READY("False")), NOT_READY ":NoSchedule " NOT_READY ":NoExecute ");
	check_taints(NODE("", READY("True") ",{\"type\":\"DiskPressure\",\"status\":\"True\"}"),
		     "node.kubernetes.io/disk-pressure:NoSchedule ");
	check_taints(NODE("\"unschedulable\":true", READY("True")),
		     "node.kubernetes.io/unschedulable:NoSchedule ");
}

static void test_taints_go_with_what_made_them(void)
{
	check_taints(NODE("\"taints\":[" TAINT("x", "NoExecute") "," TAINT(
				  UNREACHABLE, "NoSchedule") "," TAINT(UNREACHABLE, "NoExecute") "]",
			  READY("True")),
		     "x:NoExecute ");
	check_taints(NODE("\"taints\":[" TAINT(UNREACHABLE, "NoExecute") "]", READY("False")),
		     NOT_READY ":NoSchedule " NOT_READY ":NoExecute ");
}

static void test_a_node_in_order_is_left_alone(void)
{
	_cleanup_json_ json_t *plain = parse(NODE("", READY("True"))),
			      *theirs = parse(NODE("\"taints\":[" TAINT("x", "NoSchedule") "]",
						   READY("True")));

	CHECK(!node_health_taints(plain, NOW));
	CHECK(!node_health_taints(theirs, NOW));
}

/* ---- evictions ---- */

#define TOLERATES(key, more)                                                                 \
	"{\"spec\":{\"tolerations\":[{\"key\":\"" key "\",\"operator\":\"Exists\"" more "}," \
	"{\"key\":\"y\",\"operator\":\"Exists\",\"tolerationSeconds\":60}]}}"

static enum taint_verdict judge(const char *pod_text, const char *taints, int64_t *seconds)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_json_ json_t *pod = parse(pod_text), *node = NULL;

	if (asprintf(&text, "{\"spec\":{\"taints\":[%s]}}", taints) < 0)
		abort();
	node = parse(text);
	return taint_judge(pod, node, seconds);
}

static void test_only_no_execute_drives_away(void)
{
	int64_t s = 0;

	CHECK_INT(judge("{}", TAINT("x", "NoSchedule"), &s), TAINT_NONE);
	CHECK_INT(judge("{}", TAINT("x", "NoExecute"), &s), TAINT_EVICTS);
	CHECK_INT(judge(TOLERATES("x", ""), TAINT("x", "NoExecute"), &s), TAINT_TOLERATED);
	CHECK_INT(judge(TOLERATES("x", ""), TAINT("z", "NoExecute"), &s), TAINT_EVICTS);
	CHECK_INT(taint_judge(NULL, NULL, &s), TAINT_NONE);
}

static void test_the_shortest_toleration_in_use_counts(void)
{
	int64_t s = 0;

	CHECK_INT(judge(TOLERATES("x", ",\"tolerationSeconds\":90"),
			TAINT("x", "NoExecute") "," TAINT("y", "NoExecute"), &s),
		  TAINT_LIMITED);
	CHECK_INT(s, 60);
	CHECK_INT(judge(TOLERATES("x", ",\"tolerationSeconds\":30"), TAINT("x", "NoExecute"), &s),
		  TAINT_LIMITED);
	CHECK_INT(s, 30);
	CHECK_INT(judge(TOLERATES("x", ",\"tolerationSeconds\":0"), TAINT("x", "NoExecute"), &s),
		  TAINT_EVICTS);
}

/* ---- pods that nobody ends ---- */

#define POD(name, made, more)                                                                 \
	"{\"metadata\":{\"name\":\"" name "\",\"creationTimestamp\":\"" made "\"},\"spec\":{" \
	"\"nodeName\":\"n\"},\"status\":{" more "}}"
#define GOING "\"metadata\":{\"deletionTimestamp\":\"" NOW "\"}"

static enum pod_gc_verdict gc(const char *pod_text, const char *node_text)
{
	_cleanup_json_ json_t *pod = parse(pod_text), *node = node_text ? parse(node_text) : NULL;

	return pod_gc_judge(pod, node);
}

static void test_who_has_no_agent_is_ended(void)
{
	CHECK_INT(gc("{\"spec\":{\"nodeName\":\"n\"}}", NULL), POD_GC_ORPHAN);
	CHECK_INT(gc("{\"spec\":{\"nodeName\":\"n\"}}", NODE("", READY("Unknown"))), POD_GC_KEEP);
	CHECK_INT(gc("{\"spec\":{}}", NULL), POD_GC_KEEP);
	CHECK_INT(gc("{" GOING "}", NULL), POD_GC_ABANDONED);
	CHECK_INT(gc("{" GOING ",\"spec\":{\"nodeName\":\"n\"}}", NODE("", READY("Unknown"))),
		  POD_GC_KEEP);
	CHECK_INT(gc("{" GOING ",\"spec\":{\"nodeName\":\"n\"}}",
		     NODE("\"taints\":[" TAINT("node.kubernetes.io/out-of-service", "NoExecute") "]",
			  READY("Unknown"))),
		  POD_GC_ABANDONED);
}

static void test_the_oldest_of_the_ended_go_and_the_evicted_first(void)
{
	_cleanup_json_ json_t *pods = parse("[" POD("b", "2026-01-01T00:00:02Z", "\"phase\":\"Failed\"") "," POD(
		"runs", "2026-01-01T00:00:00Z",
		"\"phase\":\"Running\"") "," POD("a", "2026-01-01T00:00:01Z",
						 "\"phase\":\"Succeeded\"") "," POD("c", "2026-01-01T00:00:03Z",
										    "\"phase\":"
										    "\"Failed\","
										    "\"reason\":"
										    "\"Evicted\"") "]");
	_cleanup_json_ json_t *one = pod_gc_surplus(pods, 2), *two = pod_gc_surplus(pods, 1),
			      *none = pod_gc_surplus(pods, 3);

	CHECK_INT(json_array_size(none), 0);
	CHECK_INT(json_array_size(one), 1);
	CHECK_STR(meta_name(json_array_get(one, 0)), "c");
	CHECK_INT(json_array_size(two), 2);
	CHECK_STR(meta_name(json_array_get(two, 1)), "a");
}

int main(void)
{
	TEST(test_a_node_may_be_silent_for_the_grace);
	TEST(test_a_node_that_never_spoke_gets_longer);
	TEST(test_on_a_fast_clock_a_heartbeat_has_real_seconds);
	TEST(test_who_was_held_up_waits_again);
	TEST(test_a_silent_node_is_unknown);
	TEST(test_taints_follow_the_conditions);
	TEST(test_taints_go_with_what_made_them);
	TEST(test_a_node_in_order_is_left_alone);
	TEST(test_only_no_execute_drives_away);
	TEST(test_the_shortest_toleration_in_use_counts);
	TEST(test_who_has_no_agent_is_ended);
	TEST(test_the_oldest_of_the_ended_go_and_the_evicted_first);
	return test_end();
}
