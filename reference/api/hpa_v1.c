/*
 * hpa_v1: autoscaling/v1, which knows one metric: CPU as a percentage of what was requested.
 *
 * The store holds autoscaling/v2. What v1 has no field for travels in annotations, in the older spelling of the
 * metrics, so that who reads, edits and writes a v1 object loses nothing of the v2 object behind it.
 */
#include "api/hpa.h"

#include "api/hpa_columns.h"
#include "api/meta.h"
#include "api/schema_rows.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"

#define ANNOTATION(what) "autoscaling.alpha.kubernetes.io/" what
#define METRICS ANNOTATION("metrics")
#define CURRENT_METRICS ANNOTATION("current-metrics")
#define CONDITIONS ANNOTATION("conditions")
#define BEHAVIOR ANNOTATION("behavior")

static SCHEMA(schema_spec, "HorizontalPodAutoscalerSpec",
	      OBJ("scaleTargetRef", schema_cross_version_reference, .dflt = "{}"),
	      INT32("minReplicas", .flags = FIELD_PTR), INT32("maxReplicas", .flags = FIELD_PTR),
	      INT32("targetCPUUtilizationPercentage", .flags = FIELD_PTR));

static SCHEMA(schema_status, "HorizontalPodAutoscalerStatus",
	      INT64("observedGeneration", .flags = FIELD_PTR), TIME("lastScaleTime"),
	      INT32("currentReplicas"), INT32("desiredReplicas"),
	      INT32("currentCPUUtilizationPercentage", .flags = FIELD_PTR));

static SCHEMA(schema_hpa_v1, "HorizontalPodAutoscaler", TYPE_META,
	      OBJ("metadata", schema_object_meta), OBJ("spec", schema_spec, .dflt = "{}"),
	      OBJ("status", schema_status, .dflt = "{}"));

/* ---- one metric in both spellings ---- */

static const struct spelling {
	const char *source, *v2, *v1;
} spellings[] = {
	{ "resource", "name", "name" },
	{ "resource", "target.averageUtilization", "targetAverageUtilization" },
	{ "resource", "target.averageValue", "targetAverageValue" },
	{ "resource", "current.averageUtilization", "currentAverageUtilization" },
	{ "resource", "current.averageValue", "currentAverageValue" },
	{ "containerResource", "name", "name" },
	{ "containerResource", "container", "container" },
	{ "containerResource", "target.averageUtilization", "targetAverageUtilization" },
	{ "containerResource", "target.averageValue", "targetAverageValue" },
	{ "containerResource", "current.averageUtilization", "currentAverageUtilization" },
	{ "containerResource", "current.averageValue", "currentAverageValue" },
	{ "pods", "metric.name", "metricName" },
	{ "pods", "metric.selector", "selector" },
	{ "pods", "target.averageValue", "targetAverageValue" },
	{ "pods", "current.averageValue", "currentAverageValue" },
	{ "object", "describedObject", "target" },
	{ "object", "metric.name", "metricName" },
	{ "object", "metric.selector", "selector" },
	{ "object", "target.value", "targetValue" },
	{ "object", "target.averageValue", "averageValue" },
	{ "object", "current.value", "currentValue" },
	{ "external", "metric.name", "metricName" },
	{ "external", "metric.selector", "metricSelector" },
	{ "external", "target.value", "targetValue" },
	{ "external", "target.averageValue", "targetAverageValue" },
	{ "external", "current.value", "currentValue" },
	{ "external", "current.averageValue", "currentAverageValue" },
};

/* The target's type is not told in v1: it follows from what is given. */
static void name_target(json_t *source)
{
	if (!json_has(source, "target"))
		return;
	json_set_str(source, "target.type",
		     json_has(source, "target.averageUtilization") ? "Utilization" :
		     json_has(source, "target.averageValue")	   ? "AverageValue" :
								     "Value");
}

/* is_status: in v1 "averageValue" is the target of a spec alone. */
static json_t *respell(const json_t *metric, bool to_v1, bool is_status)
{
	const char *name = hpa_metric_source(metric);
	const json_t *from = name ? json_obj(metric, name) : NULL;
	json_t *source = json_object();

	for (size_t i = 0; from && i < ARRAY_SIZE(spellings); i++) {
		const struct spelling *s = &spellings[i];
		json_t *value = json_at(from, to_v1 ? s->v2 : s->v1);

		if (!streq(s->source, name) || !value ||
		    (str_starts(s->v2, "target.") && is_status) ||
		    (str_starts(s->v2, "current.") && !is_status))
			continue;
		json_set_path(source, to_v1 ? s->v1 : s->v2, json_dup(value));
	}
	if (!to_v1)
		name_target(source);
	return json_pack("{ss, so}", "type", json_str_or(metric, "type", ""), name ? name : "none",
			 source);
}

static bool is_cpu_share(const json_t *metric, const char *what)
{
	_cleanup_free_ char *path = str_printf("resource.%s.averageUtilization", what);

	return streq(json_str(metric, "type"), "Resource") &&
	       streq(json_str(metric, "resource.name"), "cpu") && json_has(metric, path);
}

/* ---- annotations ---- */

static void annotate(json_t *obj, const char *key, const json_t *value)
{
	_cleanup_free_ char *text = json_text(value);

	json_object_set_new(json_make_obj(meta_ensure(obj), "annotations"), key, json_string(text));
}

/* What an annotation says, taken out of the object; NULL: nothing that can be read. New reference. */
static json_t *take_annotation(json_t *obj, const char *key)
{
	json_t *annotations = meta_annotations(obj), *value = NULL;
	const char *text = meta_annotation(obj, key);

	if (!text)
		return NULL;
	if (json_parse(text, strlen(text), &value, NULL) < 0)
		value = NULL;
	json_object_del(annotations, key);
	if (json_object_size(annotations) == 0)
		json_object_del(json_object_get(obj, "metadata"), "annotations");
	return value;
}

/* ---- v2 to v1 ---- */

/* The first CPU share becomes the field of v1, the others an annotation. */
static void metrics_to_v1(json_t *out, const json_t *metrics, bool is_status)
{
	const char *what = is_status ? "current" : "target";
	const char *field = is_status ? "status.currentCPUUtilizationPercentage" :
					"spec.targetCPUUtilizationPercentage";
	_cleanup_free_ char *share = str_printf("resource.%s.averageUtilization", what);
	_cleanup_json_ json_t *others = json_array();
	json_t *metric;
	size_t i;

	json_array_foreach(metrics, i, metric) {
		if (is_cpu_share(metric, what) && !json_has(out, field))
			json_set_int(out, field, json_int(metric, share, 0));
		else
			json_array_append_new(others, respell(metric, true, is_status));
	}
	if (json_array_size(others))
		annotate(out, is_status ? CURRENT_METRICS : METRICS, others);
}

static json_t *from_stored(const json_t *stored)
{
	_cleanup_json_ json_t *metrics = json_incref(json_arr(stored, "spec.metrics"));
	_cleanup_json_ json_t *current = json_incref(json_arr(stored, "status.currentMetrics"));
	_cleanup_json_ json_t *conditions = json_incref(json_arr(stored, "status.conditions"));
	_cleanup_json_ json_t *behavior = json_incref(json_obj(stored, "spec.behavior"));
	json_t *out = json_dup(stored);

	json_set_str(out, "apiVersion", kind_hpa_v1.api_version);
	json_del_path(out, "spec.metrics");
	json_del_path(out, "spec.behavior");
	json_del_path(out, "status.currentMetrics");
	json_del_path(out, "status.conditions");
	metrics_to_v1(out, metrics, false);
	metrics_to_v1(out, current, true);
	if (behavior)
		annotate(out, BEHAVIOR, behavior);
	if (json_array_size(conditions))
		annotate(out, CONDITIONS, conditions);
	return out;
}

/* ---- v1 to v2 ---- */

static void cpu_to_v2(json_t *out, const char *field, const char *what, json_t *metrics)
{
	json_t *share = json_at(out, field);

	if (json_is_integer(share))
		json_array_append_new(metrics,
				      json_pack("{ss, s{ss, s{ss*, sO}}}", "type", "Resource",
						"resource", "name", "cpu", what, "type",
						streq(what, "target") ? "Utilization" : NULL,
						"averageUtilization", share));
	json_del_path(out, field);
}

static void metrics_to_v2(json_t *out, bool is_status)
{
	_cleanup_json_ json_t *others = take_annotation(out, is_status ? CURRENT_METRICS : METRICS);
	json_t *metrics = json_array(), *metric;
	size_t i;

	cpu_to_v2(out,
		  is_status ? "status.currentCPUUtilizationPercentage" :
			      "spec.targetCPUUtilizationPercentage",
		  is_status ? "current" : "target", metrics);
	json_array_foreach(others, i, metric)
		json_array_append_new(metrics, respell(metric, false, is_status));
	if (json_array_size(metrics) && json_is_object(json_at(out, is_status ? "status" : "spec")))
		json_set_path(out, is_status ? "status.currentMetrics" : "spec.metrics", metrics);
	else
		json_decref(metrics);
}

static json_t *to_stored(const json_t *obj)
{
	json_t *out = json_dup(obj), *behavior, *conditions;

	json_set_str(out, "apiVersion", kind_hpa.api_version);
	metrics_to_v2(out, false);
	metrics_to_v2(out, true);
	behavior = take_annotation(out, BEHAVIOR);
	if (behavior)
		json_set_path(out, "spec.behavior", behavior);
	conditions = take_annotation(out, CONDITIONS);
	if (conditions)
		json_set_path(out, "status.conditions", conditions);
	return out;
}

/* ---- the kind ---- */

const struct kind kind_hpa_v1 = {
	KIND_NAMES("autoscaling", "v1", "HorizontalPodAutoscaler", "horizontalpodautoscalers",
		   "horizontalpodautoscaler"),
	.short_names = (const char *const[]){ "hpa", NULL },
	.categories = (const char *const[]){ "all", NULL },
	.namespaced = true,
	.subresources = SUB_STATUS,
	.name_rule = NAME_DNS1123_SUBDOMAIN,
	.default_propagation = "Background",
	.schema = &schema_hpa_v1,
	.columns = hpa_columns,
	.stored_as = &kind_hpa,
	.from_stored = from_stored,
	.to_stored = to_stored,
};
