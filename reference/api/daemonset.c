/*
 * daemonset: one pod of a template on every node that it fits.
 *
 * There is no number of replicas, and no scale: the nodes are the number. An update replaces the pod of a node
 * either old first (maxUnavailable nodes at a time, the default) or new first (maxSurge); exactly one of the two may
 * be above zero. The selector never changes.
 */
#include "api/daemonset.h"

#include "api/columns.h"
#include "api/int_or_percent.h"
#include "api/pod.h"
#include "api/schema_rows.h"
#include "api/selector.h"
#include "api/workload_rules.h"
#include "base/json.h"
#include "base/str.h"

static SCHEMA(schema_rolling, "RollingUpdateDaemonSet",
	      INT_OR_STR("maxUnavailable", .flags = FIELD_PTR),
	      INT_OR_STR("maxSurge", .flags = FIELD_PTR));

static SCHEMA(schema_strategy, "DaemonSetUpdateStrategy", STR("type", .dflt = "RollingUpdate"),
	      OBJ("rollingUpdate", schema_rolling));

static SCHEMA(schema_spec, "DaemonSetSpec",
	      OBJ("selector", schema_label_selector, .flags = FIELD_REQUIRED | FIELD_IMMUTABLE),
	      OBJ("template", schema_pod_template, .dflt = "{}"),
	      OBJ("updateStrategy", schema_strategy, .dflt = "{}"),
	      INT32("minReadySeconds", .flags = FIELD_RANGE, AT_LEAST(0)),
	      INT32("revisionHistoryLimit", .flags = FIELD_PTR | FIELD_RANGE, .dflt = "10",
		    AT_LEAST(0)));

#define ALWAYS(n) INT32(n, .flags = FIELD_PTR, .dflt = "0")

static SCHEMA(schema_status, "DaemonSetStatus", ALWAYS("currentNumberScheduled"),
	      ALWAYS("numberMisscheduled"), ALWAYS("desiredNumberScheduled"), ALWAYS("numberReady"),
	      INT64("observedGeneration"), INT32("updatedNumberScheduled"), INT32("numberAvailable"),
	      INT32("numberUnavailable"), INT32("collisionCount", .flags = FIELD_PTR),
	      LIST("conditions", schema_condition, .merge_key = "type"));

static SCHEMA(schema_daemonset, "DaemonSet", TYPE_META, OBJ("metadata", schema_object_meta),
	      OBJ("spec", schema_spec, .dflt = "{}"), OBJ("status", schema_status, .dflt = "{}"));

/* ---- what others ask ---- */

bool daemonset_is_rolling(const json_t *ds)
{
	return streq(json_str(ds, "spec.updateStrategy.type"), "RollingUpdate");
}

static int64_t limit_of(const json_t *ds, const char *field, int64_t nodes)
{
	const json_t *rolling = json_obj(ds, "spec.updateStrategy.rollingUpdate");

	if (!daemonset_is_rolling(ds))
		return 0;
	return int_or_percent_of(json_object_get(rolling, field), nodes, ROUND_UP);
}

int64_t daemonset_max_surge(const json_t *ds, int64_t nodes)
{
	return limit_of(ds, "maxSurge", nodes);
}

int64_t daemonset_max_unavailable(const json_t *ds, int64_t nodes)
{
	return limit_of(ds, "maxUnavailable", nodes);
}

/* ---- rules ---- */

static void set_defaults(json_t *ds)
{
	json_t *rolling;

	pod_template_default(json_obj(ds, "spec.template"));
	if (!daemonset_is_rolling(ds))
		return;
	rolling = json_make_obj(ds, "spec.updateStrategy.rollingUpdate");
	if (!json_has(rolling, "maxUnavailable"))
		json_set_int(rolling, "maxUnavailable", 1);
	if (!json_has(rolling, "maxSurge"))
		json_set_int(rolling, "maxSurge", 0);
}

static void validate_limits(const json_t *rolling, const struct fpath *path, struct violations *v)
{
	const json_t *unavailable = json_object_get(rolling, "maxUnavailable");
	const json_t *surge = json_object_get(rolling, "maxSurge");
	const struct fpath at_unavailable = { .up = path, .name = "maxUnavailable" };
	const struct fpath at_surge = { .up = path, .name = "maxSurge" };

	int_or_percent_validate(unavailable, &at_unavailable, v);
	int_or_percent_validate(surge, &at_surge, v);
	int_or_percent_validate_share(unavailable, &at_unavailable, v);
	int_or_percent_validate_share(surge, &at_surge, v);
	if (!int_or_percent_is_zero(unavailable) && !int_or_percent_is_zero(surge))
		violate_invalid(v, &at_surge, surge,
				"may not be set when maxUnavailable is non-zero");
	if (int_or_percent_is_zero(unavailable) && int_or_percent_is_zero(surge))
		violate_required(v, &at_unavailable, "cannot be 0 when maxSurge is 0");
}

static void validate_strategy(const json_t *ds, struct violations *v)
{
	static const char *const types[] = { "OnDelete", "RollingUpdate", NULL };
	const struct fpath spec = { .name = "spec" };
	const struct fpath at = { .up = &spec, .name = "updateStrategy" };
	const struct fpath at_rolling = { .up = &at, .name = "rollingUpdate" };

	if (daemonset_is_rolling(ds))
		validate_limits(json_obj(ds, "spec.updateStrategy.rollingUpdate"), &at_rolling, v);
	else if (!streq(json_str(ds, "spec.updateStrategy.type"), "OnDelete"))
		violate_unsupported(v, &at, json_str(ds, "spec.updateStrategy.type"), types);
}

static void validate(const json_t *ds, struct violations *v)
{
	workload_validate_selector(ds, "daemonset", v);
	workload_validate_template(ds, "DaemonSet", v);
	validate_strategy(ds, v);
}

/* ---- columns ---- */

#define COUNT_CELL(fn, path)                                \
	static json_t *fn(const json_t *ds, int64_t now_ns) \
	{                                                   \
		(void)now_ns;                               \
		return json_integer(json_int(ds, path, 0)); \
	}

COUNT_CELL(cell_desired, "status.desiredNumberScheduled")
COUNT_CELL(cell_current, "status.currentNumberScheduled")
COUNT_CELL(cell_ready, "status.numberReady")
COUNT_CELL(cell_updated, "status.updatedNumberScheduled")
COUNT_CELL(cell_available, "status.numberAvailable")

static json_t *cell_node_selector(const json_t *ds, int64_t now_ns)
{
	_cleanup_(selector_freep) struct selector *selector = NULL;
	_cleanup_free_ char *text = NULL;

	(void)now_ns;
	if (selector_from_map(json_obj(ds, "spec.template.spec.nodeSelector"), &selector, NULL) == 0)
		text = selector_format(selector);
	return column_text(text);
}

static const struct printer_column columns[] = {
	{ "Name", "string", "name", 0, column_name },
	{ "Desired", "integer", "", 0, cell_desired },
	{ "Current", "integer", "", 0, cell_current },
	{ "Ready", "integer", "", 0, cell_ready },
	{ "Up-to-date", "integer", "", 0, cell_updated },
	{ "Available", "integer", "", 0, cell_available },
	{ "Node Selector", "string", "", 0, cell_node_selector },
	{ "Age", "string", "", 0, column_age },
	{ "Containers", "string", "", 1, workload_cell_containers },
	{ "Images", "string", "", 1, workload_cell_images },
	{ "Selector", "string", "", 1, workload_cell_selector },
	{ 0 },
};

const struct kind kind_daemonset = {
	KIND_NAMES("apps", "v1", "DaemonSet", "daemonsets", "daemonset"),
	.short_names = (const char *const[]){ "ds", NULL },
	.categories = (const char *const[]){ "all", NULL },
	.namespaced = true,
	.subresources = SUB_STATUS,
	.name_rule = NAME_DNS1123_SUBDOMAIN,
	.default_propagation = "Background",
	.schema = &schema_daemonset,
	.set_defaults = set_defaults,
	.validate = validate,
	.columns = columns,
};
