/*
 * pod_schema: field tables of PodSpec and the pod template.
 *
 * Every field of the API is here, also those that nothing of ours acts on yet: a manifest that the
 * field accepts is never refused for a word we do not know.
 */
#include "api/pod.h"
#include "api/pod_tables.h"

static SCHEMA(schema_sysctl, "Sysctl", STR("name", .flags = FIELD_REQUIRED),
	      STR("value", .flags = FIELD_PTR));

static SCHEMA(schema_pod_security_context, "PodSecurityContext",
	      OBJ("seLinuxOptions", schema_selinux_options),
	      OBJ("windowsOptions", schema_windows_options),
	      INT64("runAsUser", .flags = FIELD_PTR | FIELD_RANGE, BETWEEN(0, INT32_MAX)),
	      INT64("runAsGroup", .flags = FIELD_PTR | FIELD_RANGE, BETWEEN(0, INT32_MAX)),
	      BOOL("runAsNonRoot", .flags = FIELD_PTR),
	      INTS("supplementalGroups", .flags = FIELD_RANGE, BETWEEN(0, INT32_MAX)),
	      STR("supplementalGroupsPolicy", .flags = FIELD_PTR, ONE_OF("Merge", "Strict")),
	      INT64("fsGroup", .flags = FIELD_PTR | FIELD_RANGE, BETWEEN(0, INT32_MAX)),
	      LIST("sysctls", schema_sysctl),
	      STR("fsGroupChangePolicy", .flags = FIELD_PTR, ONE_OF("Always", "OnRootMismatch")),
	      OBJ("seccompProfile", schema_seccomp_profile),
	      OBJ("appArmorProfile", schema_apparmor_profile),
	      STR("seLinuxChangePolicy", .flags = FIELD_PTR, ONE_OF("MountOption", "Recursive")));

static SCHEMA(schema_toleration, "Toleration",
	      STR("key", .flags = FIELD_NAMED, .rule = NAME_QUALIFIED),
	      STR("operator", ONE_OF("Equal", "Exists", "Gt", "Lt")), STR("value"),
	      STR("effect", ONE_OF("NoSchedule", "PreferNoSchedule", "NoExecute")),
	      INT64("tolerationSeconds", .flags = FIELD_PTR));

static SCHEMA(schema_host_alias, "HostAlias", STR("ip", .flags = FIELD_PTR), STRS("hostnames"));

static SCHEMA(schema_dns_option, "PodDNSConfigOption", STR("name"),
	      STR("value", .flags = FIELD_PTR));

static SCHEMA(schema_dns_config, "PodDNSConfig", STRS("nameservers"), STRS("searches"),
	      LIST("options", schema_dns_option));

static SCHEMA(schema_readiness_gate, "PodReadinessGate",
	      STR("conditionType", .flags = FIELD_REQUIRED | FIELD_NAMED, .rule = NAME_QUALIFIED));

static SCHEMA(schema_scheduling_gate, "PodSchedulingGate",
	      STR("name", .flags = FIELD_REQUIRED | FIELD_NAMED, .rule = NAME_QUALIFIED));

static SCHEMA(schema_spread, "TopologySpreadConstraint",
	      INT32("maxSkew", .flags = FIELD_PTR | FIELD_RANGE, AT_LEAST(1)),
	      STR("topologyKey", .flags = FIELD_REQUIRED),
	      STR("whenUnsatisfiable", .flags = FIELD_REQUIRED,
		  ONE_OF("DoNotSchedule", "ScheduleAnyway")),
	      OBJ("labelSelector", schema_label_selector),
	      INT32("minDomains", .flags = FIELD_PTR | FIELD_RANGE, AT_LEAST(1)),
	      STR("nodeAffinityPolicy", .flags = FIELD_PTR, ONE_OF("Honor", "Ignore")),
	      STR("nodeTaintsPolicy", .flags = FIELD_PTR, ONE_OF("Honor", "Ignore")),
	      STRS("matchLabelKeys"));

static SCHEMA(schema_pod_claim, "PodResourceClaim", STR("name", .flags = FIELD_REQUIRED),
	      STR("resourceClaimName", .flags = FIELD_PTR),
	      STR("resourceClaimTemplateName", .flags = FIELD_PTR));

static SCHEMA(schema_pod_os, "PodOS",
	      STR("name", .flags = FIELD_REQUIRED, ONE_OF("linux", "windows")));

static SCHEMA(schema_workload_ref, "WorkloadReference", STR("name", .flags = FIELD_REQUIRED),
	      STR("podGroup", .flags = FIELD_REQUIRED), STR("podGroupReplicaKey"));

#define NAMES .merge_key = "name"

SCHEMA(schema_pod_spec, "PodSpec", LIST("volumes", schema_volume, NAMES, .flags = FIELD_RETAIN_KEYS),
       LIST("initContainers", schema_container, NAMES),
       LIST("containers", schema_container, NAMES, .flags = FIELD_REQUIRED),
       LIST("ephemeralContainers", schema_ephemeral_container, NAMES),
       STR("restartPolicy", .dflt = "Always", ONE_OF("Always", "OnFailure", "Never")),
       INT64("terminationGracePeriodSeconds", .flags = FIELD_PTR, .dflt = "30"),
       INT64("activeDeadlineSeconds", .flags = FIELD_PTR | FIELD_RANGE, BETWEEN(1, INT32_MAX)),
       STR("dnsPolicy", .dflt = "ClusterFirst",
	   ONE_OF("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")),
       STR_MAP("nodeSelector", .flags = FIELD_ATOMIC),
       STR("serviceAccountName", .flags = FIELD_NAMED, .rule = NAME_DNS1123_SUBDOMAIN),
       STR("serviceAccount"), BOOL("automountServiceAccountToken", .flags = FIELD_PTR),
       STR("nodeName", .flags = FIELD_NAMED, .rule = NAME_DNS1123_SUBDOMAIN), BOOL("hostNetwork"),
       BOOL("hostPID"), BOOL("hostIPC"), BOOL("shareProcessNamespace", .flags = FIELD_PTR),
       OBJ("securityContext", schema_pod_security_context, .dflt = "{}"),
       LIST("imagePullSecrets", schema_local_reference, NAMES),
       STR("hostname", .flags = FIELD_NAMED, .rule = NAME_DNS1123_LABEL),
       STR("subdomain", .flags = FIELD_NAMED, .rule = NAME_DNS1123_LABEL),
       OBJ("affinity", schema_affinity), STR("schedulerName", .dflt = "default-scheduler"),
       LIST("tolerations", schema_toleration),
       LIST("hostAliases", schema_host_alias, .merge_key = "ip"),
       STR("priorityClassName", .flags = FIELD_NAMED, .rule = NAME_DNS1123_SUBDOMAIN),
       INT32("priority", .flags = FIELD_PTR), OBJ("dnsConfig", schema_dns_config),
       LIST("readinessGates", schema_readiness_gate),
       STR("runtimeClassName", .flags = FIELD_PTR | FIELD_NAMED, .rule = NAME_DNS1123_SUBDOMAIN),
       BOOL("enableServiceLinks", .flags = FIELD_PTR),
       STR("preemptionPolicy", .flags = FIELD_PTR, ONE_OF("PreemptLowerPriority", "Never")),
       QUANTITY_MAP("overhead"),
       LIST("topologySpreadConstraints", schema_spread, .merge_key = "topologyKey"),
       BOOL("setHostnameAsFQDN", .flags = FIELD_PTR), OBJ("os", schema_pod_os),
       BOOL("hostUsers", .flags = FIELD_PTR), LIST("schedulingGates", schema_scheduling_gate, NAMES),
       LIST("resourceClaims", schema_pod_claim, NAMES, .flags = FIELD_RETAIN_KEYS),
       OBJ("resources", schema_resources), STR("hostnameOverride", .flags = FIELD_PTR),
       OBJ("workloadRef", schema_workload_ref), ANY("schedulingGroup"));

SCHEMA(schema_pod_template, "PodTemplateSpec", OBJ("metadata", schema_object_meta),
       OBJ("spec", schema_pod_spec, .dflt = "{}"));
