/*
 * Tests of the HorizontalPodAutoscaler controller with those that it works with, on a store in memory: pods are written ready
 * by the test, and what they use is what the test says.
 */
#include "api/deployment.h"
#include "api/hpa.h"
#include "api/metrics.h"
#include "api/workload.h"
#include "base/str.h"
#include "controllers/metrics_source.h"
#include "controllers/test_objects.h"

#define LONG_AGO "2020-01-02T03:04:05Z"
#define LOOK_NS (330 * NSEC_PER_MSEC) /* 15 s at the rate below, and some more */

static int64_t used_milli; /* by each pod; -1: not known */

static int pods_use(void *ctx, const char *ns, json_t **ret_items, struct error *err)
{
	_cleanup_json_ json_t *all = pods();
	int64_t now_ns = store_now_ns(w.store);
	json_t *pod;
	size_t i;

	(void)ctx;
	(void)ns;
	(void)err;
	*ret_items = json_array();
	json_array_foreach(all, i, pod) {
		json_t *m;

		if (used_milli < 0)
			continue;
		m = metrics_new(&kind_pod_metrics, "default", meta_name(pod), NULL, now_ns,
				NSEC_PER_SEC);
		json_set_path(m, "containers",
			      json_pack("[{ss, so}]", "name", "c", "usage",
					metrics_usage_new(used_milli * NSEC_PER_MSEC, 0)));
		json_take_append(*ret_items, m);
	}
	return 0;
}

static void begin(int64_t used)
{
	static const struct metrics_source source = { .pods = pods_use };

	used_milli = used;
	clock_init_now(&w.clock, 50);
	controllers_set_metrics(w.controllers, &source);
}

#define TARGET(kind, api, replicas)                                                              \
	"{\"apiVersion\":\"" api "\",\"kind\":\"" kind                                           \
	"\",\"metadata\":{\"name\":\"d\"},\"spec\":{\"replicas\":" #replicas                     \
	",\"selector\":{\"matchLabels\":{\"a\":\"b\"}},\"template\":{\"metadata\":{\"labels\":{" \
	"\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"resources\":" \
	"{\"requests\":{\"cpu\":\"100m\"}}}]}}}}"
#define HPA(name, kind, min, max)                                                                \
	"{\"apiVersion\":\"autoscaling/v2\",\"kind\":\"HorizontalPodAutoscaler\",\"metadata\":{" \
	"\"name\":\"" name "\"},\"spec\":{\"scaleTargetRef\":{\"apiVersion\":\"apps/v1\","       \
	"\"kind\":\"" kind "\",\"name\":\"d\"},\"minReplicas\":" #min ",\"maxReplicas\":" #max   \
	",\"metrics\":[{\"type\":\"Resource\",\"resource\":{\"name\":\"cpu\",\"target\":{"       \
	"\"type\":\"Utilization\",\"averageUtilization\":50}}}]}}"

static void make_ready(void)
{
	_cleanup_json_ json_t *all = pods();
	json_t *pod;
	size_t i;

	json_array_foreach(all, i, pod) {
		if (condition_is_true(pod, "Ready"))
			continue;
		json_set_str(pod, "status.phase", "Running");
		json_set_str(pod, "status.startTime", LONG_AGO);
		pod_condition_set(pod, "Ready", "True", NULL, NULL, LONG_AGO);
		update(&kind_pod, STORE_STATUS, pod);
	}
}

static void look_again(void)
{
	static const bool never;

	settle();
	make_ready();
	loop_run_until(w.loop, &never, LOOK_NS);
	settle();
}

static int64_t replicas_of(const struct kind *k)
{
	_cleanup_json_ json_t *d = get(k, "d");

	return workload_replicas(d);
}

static const char *reason(const char *type)
{
	static char text[100];
	_cleanup_json_ json_t *hpa = get(&kind_hpa, "h");
	const json_t *c = condition_get(hpa, type);

	snprintf(text, sizeof(text), "%s %s", json_str_or(c, "status", "none"),
		 json_str_or(c, "reason", ""));
	return text;
}

static void start(const struct kind *k, const char *target, const char *hpa)
{
	json_decref(create(k, target));
	settle();
	make_ready();
	json_decref(create(&kind_hpa, hpa));
	settle();
}

static void test_it_scales_a_deployment_by_what_its_pods_use(void)
{
	_cleanup_json_ json_t *hpa = NULL;

	begin(150);
	start(&kind_deployment, TARGET("Deployment", "apps/v1", 1), HPA("h", "Deployment", 1, 9));
	CHECK_INT(replicas_of(&kind_deployment), 3);
	hpa = get(&kind_hpa, "h");
	CHECK_INT(json_int(hpa, "status.currentReplicas", -1), 1);
	CHECK_INT(json_int(hpa, "status.desiredReplicas", -1), 3);
	CHECK_INT(json_int(hpa, "status.currentMetrics[0].resource.current.averageUtilization", -1),
		  150);
	CHECK_STR(json_str(hpa, "status.currentMetrics[0].resource.current.averageValue"), "150m");
	CHECK(json_str(hpa, "status.lastScaleTime"));
	CHECK_STR(reason("AbleToScale"), "True SucceededRescale");
	CHECK_STR(reason("ScalingActive"), "True ValidMetricFound");
	CHECK_STR(reason("ScalingLimited"), "False DesiredWithinRange");
}

static void test_it_looks_again_by_the_clock(void)
{
	begin(50);
	start(&kind_replicaset, TARGET("ReplicaSet", "apps/v1", 1), HPA("h", "ReplicaSet", 1, 9));
	CHECK_INT(replicas_of(&kind_replicaset), 1);
	used_milli = 100;
	look_again();
	CHECK(replicas_of(&kind_replicaset) > 1);
}

static void test_without_metrics_nothing_is_scaled(void)
{
	begin(-1);
	start(&kind_deployment, TARGET("Deployment", "apps/v1", 2), HPA("h", "Deployment", 1, 9));
	CHECK_INT(replicas_of(&kind_deployment), 2);
	CHECK_STR(reason("AbleToScale"), "True SucceededGetScale");
	CHECK_STR(reason("ScalingActive"), "False FailedGetResourceMetric");
	CHECK_STR(reason("ScalingLimited"), "none ");
}

static void test_the_bounds_hold_without_metrics(void)
{
	begin(-1);
	start(&kind_deployment, TARGET("Deployment", "apps/v1", 5), HPA("h", "Deployment", 1, 3));
	CHECK_INT(replicas_of(&kind_deployment), 3);
	CHECK_STR(reason("AbleToScale"), "True SucceededRescale");
}

static void test_none_stays_none(void)
{
	begin(900);
	start(&kind_deployment, TARGET("Deployment", "apps/v1", 0), HPA("h", "Deployment", 2, 3));
	look_again();
	CHECK_INT(replicas_of(&kind_deployment), 0);
	CHECK_STR(reason("ScalingActive"), "False ScalingDisabled");
}

static void test_what_does_not_scale(void)
{
	begin(900);
	json_decref(create(&kind_hpa, HPA("h", "Job", 1, 3)));
	settle();
	CHECK_STR(reason("AbleToScale"), "False FailedGetScale");
}

static void test_two_of_them_for_the_same_pods(void)
{
	begin(900);
	json_decref(create(&kind_hpa, HPA("other", "Deployment", 1, 3)));
	start(&kind_deployment, TARGET("Deployment", "apps/v1", 1), HPA("h", "Deployment", 1, 3));
	CHECK_STR(reason("ScalingActive"), "False AmbiguousSelector");
	CHECK_INT(replicas_of(&kind_deployment), 1);
}

int main(void)
{
	WORLD_TEST(test_it_scales_a_deployment_by_what_its_pods_use);
	WORLD_TEST(test_it_looks_again_by_the_clock);
	WORLD_TEST(test_without_metrics_nothing_is_scaled);
	WORLD_TEST(test_the_bounds_hold_without_metrics);
	WORLD_TEST(test_none_stays_none);
	WORLD_TEST(test_what_does_not_scale);
	WORLD_TEST(test_two_of_them_for_the_same_pods);
	return test_end();
}
