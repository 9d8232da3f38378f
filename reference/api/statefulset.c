/*
 * statefulset: pods that each have a name, an ordinal and storage of their own.
 *
 * Most of the spec never changes: what a pod's identity hangs on is given once. maxUnavailable is behind a gate
 * that is off: it is taken and dropped, as in the field, also where unknown fields are refused.
 */
#include "api/statefulset.h"

#include "api/columns.h"
#include "api/meta.h"
#include "api/persistent_volume.h"
#include "api/pod.h"
#include "api/schema_rows.h"
#include "api/workload.h"
#include "api/workload_rules.h"
#include "base/json.h"

#define COUNT(n, ...) INT32(n, .flags = FIELD_PTR | FIELD_RANGE, AT_LEAST(0), ##__VA_ARGS__)

static SCHEMA(schema_rolling, "RollingUpdateStatefulSetStrategy", COUNT("partition"),
	      INT_OR_STR("maxUnavailable", .flags = FIELD_PTR));

static SCHEMA(schema_strategy, "StatefulSetUpdateStrategy", STR("type", .dflt = "RollingUpdate"),
	      OBJ("rollingUpdate", schema_rolling));

static SCHEMA(schema_retention, "StatefulSetPersistentVolumeClaimRetentionPolicy",
	      STR("whenDeleted", .dflt = "Retain", ONE_OF("Delete", "Retain")),
	      STR("whenScaled", .dflt = "Retain", ONE_OF("Delete", "Retain")));

static SCHEMA(schema_ordinals, "StatefulSetOrdinals", COUNT("start"));

static SCHEMA(schema_claim_template, "PersistentVolumeClaim", TYPE_META,
	      OBJ("metadata", schema_object_meta), OBJ("spec", schema_claim_spec, .dflt = "{}"),
	      OBJ("status", schema_claim_status));

static SCHEMA(schema_spec, "StatefulSetSpec", COUNT("replicas", .dflt = "1"),
	      OBJ("selector", schema_label_selector, .flags = FIELD_REQUIRED),
	      OBJ("template", schema_pod_template, .dflt = "{}"),
	      LIST("volumeClaimTemplates", schema_claim_template), STR("serviceName"),
	      STR("podManagementPolicy", .dflt = "OrderedReady"),
	      OBJ("updateStrategy", schema_strategy, .dflt = "{}"),
	      COUNT("revisionHistoryLimit", .dflt = "10"),
	      INT32("minReadySeconds", .flags = FIELD_RANGE, AT_LEAST(0)),
	      OBJ("persistentVolumeClaimRetentionPolicy", schema_retention, .dflt = "{}"),
	      OBJ("ordinals", schema_ordinals));

static SCHEMA(schema_status, "StatefulSetStatus", INT64("observedGeneration"),
	      COUNT("replicas", .dflt = "0"), INT32("readyReplicas"), INT32("currentReplicas"),
	      INT32("updatedReplicas"), STR("currentRevision"), STR("updateRevision"),
	      INT32("collisionCount", .flags = FIELD_PTR),
	      LIST("conditions", schema_condition, .merge_key = "type"),
	      COUNT("availableReplicas", .dflt = "0"));

static SCHEMA(schema_statefulset, "StatefulSet", TYPE_META, OBJ("metadata", schema_object_meta),
	      OBJ("spec", schema_spec, .dflt = "{}"), OBJ("status", schema_status, .dflt = "{}"));

/* ---- questions ---- */

int64_t statefulset_start(const json_t *sts)
{
	return json_int(sts, "spec.ordinals.start", 0);
}

bool statefulset_is_ordered(const json_t *sts)
{
	return !streq(json_str(sts, "spec.podManagementPolicy"), "Parallel");
}

bool statefulset_is_rolling(const json_t *sts)
{
	return !streq(json_str(sts, "spec.updateStrategy.type"), "OnDelete");
}

int64_t statefulset_partition(const json_t *sts)
{
	return json_int(sts, "spec.updateStrategy.rollingUpdate.partition", 0);
}

static bool drops_claims(const json_t *sts, const char *when)
{
	return streq(json_str(json_obj(sts, "spec.persistentVolumeClaimRetentionPolicy"), when),
		     "Delete");
}

bool statefulset_drops_claims_when_deleted(const json_t *sts)
{
	return drops_claims(sts, "whenDeleted");
}

bool statefulset_drops_claims_when_scaled(const json_t *sts)
{
	return drops_claims(sts, "whenScaled");
}

/* ---- rules ---- */

static void default_claims(json_t *sts)
{
	json_t *claim;
	size_t i;

	json_each(sts, "spec.volumeClaimTemplates", i, claim) {
		json_set_str(claim, "apiVersion", "v1");
		json_set_str(claim, "kind", "PersistentVolumeClaim");
		json_set_str(claim, "status.phase", "Pending");
	}
}

static void set_defaults(json_t *sts)
{
	json_t *rolling;

	pod_template_default(json_obj(sts, "spec.template"));
	default_claims(sts);
	if (streq(json_str(sts, "spec.updateStrategy.type"), "RollingUpdate")) {
		rolling = json_make_obj(sts, "spec.updateStrategy.rollingUpdate");
		if (!json_has(rolling, "partition"))
			json_set_int(rolling, "partition", 0);
	}
	json_object_del(json_obj(sts, "spec.updateStrategy.rollingUpdate"), "maxUnavailable");
}

static void validate_strategy(const json_t *sts, const struct fpath *spec, struct violations *v)
{
	const json_t *strategy = json_obj(sts, "spec.updateStrategy");
	const json_t *rolling = json_object_get(strategy, "rollingUpdate");
	const struct fpath at = { .up = spec, .name = "updateStrategy" };

	if (streq(json_str(strategy, "type"), "OnDelete")) {
		if (rolling != NULL)
			violate_invalid(v, FPATH(&at, "rollingUpdate"), rolling,
					"only allowed for updateStrategy 'RollingUpdate'");
	} else if (!streq(json_str(strategy, "type"), "RollingUpdate")) {
		violate_invalid(v, &at, strategy, "must be 'RollingUpdate' or 'OnDelete'");
	}
}

/* A pod will have a volume for each claim: the containers may mount them. */
static json_t *with_claims(const json_t *sts)
{
	json_t *copy = json_dup(sts), *claim;
	size_t i;

	if (json_obj(copy, "spec.template.spec") == NULL)
		return copy;
	json_each(sts, "spec.volumeClaimTemplates", i, claim) {
		const char *name = json_str_or(claim, "metadata.name", "");
		json_t *volumes = json_make_arr(copy, "spec.template.spec.volumes");

		if (json_find(volumes, "name", name) == NULL)
			json_take_append(volumes,
					 json_pack("{ss,s{ss}}", "name", name,
						   "persistentVolumeClaim", "claimName", name));
	}
	return copy;
}

static void validate(const json_t *sts, struct violations *v)
{
	_cleanup_json_ json_t *whole = with_claims(sts);
	const struct fpath spec = { .name = "spec" };
	const char *policy = json_str(sts, "spec.podManagementPolicy");

	if (!streq(policy, "OrderedReady") && !streq(policy, "Parallel"))
		violate_invalid_str(v, FPATH(&spec, "podManagementPolicy"), policy,
				    "must be 'OrderedReady' or 'Parallel'");
	validate_strategy(sts, &spec, v);
	workload_validate_selector(sts, "statefulset", v);
	workload_validate_template(whole, "StatefulSet", v);
}

static void validate_update(const json_t *sts, const json_t *was, struct violations *v)
{
	static const char *const changeable[] = { "replicas",
						  "ordinals",
						  "template",
						  "updateStrategy",
						  "minReadySeconds",
						  "persistentVolumeClaimRetentionPolicy",
						  "revisionHistoryLimit" };
	_cleanup_json_ json_t *a = json_copy(json_obj(sts, "spec"));
	_cleanup_json_ json_t *b = json_copy(json_obj(was, "spec"));

	for (size_t i = 0; i < ARRAY_SIZE(changeable); i++) {
		json_object_del(a, changeable[i]);
		json_object_del(b, changeable[i]);
	}
	if (!json_same(a, b))
		violate_forbidden(
			v, FPATH(NULL, "spec"),
			"updates to statefulset spec for fields other than 'replicas', "
			"'ordinals', 'template', 'updateStrategy', "
			"'revisionHistoryLimit', "
			"'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are "
			"forbidden");
}

/* ---- columns ---- */

static json_t *cell_ready(const json_t *sts, int64_t now_ns)
{
	(void)now_ns;
	return json_sprintf("%lld/%lld", (long long)json_int(sts, "status.readyReplicas", 0),
			    (long long)workload_replicas(sts));
}

static const struct printer_column columns[] = {
	{ "Name", "string", "name", 0, column_name },
	{ "Ready", "string", "", 0, cell_ready },
	{ "Age", "string", "", 0, column_age },
	{ "Containers", "string", "", 1, workload_cell_containers },
	{ "Images", "string", "", 1, workload_cell_images },
	{ 0 },
};

const struct kind kind_statefulset = {
	KIND_NAMES("apps", "v1", "StatefulSet", "statefulsets", "statefulset"),
	.short_names = (const char *const[]){ "sts", NULL },
	.categories = (const char *const[]){ "all", NULL },
	.namespaced = true,
	.subresources = SUB_STATUS | SUB_SCALE,
	.name_rule = NAME_DNS1123_SUBDOMAIN,
	.default_propagation = "Background",
	.schema = &schema_statefulset,
	.set_defaults = set_defaults,
	.validate = validate,
	.validate_update = validate_update,
	.columns = columns,
};
