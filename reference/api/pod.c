/*
 * pod: the Pod kind's row in the scheme.
 */
#include "api/pod.h"

#include "api/pod_columns.h"
#include "api/pod_rules.h"
#include "api/pod_tables.h"

static SCHEMA(schema_pod, "Pod", TYPE_META, OBJ("metadata", schema_object_meta),
	      OBJ("spec", schema_pod_spec, .dflt = "{}"), OBJ("status", schema_pod_status));

static const char *const pod_fields[] = {
	"spec.nodeName",
	"spec.restartPolicy",
	"spec.schedulerName",
	"spec.serviceAccountName",
	"spec.hostNetwork",
	"status.phase",
	"status.podIP",
	"status.podIPs",
	"status.nominatedNodeName",
	NULL,
};

const struct kind kind_pod = {
	KIND_CORE_NAMES("Pod", "pods", "pod"),
	.short_names = (const char *const[]){ "po", NULL },
	.categories = (const char *const[]){ "all", NULL },
	.namespaced = true,
	.graceful_delete = true,
	.subresources = SUB_STATUS | SUB_LOG | SUB_EXEC | SUB_BINDING | SUB_EVICTION,
	.name_rule = NAME_DNS1123_SUBDOMAIN,
	.default_propagation = "Background",
	.schema = &schema_pod,
	.set_defaults = pod_set_defaults,
	.validate = pod_validate,
	.validate_update = pod_validate_update,
	.field_labels = pod_fields,
	.columns = pod_columns,
};
