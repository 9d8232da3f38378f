/*
 * Tests of the StatefulSet controller on a store in memory: what a client would see.
 */
#include "controllers/test_objects.h"

#include "api/controller_revision.h"
#include "api/persistent_volume.h"
#include "api/statefulset.h"

#define SET(more)                                                                              \
	"{\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\",\"metadata\":{\"name\":\"s\"},"  \
	"\"spec\":{\"replicas\":2,\"selector\":{\"matchLabels\":{\"a\":\"b\"}},\"template\":{" \
	"\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"c\","   \
	"\"image\":\"i\"}]}}" more "}}"

static void get_ready(const char *name)
{
	_cleanup_json_ json_t *pod = get(&kind_pod, name);

	json_set_str(pod, "status.phase", "Running");
	pod_condition_set(pod, "Ready", "True", NULL, NULL, "2026-01-01T00:00:00Z");
	update(&kind_pod, STORE_STATUS, pod);
	settle();
}

static bool is_there(const struct kind *k, const char *name)
{
	_cleanup_json_ json_t *obj = get(k, name);

	return obj != NULL;
}

static size_t count_revisions(void)
{
	struct store_list_opts opts = { .ns = "default" };
	_cleanup_json_ json_t *items = NULL;
	uint64_t revision;

	store_list(w.store, &kind_controller_revision, &opts, &items, &revision, NULL);
	return json_array_size(items);
}

static void relabel(const char *value)
{
	_cleanup_json_ json_t *sts = get(&kind_statefulset, "s");

	json_set_str(sts, "spec.template.metadata.labels.v", value);
	update(&kind_statefulset, STORE_SPEC, sts);
	settle();
}

static void test_pods_come_in_order_with_their_claims(void)
{
	_cleanup_json_ json_t *sts =
		create(&kind_statefulset,
		       SET(",\"volumeClaimTemplates\":[{\"metadata\":{\"name\":\"d\"},\"spec\":{"
			   "\"accessModes\":[\"ReadWriteOnce\"],\"resources\":{\"requests\":{"
			   "\"storage\":\"1Mi\"}}}}]"));
	_cleanup_json_ json_t *after = NULL, *pod = NULL;

	settle();
	CHECK(is_there(&kind_pod, "s-0") && !is_there(&kind_pod, "s-1"));
	CHECK(is_there(&kind_persistentvolumeclaim, "d-s-0"));
	pod = get(&kind_pod, "s-0");
	CHECK(meta_is_controlled_by(pod, sts));
	get_ready("s-0");
	CHECK(is_there(&kind_pod, "s-1"));
	CHECK(is_there(&kind_persistentvolumeclaim, "d-s-1"));
	get_ready("s-1");
	after = get(&kind_statefulset, "s");
	CHECK_INT(json_int(after, "status.readyReplicas", 0), 2);
	CHECK_STR(json_str(after, "status.currentRevision"),
		  json_str(after, "status.updateRevision"));
}

static void test_an_old_template_is_an_old_revision(void)
{
	_cleanup_json_ json_t *sts = create(&kind_statefulset, SET("")), *first = NULL,
			      *second = NULL, *third = NULL;

	settle();
	get_ready("s-0");
	get_ready("s-1");
	first = get(&kind_statefulset, "s");
	relabel("2");
	second = get(&kind_statefulset, "s");
	CHECK(!is_there(&kind_pod, "s-1") || count_revisions() == 2);
	CHECK(!streq(json_str(first, "status.updateRevision"),
		     json_str(second, "status.updateRevision")));
	CHECK_STR(json_str(second, "status.currentRevision"),
		  json_str(first, "status.currentRevision"));
	relabel(NULL);
	third = get(&kind_statefulset, "s");
	CHECK_STR(json_str(third, "status.updateRevision"),
		  json_str(first, "status.updateRevision"));
	CHECK_INT(count_revisions(), 2);
}

static void test_a_name_that_is_taken_is_waited_for(void)
{
	_cleanup_json_ json_t *other =
		create(&kind_pod,
		       "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"s-0\"},"
		       "\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}");
	_cleanup_json_ json_t *sts = create(&kind_statefulset, SET("")), *pod = NULL;

	settle();
	delete_as(&kind_pod, "s-0", NULL, 0);
	settle();
	pod = get(&kind_pod, "s-0");
	CHECK(pod && meta_is_controlled_by(pod, sts));
}

static void test_a_lost_label_comes_back(void)
{
	_cleanup_json_ json_t *sts = create(&kind_statefulset, SET("")), *pod = NULL, *after = NULL;

	settle();
	get_ready("s-0");
	pod = get(&kind_pod, "s-0");
	json_object_del(meta_labels(pod), STS_POD_NAME_LABEL);
	update(&kind_pod, STORE_META, pod);
	settle();
	after = get(&kind_pod, "s-0");
	CHECK_STR(meta_label(after, STS_POD_NAME_LABEL), "s-0");
}

static void test_the_history_is_limited(void)
{
	_cleanup_json_ json_t *sts = create(
		&kind_statefulset, SET(",\"revisionHistoryLimit\":1,\"updateStrategy\":{\"type\":"
				       "\"OnDelete\"}"));

	settle();
	get_ready("s-0");
	get_ready("s-1");
	for (int i = 2; i < 7; i++) {
		char v[] = { (char)('0' + i), 0 };

		relabel(v);
	}
	CHECK_INT(count_revisions(), 3); /* the pods', the newest, and one more */
}

int main(void)
{
	WORLD_TEST(test_pods_come_in_order_with_their_claims);
	WORLD_TEST(test_an_old_template_is_an_old_revision);
	WORLD_TEST(test_a_name_that_is_taken_is_waited_for);
	WORLD_TEST(test_a_lost_label_comes_back);
	WORLD_TEST(test_the_history_is_limited);
	return test_end();
}
