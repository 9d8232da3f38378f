/*
 * workload: ReplicaSet and ReplicationController.
 *
 * Both hold a pod template and a number; they differ in the selector: a LabelSelector that is required and
 * immutable against a plain map that defaults to the template's labels and may change. A selector that
 * does not select the template is refused, since such a controller would make pods for ever.
 */
#include "api/workload.h"

#include <string.h>

#include "api/columns.h"
#include "api/meta.h"
#include "api/meta_rules.h"
#include "api/pod.h"
#include "api/schema_rows.h"
#include "api/workload_rules.h"
#include "base/json.h"
#include "base/str.h"

#define _cleanup_selector_ _cleanup_(selector_freep)

#define COUNT(n) INT32(n, .flags = FIELD_PTR | FIELD_RANGE, .dflt = "0", AT_LEAST(0))

static SCHEMA(schema_status, "ReplicaSetStatus", COUNT("replicas"), INT32("fullyLabeledReplicas"),
	      INT32("readyReplicas"), INT32("availableReplicas"),
	      INT32("terminatingReplicas", .flags = FIELD_PTR), INT64("observedGeneration"),
	      LIST("conditions", schema_condition, .merge_key = "type"));

#define REPLICAS INT32("replicas", .flags = FIELD_PTR | FIELD_RANGE, .dflt = "1", AT_LEAST(0))
#define MIN_READY INT32("minReadySeconds", .flags = FIELD_RANGE, AT_LEAST(0))

static SCHEMA(schema_rs_spec, "ReplicaSetSpec", REPLICAS, MIN_READY,
	      OBJ("selector", schema_label_selector, .flags = FIELD_REQUIRED | FIELD_IMMUTABLE),
	      OBJ("template", schema_pod_template, .dflt = "{}"));

static SCHEMA(schema_rc_spec, "ReplicationControllerSpec", REPLICAS, MIN_READY,
	      STR_MAP("selector", .flags = FIELD_ATOMIC), OBJ("template", schema_pod_template));

static SCHEMA(schema_rs, "ReplicaSet", TYPE_META, OBJ("metadata", schema_object_meta),
	      OBJ("spec", schema_rs_spec, .dflt = "{}"), OBJ("status", schema_status, .dflt = "{}"));

static SCHEMA(schema_rc, "ReplicationController", TYPE_META, OBJ("metadata", schema_object_meta),
	      OBJ("spec", schema_rc_spec, .dflt = "{}"), OBJ("status", schema_status, .dflt = "{}"));

/* ---- shared ---- */

static bool is_rc(const json_t *obj)
{
	return streq(json_str(obj, "kind"), "ReplicationController");
}

int64_t workload_replicas(const json_t *obj)
{
	return json_int(obj, "spec.replicas", 1);
}

int workload_selector(const json_t *obj, struct selector **ret, struct error *err)
{
	const json_t *selector = json_obj(obj, "spec.selector");

	if (is_rc(obj))
		return selector_from_map(selector, ret, err);
	return selector_from_object(selector, ret, err);
}

json_t *workload_pod_from_template(const json_t *owner)
{
	static const char *const copied[] = { "labels", "annotations", "finalizers" };
	const json_t *template = json_obj(owner, "spec.template");
	json_t *pod = json_pack("{s:s,s:s}", "apiVersion", "v1", "kind", "Pod");
	json_t *meta = meta_ensure(pod);
	_cleanup_free_ char *prefix = str_printf("%s-", json_str_or(owner, "metadata.name", ""));

	meta_set(pod, "generateName", prefix);
	meta_set(pod, "namespace", meta_namespace(owner));
	for (size_t i = 0; i < ARRAY_SIZE(copied); i++) {
		json_t *value = json_object_get(json_obj(template, "metadata"), copied[i]);

		if (value != NULL)
			json_object_set_new(meta, copied[i], json_dup(value));
	}
	json_object_set_new(meta, "ownerReferences",
			    json_pack("[o]", meta_controller_ref_new(owner)));
	json_object_set_new(pod, "spec", json_dup(json_obj(template, "spec")));
	return pod;
}

static void set_defaults(json_t *obj)
{
	json_t *template = json_obj(obj, "spec.template");
	json_t *labels = json_obj(template, "metadata.labels");

	pod_template_default(template);
	if (is_rc(obj) && labels != NULL && json_obj(obj, "spec.selector") == NULL)
		json_set_path(obj, "spec.selector", json_dup(labels));
	if (is_rc(obj) && labels != NULL && meta_labels(obj) == NULL)
		json_object_set_new(meta_ensure(obj), "labels", json_dup(labels));
}

/* ---- rules ---- */

static void validate_match(const json_t *obj, const struct fpath *template, struct violations *v)
{
	const json_t *labels = json_obj(obj, "spec.template.metadata.labels");
	const struct fpath meta = { .up = template, .name = "metadata" };
	_cleanup_selector_ struct selector *selector = NULL;
	_cleanup_json_ json_t *none = json_object();

	if (workload_selector(obj, &selector, NULL) < 0 || selector_matches(selector, labels))
		return;
	violate_invalid(v, FPATH(&meta, "labels"), labels != NULL ? labels : none,
			"`selector` does not match template `labels`");
}

void workload_validate_template(const json_t *obj, const char *kind, struct violations *v)
{
	const struct fpath spec = { .name = "spec" };
	const struct fpath at = { .up = &spec, .name = "template" };
	const struct fpath pod_spec = { .up = &at, .name = "spec" };
	const json_t *template = json_obj(obj, "spec.template");

	if (template == NULL) {
		violate_required(v, &at, NULL);
		return;
	}
	validate_match(obj, &at, v);
	pod_template_validate(template, POD_SPEC_TEMPLATE_ALWAYS, &at, v);
	if (json_has(template, "spec.activeDeadlineSeconds"))
		violate_forbidden(v, FPATH(&pod_spec, "activeDeadlineSeconds"),
				  "activeDeadlineSeconds in %s is not Supported", kind);
}

void workload_validate_selector(const json_t *obj, const char *whose, struct violations *v)
{
	const struct fpath spec = { .name = "spec" };
	const struct fpath at = { .up = &spec, .name = "selector" };
	const json_t *selector = json_obj(obj, "spec.selector");

	meta_validate_selector(selector, &at, v);
	if (selector != NULL && json_len(selector, "matchLabels") == 0 &&
	    json_len(selector, "matchExpressions") == 0)
		violate_invalid(v, &at, selector, "empty selector is invalid for %s", whose);
}

static void rs_validate(const json_t *obj, struct violations *v)
{
	workload_validate_selector(obj, "deployment", v);
	workload_validate_template(obj, "ReplicaSet", v);
}

static void rc_validate(const json_t *obj, struct violations *v)
{
	const struct fpath spec = { .name = "spec" };

	if (json_len(obj, "spec.selector") == 0)
		violate_required(v, FPATH(&spec, "selector"), NULL);
	meta_validate_labels(json_obj(obj, "spec.selector"), FPATH(&spec, "selector"), v);
	workload_validate_template(obj, "ReplicationController", v);
}

/* ---- columns ---- */

#define COUNT_CELL(fn, path)                                 \
	static json_t *fn(const json_t *obj, int64_t now_ns) \
	{                                                    \
		(void)now_ns;                                \
		return json_integer(json_int(obj, path, 0)); \
	}

COUNT_CELL(cell_desired, "spec.replicas")
COUNT_CELL(cell_current, "status.replicas")
COUNT_CELL(cell_ready, "status.readyReplicas")

json_t *workload_cell_containers(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return column_template(obj, "name");
}

json_t *workload_cell_images(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return column_template(obj, "image");
}

json_t *workload_cell_selector(const json_t *obj, int64_t now_ns)
{
	_cleanup_selector_ struct selector *selector = NULL;
	_cleanup_free_ char *text = NULL;

	(void)now_ns;
	if (workload_selector(obj, &selector, NULL) < 0)
		return column_text(NULL);
	text = selector_format(selector);
	return column_text(text);
}

static const struct printer_column columns[] = {
	{ "Name", "string", "name", 0, column_name },
	{ "Desired", "integer", "", 0, cell_desired },
	{ "Current", "integer", "", 0, cell_current },
	{ "Ready", "integer", "", 0, cell_ready },
	{ "Age", "string", "", 0, column_age },
	{ "Containers", "string", "", 1, workload_cell_containers },
	{ "Images", "string", "", 1, workload_cell_images },
	{ "Selector", "string", "", 1, workload_cell_selector },
	{ 0 },
};

const struct kind kind_replicaset = {
	KIND_NAMES("apps", "v1", "ReplicaSet", "replicasets", "replicaset"),
	.short_names = (const char *const[]){ "rs", NULL },
	.categories = (const char *const[]){ "all", NULL },
	.namespaced = true,
	.subresources = SUB_STATUS | SUB_SCALE,
	.name_rule = NAME_DNS1123_SUBDOMAIN,
	.default_propagation = "Background",
	.schema = &schema_rs,
	.set_defaults = set_defaults,
	.validate = rs_validate,
	.field_labels = (const char *const[]){ "status.replicas", NULL },
	.columns = columns,
};

const struct kind kind_replicationcontroller = {
	KIND_CORE_NAMES("ReplicationController", "replicationcontrollers", "replicationcontroller"),
	.short_names = (const char *const[]){ "rc", NULL },
	.categories = (const char *const[]){ "all", NULL },
	.namespaced = true,
	.subresources = SUB_STATUS | SUB_SCALE,
	.name_rule = NAME_DNS1123_SUBDOMAIN,
	.default_propagation = "Orphan",
	.schema = &schema_rc,
	.set_defaults = set_defaults,
	.validate = rc_validate,
	.field_labels = (const char *const[]){ "status.replicas", NULL },
	.columns = columns,
};
