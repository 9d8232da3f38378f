/*
 * pod_schema_container: field tables of a container: ports, env, probes, hooks, security, resources.
 */
#include "api/pod_tables.h"

#define ID_RANGE .flags = FIELD_PTR | FIELD_RANGE, BETWEEN(0, INT32_MAX)
#define NOT_NEGATIVE .flags = FIELD_RANGE, AT_LEAST(0)

static SCHEMA(schema_port, "ContainerPort", STR("name", .flags = FIELD_NAMED, .rule = NAME_PORT),
	      INT32("hostPort", .flags = FIELD_RANGE, BETWEEN(1, 65535)),
	      INT32("containerPort", .flags = FIELD_RANGE, BETWEEN(1, 65535)),
	      STR("protocol", .dflt = "TCP", ONE_OF("SCTP", "TCP", "UDP")), STR("hostIP"));

/* ---- env ---- */

SCHEMA(schema_object_field_ref, "ObjectFieldSelector", STR("apiVersion", .dflt = "v1"),
       STR("fieldPath", .flags = FIELD_REQUIRED));

SCHEMA(schema_resource_field_ref, "ResourceFieldSelector", STR("containerName"),
       STR("resource", .flags = FIELD_REQUIRED), QUANTITY("divisor", .dflt = "0"));

static SCHEMA(schema_key_selector, "KeySelector", STR("name"),
	      STR("key", .flags = FIELD_REQUIRED | FIELD_NAMED, .rule = NAME_CONFIG_KEY),
	      BOOL("optional", .flags = FIELD_PTR));

static SCHEMA(schema_file_key, "FileKeySelector", STR("volumeName", .flags = FIELD_REQUIRED),
	      STR("path", .flags = FIELD_REQUIRED),
	      STR("key", .flags = FIELD_REQUIRED | FIELD_NAMED, .rule = NAME_ENV_VAR),
	      BOOL("optional", .flags = FIELD_PTR, .dflt = "false"));

static SCHEMA(schema_env_source, "EnvVarSource", OBJ("fieldRef", schema_object_field_ref),
	      OBJ("resourceFieldRef", schema_resource_field_ref),
	      OBJ("configMapKeyRef", schema_key_selector), OBJ("secretKeyRef", schema_key_selector),
	      OBJ("fileKeyRef", schema_file_key));

static SCHEMA(schema_env, "EnvVar",
	      STR("name", .flags = FIELD_REQUIRED | FIELD_NAMED, .rule = NAME_ENV_VAR),
	      STR("value"), OBJ("valueFrom", schema_env_source));

static SCHEMA(schema_env_ref, "EnvRef", STR("name"), BOOL("optional", .flags = FIELD_PTR));

static SCHEMA(schema_env_from, "EnvFromSource",
	      STR("prefix", .flags = FIELD_NAMED, .rule = NAME_ENV_VAR),
	      OBJ("configMapRef", schema_env_ref), OBJ("secretRef", schema_env_ref));

/* ---- resources ---- */

static SCHEMA(schema_claim, "ResourceClaim", STR("name", .flags = FIELD_REQUIRED), STR("request"));

SCHEMA(schema_resources, "ResourceRequirements", QUANTITY_MAP("limits"), QUANTITY_MAP("requests"),
       LIST("claims", schema_claim));

static SCHEMA(schema_resize_policy, "ContainerResizePolicy",
	      STR("resourceName", .flags = FIELD_REQUIRED, ONE_OF("cpu", "memory")),
	      STR("restartPolicy", .flags = FIELD_REQUIRED,
		  ONE_OF("NotRequired", "RestartContainer")));

static SCHEMA(schema_exit_codes, "ContainerRestartRuleOnExitCodes",
	      STR("operator", .flags = FIELD_REQUIRED, ONE_OF("In", "NotIn")), INTS("values"));

static SCHEMA(schema_restart_rule, "ContainerRestartRule",
	      STR("action", .flags = FIELD_REQUIRED, ONE_OF("Restart", "RestartAllContainers")),
	      OBJ("exitCodes", schema_exit_codes, .flags = FIELD_REQUIRED));

/* ---- mounts ---- */

static SCHEMA(schema_volume_mount, "VolumeMount", STR("name", .flags = FIELD_REQUIRED),
	      BOOL("readOnly"),
	      STR("recursiveReadOnly", .flags = FIELD_PTR,
		  ONE_OF("Disabled", "Enabled", "IfPossible")),
	      STR("mountPath", .flags = FIELD_REQUIRED), STR("subPath"),
	      STR("mountPropagation", .flags = FIELD_PTR,
		  ONE_OF("Bidirectional", "HostToContainer", "None")),
	      STR("subPathExpr"));

static SCHEMA(schema_volume_device, "VolumeDevice", STR("name", .flags = FIELD_REQUIRED),
	      STR("devicePath", .flags = FIELD_REQUIRED));

/* ---- handlers, probes, hooks ---- */

static SCHEMA(schema_exec, "ExecAction", STRS("command", .flags = FIELD_REQUIRED));

static SCHEMA(schema_http_header, "HTTPHeader", STR("name", .flags = FIELD_PTR),
	      STR("value", .flags = FIELD_PTR));

static SCHEMA(schema_http_get, "HTTPGetAction", STR("path", .dflt = "/"),
	      INT_OR_STR("port", .flags = FIELD_PTR), STR("host"),
	      STR("scheme", .dflt = "HTTP", ONE_OF("HTTP", "HTTPS")),
	      LIST("httpHeaders", schema_http_header));

static SCHEMA(schema_tcp_socket, "TCPSocketAction", INT_OR_STR("port", .flags = FIELD_PTR),
	      STR("host"));

static SCHEMA(schema_grpc, "GRPCAction",
	      INT32("port", .flags = FIELD_PTR | FIELD_RANGE, BETWEEN(1, 65535)),
	      STR("service", .flags = FIELD_PTR, .dflt = ""));

static SCHEMA(schema_sleep, "SleepAction", INT64("seconds", .flags = FIELD_PTR));

static SCHEMA(schema_probe, "Probe", OBJ("exec", schema_exec), OBJ("httpGet", schema_http_get),
	      OBJ("tcpSocket", schema_tcp_socket), OBJ("grpc", schema_grpc),
	      INT32("initialDelaySeconds", NOT_NEGATIVE),
	      INT32("timeoutSeconds", .dflt = "1", NOT_NEGATIVE),
	      INT32("periodSeconds", .dflt = "10", NOT_NEGATIVE),
	      INT32("successThreshold", .dflt = "1", NOT_NEGATIVE),
	      INT32("failureThreshold", .dflt = "3", NOT_NEGATIVE),
	      INT64("terminationGracePeriodSeconds", .flags = FIELD_PTR));

static SCHEMA(schema_hook, "LifecycleHandler", OBJ("exec", schema_exec),
	      OBJ("httpGet", schema_http_get), OBJ("tcpSocket", schema_tcp_socket),
	      OBJ("sleep", schema_sleep));

static SCHEMA(schema_lifecycle, "Lifecycle", OBJ("postStart", schema_hook),
	      OBJ("preStop", schema_hook), STR("stopSignal", .flags = FIELD_PTR));

/* ---- security ---- */

SCHEMA(schema_selinux_options, "SELinuxOptions", STR("user"), STR("role"), STR("type"),
       STR("level"));
SCHEMA(schema_seccomp_profile, "SeccompProfile",
       STR("type", .flags = FIELD_REQUIRED, ONE_OF("Localhost", "RuntimeDefault", "Unconfined")),
       STR("localhostProfile", .flags = FIELD_PTR));
SCHEMA(schema_apparmor_profile, "AppArmorProfile",
       STR("type", .flags = FIELD_REQUIRED, ONE_OF("Localhost", "RuntimeDefault", "Unconfined")),
       STR("localhostProfile", .flags = FIELD_PTR));
SCHEMA(schema_windows_options, "WindowsSecurityContextOptions", STR("gmsaCredentialSpecName"),
       STR("gmsaCredentialSpec"), STR("runAsUserName"), BOOL("hostProcess", .flags = FIELD_PTR));

static SCHEMA(schema_capabilities, "Capabilities", STRS("add"), STRS("drop"));

static SCHEMA(schema_security_context, "SecurityContext", OBJ("capabilities", schema_capabilities),
	      BOOL("privileged", .flags = FIELD_PTR), OBJ("seLinuxOptions", schema_selinux_options),
	      OBJ("windowsOptions", schema_windows_options), INT64("runAsUser", ID_RANGE),
	      INT64("runAsGroup", ID_RANGE), BOOL("runAsNonRoot", .flags = FIELD_PTR),
	      BOOL("readOnlyRootFilesystem", .flags = FIELD_PTR),
	      BOOL("allowPrivilegeEscalation", .flags = FIELD_PTR),
	      STR("procMount", .flags = FIELD_PTR, ONE_OF("Default", "Unmasked")),
	      OBJ("seccompProfile", schema_seccomp_profile),
	      OBJ("appArmorProfile", schema_apparmor_profile));

/* ---- containers ---- */

/* What app, init and ephemeral containers have in common. */
#define CONTAINER_ROWS                                                                             \
	STR("name", .flags = FIELD_REQUIRED | FIELD_NAMED, .rule = NAME_DNS1123_LABEL),            \
		STR("image"), STRS("command"), STRS("args"), STR("workingDir"),                    \
		LIST("ports", schema_port, .merge_key = "containerPort"),                          \
		LIST("envFrom", schema_env_from), LIST("env", schema_env, .merge_key = "name"),    \
		OBJ("resources", schema_resources, .dflt = "{}"),                                  \
		LIST("resizePolicy", schema_resize_policy),                                        \
		STR("restartPolicy", .flags = FIELD_PTR, ONE_OF("Always", "Never", "OnFailure")),  \
		LIST("restartPolicyRules", schema_restart_rule),                                   \
		LIST("volumeMounts", schema_volume_mount, .merge_key = "mountPath"),               \
		LIST("volumeDevices", schema_volume_device, .merge_key = "devicePath"),            \
		OBJ("livenessProbe", schema_probe), OBJ("readinessProbe", schema_probe),           \
		OBJ("startupProbe", schema_probe), OBJ("lifecycle", schema_lifecycle),             \
		STR("terminationMessagePath", .dflt = "/dev/termination-log"),                     \
		STR("terminationMessagePolicy", .dflt = "File",                                    \
		    ONE_OF("FallbackToLogsOnError", "File")),                                      \
		STR("imagePullPolicy", ONE_OF("Always", "IfNotPresent", "Never")),                 \
		OBJ("securityContext", schema_security_context), BOOL("stdin"), BOOL("stdinOnce"), \
		BOOL("tty")

SCHEMA(schema_container, "Container", CONTAINER_ROWS);
SCHEMA(schema_ephemeral_container, "EphemeralContainer", CONTAINER_ROWS, STR("targetContainerName"));
