/*
 * deployment: pods by way of ReplicaSets, one per template.
 *
 * The selector never changes. A rolling update may be above and below the wanted number by counts or
 * percentages; both 0 would stand still and is refused, and where percentages come to 0 and 0 one pod may be
 * missing. A deadline that is the greatest number means none.
 */
#include "api/deployment.h"

#include "api/columns.h"
#include "api/int_or_percent.h"
#include "api/meta.h"
#include "api/pod.h"
#include "api/schema_rows.h"
#include "api/workload.h"
#include "api/workload_rules.h"
#include "base/json.h"
#include "base/str.h"

#define COUNT(n, ...) INT32(n, .flags = FIELD_PTR | FIELD_RANGE, AT_LEAST(0), ##__VA_ARGS__)

static SCHEMA(schema_rolling, "RollingUpdateDeployment",
	      INT_OR_STR("maxUnavailable", .flags = FIELD_PTR),
	      INT_OR_STR("maxSurge", .flags = FIELD_PTR));

static SCHEMA(schema_strategy, "DeploymentStrategy", STR("type", .dflt = "RollingUpdate"),
	      OBJ("rollingUpdate", schema_rolling));

static SCHEMA(schema_spec, "DeploymentSpec", COUNT("replicas", .dflt = "1"),
	      OBJ("selector", schema_label_selector, .flags = FIELD_REQUIRED | FIELD_IMMUTABLE),
	      OBJ("template", schema_pod_template, .dflt = "{}"),
	      OBJ("strategy", schema_strategy, .flags = FIELD_RETAIN_KEYS, .dflt = "{}"),
	      INT32("minReadySeconds", .flags = FIELD_RANGE, AT_LEAST(0)),
	      COUNT("revisionHistoryLimit", .dflt = "10"), BOOL("paused"),
	      COUNT("progressDeadlineSeconds", .dflt = "600"));

static SCHEMA(schema_status, "DeploymentStatus", INT64("observedGeneration"), INT32("replicas"),
	      INT32("updatedReplicas"), INT32("readyReplicas"), INT32("availableReplicas"),
	      INT32("unavailableReplicas"), INT32("terminatingReplicas", .flags = FIELD_PTR),
	      LIST("conditions", schema_condition, .merge_key = "type"),
	      INT32("collisionCount", .flags = FIELD_PTR));

static SCHEMA(schema_deployment, "Deployment", TYPE_META, OBJ("metadata", schema_object_meta),
	      OBJ("spec", schema_spec, .dflt = "{}"), OBJ("status", schema_status, .dflt = "{}"));

/* ---- what others ask ---- */

bool deployment_is_rolling(const json_t *d)
{
	return streq(json_str(d, "spec.strategy.type"), "RollingUpdate");
}

void deployment_limits(const json_t *d, struct rolling_limits *ret)
{
	const json_t *rolling = json_obj(d, "spec.strategy.rollingUpdate");
	int64_t want = workload_replicas(d), surge, unavailable;

	*ret = (struct rolling_limits){ 0 };
	if (!deployment_is_rolling(d))
		return;
	surge = int_or_percent_of(json_object_get(rolling, "maxSurge"), want, ROUND_UP);
	unavailable =
		int_or_percent_of(json_object_get(rolling, "maxUnavailable"), want, ROUND_DOWN);
	if (surge == 0 && unavailable == 0)
		unavailable = 1;
	ret->surge = surge;
	ret->unavailable = MIN(unavailable, want);
}

int64_t deployment_progress_deadline(const json_t *d)
{
	int64_t seconds = json_int(d, "spec.progressDeadlineSeconds", INT32_MAX);

	return seconds == INT32_MAX ? -1 : seconds;
}

/* ---- rules ---- */

static void set_defaults(json_t *d)
{
	json_t *rolling;

	pod_template_default(json_obj(d, "spec.template"));
	if (!deployment_is_rolling(d))
		return;
	rolling = json_make_obj(d, "spec.strategy.rollingUpdate");
	if (!json_has(rolling, "maxUnavailable"))
		json_set_str(rolling, "maxUnavailable", "25%");
	if (!json_has(rolling, "maxSurge"))
		json_set_str(rolling, "maxSurge", "25%");
}

static void validate_rolling(const json_t *rolling, const struct fpath *path, struct violations *v)
{
	const json_t *unavailable = json_object_get(rolling, "maxUnavailable");
	const json_t *surge = json_object_get(rolling, "maxSurge");
	const struct fpath at = { .up = path, .name = "maxUnavailable" };

	int_or_percent_validate(unavailable, &at, v);
	int_or_percent_validate(surge, FPATH(path, "maxSurge"), v);
	if (int_or_percent_is_zero(unavailable) && int_or_percent_is_zero(surge))
		violate_invalid(v, &at, unavailable, "may not be 0 when `maxSurge` is 0");
	int_or_percent_validate_share(unavailable, &at, v);
}

static void validate_strategy(const json_t *d, const struct fpath *path, struct violations *v)
{
	static const char *const types[] = { "Recreate", "RollingUpdate", NULL };
	const json_t *rolling = json_obj(d, "spec.strategy.rollingUpdate");
	const struct fpath at = { .up = path, .name = "rollingUpdate" };

	if (deployment_is_rolling(d))
		validate_rolling(rolling, &at, v);
	else if (!streq(json_str(d, "spec.strategy.type"), "Recreate"))
		violate_unsupported(v, path, json_str(d, "spec.strategy.type"), types);
	else if (rolling != NULL)
		violate_forbidden(v, &at, "may not be specified when strategy `type` is 'Recreate'");
}

static void validate(const json_t *d, struct violations *v)
{
	const struct fpath spec = { .name = "spec" };
	int64_t deadline = json_int(d, "spec.progressDeadlineSeconds", INT32_MAX);

	workload_validate_selector(d, "deployment", v);
	workload_validate_template(d, "ReplicaSet", v);
	validate_strategy(d, FPATH(&spec, "strategy"), v);
	if (deadline <= json_int(d, "spec.minReadySeconds", 0))
		violate_invalid_int(v, FPATH(&spec, "progressDeadlineSeconds"), deadline,
				    "must be greater than minReadySeconds");
}

/* ---- columns ---- */

static json_t *cell_ready(const json_t *d, int64_t now_ns)
{
	(void)now_ns;
	return json_sprintf("%lld/%lld", (long long)json_int(d, "status.readyReplicas", 0),
			    (long long)workload_replicas(d));
}

static json_t *cell_updated(const json_t *d, int64_t now_ns)
{
	(void)now_ns;
	return json_integer(json_int(d, "status.updatedReplicas", 0));
}

static json_t *cell_available(const json_t *d, int64_t now_ns)
{
	(void)now_ns;
	return json_integer(json_int(d, "status.availableReplicas", 0));
}

static const struct printer_column columns[] = {
	{ "Name", "string", "name", 0, column_name },
	{ "Ready", "string", "", 0, cell_ready },
	{ "Up-to-date", "integer", "", 0, cell_updated },
	{ "Available", "integer", "", 0, cell_available },
	{ "Age", "string", "", 0, column_age },
	{ "Containers", "string", "", 1, workload_cell_containers },
	{ "Images", "string", "", 1, workload_cell_images },
	{ "Selector", "string", "", 1, workload_cell_selector },
	{ 0 },
};

const struct kind kind_deployment = {
	KIND_NAMES("apps", "v1", "Deployment", "deployments", "deployment"),
	.short_names = (const char *const[]){ "deploy", NULL },
	.categories = (const char *const[]){ "all", NULL },
	.namespaced = true,
	.subresources = SUB_STATUS | SUB_SCALE,
	.name_rule = NAME_DNS1123_SUBDOMAIN,
	.default_propagation = "Background",
	.schema = &schema_deployment,
	.set_defaults = set_defaults,
	.validate = validate,
	.columns = columns,
};
