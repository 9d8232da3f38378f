/*
 * Tests of HorizontalPodAutoscaler: its defaults, what it refuses, and that its two versions say the same.
 */
#include "api/hpa.h"

#include "api/meta.h"
#include "api/test_kind.h"
#include "base/json.h"
#include "base/str.h"

#define HPA(version, spec)                                                             \
	"apiVersion: autoscaling/" version                                             \
	"\nkind: HorizontalPodAutoscaler\nmetadata: {name: h, namespace: ns}\nspec:\n" \
	"  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: d}\n" spec
#define METRIC(text) HPA("v2", "  maxReplicas: 3\n  metrics:\n  - " text "\n")
#define BEHAVIOR(text) HPA("v2", "  maxReplicas: 3\n  behavior: " text "\n")

static void test_defaults(void)
{
	_cleanup_json_ json_t *h = decoded(HPA("v2", "  maxReplicas: 3\n")), *again = json_dup(h);

	CHECK_INT(json_int(h, "spec.minReplicas", -1), 1);
	CHECK_INT(json_len(h, "spec.metrics"), 1);
	CHECK_STR(json_str(h, "spec.metrics[0].resource.name"), "cpu");
	CHECK_INT(json_int(h, "spec.metrics[0].resource.target.averageUtilization", -1), 80);
	CHECK(!json_has(h, "spec.behavior"));
	scheme_default(again);
	CHECK(json_same(h, again));
	CHECK_STR(verdict(HPA("v2", "  maxReplicas: 3\n")), "");
}

static void test_a_behavior_is_filled_in(void)
{
	_cleanup_json_ json_t *h = decoded(BEHAVIOR("{scaleUp: {selectPolicy: Min}}"));
	const json_t *up = json_obj(h, "spec.behavior.scaleUp");
	const json_t *down = json_obj(h, "spec.behavior.scaleDown");

	CHECK_STR(json_str(up, "selectPolicy"), "Min");
	CHECK_INT(json_int(up, "stabilizationWindowSeconds", -1), 0);
	CHECK_STR(json_str(up, "policies[0].type"), "Pods");
	CHECK_INT(json_int(up, "policies[0].value", -1), 4);
	CHECK_INT(json_int(up, "policies[1].value", -1), 100);
	CHECK_STR(json_str(down, "selectPolicy"), "Max");
	CHECK(!json_has(down, "stabilizationWindowSeconds"));
	CHECK_INT(json_len(down, "policies"), 1);
	CHECK_STR(verdict(BEHAVIOR("{}")), "");
}

static void test_bounds_are_refused(void)
{
	CHECK_CONTAINS(verdict(HPA("v2", "")),
		       "spec.maxReplicas: Invalid value: 0: must be greater");
	CHECK_CONTAINS(verdict(HPA("v2", "  minReplicas: 4\n  maxReplicas: 3\n")),
		       "spec.maxReplicas: Invalid value: 3: must be greater than or equal to "
		       "`minReplicas`");
	CHECK_CONTAINS(verdict(HPA("v2", "  minReplicas: 0\n  maxReplicas: 3\n")),
		       "spec.minReplicas: Invalid value: 0");
}

static void test_targets_are_refused(void)
{
#define OF(ref)                                                                                  \
	"apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\nspec: " \
	"{maxReplicas: 3, scaleTargetRef: {" ref "}}"
	CHECK_CONTAINS(verdict(OF("apiVersion: apps/v1, kind: Deployment")),
		       "spec.scaleTargetRef.name: Required value");
	CHECK_CONTAINS(verdict(OF("apiVersion: apps/v1, name: d")),
		       "spec.scaleTargetRef.kind: Required value");
	CHECK_CONTAINS(verdict(OF("kind: Deployment, name: d")),
		       "spec.scaleTargetRef.apiVersion: Invalid value: \"\": apiVersion must "
		       "specify API group");
	CHECK_STR(verdict(OF("apiVersion: v1, kind: ReplicationController, name: d")), "");
	CHECK_CONTAINS(verdict(OF("apiVersion: a/b/c, kind: Deployment, name: d")),
		       "spec.scaleTargetRef.apiVersion");
}

static void test_metrics_are_refused(void)
{
	CHECK_CONTAINS(verdict(METRIC("{type: Weather}")),
		       "spec.metrics[0].type: Unsupported value: \"Weather\"");
	CHECK_CONTAINS(verdict(METRIC("{type: Resource}")),
		       "spec.metrics[0].resource: Required value: must populate information");
	CHECK_CONTAINS(verdict(METRIC("{type: Resource, resource: {name: cpu, target: {type: "
				      "Utilization}}}")),
		       "spec.metrics[0].resource.target.averageUtilization: Required value");
	CHECK_CONTAINS(verdict(METRIC("{type: Resource, resource: {name: cpu, target: {type: "
				      "Utilization, averageUtilization: 0}}}")),
		       "spec.metrics[0].resource.target.averageUtilization: Invalid value: 0");
	CHECK_CONTAINS(verdict(METRIC("{type: Resource, resource: {name: cpu, target: {type: "
				      "AverageValue, averageValue: 1, averageUtilization: 1}}}")),
		       "spec.metrics[0].resource.target.averageValue: Forbidden");
	CHECK_CONTAINS(verdict(METRIC("{type: ContainerResource, containerResource: {name: cpu, "
				      "target: {type: Utilization, averageUtilization: 1}}}")),
		       "spec.metrics[0].containerResource.container: Required value");
	CHECK_CONTAINS(verdict(METRIC("{type: Pods, pods: {metric: {name: a}, target: {type: "
				      "AverageValue, averageValue: \"0\"}}}")),
		       "spec.metrics[0].pods.target.averageValue: Invalid value: \"0\"");
	CHECK_CONTAINS(verdict(METRIC("{type: External, external: {metric: {name: a}, target: "
				      "{type: Value, value: 1, averageValue: 1}}}")),
		       "spec.metrics[0].external.target.value: Forbidden");
	CHECK_CONTAINS(
		verdict(METRIC("{type: Resource, pods: {metric: {name: a}, target: {type: "
			       "AverageValue, averageValue: 1}}, resource: {name: cpu, target: "
			       "{type: Utilization, averageUtilization: 1}}}")),
		"spec.metrics[0].pods: Forbidden: must populate the given metric source only");
}

static void test_behaviors_are_refused(void)
{
#define RULES "{policies: [{type: Pods, value: 1, periodSeconds: 15}], "
	CHECK_CONTAINS(verdict(BEHAVIOR("{scaleUp: " RULES "stabilizationWindowSeconds: 3601}}")),
		       "spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601");
	CHECK_CONTAINS(verdict(BEHAVIOR("{scaleUp: " RULES "selectPolicy: Best}}")),
		       "spec.behavior.scaleUp.selectPolicy: Unsupported value");
	CHECK_CONTAINS(verdict(BEHAVIOR("{scaleUp: " RULES "tolerance: -0.1}}")),
		       "spec.behavior.scaleUp.tolerance: Invalid value");
	CHECK_CONTAINS(verdict(BEHAVIOR("{scaleDown: {policies: []}}")),
		       "spec.behavior.scaleDown.policies: Required value");
	CHECK_CONTAINS(
		verdict(BEHAVIOR("{scaleDown: {policies: [{type: Pods, value: 0, "
				 "periodSeconds: 1801}]}}")),
		"spec.behavior.scaleDown.policies[0].value: Invalid value: 0: must be greater "
		"than zero, spec.behavior.scaleDown.policies[0].periodSeconds: Invalid value: "
		"1801: must be less than or equal to 1800");
}

/* A v1 object as the store holds it. */
static json_t *stored(const json_t *v1)
{
	json_t *out = kind_hpa_v1.to_stored(v1);

	scheme_default(out);
	return out;
}

static void test_the_percentage_of_v1_is_a_metric_of_v2(void)
{
	_cleanup_json_ json_t *v1 = decoded(HPA(
				      "v1",
				      "  maxReplicas: 3\n  targetCPUUtilizationPercentage: 37\n")),
			      *v2 = stored(v1), *back = kind_hpa_v1.from_stored(v2);

	CHECK_STR(meta_api_version(v2), "autoscaling/v2");
	CHECK_INT(json_len(v2, "spec.metrics"), 1);
	CHECK_STR(json_str(v2, "spec.metrics[0].resource.target.type"), "Utilization");
	CHECK_INT(json_int(v2, "spec.metrics[0].resource.target.averageUtilization", -1), 37);
	CHECK(!json_has(v2, "spec.targetCPUUtilizationPercentage"));
	CHECK_STR(meta_api_version(back), "autoscaling/v1");
	CHECK_INT(json_int(back, "spec.targetCPUUtilizationPercentage", -1), 37);
	CHECK(!json_has(back, "spec.metrics") && !meta_annotations(back));
}

static void test_a_v1_without_a_percentage_is_eighty(void)
{
	_cleanup_json_ json_t *v1 = decoded(HPA("v1", "  maxReplicas: 3\n")), *v2 = stored(v1);

	CHECK_INT(json_int(v2, "spec.metrics[0].resource.target.averageUtilization", -1), 80);
	CHECK_INT(json_int(v2, "spec.minReplicas", -1), 1);
}

static void test_what_v1_cannot_say_comes_back_unchanged(void)
{
	_cleanup_json_ json_t *
		v2 = decoded(HPA(
		       "v2",
		       "  maxReplicas: 3\n"
		       "  behavior: {scaleUp: {stabilizationWindowSeconds: 7}}\n"
		       "  metrics:\n"
		       "  - {type: Resource, resource: {name: cpu, target: {type: Utilization, "
		       "averageUtilization: 50}}}\n"
		       "  - {type: Resource, resource: {name: memory, target: {type: AverageValue, "
		       "averageValue: 20Mi}}}\n"
		       "  - {type: ContainerResource, containerResource: {name: cpu, container: c, "
		       "target: "
		       "{type: Utilization, averageUtilization: 5}}}\n"
		       "  - {type: Pods, pods: {metric: {name: p}, target: {type: AverageValue, "
		       "averageValue: \"1\"}}}\n"
		       "  - {type: Object, object: {describedObject: {kind: K, name: k}, metric: "
		       "{name: o}, "
		       "target: {type: Value, value: \"2\"}}}\n"
		       "  - {type: External, external: {metric: {name: e, selector: {matchLabels: "
		       "{a: b}}}, "
		       "target: {type: AverageValue, averageValue: \"3\"}}}\n")),
	       *v1 = kind_hpa_v1.from_stored(v2), *back = stored(v1);

	CHECK_INT(json_int(v1, "spec.targetCPUUtilizationPercentage", -1), 50);
	CHECK_CONTAINS(meta_annotation(v1, "autoscaling.alpha.kubernetes.io/metrics"),
		       "\"targetAverageValue\":\"20Mi\"");
	CHECK(json_same(json_obj(v2, "spec"), json_obj(back, "spec")));
	CHECK(!meta_annotations(back));
}

static void test_the_status_of_v1(void)
{
	_cleanup_json_ json_t *v2 = decoded(HPA("v2", "  maxReplicas: 3\n")), *v1 = NULL;

	json_set_int(v2, "status.currentReplicas", 2);
	json_set_path(v2, "status.currentMetrics",
		      json_pack("[{ss, s{ss, s{si, ss}}}]", "type", "Resource", "resource", "name",
				"cpu", "current", "averageUtilization", 12, "averageValue", "12m"));
	json_set_path(v2, "status.conditions",
		      json_pack("[{ss, ss}]", "type", "AbleToScale", "status", "True"));
	v1 = kind_hpa_v1.from_stored(v2);
	CHECK_INT(json_int(v1, "status.currentCPUUtilizationPercentage", -1), 12);
	CHECK(!json_has(v1, "status.currentMetrics") && !json_has(v1, "status.conditions"));
	CHECK_CONTAINS(meta_annotation(v1, "autoscaling.alpha.kubernetes.io/conditions"),
		       "AbleToScale");
}

static const char *targets(json_t *hpa)
{
	static char text[200];

	for (const struct printer_column *c = kind_hpa.columns; c->name; c++) {
		_cleanup_json_ json_t *cell = c->cell(hpa, 0);

		if (streq(c->name, "Targets"))
			snprintf(text, sizeof(text), "%s", json_string_value(cell));
	}
	return text;
}

static void test_the_column_of_targets(void)
{
	_cleanup_json_ json_t *h = decoded(HPA("v2", "  maxReplicas: 3\n"));

	CHECK_STR(targets(h), "cpu: <unknown>/80%");
	json_set_path(h, "status.currentMetrics",
		      json_pack("[{ss, s{ss, s{si, ss}}}]", "type", "Resource", "resource", "name",
				"cpu", "current", "averageUtilization", 12, "averageValue", "12m"));
	CHECK_STR(targets(h), "cpu: 12%/80%");
	json_array_append_new(json_arr(h, "spec.metrics"),
			      json_pack("{ss, s{s{ss}, s{ss, ss}}}", "type", "Pods", "pods",
					"metric", "name", "p", "target", "type", "AverageValue",
					"averageValue", "1k"));
	CHECK_STR(targets(h), "cpu: 12%/80%, <unknown>/1k");
	json_array_append(json_arr(h, "spec.metrics"),
			  json_array_get(json_arr(h, "spec.metrics"), 1));
	CHECK_STR(targets(h), "cpu: 12%/80%, <unknown>/1k + 1 more...");
}

int main(void)
{
	TEST(test_defaults);
	TEST(test_a_behavior_is_filled_in);
	TEST(test_bounds_are_refused);
	TEST(test_targets_are_refused);
	TEST(test_metrics_are_refused);
	TEST(test_behaviors_are_refused);
	TEST(test_the_percentage_of_v1_is_a_metric_of_v2);
	TEST(test_a_v1_without_a_percentage_is_eighty);
	TEST(test_what_v1_cannot_say_comes_back_unchanged);
	TEST(test_the_status_of_v1);
	TEST(test_the_column_of_targets);
	return test_end();
}
