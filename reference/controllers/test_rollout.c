/*
 * Tests of a Deployment's plan and status: its ReplicaSets as literals, time by hand, no store.
 */
#include "controllers/rollout_plan.h"

#include "api/meta.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "base/test.h"
#include "controllers/rollout_set.h"
#include "controllers/rollout_status.h"

#define NOW (INT64_C(1767312000) * NSEC_PER_SEC) /* 2026-01-02T00:00:00Z */

static json_t *d, *sets, *pods;

static json_t *parse(const char *text)
{
	json_t *v = NULL;

	if (json_parse(text, strlen(text), &v, NULL) < 0)
		abort();
	return v;
}

/* A Deployment of template 2, whose only sets are those that follow. */
static void given(int64_t replicas, const char *strategy)
{
	_cleanup_free_ char *text = str_printf(
		"{\"metadata\":{\"name\":\"d\",\"uid\":\"u\",\"generation\":3},\"spec\":{"
		"\"replicas\":"
		"%lld,\"progressDeadlineSeconds\":60,\"strategy\":%s,\"selector\":{\"matchLabels\":"
		"{\"a\":\"b\"}},\"template\":{\"metadata\":{\"labels\":{\"a\":\"b\",\"v\":\"2\"}}}}"
		"}",
		(long long)replicas, strategy);

	json_decref(d);
	json_decref(sets);
	json_decref(pods);
	d = parse(text);
	sets = json_array();
	pods = json_array();
}

#define ROLLING(unavailable, surge)                                                      \
	"{\"type\":\"RollingUpdate\",\"rollingUpdate\":{\"maxUnavailable\":" unavailable \
	",\"maxSurge\":" surge "}}"
#define RECREATE "{\"type\":\"Recreate\"}"

/* A set of template v, last scaled for the Deployment as it is; its pods are what status says. */
static json_t *has_set(const char *v, int64_t replicas, int64_t available)
{
	json_t *set = parse("{\"metadata\":{\"creationTimestamp\":\"2026-01-01T00:00:00Z\","
			    "\"generation\":1},\"spec\":{\"template\":{\"metadata\":{\"labels\":"
			    "{\"a\":\"b\"}}}},\"status\":{\"observedGeneration\":1}}");
	_cleanup_json_ json_t *bare = set;

	json_set_str(set, "spec.template.metadata.labels.v", v);
	json_set_str(set, "spec.template.metadata.labels.pod-template-hash", v);
	json_set_str(set, "metadata.name", v);
	json_set_str(set, "metadata.uid", v);
	json_object_set_new(json_make_obj(set, "metadata.annotations"), REVISION_ANNOTATION,
			    json_string(v));
	json_set_int(set, "status.replicas", replicas);
	json_set_int(set, "status.readyReplicas", available);
	json_set_int(set, "status.availableReplicas", available);
	set = rollout_set_scaled(bare, d, replicas);
	json_array_append_new(sets, set);
	return set;
}

/* The plan as text: "2:3>1" scales set 2, "+2" makes a set of two, "~2" edits it, "-1" deletes it. */
static const char *plan(void)
{
	static char text[256];
	_cleanup_(rollout_plan_deinit) struct rollout_plan p = { 0 };
	_cleanup_(rollout_deinit) struct rollout ro = { 0 };
	size_t len = 0;

	rollout_init(&ro, d, sets, pods);
	rollout_plan_make(&ro, &p);
	text[0] = 0;
	for (size_t i = 0; i < p.n; i++) {
		const struct rollout_action *a = &p.actions[i];
		const char *name = meta_name(a->set), *gap = i ? " " : "";
		char *at = text + len;
		size_t room = sizeof(text) - len;

		if (a->verb == ROLLOUT_CREATE)
			len += (size_t)snprintf(at, room, "%s+%d", gap, (int)a->to);
		else if (a->verb == ROLLOUT_SCALE)
			len += (size_t)snprintf(at, room, "%s%s:%d>%d", gap, name, (int)a->from,
						(int)a->to);
		else
			len += (size_t)snprintf(at, room, "%s%c%s", gap,
						a->verb == ROLLOUT_EDIT ? '~' : '-', name);
	}
	return text;
}

static json_t *status(bool rolls, const char *created, int64_t now_ns)
{
	struct rollout_news news = { .rolls = rolls, .created = created, .now_ns = now_ns };
	_cleanup_(rollout_deinit) struct rollout ro = { 0 };

	rollout_init(&ro, d, sets, pods);
	return rollout_status_make(&ro, &news);
}

/* Writes the status that follows into the Deployment; the reason of the condition asked for. */
static const char *reason_after(const char *type, bool rolls, const char *created, int64_t now_ns)
{
	json_object_set_new(d, "status", status(rolls, created, now_ns));
	return json_str_or(condition_get(d, type), "reason", "none");
}

/* ---- rolling ---- */

static void test_the_first_set_is_made_whole(void)
{
	given(4, ROLLING("\"25%\"", "\"25%\""));
	CHECK_STR(plan(), "+4");
}

static void test_surge_is_rounded_up_and_the_rest_down(void)
{
	given(3, ROLLING("\"25%\"", "\"25%\""));
	has_set("1", 3, 3);
	CHECK_STR(plan(), "+1");
	given(3, ROLLING("\"25%\"", "0"));
	has_set("1", 3, 3);
	has_set("2", 0, 0);
	CHECK_STR(plan(), "1:3>2"); /* both come to 0: one may be missing */
}

static void test_a_count_may_be_given_for_a_percentage(void)
{
	given(10, ROLLING("0", "3"));
	has_set("1", 10, 10);
	CHECK_STR(plan(), "+3");
}

static void test_old_pods_go_only_when_new_ones_are_available(void)
{
	given(4, ROLLING("0", "1"));
	has_set("1", 4, 4);
	has_set("2", 1, 0);
	CHECK_STR(plan(), "");
	json_set_int(json_array_get(sets, 1), "status.availableReplicas", 1);
	CHECK_STR(plan(), "1:4>3");
}

static void test_what_may_be_missing_goes_at_once(void)
{
	given(4, ROLLING("2", "0"));
	has_set("1", 4, 4);
	has_set("2", 0, 0);
	CHECK_STR(plan(), "1:4>2");
}

static void test_pods_that_do_not_work_go_first(void)
{
	given(4, ROLLING("0", "1"));
	has_set("0", 2, 2);
	has_set("1", 2, 0);
	has_set("2", 1, 1);
	CHECK_STR(plan(), "1:2>1");
}

/* A set that was just told to shrink still reports its old pods. */
static void test_an_order_is_not_given_twice(void)
{
	given(4, ROLLING("1", "0"));
	json_set_int(has_set("1", 3, 3), "status.availableReplicas", 4);
	has_set("2", 1, 0);
	CHECK_STR(plan(), "");
}

static void test_a_rollover_takes_from_the_middle_set(void)
{
	given(4, ROLLING("\"25%\"", "\"25%\""));
	has_set("0", 3, 3);
	has_set("1", 2, 0);
	CHECK_STR(plan(), "+0");
	has_set("2", 0, 0);
	CHECK_STR(plan(), "1:2>0");
}

static void test_too_many_new_pods_are_cut(void)
{
	given(2, ROLLING("1", "1"));
	has_set("2", 3, 3);
	CHECK_STR(plan(), "2:3>2");
}

/* ---- recreate ---- */

static void test_recreate_ends_the_old_pods_first(void)
{
	given(2, RECREATE);
	has_set("1", 2, 2);
	CHECK_STR(plan(), "1:2>0");
}

static void test_recreate_waits_for_the_last_old_pod(void)
{
	json_t *pod = parse("{\"metadata\":{\"deletionTimestamp\":\"2026-01-01T00:00:00Z\","
			    "\"ownerReferences\":[{\"uid\":\"1\",\"controller\":true}]},"
			    "\"status\":{\"phase\":\"Running\"}}");

	given(2, RECREATE);
	has_set("1", 0, 0);
	json_array_append_new(pods, pod);
	CHECK_STR(plan(), "");
	json_set_str(pod, "status.phase", "Succeeded");
	CHECK_STR(plan(), "+2");
}

/* ---- resized, paused, history ---- */

static void test_a_resize_is_shared_in_proportion(void)
{
	given(3, ROLLING("0", "2"));
	has_set("1", 3, 3);
	has_set("2", 2, 0);
	json_set_int(d, "spec.replicas", 6);
	CHECK_STR(plan(), "1:3>5 2:2>3");
	json_set_int(d, "spec.replicas", 0);
	CHECK_STR(plan(), "1:3>0 2:2>0");
}

static void test_one_live_set_takes_the_whole_resize(void)
{
	given(3, ROLLING("0", "2"));
	has_set("1", 0, 0);
	has_set("2", 3, 3);
	json_set_int(d, "spec.replicas", 5);
	CHECK_STR(plan(), "2:3>5");
}

static void test_a_pause_stops_the_rollout_but_not_a_resize(void)
{
	given(2, ROLLING("0", "1"));
	json_set_bool(d, "spec.paused", true);
	has_set("1", 2, 2);
	CHECK_STR(plan(), "");
	json_set_int(d, "spec.replicas", 3);
	CHECK_STR(plan(), "1:2>3");
}

static void test_history_beyond_the_limit_goes_the_oldest_first(void)
{
	given(1, ROLLING("0", "1"));
	json_set_int(d, "spec.revisionHistoryLimit", 1);
	has_set("0", 0, 0);
	has_set("1", 0, 0);
	has_set("2", 1, 1);
	CHECK_STR(plan(), "");
	reason_after("Available", true, NULL, NOW); /* only when the rollout is complete */
	CHECK_STR(plan(), "-0");
}

/* ---- sets ---- */

static void test_a_template_that_comes_back_is_the_newest_revision(void)
{
	given(1, ROLLING("0", "1"));
	json_object_set_new(json_obj(has_set("2", 0, 0), "metadata.annotations"),
			    REVISION_ANNOTATION, json_string("3"));
	has_set("7", 1, 1);
	CHECK_STR(plan(), "~2");
	{
		_cleanup_json_ json_t *synced = rollout_set_synced(json_array_get(sets, 0), d, 8);

		CHECK_STR(meta_annotation(synced, REVISION_ANNOTATION), "8");
		CHECK_STR(meta_annotation(synced, REVISION_ANNOTATION "-history"), "3");
	}
}

static void test_a_collision_makes_another_name(void)
{
	_cleanup_json_ json_t *one = NULL, *same = NULL, *other = NULL;

	given(1, ROLLING("0", "1"));
	one = rollout_set_new(d, 1, 1);
	same = rollout_set_new(d, 5, 2);
	json_set_int(d, "status.collisionCount", 1);
	other = rollout_set_new(d, 1, 1);
	CHECK_STR(meta_name(one), meta_name(same));
	CHECK(!streq(meta_name(one), meta_name(other)));
	CHECK_STR(meta_label(one, HASH_LABEL), meta_name(one) + strlen("d-"));
	CHECK_STR(json_str(one, "spec.selector.matchLabels.a"), "b");
}

static void test_annotations_are_copied_but_for_the_books(void)
{
	_cleanup_json_ json_t *set = NULL;

	given(1, ROLLING("0", "1"));
	json_object_set_new(d, "status", json_object());
	json_object_set_new(json_make_obj(d, "metadata.annotations"), "why", json_string("so"));
	json_object_set_new(json_make_obj(d, "metadata.annotations"), REVISION_ANNOTATION,
			    json_string("9"));
	set = rollout_set_new(d, 1, 1);
	CHECK_STR(meta_annotation(set, "why"), "so");
	CHECK_STR(meta_annotation(set, REVISION_ANNOTATION), "1");
}

/* ---- status ---- */

static void test_counts(void)
{
	_cleanup_json_ json_t *s = NULL;

	given(3, ROLLING("1", "1"));
	has_set("1", 2, 2);
	has_set("2", 2, 1);
	s = status(true, NULL, NOW);
	CHECK_INT(json_int(s, "observedGeneration", 0), 3);
	CHECK_INT(json_int(s, "replicas", 0), 4);
	CHECK_INT(json_int(s, "updatedReplicas", 0), 2);
	CHECK_INT(json_int(s, "readyReplicas", 0), 3);
	CHECK_INT(json_int(s, "availableReplicas", 0), 3);
	CHECK_INT(json_int(s, "unavailableReplicas", 0), 1);
	CHECK(!json_has(s, "terminatingReplicas"));
}

static void test_available_allows_for_what_may_be_missing(void)
{
	given(4, ROLLING("1", "0"));
	has_set("2", 4, 3);
	CHECK_STR(reason_after("Available", true, NULL, NOW), "MinimumReplicasAvailable");
	json_set_int(json_array_get(sets, 0), "status.availableReplicas", 2);
	CHECK_STR(reason_after("Available", true, NULL, NOW), "MinimumReplicasUnavailable");
}

static void test_the_reasons_of_a_rollout(void)
{
	json_t *set;

	given(2, ROLLING("0", "1"));
	set = has_set("2", 2, 0);
	json_set_int(set, "status.replicas", 0);
	CHECK_STR(reason_after("Progressing", true, "2", NOW), "NewReplicaSetCreated");
	json_set_int(set, "status.replicas", 2);
	CHECK_STR(reason_after("Progressing", true, NULL, NOW), "ReplicaSetUpdated");
	json_set_int(set, "status.availableReplicas", 2);
	CHECK_STR(reason_after("Progressing", true, NULL, NOW), "NewReplicaSetAvailable");
	json_set_int(set, "status.availableReplicas", 1); /* a pod lost later is no rollout */
	CHECK_STR(reason_after("Progressing", true, NULL, NOW + 999 * NSEC_PER_SEC),
		  "NewReplicaSetAvailable");
}

static void test_standing_still_past_the_deadline(void)
{
	json_t *set;

	given(2, ROLLING("0", "1"));
	set = has_set("2", 2, 0);
	reason_after("Progressing", true, "2", NOW);
	CHECK_STR(reason_after("Progressing", true, NULL, NOW + 60 * NSEC_PER_SEC),
		  "ReplicaSetUpdated");
	CHECK_STR(reason_after("Progressing", true, NULL, NOW + 61 * NSEC_PER_SEC),
		  "ProgressDeadlineExceeded");
	CHECK(!condition_is_true(d, "Progressing"));
	json_set_int(set, "status.readyReplicas", 1);
	CHECK_STR(reason_after("Progressing", true, NULL, NOW + 130 * NSEC_PER_SEC),
		  "ReplicaSetUpdated");
}

static void test_a_pause_stops_the_clock(void)
{
	given(2, ROLLING("0", "1"));
	has_set("2", 2, 0);
	reason_after("Progressing", true, "2", NOW);
	json_set_bool(d, "spec.paused", true);
	CHECK_STR(reason_after("Progressing", false, NULL, NOW + 300 * NSEC_PER_SEC),
		  "DeploymentPaused");
	json_set_bool(d, "spec.paused", false);
	CHECK_STR(reason_after("Progressing", true, NULL, NOW + 600 * NSEC_PER_SEC),
		  "DeploymentResumed");
}

static void test_a_set_that_cannot_make_pods_is_told_of(void)
{
	json_t *set;

	given(2, ROLLING("0", "1"));
	set = has_set("2", 2, 0);
	json_object_set_new(json_obj(set, "status"), "conditions",
			    parse("[{\"type\":\"ReplicaFailure\",\"status\":\"True\",\"reason\":"
				  "\"FailedCreate\",\"message\":\"no\"}]"));
	CHECK_STR(reason_after("ReplicaFailure", true, NULL, NOW), "FailedCreate");
	json_object_del(json_obj(set, "status"), "conditions");
	CHECK_STR(reason_after("ReplicaFailure", true, NULL, NOW), "none");
}

int main(void)
{
	TEST(test_the_first_set_is_made_whole);
	TEST(test_surge_is_rounded_up_and_the_rest_down);
	TEST(test_a_count_may_be_given_for_a_percentage);
	TEST(test_old_pods_go_only_when_new_ones_are_available);
	TEST(test_what_may_be_missing_goes_at_once);
	TEST(test_pods_that_do_not_work_go_first);
	TEST(test_an_order_is_not_given_twice);
	TEST(test_a_rollover_takes_from_the_middle_set);
	TEST(test_too_many_new_pods_are_cut);
	TEST(test_recreate_ends_the_old_pods_first);
	TEST(test_recreate_waits_for_the_last_old_pod);
	TEST(test_a_resize_is_shared_in_proportion);
	TEST(test_one_live_set_takes_the_whole_resize);
	TEST(test_a_pause_stops_the_rollout_but_not_a_resize);
	TEST(test_history_beyond_the_limit_goes_the_oldest_first);
	TEST(test_a_template_that_comes_back_is_the_newest_revision);
	TEST(test_a_collision_makes_another_name);
	TEST(test_annotations_are_copied_but_for_the_books);
	TEST(test_counts);
	TEST(test_available_allows_for_what_may_be_missing);
	TEST(test_the_reasons_of_a_rollout);
	TEST(test_standing_still_past_the_deadline);
	TEST(test_a_pause_stops_the_clock);
	TEST(test_a_set_that_cannot_make_pods_is_told_of);
	json_decref(d);
	json_decref(sets);
	json_decref(pods);
	return test_end();
}
