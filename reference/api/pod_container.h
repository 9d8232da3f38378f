/*
 * pod_container: typed view of a container and what hangs on it. Part of api/pod.h.
 *
 * Strings are borrowed from the object that the view keeps. Absent: NULL, or the value named.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/pod_handler.h"

enum pod_container_kind { POD_CONTAINER_APP, POD_CONTAINER_INIT, POD_CONTAINER_SIDECAR };
enum pod_restart_policy { POD_RESTART_ALWAYS, POD_RESTART_ON_FAILURE, POD_RESTART_NEVER };
enum pod_pull_policy { POD_PULL_ALWAYS, POD_PULL_IF_NOT_PRESENT, POD_PULL_NEVER };

enum pod_env_source {
	ENV_LITERAL, /* value */
	ENV_FIELD, /* key: field path */
	ENV_RESOURCE, /* ref: container or NULL, key: "limits.cpu", divisor */
	ENV_CONFIG_MAP, /* ref, key, optional */
	ENV_SECRET,
};

struct pod_env_var {
	const char *name;
	enum pod_env_source source;
	const char *value;
	const char *ref, *key, *divisor;
	bool optional;
};

struct pod_env_from {
	const char *prefix; /* "" */
	enum pod_env_source source; /* ENV_CONFIG_MAP | ENV_SECRET */
	const char *ref;
	bool optional;
};

struct pod_port {
	const char *name, *protocol, *host_ip;
	int container_port, host_port; /* 0: none */
};

struct pod_resources { /* -1: not given */
	int64_t cpu_request_milli, cpu_limit_milli;
	int64_t memory_request, memory_limit;
	int64_t ephemeral_request, ephemeral_limit;
};

struct pod_mount {
	const char *name, *path, *sub_path, *sub_path_expr;
	const char *propagation; /* NULL | "None" | "HostToContainer" | "Bidirectional" */
	const char *recursive_read_only; /* NULL | "Disabled" | "IfPossible" | "Enabled" */
	bool read_only;
};

struct pod_container_security { /* the pod's values are merged in where the container has none */
	int64_t run_as_user, run_as_group; /* -1 */
	bool run_as_non_root, privileged, read_only_root, allow_escalation;
	char **cap_add, **cap_drop; /* NULL-terminated or NULL */
	const char *seccomp, *seccomp_profile; /* type; localhostProfile */
	const char *proc_mount; /* NULL | "Default" | "Unmasked" */
};

/* What a container's own rules say to an exit code. */
enum pod_restart_action { RULE_NONE, RULE_RESTART, RULE_RESTART_ALL };

struct pod_restart_rule {
	enum pod_restart_action action;
	bool not_in; /* any code but these */
	int *codes;
	size_t n_codes;
};

struct pod_container {
	const char *name, *image, *working_dir;
	enum pod_container_kind kind;
	size_t index; /* in its list */
	enum pod_pull_policy pull_policy;
	int restart_policy; /* enum pod_restart_policy; -1: the pod's */
	struct pod_restart_rule *rules; /* the first that matches decides, before the policy */
	size_t n_rules;
	char **command, **args; /* NULL: not given */
	struct pod_env_var *env;
	struct pod_env_from *env_from;
	struct pod_port *ports;
	struct pod_mount *mounts;
	size_t n_env, n_env_from, n_ports, n_mounts;
	struct pod_probe *liveness, *readiness, *startup; /* NULL: none */
	struct pod_handler *post_start, *pre_stop;
	const char *stop_signal; /* "SIGUSR1" or NULL */
	struct pod_resources resources;
	struct pod_container_security security;
	const char *termination_path,
		*termination_policy; /* policy: "File" | "FallbackToLogsOnError" */
	bool stdin_open, stdin_once, tty;
};
