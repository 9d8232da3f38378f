/*
 * pod_schema_status: field tables of a pod's status.
 *
 * Numbers and booleans that the field always writes (ready, restartCount, exitCode) are marked so that a
 * zero is kept.
 */
#include "api/pod_tables.h"

static SCHEMA(schema_waiting, "ContainerStateWaiting", STR("reason"), STR("message"));
static SCHEMA(schema_running, "ContainerStateRunning", TIME("startedAt"));
static SCHEMA(schema_terminated, "ContainerStateTerminated", INT32("exitCode", .flags = FIELD_PTR),
	      INT32("signal"), STR("reason"), STR("message"), TIME("startedAt"), TIME("finishedAt"),
	      STR("containerID"));

static SCHEMA(schema_state, "ContainerState", OBJ("waiting", schema_waiting),
	      OBJ("running", schema_running), OBJ("terminated", schema_terminated));

static SCHEMA(schema_mount_status, "VolumeMountStatus", STR("name", .flags = FIELD_PTR),
	      STR("mountPath", .flags = FIELD_PTR), BOOL("readOnly"),
	      STR("recursiveReadOnly", .flags = FIELD_PTR), ANY("volumeStatus"));

SCHEMA(schema_container_status, "ContainerStatus", STR("name", .flags = FIELD_PTR),
       OBJ("state", schema_state, .dflt = "{}"), OBJ("lastState", schema_state, .dflt = "{}"),
       BOOL("ready", .flags = FIELD_PTR, .dflt = "false"),
       INT32("restartCount", .flags = FIELD_PTR, .dflt = "0"),
       STR("image", .flags = FIELD_PTR, .dflt = ""), STR("imageID", .flags = FIELD_PTR, .dflt = ""),
       STR("containerID"), BOOL("started", .flags = FIELD_PTR), QUANTITY_MAP("allocatedResources"),
       OBJ("resources", schema_resources),
       LIST("volumeMounts", schema_mount_status, .merge_key = "mountPath"), ANY("user"),
       ANY("allocatedResourcesStatus"), STR("stopSignal", .flags = FIELD_PTR));

static SCHEMA(schema_pod_ip, "PodIP", STR("ip", .flags = FIELD_PTR));

SCHEMA(schema_pod_status, "PodStatus", INT64("observedGeneration"),
       STR("phase", ONE_OF("Failed", "Pending", "Running", "Succeeded", "Unknown")),
       LIST("conditions", schema_condition, .merge_key = "type"), STR("message"), STR("reason"),
       STR("nominatedNodeName"), STR("hostIP"), LIST("hostIPs", schema_pod_ip, .merge_key = "ip"),
       STR("podIP"), LIST("podIPs", schema_pod_ip, .merge_key = "ip"), TIME("startTime"),
       LIST("initContainerStatuses", schema_container_status),
       LIST("containerStatuses", schema_container_status), STR("qosClass"),
       LIST("ephemeralContainerStatuses", schema_container_status), STR("resize"),
       ANY("resourceClaimStatuses"), ANY("extendedResourceClaimStatus"),
       QUANTITY_MAP("allocatedResources"), OBJ("resources", schema_resources));
