/*
 * shim_spec: the structs that travel in bodies of frames; see shim_proto.h.
 *
 * Strings and vectors of a decoded struct are owned by it; shim_*_clear() frees them and takes an empty
 * struct. Encoding only reads, so an encoded struct may borrow.
 */
#pragma once

#include <stdint.h>

#include "runtime/shim_proto.h"

struct shim_blob {
	void *data;
	uint64_t len;
};

enum shim_setup_flags {
	SHIM_HOST_NET = 1,
	SHIM_HOST_IPC = 2,
	SHIM_HOST_PID = 4,
	SHIM_SHARE_PID = 8,
	SHIM_OWN_USERS = 16,
};

struct shim_setup {
	char *hostname, *pause_path;
	char *run_dir; /* absolute: ROOT/run/SANDBOX */
	char **sysctls; /* "name=value" */
	char **cgroups; /* directories that the shim itself joins */
	uint64_t cgroup_v2; /* else v1 */
	uint64_t flags; /* enum shim_setup_flags */
	uint64_t user_base; /* with SHIM_OWN_USERS: the host's id of its root */
	uint64_t birth_wall_ns, birth_boot_ns, rate_milli; /* the nominal clock */
};

enum shim_container_flags {
	SHIM_PRIVILEGED = 1,
	SHIM_READONLY_ROOT = 2,
	SHIM_NO_NEW_PRIVS = 4,
	SHIM_UNMASKED_PROC = 8,
	SHIM_STDIN = 16,
	SHIM_TTY = 32,
	SHIM_WATCH_OOM = 64,
};

enum shim_mount_flags {
	SHIM_MOUNT_RO = 1,
	SHIM_MOUNT_RRO = 2, /* read-only with everything below */
	SHIM_MOUNT_SLAVE = 4,
	SHIM_MOUNT_SHARED = 8,
};

struct shim_container {
	char *id;
	char *dir; /* absolute: for its exit record */
	char *layers_dir; /* absolute; the next three are relative to it, as overlay's options are short */
	char *lower; /* directories joined by ":" */
	char *upper, *work;
	char *root; /* absolute: where the overlay is mounted for an instant, the same for all */
	char **argv, **env;
	char *cwd;
	char *user; /* "name|uid[:name|gid]", looked up in the image; "" = root */
	int64_t uid, gid; /* -1: as user says */
	char **groups; /* supplemental, decimal */
	char **mounts; /* triples: source, target, flags in decimal */
	char *log_path;
	char **cgroups; /* directories to join, the first also serves kill and v2's events */
	char **cgroup_mounts; /* v1: controllers to show below /sys/fs/cgroup */
	char *memory_dir; /* cgroup directory that counts OOM kills, "" = none */
	uint64_t caps; /* bit mask */
	uint64_t flags; /* enum shim_container_flags */
	int64_t oom_score_adj;
	struct shim_blob seccomp; /* struct sock_filter[] */
};

struct shim_exec {
	char *container;
	char **argv;
	uint64_t tty;
	uint64_t timeout_ns; /* real; 0: none */
};

enum shim_state { SHIM_STATE_CREATED, SHIM_STATE_RUNNING, SHIM_STATE_STOPPED };

struct shim_status {
	char *id;
	uint64_t state, pid, exit_code, signal, oom_killed;
	uint64_t created_ns, started_ns, finished_ns; /* nominal */
};

void shim_put_setup(struct shim_msg *m, const struct shim_setup *s);
void shim_put_container(struct shim_msg *m, const struct shim_container *c);
void shim_put_exec(struct shim_msg *m, const struct shim_exec *e);
void shim_put_status(struct shim_msg *m, const struct shim_status *s);
/* Fill an empty struct; check m->bad afterwards, and clear the struct in any case. */
void shim_get_setup(struct shim_msg *m, struct shim_setup *s);
void shim_get_container(struct shim_msg *m, struct shim_container *c);
void shim_get_exec(struct shim_msg *m, struct shim_exec *e);
void shim_get_status(struct shim_msg *m, struct shim_status *s);

void shim_setup_clear(struct shim_setup *s);
void shim_container_clear(struct shim_container *c);
void shim_exec_clear(struct shim_exec *e);
void shim_status_clear(struct shim_status *s);
