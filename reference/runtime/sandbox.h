/*
 * sandbox: what a pod's containers share: namespaces, address, cgroup. Part of runtime.h.
 */
#pragma once

#include "runtime/types.h"

struct port_mapping {
	uint16_t container_port, host_port;
	const char *protocol; /* "TCP" | "UDP" | "SCTP" */
	const char *host_ip; /* NULL: any address of the node */
};

struct sandbox_config {
	const char *id; /* unique file name: the pod's uid and an attempt */
	const char *hostname;
	const char *log_dir; /* below root */
	const char *resolv_conf; /* whole text */
	bool host_network, host_pid, host_ipc, share_pid;
	bool user_namespace; /* 65536 ids that no other pod has; not with namespaces of the host */
	const struct port_mapping *ports;
	size_t n_ports;
	char *const *sysctls; /* "name=value", NULL-terminated or NULL */
	struct resource_limits limits; /* of the pod's cgroup */
	json_t *labels; /* opaque to the runtime, kept for recovery; borrowed */
};

/*
 * When it fails, at once or by done, nothing is left and the sandbox is freed
 * (after done). Not removable before done.
 */
int sandbox_run(struct runtime *rt, const struct sandbox_config *cfg, runtime_done_fn done,
		void *userdata, struct sandbox **ret_sb, struct error *err);
/* Kills what still runs in it, removes containers, network, cgroup, mounts and the shim. Then sb is freed (after done). */
void sandbox_remove(struct sandbox *sb, runtime_done_fn done, void *userdata);
/* Kills the sandbox as a crash would (pause or shim dies): SANDBOX_GONE follows. For `disrupt` only. */
int sandbox_kill(struct sandbox *sb, struct error *err);
const char *sandbox_id(const struct sandbox *sb);
const char *sandbox_ip(const struct sandbox *sb); /* NULL with host network */
const json_t *sandbox_labels(const struct sandbox *sb); /* borrowed */
bool sandbox_alive(const struct sandbox *sb);
struct sandbox *sandbox_next(struct runtime *rt, struct sandbox *prev); /* NULL starts and ends */
