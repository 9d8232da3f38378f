/*
 * Tests of a StatefulSet's plan, pods and status: pods as letters, time by hand, no store.
 */
#include "controllers/statefulset_plan.h"

#include "api/meta.h"
#include "api/statefulset.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "base/test.h"
#include "controllers/revisions.h"
#include "controllers/statefulset_pod.h"
#include "controllers/statefulset_status.h"

#define NOW (INT64_C(1767312000) * NSEC_PER_SEC) /* 2026-01-02T00:00:00Z */
#define LONG_AGO "2026-01-01T00:00:00Z"
#define JUST_NOW "2026-01-01T23:59:58Z"

static json_t *parse(const char *text)
{
	json_t *v = NULL;

	if (json_parse(text, strlen(text), &v, NULL) < 0)
		abort();
	return v;
}

static json_t *set_of(const char *more)
{
	_cleanup_free_ char *text = str_printf(
		"{\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\",\"metadata\":{\"name\":\"s\","
		"\"namespace\":\"n\",\"uid\":\"u\",\"generation\":3},\"spec\":{%s,"
		"\"serviceName\":\"svc\",\"selector\":{\"matchLabels\":{\"a\":\"b\"}},"
		"\"volumeClaimTemplates\":[{\"metadata\":{\"name\":\"d\"},\"spec\":{}}]}}",
		more);

	return parse(text);
}

/* r: ready, R: since a moment, p: Pending, f: Failed; then d: is being deleted; then 1 or 2: its revision. */
static json_t *pod_of(int ordinal, const char *word)
{
	const char *phase = *word == 'p' ? "Pending" : *word == 'f' ? "Failed" : "Running";
	bool ready = *word == 'r' || *word == 'R', goes = word[1] == 'd';
	_cleanup_free_ char *name = str_printf("s-%d", ordinal);
	json_t *pod = json_pack("{ss,ss,s{ss,ss,ss},s{ss}}", "apiVersion", "v1", "kind", "Pod",
				"metadata", "name", name, "uid", name, "namespace", "n", "status",
				"phase", phase);

	json_object_set_new(json_make_obj(pod, "metadata.labels"), REVISION_POD_LABEL,
			    json_string(word[goes ? 2 : 1] == '1' ? "s-1" : "s-2"));
	json_set_path(pod, "status.conditions",
		      json_pack("[{ss,ss,ss}]", "type", "Ready", "status", ready ? "True" : "False",
				"lastTransitionTime", *word == 'R' ? JUST_NOW : LONG_AGO));
	if (goes)
		meta_set(pod, "deletionTimestamp", LONG_AGO);
	return pod;
}

/* Words by ordinal from 0, "-": there is none. */
static json_t *pods_of(const char *words)
{
	_cleanup_strv_ char **list = strv_split(words, ' ');
	json_t *pods = json_array();

	for (int i = 0; list[i]; i++)
		if (*list[i] && !streq(list[i], "-"))
			json_array_append_new(pods, pod_of(i, list[i]));
	return pods;
}

/* "+2" makes ordinal 2, "+2old" of the old revision, "-1" deletes; what is only kept is left out. */
static char *plan_words(const char *spec, const char *words)
{
	_cleanup_json_ json_t *sts = set_of(spec), *pods = pods_of(words);
	_cleanup_(sts_plan_deinit) struct sts_plan plan = { 0 };
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	struct sts_facts f = {
		.sts = sts, .pods = pods, .current = "s-1", .update = "s-2", .now_ns = NOW
	};

	sts_plan_make(&f, &plan);
	for (size_t i = 0; i < plan.n; i++) {
		const struct sts_action *a = &plan.actions[i];

		if (a->verb == STS_KEEP)
			continue;
		strbuf_addf(&b, "%s%s%lld%s", b.len ? " " : "", a->verb == STS_CREATE ? "+" : "-",
			    (long long)a->ordinal, a->verb == STS_CREATE && a->old ? "old" : "");
	}
	return strbuf_take(&b);
}

#define CHECK_PLAN(spec, words, want)                                \
	do {                                                         \
		_cleanup_free_ char *got_ = plan_words(spec, words); \
		CHECK_STR(got_, want);                               \
	} while (0)

#define ROLLING(n) "\"replicas\":" n ",\"updateStrategy\":{\"type\":\"RollingUpdate\"}"
#define PARALLEL(n) ROLLING(n) ",\"podManagementPolicy\":\"Parallel\""

static void test_in_order_one_after_the_other(void)
{
	CHECK_PLAN(ROLLING("3"), "", "+0");
	CHECK_PLAN(ROLLING("3"), "p2", "");
	CHECK_PLAN(ROLLING("3"), "u2", "");
	CHECK_PLAN(ROLLING("3"), "r2", "+1");
	CHECK_PLAN(ROLLING("3"), "r2 r2 r2", "");
	CHECK_PLAN(ROLLING("3"), "- r2 r2", "+0");
	CHECK_PLAN(ROLLING("3"), "rd2 r2", "");
	CHECK_PLAN(ROLLING("2") ",\"ordinals\":{\"start\":3}", "", "+3");
	CHECK_PLAN(ROLLING("2") ",\"minReadySeconds\":10", "R2", "");
	CHECK_PLAN(ROLLING("2") ",\"minReadySeconds\":1", "R2", "+1");
}

static void test_a_set_shrinks_from_the_top_while_it_is_well(void)
{
	CHECK_PLAN(ROLLING("1"), "r2 r2 r2", "-2");
	CHECK_PLAN(ROLLING("1"), "r2 r2 rd2", "");
	CHECK_PLAN(ROLLING("1"), "u2 r2 r2", "");
	CHECK_PLAN(ROLLING("1"), "r2 u2 r2", "-2");
	CHECK_PLAN(ROLLING("1"), "r2 r2 u2", "-2");
	CHECK_PLAN(ROLLING("1"), "r2 u2 u2", "");
	CHECK_PLAN(ROLLING("0"), "r2 r2", "-1");
	CHECK_PLAN(ROLLING("1") ",\"ordinals\":{\"start\":1}", "r2 r2", "-0");
}

static void test_in_parallel_all_at_once(void)
{
	CHECK_PLAN(PARALLEL("3"), "", "+0 +1 +2");
	CHECK_PLAN(PARALLEL("3"), "p2 - rd2", "+1");
	CHECK_PLAN(PARALLEL("0"), "r2 u2 rd2", "-1 -0");
	CHECK_PLAN(PARALLEL("2"), "r1 r1", "-1");
	CHECK_PLAN(PARALLEL("2"), "r1 p2", "");
	CHECK_PLAN(PARALLEL("2"), "p1 p1", "-1");
}

static void test_updates_from_the_top_as_far_as_the_partition(void)
{
	CHECK_PLAN(ROLLING("3"), "r1 r1 r1", "-2");
	CHECK_PLAN(ROLLING("3"), "r1 r1 rd1", "");
	CHECK_PLAN(ROLLING("3"), "r1 r1 r2", "-1");
	CHECK_PLAN(ROLLING("3"), "r1 r1 p2", "");
	CHECK_PLAN(ROLLING("1"), "p1", ""); /* only who deletes it gets on */
	CHECK_PLAN("\"replicas\":2,\"updateStrategy\":{\"type\":\"OnDelete\"}", "r1 r1", "");
	CHECK_PLAN("\"replicas\":2,\"updateStrategy\":{\"type\":\"OnDelete\"}", "r1 -", "+1");
#define PARTITION                                                                           \
	"\"replicas\":3,\"updateStrategy\":{\"type\":\"RollingUpdate\",\"rollingUpdate\":{" \
	"\"partition\":2}}"
	CHECK_PLAN(PARTITION, "r1 r1 r1", "-2");
	CHECK_PLAN(PARTITION, "r1 r1 r2", "");
	CHECK_PLAN(PARTITION, "r1 - r2", "+1old");
	CHECK_PLAN(PARTITION, "r1 r1 -", "+2");
}

static void test_what_has_ended_is_deleted_and_made_when_it_is_gone(void)
{
	CHECK_PLAN(ROLLING("2"), "f2 r2", "-0");
	CHECK_PLAN(ROLLING("2"), "fd2 r2", "");
	CHECK_PLAN(PARALLEL("2"), "f1 r2", "-0");
}

static void test_very_many_are_wanted(void)
{
	_cleanup_json_ json_t *sts = set_of(PARALLEL("2147483647")), *pods = pods_of("r1");
	_cleanup_(sts_plan_deinit) struct sts_plan plan = { 0 };
	struct sts_facts f = {
		.sts = sts, .pods = pods, .current = "s-1", .update = "s-2", .now_ns = NOW
	};

	sts_plan_make(&f, &plan);
	CHECK_INT(plan.n, 501);
}

/* ---- pods ---- */

static void test_the_name_tells_the_ordinal(void)
{
	static const struct {
		const char *name;
		int ordinal;
	} rows[] = { { "s-0", 0 },   { "s-12", 12 }, { "s-01", -1 },	      { "s-", -1 },
		     { "s-1x", -1 }, { "t-1", -1 },  { "s-99999999999", -1 }, { "ss-1", -1 } };
	_cleanup_json_ json_t *sts = set_of(ROLLING("1"));

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_json_ json_t *pod = json_pack("{s{ss}}", "metadata", "name", rows[i].name);

		CHECK_INT(sts_pod_ordinal(sts, pod), rows[i].ordinal);
	}
}

static void test_a_pod_has_its_identity_and_its_claims(void)
{
	_cleanup_json_ json_t *sts = set_of(ROLLING("1"));
	_cleanup_json_ json_t *revision = parse(
		"{\"metadata\":{\"name\":\"s-2\"},\"data\":{\"spec\":{\"template\":{\"$patch\":"
		"\"replace\",\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"volumes\":["
		"{\"name\":\"d\",\"emptyDir\":{}},{\"name\":\"e\",\"emptyDir\":{}}]}}}}}");
	_cleanup_json_ json_t *pod = sts_pod_new(sts, revision, 4);

	CHECK_STR(meta_name(pod), "s-4");
	CHECK(!meta_generate_name(pod));
	CHECK_STR(meta_label(pod, "a"), "b");
	CHECK_STR(meta_label(pod, STS_POD_NAME_LABEL), "s-4");
	CHECK_STR(meta_label(pod, STS_POD_INDEX_LABEL), "4");
	CHECK_STR(sts_pod_revision(pod), "s-2");
	CHECK_STR(json_str(pod, "spec.hostname"), "s-4");
	CHECK_STR(json_str(pod, "spec.subdomain"), "svc");
	CHECK_INT(json_len(pod, "spec.volumes"), 2);
	CHECK_STR(json_str(pod, "spec.volumes[0].persistentVolumeClaim.claimName"), "d-s-4");
	CHECK(json_has(pod, "spec.volumes[1].emptyDir"));
}

static void test_claims_belong_to_whom_the_policy_says(void)
{
	static const struct {
		const char *deleted, *scaled;
		bool condemned;
		const char *owner;
	} rows[] = {
		{ "Retain", "Retain", false, NULL }, { "Retain", "Retain", true, NULL },
		{ "Delete", "Retain", false, "u" },  { "Delete", "Retain", true, "u" },
		{ "Retain", "Delete", false, NULL }, { "Retain", "Delete", true, "s-0" },
		{ "Delete", "Delete", false, "u" },  { "Delete", "Delete", true, "s-0" },
	};
	_cleanup_json_ json_t *pod = pod_of(0, "r2");

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *spec = str_printf(
			ROLLING("1") ",\"persistentVolumeClaimRetentionPolicy\":{\"whenDeleted\":"
				     "\"%s\",\"whenScaled\":\"%s\"}",
			rows[i].deleted, rows[i].scaled);
		_cleanup_json_ json_t *sts = set_of(spec), *claims = sts_claims_new(sts, 0);
		json_t *claim = json_array_get(claims, 0);
		_cleanup_json_ json_t *owned = sts_claim_owned(sts, pod, claim, rows[i].condemned);
		const json_t *now = owned ? owned : claim;

		CHECK_STR(meta_name(claim), "d-s-0");
		CHECK_STR(meta_label(claim, "a"), "b");
		CHECK_INT(json_array_size(meta_owner_refs(now)), rows[i].owner != NULL);
		CHECK_STR(json_str(now, "metadata.ownerReferences[0].uid"), rows[i].owner);
		CHECK_INT(sts_claim_is_stale(sts, now, 0), streq(rows[i].owner, "s-0"));
	}
}

/* ---- status ---- */

static json_t *status_of(const char *spec, const char *words)
{
	_cleanup_json_ json_t *sts = set_of(spec), *pods = pods_of(words);
	struct sts_facts f = {
		.sts = sts, .pods = pods, .current = "s-1", .update = "s-2", .now_ns = NOW
	};

	return sts_status_make(&f);
}

static void test_counts(void)
{
	_cleanup_json_ json_t *s =
		status_of(ROLLING("4") ",\"minReadySeconds\":10", "r1 R2 u2 rd1");

	CHECK_INT(json_int(s, "observedGeneration", 0), 3);
	CHECK_INT(json_int(s, "replicas", 0), 4);
	CHECK_INT(json_int(s, "readyReplicas", 0), 3);
	CHECK_INT(json_int(s, "availableReplicas", 0), 2);
	CHECK_INT(json_int(s, "currentReplicas", 0), 1);
	CHECK_INT(json_int(s, "updatedReplicas", 0), 2);
	CHECK_INT(json_int(s, "collisionCount", -1), 0);
	CHECK_STR(json_str(s, "currentRevision"), "s-1");
	CHECK_STR(json_str(s, "updateRevision"), "s-2");
}

static void test_the_update_is_complete_when_all_are_new_and_ready(void)
{
	static const struct {
		const char *words, *current;
	} rows[] = { { "r2 r2", "s-2" },    { "r2 u2", "s-1" },	 { "r2 r1", "s-1" },
		     { "r2 r2 r2", "s-1" }, { "rd2 r2", "s-1" }, { "r2", "s-1" } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_json_ json_t *s = status_of(ROLLING("2"), rows[i].words);

		CHECK_STR(json_str(s, "currentRevision"), rows[i].current);
	}
}

int main(void)
{
	TEST(test_in_order_one_after_the_other);
	TEST(test_a_set_shrinks_from_the_top_while_it_is_well);
	TEST(test_in_parallel_all_at_once);
	TEST(test_updates_from_the_top_as_far_as_the_partition);
	TEST(test_what_has_ended_is_deleted_and_made_when_it_is_gone);
	TEST(test_very_many_are_wanted);
	TEST(test_the_name_tells_the_ordinal);
	TEST(test_a_pod_has_its_identity_and_its_claims);
	TEST(test_claims_belong_to_whom_the_policy_says);
	TEST(test_counts);
	TEST(test_the_update_is_complete_when_all_are_new_and_ready);
	return test_end();
}
