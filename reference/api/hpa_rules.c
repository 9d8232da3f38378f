/*
 * hpa_rules: what the spec of a HorizontalPodAutoscaler may say.
 *
 * The older version is converted before it is judged, so the paths are always those of autoscaling/v2. A metric has
 * exactly the source that its type names, with a target of the sorts that this source can have.
 */
#include "api/hpa_rules.h"

#include "api/hpa.h"
#include "api/quantity.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"

#define WINDOW_MAX 3600
#define PERIOD_MAX 1800

/* ---- references ---- */

/* "apps/v1" names a group, "v1" none. */
static void validate_api_version(const json_t *ref, bool need_group, const struct fpath *path,
				 struct violations *v)
{
	const char *text = json_str_or(ref, "apiVersion", "");
	const char *slash = strchr(text, '/');
	const struct fpath at = { .up = path, .name = "apiVersion" };

	if (slash && strchr(slash + 1, '/'))
		violate_invalid_str(v, &at, text, "unexpected GroupVersion string: %s", text);
	else if (need_group && (!slash || slash == text))
		violate_invalid_str(v, &at, text, "apiVersion must specify API group");
}

static void validate_reference(const json_t *ref, const struct fpath *path, struct violations *v)
{
	static const char *const keys[] = { "kind", "name" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (*json_str_or(ref, keys[i], ""))
			violate_name(v, FPATH(path, keys[i]), NAME_ANY, json_str(ref, keys[i]));
}

/* ---- metrics ---- */

static void validate_positive(const json_t *target, const char *key, const struct fpath *path,
			      struct violations *v)
{
	const char *text = json_str(target, key);
	struct quantity q;

	if (text && quantity_parse(text, &q, NULL) == 0 && quantity_sign(&q) <= 0)
		violate_invalid_str(v, FPATH(path, key), text, "must be positive");
}

static void validate_target(const json_t *target, const struct fpath *path, struct violations *v)
{
	static const char *const types[] = { "Utilization", "Value", "AverageValue", NULL };
	const char *type = json_str_or(target, "type", "");

	if (!*type)
		violate_required(v, FPATH(path, "type"), "must specify a metric target type");
	if (!strv_contains((char *const *)types, type))
		violate_invalid_str(v, FPATH(path, "type"), type,
				    "must be either Utilization, Value, or AverageValue");
	validate_positive(target, "value", path, v);
	validate_positive(target, "averageValue", path, v);
	if (json_has(target, "averageUtilization") && json_int(target, "averageUtilization", 0) < 1)
		violate_invalid_int(v, FPATH(path, "averageUtilization"),
				    json_int(target, "averageUtilization", 0),
				    "must be greater than 0");
}

static void validate_named(const json_t *obj, const char *key, const char *what,
			   enum name_rule rule, const struct fpath *path, struct violations *v)
{
	const char *text = json_str_or(obj, key, "");

	if (!*text)
		violate_required(v, FPATH(path, key), "%s", what);
	else
		violate_name(v, FPATH(path, key), rule, text);
}

static void validate_identifier(const json_t *source, const struct fpath *path, struct violations *v)
{
	const struct fpath at = { .up = path, .name = "metric" };

	validate_named(json_obj(source, "metric"), "name", "must specify a metric name", NAME_ANY,
		       &at, v);
}

/* Resource and ContainerResource: a share of the request or an amount, not both. */
static void validate_resource(const json_t *source, bool of_container, const struct fpath *path,
			      struct violations *v)
{
	const json_t *target = json_obj(source, "target");
	const struct fpath at = { .up = path, .name = "target" };
	bool share = json_has(target, "averageUtilization");
	bool amount = json_has(target, "averageValue");

	if (!*json_str_or(source, "name", ""))
		violate_required(v, FPATH(path, "name"), "must specify a resource name");
	if (of_container)
		validate_named(source, "container", "must specify a container", NAME_DNS1123_LABEL,
			       path, v);
	validate_target(target, &at, v);
	if (!share && !amount)
		violate_required(v, FPATH(&at, "averageUtilization"),
				 "must set either a target raw value or a target utilization");
	if (share && amount)
		violate_forbidden(v, FPATH(&at, "averageValue"),
				  "may not set both a target raw value and a target utilization");
}

static void validate_pods(const json_t *source, const struct fpath *path, struct violations *v)
{
	const struct fpath at = { .up = path, .name = "target" };

	validate_identifier(source, path, v);
	validate_target(json_obj(source, "target"), &at, v);
	if (!json_has(source, "target.averageValue"))
		violate_required(v, FPATH(&at, "averageValue"),
				 "must specify a positive target averageValue");
}

static void validate_object(const json_t *source, const struct fpath *path, struct violations *v)
{
	const struct fpath at = { .up = path, .name = "target" };
	const struct fpath described = { .up = path, .name = "describedObject" };

	validate_reference(json_obj(source, "describedObject"), &described, v);
	validate_api_version(json_obj(source, "describedObject"), false, &described, v);
	validate_identifier(source, path, v);
	validate_target(json_obj(source, "target"), &at, v);
	if (!json_has(source, "target.value") && !json_has(source, "target.averageValue"))
		violate_required(v, FPATH(&at, "averageValue"),
				 "must set either a target value or averageValue");
}

static void validate_external(const json_t *source, const struct fpath *path, struct violations *v)
{
	const struct fpath at = { .up = path, .name = "target" };
	bool value = json_has(source, "target.value"),
	     average = json_has(source, "target.averageValue");

	validate_identifier(source, path, v);
	validate_target(json_obj(source, "target"), &at, v);
	if (!value && !average)
		violate_required(v, FPATH(&at, "averageValue"),
				 "must set either a target value for metric or a per-pod target");
	if (value && average)
		violate_forbidden(
			v, FPATH(&at, "value"),
			"may not set both a target value for metric and a per-pod target");
}

static void validate_source(const char *name, const json_t *source, const struct fpath *path,
			    struct violations *v)
{
	const struct fpath at = { .up = path, .name = name };

	if (streq(name, "resource") || streq(name, "containerResource"))
		validate_resource(source, streq(name, "containerResource"), &at, v);
	else if (streq(name, "pods"))
		validate_pods(source, &at, v);
	else if (streq(name, "object"))
		validate_object(source, &at, v);
	else
		validate_external(source, &at, v);
}

static void validate_metric(const json_t *metric, const struct fpath *path, struct violations *v)
{
	static const char *const sources[] = { "object", "external", "pods", "resource",
					       "containerResource" };
	static const char *const types[] = { "ContainerResource", "External", "Object", "Pods",
					     "Resource",	  NULL };
	const char *type = json_str_or(metric, "type", ""), *wanted = hpa_metric_source(metric);
	size_t n = 0;

	if (!*type)
		violate_required(v, FPATH(path, "type"), "must specify a metric source type");
	if (!wanted)
		violate_unsupported(v, FPATH(path, "type"), type, types);
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
		if (json_has(metric, sources[i]) && n++ == 0)
			validate_source(sources[i], json_obj(metric, sources[i]), path, v);
	if (wanted && !json_has(metric, wanted))
		violate_required(v, FPATH(path, wanted),
				 "must populate information for the given metric source");
	for (size_t i = 0; n > 1 && i < ARRAY_SIZE(sources); i++)
		if (json_has(metric, sources[i]) && !streq(sources[i], wanted))
			violate_forbidden(v, FPATH(path, sources[i]),
					  "must populate the given metric source only");
}

/* ---- behavior ---- */

static void validate_policy(const json_t *policy, const struct fpath *path, struct violations *v)
{
	static const char *const types[] = { "Percent", "Pods", NULL };
	const char *type = json_str_or(policy, "type", "");
	int64_t value = json_int(policy, "value", 0), period = json_int(policy, "periodSeconds", 0);

	if (!strv_contains((char *const *)types, type))
		violate_unsupported(v, FPATH(path, "type"), type, types);
	if (value <= 0)
		violate_invalid_int(v, FPATH(path, "value"), value, "must be greater than zero");
	if (period <= 0)
		violate_invalid_int(v, FPATH(path, "periodSeconds"), period,
				    "must be greater than zero");
	if (period > PERIOD_MAX)
		violate_invalid_int(v, FPATH(path, "periodSeconds"), period,
				    "must be less than or equal to %d", PERIOD_MAX);
}

static void validate_window(const json_t *rules, const struct fpath *path, struct violations *v)
{
	int64_t window = json_int(rules, "stabilizationWindowSeconds", 0);
	const struct fpath at = { .up = path, .name = "stabilizationWindowSeconds" };

	if (window < 0)
		violate_invalid_int(v, &at, window, "must be greater than or equal to zero");
	if (window > WINDOW_MAX)
		violate_invalid_int(v, &at, window, "must be less than or equal to %d", WINDOW_MAX);
}

static void validate_rules(const json_t *rules, const struct fpath *path, struct violations *v)
{
	static const char *const select[] = { "Disabled", "Max", "Min", NULL };
	const char *policy = json_str_or(rules, "selectPolicy", "");
	const struct fpath at = { .up = path, .name = "policies" };
	struct quantity q;
	json_t *p;
	size_t i;

	validate_window(rules, path, v);
	if (!strv_contains((char *const *)select, policy))
		violate_unsupported(v, FPATH(path, "selectPolicy"), policy, select);
	if (json_len(rules, "policies") == 0)
		violate_required(v, &at, "must specify at least one Policy");
	json_each(rules, "policies", i, p)
		validate_policy(p, FPATH_INDEX(&at, i), v);
	if (json_has(rules, "tolerance") &&
	    quantity_parse(json_str_or(rules, "tolerance", ""), &q, NULL) == 0 &&
	    quantity_sign(&q) < 0)
		violate_invalid_str(v, FPATH(path, "tolerance"), json_str(rules, "tolerance"),
				    "must be greater than or equal to 0");
}

/* ---- the whole ---- */

static void validate_bounds(const json_t *hpa, const struct fpath *spec, struct violations *v)
{
	int64_t min = hpa_min_replicas(hpa), max = hpa_max_replicas(hpa);

	if (min < 1)
		violate_invalid_int(v, FPATH(spec, "minReplicas"), min,
				    "must be greater than or equal to 1");
	if (max < 1)
		violate_invalid_int(v, FPATH(spec, "maxReplicas"), max, "must be greater than 0");
	if (max < min)
		violate_invalid_int(v, FPATH(spec, "maxReplicas"), max,
				    "must be greater than or equal to `minReplicas`");
}

static void validate_behavior(const json_t *hpa, const struct fpath *spec, struct violations *v)
{
	static const char *const directions[] = { "scaleUp", "scaleDown" };
	const json_t *behavior = json_obj(hpa, "spec.behavior");
	const struct fpath path = { .up = spec, .name = "behavior" };

	for (size_t i = 0; i < ARRAY_SIZE(directions); i++) {
		const struct fpath at = { .up = &path, .name = directions[i] };

		if (json_has(behavior, directions[i]))
			validate_rules(json_obj(behavior, directions[i]), &at, v);
	}
}

void hpa_validate(const json_t *hpa, struct violations *v)
{
	const struct fpath spec = { .name = "spec" };
	const struct fpath ref = { .up = &spec, .name = "scaleTargetRef" };
	const struct fpath metrics = { .up = &spec, .name = "metrics" };
	const json_t *target = json_obj(hpa, "spec.scaleTargetRef");
	json_t *metric;
	size_t i;

	validate_bounds(hpa, &spec, v);
	validate_reference(target, &ref, v);
	validate_api_version(target, !streq(json_str(target, "kind"), "ReplicationController"),
			     &ref, v);
	json_each(hpa, "spec.metrics", i, metric)
		validate_metric(metric, FPATH_INDEX(&metrics, i), v);
	validate_behavior(hpa, &spec, v);
}
