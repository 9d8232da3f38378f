/*
 * pod_schema_volume: field tables of volumes.
 *
 * Sources that need a storage system nobody here has (clouds' disks, iscsi, …) are known by name and not
 * looked into: such a pod is accepted, as in the field, and waits with FailedMount.
 */
#include "api/pod_tables.h"

#define MODE INT32("mode", .flags = FIELD_PTR)
#define DEFAULT_MODE INT32("defaultMode", .flags = FIELD_PTR, .dflt = "420")

static SCHEMA(schema_host_path, "HostPathVolumeSource", STR("path", .flags = FIELD_REQUIRED),
	      STR("type", .flags = FIELD_PTR, .dflt = ""));

static SCHEMA(schema_empty_dir, "EmptyDirVolumeSource", STR("medium"),
	      QUANTITY("sizeLimit", .flags = FIELD_PTR));

static SCHEMA(schema_key_to_path, "KeyToPath", STR("key", .flags = FIELD_REQUIRED),
	      STR("path", .flags = FIELD_REQUIRED), MODE);

static SCHEMA(schema_secret_source, "SecretVolumeSource",
	      STR("secretName", .flags = FIELD_REQUIRED), LIST("items", schema_key_to_path),
	      DEFAULT_MODE, BOOL("optional", .flags = FIELD_PTR));

static SCHEMA(schema_config_map_source, "ConfigMapVolumeSource",
	      STR("name", .flags = FIELD_REQUIRED), LIST("items", schema_key_to_path), DEFAULT_MODE,
	      BOOL("optional", .flags = FIELD_PTR));

static SCHEMA(schema_downward_file, "DownwardAPIVolumeFile", STR("path", .flags = FIELD_REQUIRED),
	      OBJ("fieldRef", schema_object_field_ref),
	      OBJ("resourceFieldRef", schema_resource_field_ref), MODE);

static SCHEMA(schema_downward_source, "DownwardAPIVolumeSource",
	      LIST("items", schema_downward_file), DEFAULT_MODE);

static SCHEMA(schema_projected_object, "Projection", STR("name", .flags = FIELD_REQUIRED),
	      LIST("items", schema_key_to_path), BOOL("optional", .flags = FIELD_PTR));

static SCHEMA(schema_projected_downward, "DownwardAPIProjection",
	      LIST("items", schema_downward_file));

static SCHEMA(schema_projected_token, "ServiceAccountTokenProjection", STR("audience"),
	      INT64("expirationSeconds", .flags = FIELD_PTR, .dflt = "3600"),
	      STR("path", .flags = FIELD_REQUIRED));

static SCHEMA(schema_projection, "VolumeProjection", OBJ("secret", schema_projected_object),
	      OBJ("configMap", schema_projected_object),
	      OBJ("downwardAPI", schema_projected_downward),
	      OBJ("serviceAccountToken", schema_projected_token), ANY("clusterTrustBundle"),
	      ANY("podCertificate"));

static SCHEMA(schema_projected_source, "ProjectedVolumeSource", LIST("sources", schema_projection),
	      DEFAULT_MODE);

static SCHEMA(schema_claim_source, "PersistentVolumeClaimVolumeSource",
	      STR("claimName", .flags = FIELD_REQUIRED), BOOL("readOnly"));

static SCHEMA(schema_nfs_source, "NFSVolumeSource", STR("server", .flags = FIELD_REQUIRED),
	      STR("path", .flags = FIELD_REQUIRED), BOOL("readOnly"));

static SCHEMA(schema_git_source, "GitRepoVolumeSource", STR("repository", .flags = FIELD_REQUIRED),
	      STR("revision"), STR("directory"));

static SCHEMA(schema_csi_source, "CSIVolumeSource", STR("driver", .flags = FIELD_REQUIRED),
	      BOOL("readOnly", .flags = FIELD_PTR), STR("fsType", .flags = FIELD_PTR),
	      STR_MAP("volumeAttributes"), OBJ("nodePublishSecretRef", schema_local_reference));

static SCHEMA(schema_image_source, "ImageVolumeSource", STR("reference"),
	      STR("pullPolicy", ONE_OF("Always", "IfNotPresent", "Never")));

SCHEMA(schema_volume, "Volume",
       STR("name", .flags = FIELD_REQUIRED | FIELD_NAMED, .rule = NAME_DNS1123_LABEL),
       OBJ("emptyDir", schema_empty_dir), OBJ("hostPath", schema_host_path),
       OBJ("gitRepo", schema_git_source), OBJ("secret", schema_secret_source),
       OBJ("nfs", schema_nfs_source), OBJ("persistentVolumeClaim", schema_claim_source),
       OBJ("downwardAPI", schema_downward_source), OBJ("configMap", schema_config_map_source),
       OBJ("projected", schema_projected_source), OBJ("csi", schema_csi_source),
       OBJ("image", schema_image_source), ANY("ephemeral"), ANY("gcePersistentDisk"),
       ANY("awsElasticBlockStore"), ANY("iscsi"), ANY("glusterfs"), ANY("rbd"), ANY("flexVolume"),
       ANY("cinder"), ANY("cephfs"), ANY("flocker"), ANY("fc"), ANY("azureFile"),
       ANY("vsphereVolume"), ANY("quobyte"), ANY("azureDisk"), ANY("photonPersistentDisk"),
       ANY("portworxVolume"), ANY("scaleIO"), ANY("storageos"));
