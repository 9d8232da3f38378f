/*
 * Tests of the Deployment controller with those that it works with, on a store in memory. No kubelet runs here:
 * a test makes the pods ready.
 */
#include "controllers/deployment.h"

#include "api/deployment.h"
#include "api/meta.h"
#include "api/pod.h"
#include "api/pod_status.h"
#include "api/workload.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/loop.h"
#include "base/test.h"
#include "controllers/controllers.h"
#include "store/sqlite.h"

static struct loop *loop;
static struct clock clk;
static struct store *store;
static struct controllers *controllers;

static void open_world(void)
{
	struct sqlite_store_config cfg = { .clock = &clk };

	if (loop_new(&loop, NULL) < 0)
		abort();
	clock_init_now(&clk, 1);
	cfg.loop = loop;
	if (sqlite_store_open(&cfg, &store, NULL) < 0 ||
	    controllers_new(store, loop, &clk, NULL, &controllers, NULL) < 0)
		abort();
}

static void close_world(void)
{
	controllers = controllers_free(controllers);
	store = store_free(store);
	loop = loop_free(loop);
}

static void settle(void)
{
	static const bool never;

	for (int i = 0; i < 400; i++)
		loop_turn(loop);
	loop_run_until(loop, &never, 30 * NSEC_PER_MSEC);
}

static json_t *list(const struct kind *k)
{
	struct store_list_opts opts = { .ns = "default" };
	json_t *items = NULL;
	uint64_t revision;

	if (store_list(store, k, &opts, &items, &revision, NULL) < 0)
		abort();
	return items;
}

static void create(const struct kind *k, const char *text)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *obj = NULL;

	if (json_parse(text, strlen(text), &obj, NULL) < 0)
		abort();
	CHECK_OK(store_create(store, k, "default", obj, NULL, &err), &err);
	settle();
}

#define DEPLOYMENT(more)                                                                       \
	"{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\"}," \
	"\"spec\":{\"selector\":{\"matchLabels\":{\"a\":\"b\"}},\"template\":{\"metadata\":"   \
	"{\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":"      \
	"\"i\"}]}}" more "}}"

static json_t *deployment(void)
{
	json_t *d = NULL;

	store_get(store, &kind_deployment, "default", "web", &d, NULL);
	return d;
}

static void change(const char *path, json_t *value)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *got = deployment(), *d = json_deep_copy(got);

	json_set_path(d, path, value);
	CHECK_OK(store_update(store, &kind_deployment, STORE_SPEC, d, NULL, &err), &err);
	settle();
}

/* Makes every pod ready, round after round, until nothing changes any more. */
static void make_ready(int rounds)
{
	for (int i = 0; i < rounds; i++) {
		_cleanup_json_ json_t *pods = list(&kind_pod);
		json_t *pod;
		size_t k;

		json_array_foreach(pods, k, pod) {
			_cleanup_json_ json_t *ready = json_deep_copy(pod);

			json_set_str(ready, "status.phase", "Running");
			pod_condition_set(ready, "Ready", "True", NULL, NULL,
					  "2026-01-01T00:00:00Z");
			store_update(store, &kind_pod, STORE_STATUS, ready, NULL, NULL);
		}
		settle();
	}
}

static int64_t sum(const struct kind *k, const char *path)
{
	_cleanup_json_ json_t *all = list(k);
	int64_t n = 0;
	json_t *obj;
	size_t i;

	json_array_foreach(all, i, obj)
		n += json_int(obj, path, 0);
	return n;
}

static size_t count(const struct kind *k)
{
	_cleanup_json_ json_t *all = list(k);

	return json_array_size(all);
}

static void test_a_rollout_reaches_its_end(void)
{
	_cleanup_json_ json_t *d = NULL;

	create(&kind_deployment, DEPLOYMENT(",\"replicas\":3"));
	CHECK_INT(count(&kind_pod), 3);
	make_ready(1);
	change("spec.template.metadata.labels.v", json_string("2"));
	CHECK_INT(count(&kind_replicaset), 2);
	CHECK_INT(sum(&kind_replicaset, "spec.replicas"), 4);
	make_ready(8);
	CHECK_INT(sum(&kind_replicaset, "spec.replicas"), 3);
	d = deployment();
	CHECK_INT(json_int(d, "status.updatedReplicas", 0), 3);
	CHECK_INT(json_int(d, "status.availableReplicas", 0), 3);
	CHECK_STR(json_str(condition_get(d, "Progressing"), "reason"), "NewReplicaSetAvailable");
	CHECK_STR(meta_annotation(d, "deployment.kubernetes.io/revision"), "2");
}

static void test_going_back_finds_the_old_set(void)
{
	_cleanup_json_ json_t *d = NULL;

	create(&kind_deployment, DEPLOYMENT(""));
	make_ready(1);
	change("spec.template.metadata.labels.v", json_string("2"));
	make_ready(4);
	change("spec.template.metadata.labels", json_pack("{ss}", "a", "b"));
	make_ready(4);
	CHECK_INT(count(&kind_replicaset), 2);
	d = deployment();
	CHECK_STR(meta_annotation(d, "deployment.kubernetes.io/revision"), "3");
}

static void test_a_taken_name_makes_another(void)
{
	_cleanup_json_ json_t *sets = NULL, *d = NULL, *squatter = NULL;

	create(&kind_deployment, DEPLOYMENT(""));
	sets = list(&kind_replicaset);
	squatter = json_deep_copy(json_array_get(sets, 0));
	d = deployment();
	{
		struct store_delete_opts opts = STORE_DELETE_OPTS_INIT;

		store_delete(store, &kind_deployment, "default", "web", &opts, NULL, NULL, NULL);
	}
	settle();
	CHECK_INT(count(&kind_replicaset), 0);
	json_set_path(squatter, "metadata",
		      json_pack("{ss}", "name", meta_name(json_array_get(sets, 0))));
	json_set_path(squatter, "spec.selector", json_pack("{s{ss}}", "matchLabels", "x", "y"));
	json_set_path(squatter, "spec.template.metadata.labels", json_pack("{ss}", "x", "y"));
	store_create(store, &kind_replicaset, "default", squatter, NULL, NULL);
	create(&kind_deployment, DEPLOYMENT(""));
	CHECK_INT(count(&kind_replicaset), 2);
	json_decref(d);
	d = deployment();
	CHECK_INT(json_int(d, "status.collisionCount", 0), 1);
	CHECK_INT(json_int(d, "status.replicas", 0), 1);
}

static void test_deleting_takes_all_of_it(void)
{
	struct store_delete_opts opts = STORE_DELETE_OPTS_INIT;
	_cleanup_json_ json_t *last = NULL;
	bool gone;

	create(&kind_deployment, DEPLOYMENT(",\"replicas\":2"));
	store_delete(store, &kind_deployment, "default", "web", &opts, &last, &gone, NULL);
	settle();
	CHECK_INT(count(&kind_replicaset), 0);
	CHECK_INT(count(&kind_pod), 0);
}

static void test_its_annotations_count_as_a_change(void)
{
	_cleanup_json_ json_t *before = NULL, *after = NULL;

	create(&kind_deployment, DEPLOYMENT(""));
	before = deployment();
	CHECK_INT(meta_generation(before), 1); /* the controller's own note is none */
	change("metadata.annotations.why", json_string("so"));
	after = deployment();
	CHECK_INT(meta_generation(after), 2);
	CHECK_INT(json_int(after, "status.observedGeneration", 0), 2);
}

#define WORLD_TEST(fn)         \
	do {                   \
		open_world();  \
		TEST(fn);      \
		close_world(); \
	} while (0)

int main(void)
{
	WORLD_TEST(test_a_rollout_reaches_its_end);
	WORLD_TEST(test_going_back_finds_the_old_set);
	WORLD_TEST(test_a_taken_name_makes_another);
	WORLD_TEST(test_deleting_takes_all_of_it);
	WORLD_TEST(test_its_annotations_count_as_a_change);
	return test_end();
}
