/*
 * cluster: Namespace, Node and Lease.
 *
 * A namespace starts Active, carries its own name as a label and the finalizer that lets its contents be
 * emptied before it goes. Nodes and leases are written by the node itself and hold few rules.
 */
#include "api/cluster.h"

#include "api/columns.h"
#include "api/meta.h"
#include "api/schema_rows.h"
#include "base/json.h"
#include "base/strbuf.h"

/* ---- Namespace ---- */

static SCHEMA(schema_namespace_spec, "NamespaceSpec", STRS("finalizers"));
static SCHEMA(schema_namespace_status, "NamespaceStatus",
	      STR("phase", ONE_OF("Active", "Terminating")),
	      LIST("conditions", schema_condition, .merge_key = "type"));
static SCHEMA(schema_namespace, "Namespace", TYPE_META, OBJ("metadata", schema_object_meta),
	      OBJ("spec", schema_namespace_spec), OBJ("status", schema_namespace_status));

static void namespace_defaults(json_t *obj)
{
	json_t *labels = json_make_obj(obj, "metadata.labels");

	if (meta_name(obj) != NULL)
		json_object_set_new(labels, "kubernetes.io/metadata.name",
				    json_string(meta_name(obj)));
	if (json_obj(obj, "spec") == NULL)
		json_set_path(obj, "spec.finalizers", json_pack("[s]", "kubernetes"));
	if (json_str(obj, "status.phase") == NULL)
		json_set_str(obj, "status.phase", "Active");
}

static json_t *cell_phase(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return json_string(json_str_or(obj, "status.phase", ""));
}

static const struct printer_column namespace_columns[] = {
	{ "Name", "string", "name", 0, column_name },
	{ "Status", "string", "", 0, cell_phase },
	{ "Age", "string", "", 0, column_age },
	{ 0 },
};

const struct kind kind_namespace = {
	KIND_CORE_NAMES("Namespace", "namespaces", "namespace"),
	.short_names = (const char *const[]){ "ns", NULL },
	.subresources = SUB_STATUS | SUB_FINALIZE,
	.name_rule = NAME_DNS1123_LABEL,
	.default_propagation = "Background",
	.schema = &schema_namespace,
	.set_defaults = namespace_defaults,
	.field_labels = (const char *const[]){ "status.phase", NULL },
	.columns = namespace_columns,
};

/* ---- Node ---- */

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

static json_t *cell_node_status(const json_t *obj, int64_t now_ns)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	const char *ready = json_str(condition_get(obj, "Ready"), "status");

	(void)now_ns;
	strbuf_adds(&b, ready == NULL ? "Unknown" : streq(ready, "True") ? "Ready" : "NotReady");
	if (json_bool(obj, "spec.unschedulable", false))
		strbuf_adds(&b, ",SchedulingDisabled");
	return json_string(strbuf_str(&b));
}

static json_t *cell_node_roles(const json_t *obj, int64_t now_ns)
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

static json_t *cell_node_version(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return json_string(json_str_or(obj, "status.nodeInfo.kubeletVersion", ""));
}

static json_t *cell_node_ip(const json_t *obj, int64_t now_ns)
{
	const json_t *address = json_find(json_arr(obj, "status.addresses"), "type", "InternalIP");

	(void)now_ns;
	return column_text(json_str(address, "address"));
}

static const struct printer_column node_columns[] = {
	{ "Name", "string", "name", 0, column_name },
	{ "Status", "string", "", 0, cell_node_status },
	{ "Roles", "string", "", 0, cell_node_roles },
	{ "Age", "string", "", 0, column_age },
	{ "Version", "string", "", 0, cell_node_version },
	{ "Internal-IP", "string", "", 1, cell_node_ip },
	{ 0 },
};

const struct kind kind_node = {
	KIND_CORE_NAMES("Node", "nodes", "node"),
	.short_names = (const char *const[]){ "no", NULL },
	.subresources = SUB_STATUS,
	.name_rule = NAME_DNS1123_SUBDOMAIN,
	.default_propagation = "Background",
	.schema = &schema_node,
	.field_labels = (const char *const[]){ "spec.unschedulable", NULL },
	.columns = node_columns,
};

/* ---- Lease ---- */

static SCHEMA(schema_lease_spec, "LeaseSpec", STR("holderIdentity", .flags = FIELD_PTR),
	      INT32("leaseDurationSeconds", .flags = FIELD_PTR | FIELD_RANGE, AT_LEAST(1)),
	      TIME("acquireTime"), TIME("renewTime"),
	      INT32("leaseTransitions", .flags = FIELD_PTR | FIELD_RANGE, AT_LEAST(0)),
	      STR("strategy", .flags = FIELD_PTR), STR("preferredHolder", .flags = FIELD_PTR));

static SCHEMA(schema_lease, "Lease", TYPE_META, OBJ("metadata", schema_object_meta),
	      OBJ("spec", schema_lease_spec, .dflt = "{}"));

static json_t *cell_holder(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return json_string(json_str_or(obj, "spec.holderIdentity", ""));
}

static const struct printer_column lease_columns[] = {
	{ "Name", "string", "name", 0, column_name },
	{ "Holder", "string", "", 0, cell_holder },
	{ "Age", "string", "", 0, column_age },
	{ 0 },
};

const struct kind kind_lease = {
	KIND_NAMES("coordination.k8s.io", "v1", "Lease", "leases", "lease"),
	.namespaced = true,
	.name_rule = NAME_DNS1123_SUBDOMAIN,
	.default_propagation = "Background",
	.schema = &schema_lease,
	.columns = lease_columns,
};
