/*
 * cluster: Namespace and Lease.
 *
 * A namespace starts Active, carries its own name as a label and the finalizer that lets its contents be
 * emptied before it goes. Leases are written by the nodes themselves and hold few rules.
 */
#include "api/cluster.h"

#include "api/columns.h"
#include "api/meta.h"
#include "api/schema_rows.h"
#include "base/json.h"

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
