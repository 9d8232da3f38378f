/*
 * runtime: sandboxes and containers, shaped like CRI; it knows no Pod.
 *
 * podd talks to one pod-shim per sandbox over a socket; every call that waits for a shim is asynchronous
 * and ends in exactly one call of its `done` function, from the loop, never from inside the call.
 * Strings and arrays in the config structs are borrowed for the duration of the call only.
 * A sandbox, its containers and their exit records survive podd: runtime_new() finds them again.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/loop.h"

struct runtime;
struct sandbox;
struct container;

enum { RUNTIME_NOT_FOUND = 1, IMAGE_NOT_PRESENT = 2 };

struct runtime_config {
	const char *root; /* podd's --root; everything lies below it */
	const char *shim_path, *pause_path;
	const char *pod_cidr; /* e.g. "10.88.0.0/16"; the node's own addresses inside its namespace */
	bool host_network; /* the node uses the host's network namespace */
	struct loop *loop;
	struct clock *clock;
};

enum runtime_event_type { CONTAINER_EXITED, CONTAINER_OOM, SANDBOX_GONE };

struct runtime_event {
	enum runtime_event_type type;
	struct sandbox *sandbox;
	struct container *container; /* NULL for SANDBOX_GONE */
};

typedef void (*runtime_event_fn)(void *userdata, const struct runtime_event *event);
/* err is NULL on success; its reason is what a status shows (RunContainerError, StartError, …). */
typedef void (*runtime_done_fn)(void *userdata, const struct error *err);

/*
 * Opens the root, makes the node's namespace and cgroup if they are not there, reconnects to every shim it
 * finds. done is called when all answered: from then on the lists below are complete.
 */
int runtime_new(const struct runtime_config *cfg, runtime_event_fn events, runtime_done_fn done,
		void *userdata, struct runtime **ret_rt, struct error *err);
struct runtime *runtime_free(struct runtime *rt); /* leaves pods running */
/* Kills and removes every trace of a root: processes, mounts, cgroups, devices, files. Synchronous (podd --cleanup). */
int runtime_cleanup(const char *root, struct error *err);

/* ---- sandboxes ---- */

struct port_mapping {
	uint16_t container_port, host_port;
	const char *protocol; /* "TCP" | "UDP" | "SCTP" */
	const char *host_ip; /* NULL: any address of the node */
};

struct resource_limits { /* 0: none */
	int64_t memory_bytes;
	int64_t cpu_shares; /* v1 scale, 2..262144 */
	int64_t cpu_quota_us, cpu_period_us;
	int64_t pids;
};

struct sandbox_config {
	const char *id; /* unique file name: the pod's uid and an attempt */
	const char *hostname;
	const char *log_dir; /* below root */
	const char *resolv_conf; /* whole text */
	bool host_network, host_pid, host_ipc, share_pid, user_namespace;
	const struct port_mapping *ports;
	size_t n_ports;
	char *const *sysctls; /* "name=value", NULL-terminated or NULL */
	struct resource_limits limits; /* of the pod's cgroup */
	json_t *labels; /* opaque to the runtime, kept for recovery; borrowed */
};

/* When it fails, at once or by done, nothing is left and the sandbox is freed. Not removable before done. */
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

/* ---- containers ---- */

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
/* CPU and memory in use now, from the cgroup. */
int container_usage(const struct container *c, int64_t *ret_cpu_ns, int64_t *ret_memory,
		    struct error *err);
int container_update_limits(struct container *c, const struct resource_limits *limits,
			    struct error *err);

/* ---- exec ---- */

struct exec;
struct exec_config {
	char *const *argv;
	bool stdin_open, tty;
	int64_t timeout_ns; /* real time; 0: none. Then the exec'd process alone is killed and timed_out is set. */
};
struct exec_events {
	void (*output)(void *userdata, int stream /* 1 | 2 */, const char *data, size_t len);
	/* Last call. exit_code is -1 when it could not be started (err says why). */
	void (*done)(void *userdata, int exit_code, bool timed_out, const struct error *err);
};
int container_exec(struct container *c, const struct exec_config *cfg, const struct exec_events *ev,
		   void *userdata, struct exec **ret_exec, struct error *err);
int exec_write(struct exec *e, const char *data, size_t len); /* to stdin; queued */
void exec_close_stdin(struct exec *e);
void exec_resize(struct exec *e, unsigned short cols, unsigned short rows);
struct exec *exec_cancel(struct exec *e); /* kills it; no event follows. Takes NULL, returns NULL. */

/* ---- images ---- */

struct image_info {
	char *id; /* sha256:… of the config */
	char **names;
	char **entrypoint, **cmd, **env; /* NULL-terminated, may be NULL */
	char *user, *workdir, *stop_signal; /* may be NULL */
	int64_t size_bytes;
};
struct image_info *image_info_free(struct image_info *i);
/* Resolves "name", "name:tag", "name@sha256:…" and ids as docker does (docker.io/library/ prefix, :latest). IMAGE_NOT_PRESENT. */
int image_resolve(struct runtime *rt, const char *ref, struct image_info **ret, struct error *err);
/* An OCI layout archive or directory, or a docker-save archive; unpacked once by digest. */
int image_import(struct runtime *rt, const char *path, json_t **ret_names, struct error *err);
int image_list(struct runtime *rt, json_t **ret_array, struct error *err); /* [{id, names, size}] */
int image_remove(struct runtime *rt, const char *ref,
		 struct error *err); /* RUNTIME_NOT_FOUND; refused while in use */

/* ---- logs: reading CRI files ---- */

struct log_reader;
struct log_opts {
	bool follow, timestamps;
	int64_t tail_lines; /* -1: all */
	int64_t since_ns; /* nominal; 0: all */
	int64_t limit_bytes; /* -1: none */
};
struct log_events {
	void (*data)(void *userdata, const char *data, size_t len); /* formatted as asked */
	void (*done)(void *userdata, const struct error *err);
};
/* With follow it ends when the writer is gone (log_reader_writer_gone() was called) and all is read; uses inotify, no polling. */
int log_reader_new(struct loop *loop, const char *path, const struct log_opts *opts,
		   const struct log_events *ev, void *userdata, struct log_reader **ret,
		   struct error *err);
void log_reader_writer_gone(struct log_reader *r);
struct log_reader *log_reader_free(struct log_reader *r);

/* ---- the node's network, for probes and hooks ---- */

/* socket(2) made inside the node's network namespace (setns there and back); close-on-exec. Negative: err. */
int runtime_socket(struct runtime *rt, int family, int type, int protocol, struct error *err);
const char *runtime_node_ip(const struct runtime *rt); /* the node's address as pods reach it */
