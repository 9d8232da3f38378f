/*
 * node: the kind Node.
 *
 * A node is written by its agent: what it has and how it is stands in its status, so who makes one by hand writes that through the
 * subresource. Its spec holds what others say of it: taints, each once per key and effect, and whether it takes new pods. The pod range
 * and the provider's name are given once.
 */
#include "api/cluster.h"
#include "api/columns.h"
#include "api/meta.h"
#include "api/schema_rows.h"
#include "base/json.h"
#include "base/strbuf.h"

static SCHEMA(schema_taint, "Taint",
	      STR("key", .flags = FIELD_REQUIRED | FIELD_NAMED, .rule = NAME_QUALIFIED),
	      STR("value"),
	      STR("effect", .flags = FIELD_REQUIRED,
		  ONE_OF("NoSchedule", "PreferNoSchedule", "NoExecute")),
	      TIME("timeAdded"));

static SCHEMA(schema_node_spec, "NodeSpec", STR("podCIDR"), STRS("podCIDRs", .flags = FIELD_SET),
	      STR("providerID"), BOOL("unschedulable"), LIST("taints", schema_taint),
	      ANY("configSource"), STR("externalID"));

static SCHEMA(schema_node_address, "NodeAddress", STR("type", .flags = FIELD_PTR),
	      STR("address", .flags = FIELD_PTR));

static SCHEMA(schema_node_image, "ContainerImage", STRS("names"), INT64("sizeBytes"));

static SCHEMA(schema_node_status, "NodeStatus", QUANTITY_MAP("capacity"),
	      QUANTITY_MAP("allocatable"), STR("phase"),
	      LIST("conditions", schema_condition, .merge_key = "type"),
	      LIST("addresses", schema_node_address, .merge_key = "type"), ANY("daemonEndpoints"),
	      ANY("nodeInfo"), LIST("images", schema_node_image), STRS("volumesInUse"),
	      ANY("volumesAttached"), ANY("config"), ANY("runtimeHandlers"), ANY("features"),
	      ANY("declaredFeatures"));

static SCHEMA(schema_node, "Node", TYPE_META, OBJ("metadata", schema_object_meta),
	      OBJ("spec", schema_node_spec, .dflt = "{}"), OBJ("status", schema_node_status));

/* ---- rules ---- */

static bool is_repeated(const json_t *taints, size_t i)
{
	const json_t *taint = json_array_get(taints, i), *other;

	for (size_t k = 0; k < i; k++) {
		other = json_array_get(taints, k);
		if (streq(json_str(other, "key"), json_str(taint, "key")) &&
		    streq(json_str(other, "effect"), json_str(taint, "effect")))
			return true;
	}
	return false;
}

static void validate_node(const json_t *node, struct violations *v)
{
	const struct fpath spec = { .name = "spec" };
	const struct fpath taints = { .up = &spec, .name = "taints" };
	json_t *taint;
	size_t i;

	json_each(node, "spec.taints", i, taint) {
		const struct fpath at = { .up = &taints, .index = i };

		violate_name(v, FPATH(&at, "value"), NAME_LABEL_VALUE,
			     json_str_or(taint, "value", ""));
		if (is_repeated(json_arr(node, "spec.taints"), i))
			violate_duplicate(v, &at, json_str_or(taint, "key", ""));
	}
}

/* What is given once stays. */
static void validate_node_update(const json_t *now, const json_t *before, struct violations *v)
{
	static const char *const fields[] = { "podCIDR", "podCIDRs", "providerID" };
	const struct fpath spec = { .name = "spec" };

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const json_t *old = json_object_get(json_obj(before, "spec"), fields[i]);

		if (old && !json_same(old, json_object_get(json_obj(now, "spec"), fields[i])))
			violate_forbidden(
				v, FPATH(&spec, fields[i]),
				"node updates may not change %s except from \"\" to valid",
				fields[i]);
	}
}

/* All that it has may be taken, unless it says how much. */
static void node_defaults(json_t *node)
{
	json_t *capacity = json_obj(node, "status.capacity");

	if (capacity && !json_has(node, "status.allocatable"))
		json_set_path(node, "status.allocatable", json_dup(capacity));
}

/* ---- columns ---- */

static json_t *cell_status(const json_t *obj, int64_t now_ns)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	const char *ready = json_str(condition_get(obj, "Ready"), "status");

	(void)now_ns;
	strbuf_adds(&b, ready == NULL ? "Unknown" : streq(ready, "True") ? "Ready" : "NotReady");
	if (json_bool(obj, "spec.unschedulable", false))
		strbuf_adds(&b, ",SchedulingDisabled");
	return json_string(strbuf_str(&b));
}

static json_t *cell_roles(const json_t *obj, int64_t now_ns)
{
	static const char prefix[] = "node-role.kubernetes.io/";
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	const char *key;
	json_t *value;

	(void)now_ns;
	json_object_foreach(meta_labels(obj), key, value) {
		if (strncmp(key, prefix, sizeof prefix - 1) == 0)
			strbuf_addf(&b, "%s%s", b.len == 0 ? "" : ",", key + sizeof prefix - 1);
	}
	return column_text(strbuf_str(&b));
}

static json_t *text_at(const json_t *obj, const char *path)
{
	return json_string(json_str_or(obj, path, ""));
}

static json_t *cell_version(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return text_at(obj, "status.nodeInfo.kubeletVersion");
}

static json_t *address_of(const json_t *obj, const char *type)
{
	const json_t *address = json_find(json_arr(obj, "status.addresses"), "type", type);

	return column_text(json_str(address, "address"));
}

static json_t *cell_internal(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return address_of(obj, "InternalIP");
}

static json_t *cell_external(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return address_of(obj, "ExternalIP");
}

static json_t *cell_os(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return column_text(json_str(obj, "status.nodeInfo.osImage"));
}

static json_t *cell_kernel(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return column_text(json_str(obj, "status.nodeInfo.kernelVersion"));
}

static json_t *cell_runtime(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return column_text(json_str(obj, "status.nodeInfo.containerRuntimeVersion"));
}

static const struct printer_column node_columns[] = {
	{ "Name", "string", "name", 0, column_name },
	{ "Status", "string", "", 0, cell_status },
	{ "Roles", "string", "", 0, cell_roles },
	{ "Age", "string", "", 0, column_age },
	{ "Version", "string", "", 0, cell_version },
	{ "Internal-IP", "string", "", 1, cell_internal },
	{ "External-IP", "string", "", 1, cell_external },
	{ "OS-Image", "string", "", 1, cell_os },
	{ "Kernel-Version", "string", "", 1, cell_kernel },
	{ "Container-Runtime", "string", "", 1, cell_runtime },
	{ 0 },
};

const struct kind kind_node = {
	KIND_CORE_NAMES("Node", "nodes", "node"),
	.short_names = (const char *const[]){ "no", NULL },
	.subresources = SUB_STATUS,
	.name_rule = NAME_DNS1123_SUBDOMAIN,
	.default_propagation = "Background",
	.schema = &schema_node,
	.set_defaults = node_defaults,
	.validate = validate_node,
	.validate_update = validate_node_update,
	.field_labels = (const char *const[]){ "spec.unschedulable", NULL },
	.columns = node_columns,
};
