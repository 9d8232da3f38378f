/*
 * container: start, state and end of a program in a sandbox. Part of runtime.h.
 */
#pragma once

#include "runtime/types.h"

struct mount_config {
	const char *source, *target; /* source: absolute host path; a file or a directory */
	bool readonly;
	bool recursive_readonly;
	const char *propagation; /* NULL = private, "HostToContainer", "Bidirectional" */
};

struct container_config {
	const char *id; /* unique file name below the sandbox: name and attempt */
	const char *image; /* resolved reference or digest: must be present */
	char *const *argv; /* final entrypoint + args */
	char *const *env; /* "K=V", final */
	const char *cwd; /* NULL or "": the image's, else "/" */
	const struct mount_config *mounts;
	size_t n_mounts;
	bool stdin_open, stdin_once, tty;
	int64_t uid, gid; /* -1: the image's user */
	const char *username; /* NULL, or a name to look up in the image's passwd */
	const int64_t *supplemental_gids;
	size_t n_supplemental_gids;
	char *const *cap_add, *const *cap_drop; /* "NET_ADMIN", "ALL"; NULL = none */
	bool privileged, readonly_rootfs, no_new_privs, unmasked_proc;
	const char *seccomp; /* NULL or "RuntimeDefault" | "Unconfined" */
	struct resource_limits limits;
	int oom_score_adj; /* clamped to what this host allows */
	const char *log_path; /* CRI format; made by the shim */
	json_t *labels; /* opaque, kept for recovery; borrowed */
};

enum container_state { CONTAINER_CREATED, CONTAINER_RUNNING, CONTAINER_STOPPED };

struct container_status {
	enum container_state state;
	pid_t pid; /* on the host; 0 when not running */
	int exit_code; /* 128 + signal when signalled */
	int signal; /* 0 when it exited by itself */
	bool oom_killed;
	int64_t created_ns, started_ns, finished_ns; /* nominal clock, 0 = not yet */
	char image_id[80]; /* sha256:… */
};

/*
 * done: the program has been exec'd, or the error says at which stage it failed ("stage mounts: EPERM /proc",
 * 'exec: "nope": executable file not found in $PATH'). Then the container is STOPPED with exit code 128 and
 * stays, like any other, until it is removed. A negative result leaves none.
 */
int container_start(struct sandbox *sb, const struct container_config *cfg, runtime_done_fn done,
		    void *userdata, struct container **ret_c, struct error *err);
/* Sends a signal to the container's first process (SIGKILL: to every process in it). */
int container_signal(struct container *c, int signal, struct error *err);
/* Only when not running: forgets it, unmounts, removes its directory (its log stays until the sandbox's owner removes it). */
void container_remove(struct container *c, runtime_done_fn done, void *userdata);
void container_get_status(const struct container *c, struct container_status *ret);
const char *container_id(const struct container *c);
const json_t *container_labels(const struct container *c);
struct sandbox *container_sandbox(const struct container *c);
struct container *container_next(struct sandbox *sb, struct container *prev);
/* CPU time used so far and memory in use now, as cgroup_usage() says. */
int container_usage(const struct container *c, int64_t *ret_cpu_ns, int64_t *ret_memory,
		    struct error *err);
int container_update_limits(struct container *c, const struct resource_limits *limits,
			    struct error *err);
