/*
 * persistent_volume: storage that outlives pods, and the claims by which pods get it.
 *
 * A volume's source never changes; a claim's spec changes in few ways: the volume that it is bound to is filled in
 * once, and a bound claim may ask for more. Sources that need a storage system are known by name and not looked into:
 * such a volume is bound like any other, and mounted by nobody here. Both kinds get a finalizer at birth, which
 * holds them while they are in use (controllers/volume_binder.c takes it away).
 */
#include "api/persistent_volume.h"

#include <string.h>

#include "api/columns.h"
#include "api/meta.h"
#include "api/pod_tables.h"
#include "api/quantity.h"
#include "api/schema_rows.h"
#include "base/json.h"
#include "base/str.h"

static const char *const modes[] = { "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce",
				     "ReadWriteOncePod", NULL };

#define VOLUME_MODE \
	STR("volumeMode", .flags = FIELD_PTR, .dflt = "Filesystem", ONE_OF("Block", "Filesystem"))
#define ATTRIBUTES_CLASS STR("volumeAttributesClassName", .flags = FIELD_PTR)

/* ---- PersistentVolume ---- */

static SCHEMA(schema_host_path, "HostPathVolumeSource", STR("path", .flags = FIELD_REQUIRED),
	      STR("type", .flags = FIELD_PTR, .dflt = ""));

static SCHEMA(schema_local, "LocalVolumeSource", STR("path", .flags = FIELD_REQUIRED),
	      STR("fsType", .flags = FIELD_PTR));

static SCHEMA(schema_volume_affinity, "VolumeNodeAffinity", OBJ("required", schema_node_selector));

static SCHEMA(schema_pv_spec, "PersistentVolumeSpec", QUANTITY_MAP("capacity"), STRS("accessModes"),
	      OBJ("claimRef", schema_object_reference),
	      STR("persistentVolumeReclaimPolicy", .dflt = "Retain",
		  ONE_OF("Delete", "Recycle", "Retain")),
	      STR("storageClassName"), STRS("mountOptions"), VOLUME_MODE,
	      OBJ("nodeAffinity", schema_volume_affinity), ATTRIBUTES_CLASS,
	      OBJ("hostPath", schema_host_path), OBJ("local", schema_local), ANY("nfs"), ANY("csi"),
	      ANY("gcePersistentDisk"), ANY("awsElasticBlockStore"), ANY("iscsi"), ANY("glusterfs"),
	      ANY("rbd"), ANY("flexVolume"), ANY("cinder"), ANY("cephfs"), ANY("flocker"),
	      ANY("fc"), ANY("azureFile"), ANY("vsphereVolume"), ANY("quobyte"), ANY("azureDisk"),
	      ANY("photonPersistentDisk"), ANY("portworxVolume"), ANY("scaleIO"), ANY("storageos"));

static const char *const sources[] = {
	"hostPath",
	"local",
	"nfs",
	"csi",
	"gcePersistentDisk",
	"awsElasticBlockStore",
	"iscsi",
	"glusterfs",
	"rbd",
	"flexVolume",
	"cinder",
	"cephfs",
	"flocker",
	"fc",
	"azureFile",
	"vsphereVolume",
	"quobyte",
	"azureDisk",
	"photonPersistentDisk",
	"portworxVolume",
	"scaleIO",
	"storageos",
};

static SCHEMA(schema_pv_status, "PersistentVolumeStatus", STR("phase"), STR("message"),
	      STR("reason"), TIME("lastPhaseTransitionTime"));

static SCHEMA(schema_pv, "PersistentVolume", TYPE_META, OBJ("metadata", schema_object_meta),
	      OBJ("spec", schema_pv_spec, .dflt = "{}"), OBJ("status", schema_pv_status));

/* ---- PersistentVolumeClaim ---- */

static SCHEMA(schema_claim_resources, "VolumeResourceRequirements", QUANTITY_MAP("limits"),
	      QUANTITY_MAP("requests"));

static SCHEMA(schema_typed_reference, "TypedObjectReference", STR("apiGroup", .flags = FIELD_PTR),
	      STR("kind", .flags = FIELD_REQUIRED), STR("name", .flags = FIELD_REQUIRED),
	      STR("namespace", .flags = FIELD_PTR));

SCHEMA(schema_claim_spec, "PersistentVolumeClaimSpec", STRS("accessModes", .flags = FIELD_ATOMIC),
       OBJ("selector", schema_label_selector), OBJ("resources", schema_claim_resources),
       STR("volumeName"), STR("storageClassName", .flags = FIELD_PTR), VOLUME_MODE,
       OBJ("dataSource", schema_typed_reference), OBJ("dataSourceRef", schema_typed_reference),
       ATTRIBUTES_CLASS);

SCHEMA(schema_claim_status, "PersistentVolumeClaimStatus", STR("phase"), STRS("accessModes"),
       QUANTITY_MAP("capacity"), LIST("conditions", schema_condition, .merge_key = "type"),
       QUANTITY_MAP("allocatedResources"), STR_MAP("allocatedResourceStatuses"),
       STR("currentVolumeAttributesClassName", .flags = FIELD_PTR), ANY("modifyVolumeStatus"));

static SCHEMA(schema_claim, "PersistentVolumeClaim", TYPE_META, OBJ("metadata", schema_object_meta),
	      OBJ("spec", schema_claim_spec, .dflt = "{}"), OBJ("status", schema_claim_status));

/* ---- questions ---- */

const char *volume_class(const json_t *obj)
{
	return json_str_or(obj, "spec.storageClassName", "");
}

int64_t volume_capacity(const json_t *pv)
{
	return quantity_text_value(json_str(pv, "spec.capacity.storage"), 0);
}

int64_t claim_request(const json_t *claim)
{
	return quantity_text_value(json_str(claim, "spec.resources.requests.storage"), 0);
}

bool volume_is_for(const json_t *pv, const json_t *claim)
{
	const char *uid = json_str_or(pv, "spec.claimRef.uid", "");

	return streq(json_str(pv, "spec.claimRef.name"), meta_name(claim)) &&
	       streq(json_str(pv, "spec.claimRef.namespace"), meta_namespace(claim)) &&
	       (!*uid || streq(uid, meta_uid(claim)));
}

bool claim_is_bound(const json_t *claim)
{
	return *json_str_or(claim, "spec.volumeName", "") &&
	       streq(json_str(claim, "status.phase"), "Bound");
}

/* ---- rules ---- */

static void check_class(const json_t *obj, const struct fpath *spec, struct violations *v)
{
	const char *class = volume_class(obj);

	if (*class)
		violate_name(v, FPATH(spec, "storageClassName"), NAME_DNS1123_SUBDOMAIN, class);
}

static void check_modes(const json_t *obj, const struct fpath *spec, struct violations *v)
{
	const struct fpath at = { .up = spec, .name = "accessModes" };
	bool alone = json_len(obj, "spec.accessModes") == 1;
	json_t *mode;
	size_t i;

	if (json_len(obj, "spec.accessModes") == 0)
		violate_required(v, &at, "at least 1 access mode is required");
	json_each(obj, "spec.accessModes", i, mode) {
		const char *text = json_string_value(mode);

		if (!strv_contains((char *const *)modes, text))
			violate_unsupported(v, &at, text, modes);
		else if (streq(text, "ReadWriteOncePod") && !alone)
			violate_forbidden(v, &at,
					  "may not use ReadWriteOncePod with other access modes");
	}
}

static void check_storage(const char *text, const struct fpath *at, struct violations *v)
{
	struct quantity q;

	if (text == NULL)
		violate_required(v, at, NULL);
	else if (quantity_parse(text, &q, NULL) == 0 && quantity_sign(&q) <= 0)
		violate_invalid_str(v, at, text, "must be greater than zero");
}

static const char *source_of(const json_t *pv, size_t *ret_n)
{
	const char *first = NULL;

	*ret_n = 0;
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		if (json_object_get(json_obj(pv, "spec"), sources[i]) == NULL)
			continue;
		first = first != NULL ? first : sources[i];
		++*ret_n;
	}
	return first;
}

static void check_path(const json_t *pv, const char *source, const struct fpath *spec,
		       struct violations *v)
{
	const struct fpath at = { .up = spec, .name = source };
	const char *path = json_str_or(json_obj(json_obj(pv, "spec"), source), "path", "");
	_cleanup_strv_ char **parts = strv_split(path, '/');

	if (strv_contains(parts, ".."))
		violate_invalid_str(v, FPATH(&at, "path"), path, "must not contain '..'");
}

static void pv_validate(const json_t *pv, struct violations *v)
{
	const struct fpath spec = { .name = "spec" };
	const struct fpath capacity = { .up = &spec, .name = "capacity" };
	size_t n;
	const char *source = source_of(pv, &n);

	check_modes(pv, &spec, v);
	if (json_len(pv, "spec.capacity") == 0)
		violate_required(v, &capacity, NULL);
	else
		check_storage(json_str(pv, "spec.capacity.storage"),
			      FPATH_KEY(&capacity, "storage"), v);
	if (n == 0)
		violate_required(v, &spec, "must specify a volume type");
	else if (n > 1)
		violate_forbidden(v, &spec, "may not specify more than 1 volume type");
	if (streq(source, "hostPath") || streq(source, "local"))
		check_path(pv, source, &spec, v);
	if (streq(source, "local") && !json_has(pv, "spec.nodeAffinity.required"))
		violate_required(v, FPATH(&spec, "nodeAffinity"),
				 "Local volume requires node affinity");
	check_class(pv, &spec, v);
}

static void pv_validate_update(const json_t *pv, const json_t *was, struct violations *v)
{
	static const char *const fixed[] = { "volumeMode", "nodeAffinity" };
	const struct fpath spec = { .name = "spec" };
	const json_t *now_spec = json_obj(pv, "spec"), *was_spec = json_obj(was, "spec");

	for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
		if (!json_same(json_object_get(now_spec, sources[i]),
			       json_object_get(was_spec, sources[i]))) {
			violate_forbidden(
				v, FPATH(&spec, "persistentvolumesource"),
				"spec.persistentvolumesource is immutable after creation");
			break;
		}
	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++) {
		const json_t *old = json_object_get(was_spec, fixed[i]);
		const json_t *new = json_object_get(now_spec, fixed[i]);

		if (old != NULL && !json_same(old, new))
			violate_invalid(v, FPATH(&spec, fixed[i]), new, "field is immutable");
	}
}

static void claim_validate(const json_t *claim, struct violations *v)
{
	const struct fpath spec = { .name = "spec" };
	const struct fpath resources = { .up = &spec, .name = "resources" };

	check_modes(claim, &spec, v);
	check_class(claim, &spec, v);
	check_storage(json_str(claim, "spec.resources.requests.storage"),
		      FPATH_KEY(&resources, "storage"), v);
}

/* What may differ is put back to what it was; the rest must be the same. */
static void claim_validate_update(const json_t *claim, const json_t *was, struct violations *v)
{
	_cleanup_json_ json_t *rest = json_dup(json_obj(claim, "spec"));
	const json_t *before = json_obj(was, "spec");
	const struct fpath spec = { .name = "spec" };
	const struct fpath resources = { .up = &spec, .name = "resources" };

	if (!*json_str_or(was, "spec.volumeName", ""))
		json_set_str(rest, "volumeName", NULL);
	else if (claim_is_bound(was))
		json_set_path(rest, "resources.requests",
			      json_dup(json_obj(before, "resources.requests")));
	if (!json_same(rest, before))
		violate_forbidden(v, &spec,
				  "spec is immutable after creation except resources.requests and "
				  "volumeAttributesClassName for bound claims");
	else if (claim_request(claim) < claim_request(was))
		violate_forbidden(v, FPATH_KEY(FPATH(&resources, "requests"), "storage"),
				  "field can not be less than previous value");
}

/* ---- columns ---- */

static json_t *text_cell(const json_t *obj, const char *path)
{
	return json_string(json_str_or(obj, path, ""));
}

#define TEXT_CELL(fn, path)                                  \
	static json_t *fn(const json_t *obj, int64_t now_ns) \
	{                                                    \
		(void)now_ns;                                \
		return text_cell(obj, path);                 \
	}

TEXT_CELL(pv_cell_capacity, "spec.capacity.storage")
TEXT_CELL(pv_cell_policy, "spec.persistentVolumeReclaimPolicy")
TEXT_CELL(pv_cell_reason, "status.reason")
TEXT_CELL(cell_class, "spec.storageClassName")
TEXT_CELL(cell_mode, "spec.volumeMode")
TEXT_CELL(claim_cell_volume, "spec.volumeName")
TEXT_CELL(claim_cell_capacity, "status.capacity.storage")

static json_t *cell_attributes(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return json_string(json_str_or(obj, "spec.volumeAttributesClassName", "<unset>"));
}

static json_t *cell_phase(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return meta_deletion_timestamp(obj) ? json_string("Terminating") :
					      text_cell(obj, "status.phase");
}

static json_t *modes_cell(const json_t *list)
{
	static const char *const short_words[] = { "ROX", "RWX", "RWO", "RWOP" };
	_cleanup_strv_ char **words = NULL;
	_cleanup_free_ char *text = NULL;
	json_t *mode;
	size_t i;

	json_array_foreach((json_t *)list, i, mode)
		for (size_t k = 0; modes[k] != NULL; k++)
			if (streq(modes[k], json_string_value(mode)))
				strv_add(&words, short_words[k]);
	text = strv_join(words, ",");
	return json_string(text != NULL ? text : "");
}

static json_t *pv_cell_modes(const json_t *pv, int64_t now_ns)
{
	(void)now_ns;
	return modes_cell(json_arr(pv, "spec.accessModes"));
}

static json_t *claim_cell_modes(const json_t *claim, int64_t now_ns)
{
	(void)now_ns;
	return modes_cell(json_arr(claim, "status.accessModes"));
}

static json_t *pv_cell_claim(const json_t *pv, int64_t now_ns)
{
	(void)now_ns;
	if (!json_has(pv, "spec.claimRef"))
		return json_string("");
	return json_sprintf("%s/%s", json_str_or(pv, "spec.claimRef.namespace", ""),
			    json_str_or(pv, "spec.claimRef.name", ""));
}

static const struct printer_column pv_columns[] = {
	{ "Name", "string", "name", 0, column_name },
	{ "Capacity", "string", "", 0, pv_cell_capacity },
	{ "Access Modes", "string", "", 0, pv_cell_modes },
	{ "Reclaim Policy", "string", "", 0, pv_cell_policy },
	{ "Status", "string", "", 0, cell_phase },
	{ "Claim", "string", "", 0, pv_cell_claim },
	{ "StorageClass", "string", "", 0, cell_class },
	{ "VolumeAttributesClass", "string", "", 0, cell_attributes },
	{ "Reason", "string", "", 0, pv_cell_reason },
	{ "Age", "string", "", 0, column_age },
	{ "VolumeMode", "string", "", 1, cell_mode },
	{ 0 },
};

static const struct printer_column claim_columns[] = {
	{ "Name", "string", "name", 0, column_name },
	{ "Status", "string", "", 0, cell_phase },
	{ "Volume", "string", "", 0, claim_cell_volume },
	{ "Capacity", "string", "", 0, claim_cell_capacity },
	{ "Access Modes", "string", "", 0, claim_cell_modes },
	{ "StorageClass", "string", "", 0, cell_class },
	{ "VolumeAttributesClass", "string", "", 0, cell_attributes },
	{ "Age", "string", "", 0, column_age },
	{ "VolumeMode", "string", "", 1, cell_mode },
	{ 0 },
};

const struct kind kind_persistentvolume = {
	KIND_CORE_NAMES("PersistentVolume", "persistentvolumes", "persistentvolume"),
	.short_names = (const char *const[]){ "pv", NULL },
	.subresources = SUB_STATUS,
	.name_rule = NAME_DNS1123_SUBDOMAIN,
	.default_propagation = "Background",
	.schema = &schema_pv,
	.validate = pv_validate,
	.validate_update = pv_validate_update,
	.columns = pv_columns,
};

const struct kind kind_persistentvolumeclaim = {
	KIND_CORE_NAMES("PersistentVolumeClaim", "persistentvolumeclaims", "persistentvolumeclaim"),
	.short_names = (const char *const[]){ "pvc", NULL },
	.namespaced = true,
	.subresources = SUB_STATUS,
	.name_rule = NAME_DNS1123_SUBDOMAIN,
	.default_propagation = "Background",
	.schema = &schema_claim,
	.validate = claim_validate,
	.validate_update = claim_validate_update,
	.columns = claim_columns,
};
