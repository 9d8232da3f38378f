/*
 * Tests of volumes and claims on a store in memory: binding, waiting pods, and what holds both while they are in use.
 */
#include "controllers/test_objects.h"

#include "api/persistent_volume.h"
#include "base/str.h"
#include "controllers/volume_plan.h"

static json_t *volume(const char *name, const char *size, const char *more)
{
	_cleanup_free_ char *text = str_printf(
		"{\"apiVersion\":\"v1\",\"kind\":\"PersistentVolume\",\"metadata\":{\"name\":\"%"
		"s\"},"
		"\"spec\":{\"capacity\":{\"storage\":\"%s\"},\"accessModes\":[\"ReadWriteOnce\"],"
		"\"hostPath\":{\"path\":\"/x\"}%s}}",
		name, size, more);

	return parse(text);
}

static json_t *claim(const char *name, const char *size, const char *more)
{
	_cleanup_free_ char *text = str_printf(
		"{\"apiVersion\":\"v1\",\"kind\":\"PersistentVolumeClaim\",\"metadata\":{\"name\":"
		"\"%s\",\"namespace\":\"default\",\"uid\":\"u\"},\"spec\":{\"resources\":{"
		"\"requests\":{\"storage\":\"%s\"}},\"accessModes\":[\"ReadWriteOnce\"]%s}}",
		name, size, more);

	return parse(text);
}

static void make(const struct kind *k, json_t *obj)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	CHECK_OK(store_create(w.store, k, k->namespaced ? "default" : NULL, obj, NULL, &err), &err);
	json_decref(obj);
	settle();
}

static char *phase(const struct kind *k, const char *name)
{
	_cleanup_json_ json_t *obj = get(k, name);

	return xstrdup(obj ? json_str_or(obj, "status.phase", "") : "gone");
}

#define CHECK_PHASE(k, name, want)                          \
	do {                                                \
		_cleanup_free_ char *got_ = phase(k, name); \
		CHECK_STR(got_, want);                      \
	} while (0)

#define PV &kind_persistentvolume
#define PVC &kind_persistentvolumeclaim

/* ---- the choice ---- */

static void test_what_a_claim_may_have(void)
{
	static const struct {
		const char *size, *pv, *claim;
		bool fits;
	} rows[] = {
		{ "1Gi", "", "", true },
		{ "1Mi", "", "", false },
		{ "1Gi", ",\"storageClassName\":\"a\"", "", false },
		{ "1Gi", ",\"storageClassName\":\"a\"", ",\"storageClassName\":\"a\"", true },
		{ "1Gi", ",\"volumeMode\":\"Block\"", "", false },
		{ "1Gi", "", ",\"accessModes\":[\"ReadWriteMany\"]", false },
		{ "1Gi", "", ",\"selector\":{\"matchLabels\":{\"a\":\"b\"}}", false },
		{ "1Gi", ",\"claimRef\":{\"namespace\":\"default\",\"name\":\"c\"}", "", true },
		{ "1Gi", ",\"claimRef\":{\"namespace\":\"default\",\"name\":\"other\"}", "", false },
		{ "1Gi", ",\"claimRef\":{\"namespace\":\"default\",\"name\":\"c\",\"uid\":\"v\"}",
		  "", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_json_ json_t *pv = volume("v", rows[i].size, rows[i].pv);
		_cleanup_json_ json_t *c = parse("{\"metadata\":{\"name\":\"c\",\"namespace\":"
						 "\"default\",\"uid\":\"u\"}}");
		_cleanup_json_ json_t *spec = NULL;
		_cleanup_free_ char *text = str_printf(
			"{\"resources\":{\"requests\":{\"storage\":\"1Gi\"}}%s}", rows[i].claim);

		spec = parse(text);
		json_object_set(c, "spec", spec);
		CHECK_INT(volume_fits(pv, c), rows[i].fits);
	}
}

static void test_the_smallest_unless_one_is_reserved(void)
{
	_cleanup_json_ json_t *volumes = json_array(), *c = claim("c", "1Mi", "");

	json_array_append_new(volumes, volume("big", "3Mi", ""));
	json_array_append_new(volumes, volume("small", "2Mi", ""));
	CHECK_STR(meta_name(volume_choose(c, volumes)), "small");
	json_array_append_new(volumes,
			      volume("mine", "9Mi",
				     ",\"claimRef\":{\"namespace\":\"default\",\"name\":\"c\"}"));
	CHECK_STR(meta_name(volume_choose(c, volumes)), "mine");
}

/* ---- life ---- */

static void test_a_claim_waits_binds_and_leaves_a_released_volume(void)
{
	_cleanup_json_ json_t *bound = NULL, *pv = NULL;

	make(PVC, claim("c", "1Mi", ""));
	CHECK_PHASE(PVC, "c", "Pending");
	make(PV, volume("v", "2Mi", ""));
	CHECK_PHASE(PVC, "c", "Bound");
	CHECK_PHASE(PV, "v", "Bound");
	bound = get(PVC, "c");
	CHECK_STR(json_str(bound, "spec.volumeName"), "v");
	CHECK_STR(json_str(bound, "status.capacity.storage"), "2Mi");
	pv = get(PV, "v");
	CHECK_STR(json_str(pv, "spec.claimRef.uid"), meta_uid(bound));
	delete_as(PV, "v", NULL, -1); /* held by its finalizer while it is bound */
	settle();
	CHECK_PHASE(PV, "v", "Bound");
	delete_as(PVC, "c", NULL, -1);
	settle();
	CHECK_PHASE(PVC, "c", "gone");
	CHECK_PHASE(PV, "v", "gone");
}

static void test_a_released_volume_is_for_nobody_else(void)
{
	make(PV, volume("v", "2Mi", ""));
	CHECK_PHASE(PV, "v", "Available");
	make(PVC, claim("c", "1Mi", ""));
	delete_as(PVC, "c", NULL, -1);
	settle();
	CHECK_PHASE(PV, "v", "Released");
	make(PVC, claim("c", "1Mi", ""));
	CHECK_PHASE(PVC, "c", "Pending");
	delete_as(PV, "v", NULL, -1);
	settle();
	CHECK_PHASE(PV, "v", "gone");
}

static void test_a_bound_claim_without_its_volume_is_lost(void)
{
	_cleanup_json_ json_t *pv = NULL;

	make(PV, volume("v", "2Mi", ""));
	make(PVC, claim("c", "1Mi", ""));
	pv = get(PV, "v");
	json_object_del(json_obj(pv, "metadata"), "finalizers");
	update(PV, STORE_META, pv);
	delete_as(PV, "v", NULL, -1);
	settle();
	CHECK_PHASE(PVC, "c", "Lost");
}

#define POD                                                                                \
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\"},\"spec\":{" \
	"\"containers\":[{\"name\":\"c\",\"image\":\"i\"}],\"volumes\":[{\"name\":\"v\","  \
	"\"persistentVolumeClaim\":{\"claimName\":\"c\"}}]}}"

static char *unscheduled(void)
{
	_cleanup_json_ json_t *pod = get(&kind_pod, "p");

	return xstrdup(json_str_or(condition_get(pod, "PodScheduled"), "message", "placed"));
}

#define CHECK_UNSCHEDULED(want)                            \
	do {                                               \
		_cleanup_free_ char *got_ = unscheduled(); \
		CHECK_STR(got_, want);                     \
	} while (0)

static void test_a_pod_waits_for_its_claim_which_then_waits_for_the_pod(void)
{
	_cleanup_json_ json_t *pod = NULL;

	make_node();
	pod = create(&kind_pod, POD);
	settle();
	CHECK_UNSCHEDULED("0/1 nodes are available: persistentvolumeclaim \"c\" not found.");
	make(PVC, claim("c", "1Mi", ""));
	CHECK_UNSCHEDULED("0/1 nodes are available: pod has unbound immediate "
			  "PersistentVolumeClaims.");
	make(PV, volume("v", "1Mi", ""));
	CHECK_UNSCHEDULED("placed");
	delete_as(PVC, "c", NULL, -1);
	settle();
	CHECK_PHASE(PVC, "c", "Bound");
	delete_as(&kind_pod, "p", NULL, 0);
	settle();
	CHECK_PHASE(PVC, "c", "gone");
}

static void test_a_pod_goes_where_its_volume_is(void)
{
	_cleanup_json_ json_t *pod = NULL;

	make_node();
	make(PV, volume("v", "1Mi",
			",\"nodeAffinity\":{\"required\":{\"nodeSelectorTerms\":[{"
			"\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"Exists\"}]}]}}"));
	make(PVC, claim("c", "1Mi", ""));
	pod = create(&kind_pod, POD);
	settle();
	CHECK_UNSCHEDULED("0/1 nodes are available: 1 node(s) didn't match PersistentVolume's node "
			  "affinity.");
}

int main(void)
{
	TEST(test_what_a_claim_may_have);
	TEST(test_the_smallest_unless_one_is_reserved);
	WORLD_TEST(test_a_claim_waits_binds_and_leaves_a_released_volume);
	WORLD_TEST(test_a_released_volume_is_for_nobody_else);
	WORLD_TEST(test_a_bound_claim_without_its_volume_is_lost);
	WORLD_TEST(test_a_pod_waits_for_its_claim_which_then_waits_for_the_pod);
	WORLD_TEST(test_a_pod_goes_where_its_volume_is);
	return test_end();
}
