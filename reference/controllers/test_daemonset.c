/*
 * Tests of the DaemonSet controller with those that it works with, on a store in memory. No kubelet runs here: a
 * test writes what the pods are.
 */
#include "controllers/daemonset.h"

#include "api/controller_revision.h"
#include "api/daemonset.h"
#include "controllers/test_objects.h"

#define HASH "controller-revision-hash"

#define DAEMONSET(name)                                                                            \
	"{\"apiVersion\":\"apps/v1\",\"kind\":\"DaemonSet\",\"metadata\":{\"name\":\"" name "\"}," \
	"\"spec\":{\"selector\":{\"matchLabels\":{\"a\":\"b\"}},\"template\":{\"metadata\":{"      \
	"\"labels\":{\"a\":\"b\"}},\"spec\":{\"terminationGracePeriodSeconds\":0,"                 \
	"\"nodeSelector\":"                                                                        \
	"{\"disk\":\"ssd\"},\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}}}"

static void make_disk_node(const char *name, const char *disk)
{
	_cleanup_json_ json_t *node = parse(NODE), *made = NULL, *status = NULL;

	json_set_str(node, "metadata.name", name);
	json_set_str(node, "metadata.labels.disk", disk);
	status = json_dup(node);
	if (store_create(w.store, &kind_node, NULL, node, &made, NULL) != 0)
		abort();
	update(&kind_node, STORE_STATUS, status);
	settle();
}

static json_t *revisions(void)
{
	struct store_list_opts opts = { .ns = "default" };
	json_t *items = NULL;
	uint64_t revision;

	if (store_list(w.store, &kind_controller_revision, &opts, &items, &revision, NULL) < 0)
		abort();
	return items;
}

/* The only pod; NULL: there is none, or another one as well. */
static json_t *the_pod(void)
{
	_cleanup_json_ json_t *all = pods();

	return json_array_size(all) == 1 ? json_incref(json_array_get(all, 0)) : NULL;
}

static void template_becomes(const char *version)
{
	_cleanup_json_ json_t *ds = get(&kind_daemonset, "d");

	json_set_str(ds, "spec.template.metadata.labels.v", version);
	update(&kind_daemonset, STORE_SPEC, ds);
	settle();
}

static void given_a_pod(void)
{
	make_disk_node("n", "ssd");
	json_decref(create(&kind_daemonset, DAEMONSET("d")));
	settle();
}

static void test_each_node_that_fits_has_its_pod_bound(void)
{
	_cleanup_json_ json_t *pod = NULL, *ds = NULL, *all = NULL;

	make_disk_node("hdd", "hdd");
	given_a_pod();
	pod = the_pod();
	ds = get(&kind_daemonset, "d");
	all = revisions();
	CHECK_STR(pod_node_name(pod), "n");
	CHECK_INT((int64_t)json_array_size(all), 1);
	CHECK_STR(meta_label(pod, HASH), meta_label(json_array_get(all, 0), HASH));
	CHECK(meta_is_controlled_by(json_array_get(all, 0), ds));
	CHECK_INT(json_int(ds, "status.desiredNumberScheduled", -1), 1);
	CHECK_INT(json_int(ds, "status.currentNumberScheduled", -1), 1);
	CHECK_INT(json_int(ds, "status.updatedNumberScheduled", -1), 1);
	CHECK_INT(json_int(ds, "status.numberUnavailable", -1), 1);
	CHECK_INT(json_int(ds, "status.observedGeneration", -1), 1);
	CHECK(!json_has(ds, "status.numberAvailable"));
}

static void test_nodes_come_and_change(void)
{
	_cleanup_json_ json_t *node = NULL;

	given_a_pod();
	make_disk_node("m", "ssd");
	CHECK_INT((int64_t)count_active(), 2);
	node = get(&kind_node, "n");
	json_set_str(node, "metadata.labels.disk", "hdd");
	update(&kind_node, STORE_META, node);
	settle();
	CHECK_INT((int64_t)count_active(), 1);
}

static void test_a_template_that_comes_back_is_its_old_revision(void)
{
	_cleanup_json_ json_t *first = NULL, *second = NULL, *third = NULL, *all = NULL;

	given_a_pod();
	first = the_pod();
	template_becomes("2");
	second = the_pod();
	CHECK(second && !streq(meta_label(first, HASH), meta_label(second, HASH)));
	template_becomes(NULL);
	third = the_pod();
	CHECK_STR(meta_label(third, HASH), meta_label(first, HASH));
	all = revisions();
	CHECK_INT((int64_t)json_array_size(all), 2);
	for (size_t i = 0; i < 2; i++)
		if (streq(meta_label(json_array_get(all, i), HASH), meta_label(first, HASH)))
			CHECK_INT(json_int(json_array_get(all, i), "revision", 0), 3);
}

static void test_old_revisions_go_beyond_the_limit(void)
{
	_cleanup_json_ json_t *ds = NULL, *all = NULL;

	given_a_pod();
	ds = get(&kind_daemonset, "d");
	json_set_int(ds, "spec.revisionHistoryLimit", 1);
	update(&kind_daemonset, STORE_SPEC, ds);
	for (int i = 0; i < 4; i++)
		template_becomes((const char *const[]){ "2", "3", "4", "5" }[i]);
	all = revisions();
	CHECK_INT((int64_t)json_array_size(all), 2);
}

static void test_another_one_adopts_pod_and_revision(void)
{
	_cleanup_json_ json_t *before = NULL, *after = NULL, *all = NULL, *ds = NULL;

	given_a_pod();
	before = the_pod();
	delete_as(&kind_daemonset, "d", "Orphan", -1);
	settle();
	json_decref(create(&kind_daemonset, DAEMONSET("again")));
	settle();
	after = the_pod();
	all = revisions();
	ds = get(&kind_daemonset, "again");
	CHECK_STR(meta_uid(after), meta_uid(before));
	CHECK(meta_is_controlled_by(after, ds));
	CHECK_INT((int64_t)json_array_size(all), 1);
	CHECK(meta_is_controlled_by(json_array_get(all, 0), ds));
	CHECK_INT(json_int(ds, "status.updatedNumberScheduled", 0), 1);
}

static void fail_the_pod(void)
{
	_cleanup_json_ json_t *pod = the_pod();

	json_set_str(pod, "status.phase", "Failed");
	update(&kind_pod, STORE_STATUS, pod);
	settle();
}

static void test_a_failed_pod_is_replaced_once_at_once(void)
{
	_cleanup_json_ json_t *first = NULL, *second = NULL, *third = NULL;

	given_a_pod();
	first = the_pod();
	fail_the_pod();
	second = the_pod();
	CHECK(second && !streq(meta_uid(first), meta_uid(second)));
	fail_the_pod();
	third = the_pod();
	CHECK_STR(meta_uid(third), meta_uid(second));
}

static void test_a_taken_name_makes_another(void)
{
	_cleanup_json_ json_t *first = NULL, *taken = NULL, *ds = NULL, *pod = NULL;

	make_disk_node("n", "hdd");
	json_decref(create(&kind_daemonset, DAEMONSET("d")));
	settle();
	first = revisions();
	taken = json_dup(json_array_get(first, 0));
	delete_as(&kind_daemonset, "d", "Background", -1);
	settle();
	json_object_del(json_obj(taken, "metadata"), "ownerReferences");
	json_object_del(json_obj(taken, "metadata"), "labels");
	json_object_del(json_obj(taken, "metadata"), "resourceVersion");
	json_set_path(taken, "data", parse("{\"spec\":{}}"));
	if (store_create(w.store, &kind_controller_revision, "default", taken, NULL, NULL) != 0)
		abort();
	json_decref(create(&kind_daemonset, DAEMONSET("d")));
	settle();
	make_disk_node("m", "ssd");
	ds = get(&kind_daemonset, "d");
	pod = the_pod();
	CHECK_INT(json_int(ds, "status.collisionCount", 0), 1);
	CHECK(pod && !streq(meta_label(pod, HASH), meta_label(json_array_get(first, 0), HASH)));
}

int main(void)
{
	WORLD_TEST(test_each_node_that_fits_has_its_pod_bound);
	WORLD_TEST(test_nodes_come_and_change);
	WORLD_TEST(test_a_template_that_comes_back_is_its_old_revision);
	WORLD_TEST(test_old_revisions_go_beyond_the_limit);
	WORLD_TEST(test_another_one_adopts_pod_and_revision);
	WORLD_TEST(test_a_failed_pod_is_replaced_once_at_once);
	WORLD_TEST(test_a_taken_name_makes_another);
	return test_end();
}
