/*
 * hpa: HorizontalPodAutoscaler (autoscaling/v2): how many pods something that scales is to have, by what they use.
 *
 * Without metrics it is CPU at 80% of what was requested. Who gives a behavior gets the missing parts of it filled
 * in; who gives none keeps none, and the controller's own older rules hold. The rules of the spec are in hpa_rules.c,
 * the older version in hpa_v1.c.
 */
#include "api/hpa.h"

#include "api/hpa_columns.h"
#include "api/hpa_rules.h"
#include "api/schema_rows.h"
#include "base/defs.h"
#include "base/json.h"

#define DEFAULT_CPU_PERCENT 80

/* ---- the table ---- */

SCHEMA(schema_cross_version_reference, "CrossVersionObjectReference",
       STR("kind", .flags = FIELD_REQUIRED), STR("name", .flags = FIELD_REQUIRED),
       STR("apiVersion"));

static SCHEMA(schema_metric_identifier, "MetricIdentifier", STR("name", .flags = FIELD_PTR),
	      OBJ("selector", schema_label_selector));

static SCHEMA(schema_metric_target, "MetricTarget", STR("type", .flags = FIELD_PTR),
	      QUANTITY("value", .flags = FIELD_PTR), QUANTITY("averageValue", .flags = FIELD_PTR),
	      INT32("averageUtilization", .flags = FIELD_PTR));

static SCHEMA(schema_metric_value, "MetricValueStatus", QUANTITY("value", .flags = FIELD_PTR),
	      QUANTITY("averageValue", .flags = FIELD_PTR),
	      INT32("averageUtilization", .flags = FIELD_PTR));

#define TARGET OBJ("target", schema_metric_target, .dflt = "{}")
#define METRIC OBJ("metric", schema_metric_identifier, .dflt = "{}")
#define CURRENT OBJ("current", schema_metric_value)
#define DESCRIBED OBJ("describedObject", schema_cross_version_reference, .dflt = "{}")

static SCHEMA(schema_resource, "ResourceMetricSource", STR("name", .flags = FIELD_PTR), TARGET);
static SCHEMA(schema_container_resource, "ContainerResourceMetricSource",
	      STR("name", .flags = FIELD_PTR), STR("container", .flags = FIELD_PTR), TARGET);
static SCHEMA(schema_pods, "PodsMetricSource", METRIC, TARGET);
static SCHEMA(schema_object, "ObjectMetricSource", DESCRIBED, METRIC, TARGET);
static SCHEMA(schema_external, "ExternalMetricSource", METRIC, TARGET);

static SCHEMA(schema_metric, "MetricSpec", STR("type", .flags = FIELD_PTR),
	      OBJ("object", schema_object), OBJ("pods", schema_pods),
	      OBJ("resource", schema_resource), OBJ("containerResource", schema_container_resource),
	      OBJ("external", schema_external));

static SCHEMA(schema_resource_now, "ResourceMetricStatus", STR("name", .flags = FIELD_PTR), CURRENT);
static SCHEMA(schema_container_now, "ContainerResourceMetricStatus",
	      STR("name", .flags = FIELD_PTR), STR("container", .flags = FIELD_PTR), CURRENT);
static SCHEMA(schema_pods_now, "PodsMetricStatus", METRIC, CURRENT);
static SCHEMA(schema_object_now, "ObjectMetricStatus", DESCRIBED, METRIC, CURRENT);
static SCHEMA(schema_external_now, "ExternalMetricStatus", METRIC, CURRENT);

static SCHEMA(schema_metric_now, "MetricStatus", STR("type", .flags = FIELD_PTR),
	      OBJ("object", schema_object_now), OBJ("pods", schema_pods_now),
	      OBJ("resource", schema_resource_now), OBJ("containerResource", schema_container_now),
	      OBJ("external", schema_external_now));

static SCHEMA(schema_policy, "HPAScalingPolicy", STR("type", .flags = FIELD_PTR),
	      INT32("value", .flags = FIELD_PTR), INT32("periodSeconds", .flags = FIELD_PTR));

static SCHEMA(schema_rules, "HPAScalingRules",
	      INT32("stabilizationWindowSeconds", .flags = FIELD_PTR),
	      STR("selectPolicy", .flags = FIELD_PTR),
	      LIST("policies", schema_policy, .flags = FIELD_PTR),
	      QUANTITY("tolerance", .flags = FIELD_PTR));

static SCHEMA(schema_behavior, "HorizontalPodAutoscalerBehavior", OBJ("scaleUp", schema_rules),
	      OBJ("scaleDown", schema_rules));

static SCHEMA(schema_spec, "HorizontalPodAutoscalerSpec",
	      OBJ("scaleTargetRef", schema_cross_version_reference, .dflt = "{}"),
	      INT32("minReplicas", .flags = FIELD_PTR, .dflt = "1"),
	      INT32("maxReplicas", .flags = FIELD_PTR), LIST("metrics", schema_metric),
	      OBJ("behavior", schema_behavior));

static SCHEMA(schema_status, "HorizontalPodAutoscalerStatus", INT64("observedGeneration"),
	      TIME("lastScaleTime"), INT32("currentReplicas"), INT32("desiredReplicas"),
	      LIST("currentMetrics", schema_metric_now),
	      LIST("conditions", schema_condition, .merge_key = "type"));

static SCHEMA(schema_hpa, "HorizontalPodAutoscaler", TYPE_META, OBJ("metadata", schema_object_meta),
	      OBJ("spec", schema_spec, .dflt = "{}"), OBJ("status", schema_status, .dflt = "{}"));

/* ---- what others ask ---- */

const char *hpa_metric_source(const json_t *metric)
{
	static const char *const names[][2] = {
		{ "Resource", "resource" }, { "ContainerResource", "containerResource" },
		{ "Pods", "pods" },	    { "Object", "object" },
		{ "External", "external" },
	};
	const char *type = json_str(metric, "type");

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (streq(names[i][0], type))
			return names[i][1];
	return NULL;
}

int64_t hpa_min_replicas(const json_t *hpa)
{
	return json_int(hpa, "spec.minReplicas", 1);
}

int64_t hpa_max_replicas(const json_t *hpa)
{
	return json_int(hpa, "spec.maxReplicas", 0);
}

/* ---- defaults ---- */

static json_t *policy(const char *type, int value)
{
	return json_pack("{ss,si,si}", "type", type, "value", value, "periodSeconds", 15);
}

static void default_rules(json_t *rules, json_t *policies)
{
	if (!json_has(rules, "selectPolicy"))
		json_set_str(rules, "selectPolicy", "Max");
	if (!json_has(rules, "policies"))
		json_object_set(rules, "policies", policies);
	json_decref(policies);
}

static void default_behavior(json_t *behavior)
{
	json_t *up = json_make_obj(behavior, "scaleUp"),
	       *down = json_make_obj(behavior, "scaleDown");

	if (!json_has(up, "stabilizationWindowSeconds"))
		json_set_int(up, "stabilizationWindowSeconds", 0);
	default_rules(up, json_pack("[o,o]", policy("Pods", 4), policy("Percent", 100)));
	default_rules(down, json_pack("[o]", policy("Percent", 100)));
}

static void set_defaults(json_t *hpa)
{
	json_t *behavior = json_obj(hpa, "spec.behavior");

	if (json_len(hpa, "spec.metrics") == 0)
		json_set_path(hpa, "spec.metrics",
			      json_pack("[{ss,s{ss,s{ss,si}}}]", "type", "Resource", "resource",
					"name", "cpu", "target", "type", "Utilization",
					"averageUtilization", DEFAULT_CPU_PERCENT));
	if (behavior != NULL)
		default_behavior(behavior);
}

/* ---- the kind ---- */

const struct kind kind_hpa = {
	KIND_NAMES("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers",
		   "horizontalpodautoscaler"),
	.short_names = (const char *const[]){ "hpa", NULL },
	.categories = (const char *const[]){ "all", NULL },
	.namespaced = true,
	.subresources = SUB_STATUS,
	.name_rule = NAME_DNS1123_SUBDOMAIN,
	.default_propagation = "Background",
	.schema = &schema_hpa,
	.set_defaults = set_defaults,
	.validate = hpa_validate,
	.columns = hpa_columns,
};
