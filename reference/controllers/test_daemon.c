/*
 * Tests of a DaemonSet's plan, status and pods: nodes and pods as literals, time by hand, no store.
 */
#include "controllers/daemon_plan.h"

#include "api/meta.h"
#include "api/node_affinity.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "base/test.h"
#include "controllers/daemon_backoff.h"
#include "controllers/daemon_status.h"

#define NOW (INT64_C(1767312000) * NSEC_PER_SEC) /* 2026-01-02T00:00:00Z */

static json_t *ds, *nodes, *pods;
static int64_t wait_ns; /* every node's back-off */

static json_t *parse(const char *text)
{
	json_t *v = NULL;

	if (json_parse(text, strlen(text), &v, NULL) < 0)
		abort();
	return v;
}

#define OLD_FIRST(n) \
	"{\"type\":\"RollingUpdate\",\"rollingUpdate\":{\"maxUnavailable\":" n ",\"maxSurge\":0}}"
#define NEW_FIRST(n) \
	"{\"type\":\"RollingUpdate\",\"rollingUpdate\":{\"maxUnavailable\":0,\"maxSurge\":" n "}}"
#define ON_DELETE "{\"type\":\"OnDelete\"}"

/* A DaemonSet whose revision is "new"; no nodes, no pods. */
static void given(const char *strategy)
{
	_cleanup_free_ char *text =
		str_printf("{\"apiVersion\":\"apps/v1\",\"kind\":\"DaemonSet\",\"metadata\":{"
			   "\"name\":\"d\",\"uid\":\"u\",\"namespace\":\"ns\",\"generation\":3},"
			   "\"spec\":{\"updateStrategy\":%s,\"template\":{\"metadata\":{\"labels\":"
			   "{\"a\":\"b\"}},\"spec\":{\"nodeSelector\":{\"disk\":\"ssd\"}}}}}",
			   strategy);

	json_decref(ds);
	json_decref(nodes);
	json_decref(pods);
	ds = parse(text);
	nodes = json_array();
	pods = json_array();
	wait_ns = 0;
}

/* One node per letter, each with the label that is selected. */
static void has_nodes(const char *letters)
{
	for (const char *c = letters; *c; c++) {
		json_t *node = json_pack("{s:{s:s%,s:{s:s}}}", "metadata", "name", c, (size_t)1,
					 "labels", "disk", "ssd");

		json_array_append_new(nodes, node);
	}
}

static json_t *node_named(const char *name)
{
	json_t *node;
	size_t i;

	json_array_foreach(nodes, i, node)
		if (streq(meta_name(node), name))
			return node;
	abort();
}

static void is_tainted(const char *name, const char *effect)
{
	json_set_path(node_named(name), "spec.taints",
		      json_pack("[{s:s,s:s}]", "key", "k", "effect", effect));
}

/* A pod of the node that its name begins with, ready since a minute. */
static json_t *has_pod(const char *name, const char *hash)
{
	json_t *pod =
		parse("{\"metadata\":{\"creationTimestamp\":\"2026-01-01T00:00:00Z\"},"
		      "\"status\":{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\","
		      "\"status\":\"True\",\"lastTransitionTime\":\"2026-01-01T23:59:00Z\"}]}}");
	_cleanup_free_ char *node = xstrndup(name, 1);

	json_set_str(pod, "metadata.name", name);
	json_set_str(pod, "metadata.namespace", "ns");
	json_object_set_new(json_make_obj(pod, "metadata.labels"), "controller-revision-hash",
			    json_string(hash));
	json_set_str(pod, "spec.nodeName", node);
	json_array_append_new(pods, pod);
	return pod;
}

static void is_not_ready(json_t *pod)
{
	json_set_str(json_array_get(json_arr(pod, "status.conditions"), 0), "status", "False");
}

static void is_going(json_t *pod)
{
	json_set_str(pod, "metadata.deletionTimestamp", "2026-01-01T23:59:59Z");
}

static void look(struct daemon_facts *f)
{
	daemon_facts_init(f, ds, "new", nodes, pods, NOW);
	for (size_t i = 0; i < f->n; i++)
		f->nodes[i].wait_ns = wait_ns;
}

/* "+a" makes one for node a, "-a1" deletes pod a1, "~a" one more for a. */
static const char *plan(void)
{
	static char text[256];
	_cleanup_(daemon_facts_deinit) struct daemon_facts f = { 0 };
	_cleanup_(daemon_plan_deinit) struct daemon_plan p = { 0 };
	size_t len = 0;

	look(&f);
	daemon_plan_make(&f, &p);
	text[0] = 0;
	for (size_t i = 0; i < p.n; i++) {
		const struct daemon_action *a = &p.actions[i];

		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s%s", i ? " " : "",
					a->pod		       ? "-" :
					a->why == DAEMON_SURGE ? "~" :
								 "+",
					a->pod ? meta_name(a->pod) : a->node);
	}
	return text;
}

static int64_t wake_ns(void)
{
	_cleanup_(daemon_facts_deinit) struct daemon_facts f = { 0 };
	_cleanup_(daemon_plan_deinit) struct daemon_plan p = { 0 };

	look(&f);
	daemon_plan_make(&f, &p);
	return p.wake_ns;
}

/* desired, current, ready, updated, available, unavailable, misscheduled */
static const char *status(void)
{
	static const char *const counts[] = {
		"desiredNumberScheduled", "currentNumberScheduled", "numberReady",
		"updatedNumberScheduled", "numberAvailable",	    "numberUnavailable",
		"numberMisscheduled",
	};
	static char text[64];
	_cleanup_(daemon_facts_deinit) struct daemon_facts f = { 0 };
	_cleanup_json_ json_t *s = NULL;
	size_t len = 0;

	look(&f);
	s = daemon_status_make(&f);
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%d", i ? " " : "",
					(int)json_int(s, counts[i], 0));
	return text;
}

/* ---- which nodes ---- */

static void test_each_node_that_fits_gets_one(void)
{
	given(OLD_FIRST("1"));
	has_nodes("abcd");
	json_del_path(node_named("b"), "metadata.labels");
	is_tainted("c", "NoSchedule");
	CHECK_STR(plan(), "+a +d");
	has_pod("a1", "new");
	has_pod("d1", "new");
	CHECK_STR(plan(), "");
}

static void test_a_label_that_goes_takes_the_pod(void)
{
	given(OLD_FIRST("1"));
	has_nodes("ab");
	has_pod("a1", "new");
	has_pod("b1", "new");
	json_del_path(node_named("b"), "metadata.labels");
	CHECK_STR(plan(), "-b1");
}

static void test_a_later_taint_leaves_the_pod_but_brings_none(void)
{
	given(OLD_FIRST("1"));
	has_nodes("ab");
	has_pod("a1", "new");
	is_tainted("a", "NoSchedule");
	is_tainted("b", "NoSchedule");
	CHECK_STR(plan(), "");
	CHECK_STR(status(), "0 0 0 0 0 0 1");
	is_tainted("a", "NoExecute");
	CHECK_STR(plan(), "-a1");
}

static void test_a_pod_that_goes_holds_its_node_until_it_has_ended(void)
{
	json_t *pod;

	given(OLD_FIRST("1"));
	has_nodes("a");
	pod = has_pod("a1", "old");
	is_going(pod);
	CHECK_STR(plan(), "");
	json_set_str(pod, "status.phase", "Succeeded");
	CHECK_STR(plan(), "+a");
}

static void test_a_pod_that_waits_to_be_bound_holds_the_node_that_it_names(void)
{
	json_t *pod;

	given(OLD_FIRST("1"));
	has_nodes("a");
	pod = daemon_pod_new(ds, "a", "new");
	json_array_append_new(pods, pod);
	CHECK_STR(plan(), "");
	json_array_clear(nodes);
	json_set_str(pod, "metadata.name", "a1");
	CHECK_STR(plan(), "-a1");
	json_set_str(pod, "spec.nodeName", "a");
	CHECK_STR(plan(), "");
}

static void test_of_several_the_bound_and_oldest_stays(void)
{
	json_t *pod;

	given(OLD_FIRST("1"));
	has_nodes("a");
	has_pod("a3", "new");
	pod = has_pod("a2", "new");
	has_pod("a1", "new");
	json_set_str(pod, "metadata.creationTimestamp", "2025-12-01T00:00:00Z");
	CHECK_STR(plan(), "-a1 -a3");
}

/* ---- pods that have ended ---- */

static void test_ended_pods_are_deleted_failed_ones_after_a_wait(void)
{
	given(OLD_FIRST("1"));
	has_nodes("ab");
	json_set_str(has_pod("a1", "new"), "status.phase", "Failed");
	json_set_str(has_pod("b1", "new"), "status.phase", "Succeeded");
	CHECK_STR(plan(), "-a1 -b1");
	wait_ns = 4 * NSEC_PER_SEC;
	CHECK_STR(plan(), "-b1");
	CHECK_INT(wake_ns(), wait_ns);
}

static void test_the_wait_doubles_from_one_second_to_fifteen_minutes(void)
{
	struct daemon_backoff *b = daemon_backoff_new();
	int64_t at = NOW, want = NSEC_PER_SEC;

	CHECK_INT(daemon_backoff_left(b, "u", "a", at), 0);
	for (int i = 0; i < 10; i++) {
		daemon_backoff_note(b, "u", "a", at);
		CHECK_INT(daemon_backoff_left(b, "u", "a", at), want);
		CHECK_INT(daemon_backoff_left(b, "u", "a", at + want - 1), 1);
		at += want;
		CHECK_INT(daemon_backoff_left(b, "u", "a", at), 0);
		want = MIN(want * 2, 900 * NSEC_PER_SEC);
	}
	daemon_backoff_note(b, "u", "a", at);
	CHECK_INT(daemon_backoff_left(b, "u", "a", at), 900 * NSEC_PER_SEC);
	CHECK_INT(daemon_backoff_left(b, "u", "b", at), 0);
	at += 1801 * NSEC_PER_SEC;
	daemon_backoff_note(b, "u", "a", at);
	CHECK_INT(daemon_backoff_left(b, "u", "a", at), NSEC_PER_SEC);
	daemon_backoff_free(b);
}

/* ---- updates ---- */

static void test_old_first_takes_as_many_as_may_be_missing(void)
{
	given(OLD_FIRST("2"));
	has_nodes("abcd");
	has_pod("a1", "old");
	has_pod("b1", "old");
	has_pod("c1", "old");
	is_not_ready(has_pod("d1", "new"));
	CHECK_STR(plan(), "-a1");
	json_array_remove(pods, 3);
	has_pod("d1", "new");
	CHECK_STR(plan(), "-a1 -b1");
	is_going(json_array_get(pods, 0));
	CHECK_STR(plan(), "-b1");
}

static void test_old_pods_that_do_not_work_go_at_once(void)
{
	given(OLD_FIRST("1"));
	has_nodes("abc");
	is_not_ready(has_pod("a1", "old"));
	is_not_ready(has_pod("b1", "old"));
	has_pod("c1", "old");
	CHECK_STR(plan(), "-a1 -b1");
}

static void test_a_share_of_the_nodes_is_rounded_up(void)
{
	given(OLD_FIRST("\"26%\""));
	has_nodes("abcd");
	has_pod("a1", "old");
	has_pod("b1", "old");
	has_pod("c1", "old");
	has_pod("d1", "old");
	CHECK_STR(plan(), "-a1 -b1");
}

static void test_new_first_keeps_the_old_pod_until_the_new_one_works(void)
{
	json_t *fresh;

	given(NEW_FIRST("1"));
	has_nodes("ab");
	has_pod("a1", "old");
	has_pod("b1", "old");
	CHECK_STR(plan(), "~a");
	fresh = has_pod("a2", "new");
	is_not_ready(fresh);
	CHECK_STR(plan(), "");
	json_set_str(json_array_get(json_arr(fresh, "status.conditions"), 0), "status", "True");
	CHECK_STR(plan(), "-a1");
	json_array_remove(pods, 0);
	CHECK_STR(plan(), "~b");
}

static void test_new_first_does_not_wait_for_an_old_pod_that_does_not_work(void)
{
	given(NEW_FIRST("1"));
	has_nodes("ab");
	is_not_ready(has_pod("a1", "old"));
	has_pod("b1", "old");
	CHECK_STR(plan(), "~a ~b");
	is_not_ready(has_pod("a2", "new"));
	CHECK_STR(plan(), "-a1");
}

static void test_on_delete_replaces_nothing(void)
{
	given(ON_DELETE);
	has_nodes("a");
	has_pod("a1", "old");
	CHECK_STR(plan(), "");
	CHECK_STR(status(), "1 1 1 0 1 0 0");
}

static void test_min_ready_seconds_hold_the_update(void)
{
	given(OLD_FIRST("1"));
	json_set_int(ds, "spec.minReadySeconds", 61);
	has_nodes("ab");
	has_pod("a1", "old");
	has_pod("b1", "new");
	CHECK_STR(plan(), "-a1"); /* it is not available, so it is no loss */
	CHECK_STR(status(), "2 2 2 1 0 2 0");
	json_set_int(ds, "spec.minReadySeconds", 60);
	CHECK_STR(status(), "2 2 2 1 2 0 0");
}

/* ---- the pod ---- */

static void test_the_pod_demands_its_node(void)
{
	_cleanup_json_ json_t *pod = NULL;

	given(OLD_FIRST("1"));
	has_nodes("ab");
	pod = daemon_pod_new(ds, "a", "h");
	CHECK(!json_has(pod, "spec.nodeName"));
	CHECK(node_affinity_matches(pod, node_named("a")));
	CHECK(!node_affinity_matches(pod, node_named("b")));
	CHECK_STR(daemon_pod_node(pod), "a");
	CHECK_STR(meta_generate_name(pod), "d-");
	CHECK_STR(meta_label(pod, "controller-revision-hash"), "h");
	CHECK_STR(meta_label(pod, "a"), "b");
	CHECK_STR(json_str(meta_controller_ref(pod), "uid"), "u");
}

static void test_the_pod_endures_what_happens_to_its_node(void)
{
	_cleanup_json_ json_t *plain = NULL, *host = NULL;

	given(OLD_FIRST("1"));
	json_set_path(ds, "spec.template.spec.tolerations",
		      parse("[{\"key\":\"node.kubernetes.io/not-ready\",\"operator\":\"Exists\","
			    "\"effect\":\"NoExecute\",\"tolerationSeconds\":3}]"));
	plain = daemon_pod_new(ds, "a", "h");
	CHECK_INT((int64_t)json_len(plain, "spec.tolerations"), 6);
	CHECK(!json_has(plain, "spec.tolerations[0].tolerationSeconds"));
	CHECK_INT((int64_t)json_len(ds, "spec.template.spec.tolerations"), 1);
	json_set_bool(ds, "spec.template.spec.hostNetwork", true);
	host = daemon_pod_new(ds, "a", "h");
	CHECK_INT((int64_t)json_len(host, "spec.tolerations"), 7);
	CHECK_STR(json_str(host, "spec.tolerations[6].key"),
		  "node.kubernetes.io/network-unavailable");
}

int main(void)
{
	TEST(test_each_node_that_fits_gets_one);
	TEST(test_a_label_that_goes_takes_the_pod);
	TEST(test_a_later_taint_leaves_the_pod_but_brings_none);
	TEST(test_a_pod_that_goes_holds_its_node_until_it_has_ended);
	TEST(test_a_pod_that_waits_to_be_bound_holds_the_node_that_it_names);
	TEST(test_of_several_the_bound_and_oldest_stays);
	TEST(test_ended_pods_are_deleted_failed_ones_after_a_wait);
	TEST(test_the_wait_doubles_from_one_second_to_fifteen_minutes);
	TEST(test_old_first_takes_as_many_as_may_be_missing);
	TEST(test_old_pods_that_do_not_work_go_at_once);
	TEST(test_a_share_of_the_nodes_is_rounded_up);
	TEST(test_new_first_keeps_the_old_pod_until_the_new_one_works);
	TEST(test_new_first_does_not_wait_for_an_old_pod_that_does_not_work);
	TEST(test_on_delete_replaces_nothing);
	TEST(test_min_ready_seconds_hold_the_update);
	TEST(test_the_pod_demands_its_node);
	TEST(test_the_pod_endures_what_happens_to_its_node);
	json_decref(ds);
	json_decref(nodes);
	json_decref(pods);
	return test_end();
}
