/*
 * objects: the runtime's own structs and what its modules do for each other.
 */
#pragma once

#include "base/child.h"
#include "runtime/cgroup.h"
#include "runtime/image_store.h"
#include "runtime/net.h"
#include "runtime/runtime.h"
#include "runtime/shim_child.h"
#include "runtime/shim_client.h"
#include "runtime/shim_spec.h"

#define TAG_LEN 10

struct runtime {
	char *root, *run_dir; /* absolute, without symlinks; run is a tmpfs */
	char *shim_path, *pause_path;
	char tag[TAG_LEN + 1]; /* of the root: names in shared places carry it */
	struct loop *loop;
	struct clock *clock;
	runtime_event_fn events;
	runtime_done_fn done; /* of runtime_new(); NULL when called */
	void *userdata;
	int lock_fd;
	struct cgroups cgroups;
	struct net net;
	struct image_store images;
	char *below; /* from the root of the images to ours: "", or "nodes/NAME/" when they are another's */
	struct sandbox *sandboxes; /* in order of their making */
	struct growth *growth; /* of log files */
	struct shim_child *shims; /* those that this podd has started */
	struct loop_defer *adopted; /* calls done */
	size_t adopting; /* shims that have not answered yet */
	struct shim_blob seccomp; /* compiled when first wanted */
	char **leftovers; /* cgroups to be removed */
	struct loop_timer *leftover_timer;
	int leftover_rounds;
};

/* One operation on an object that is under way. */
struct operation {
	runtime_done_fn done;
	void *userdata;
};

struct sandbox {
	struct sandbox *next;
	struct runtime *rt;
	char *id, *dir, *disk_dir, *cgroup; /* dir: below run */
	int dir_fd;
	json_t *labels;
	uint32_t address; /* 0: host network */
	char ip[INET_ADDRSTRLEN];
	bool host_network, host_pid, share_pid, ports_open;
	bool ready, alive, removing;
	pid_t shim_pid;
	struct shim_client *client;
	struct container *containers;
	struct exec *execs;
	struct operation op;
	struct loop_timer *retry; /* of a removal */
	int retries;
	struct port_mapping *ports; /* those with a host port; strings are owned but protocol */
	size_t n_ports;
};

struct container {
	struct container *next;
	struct sandbox *sb;
	char *id, *dir, *upper, *work, *cgroup; /* dir: below run */
	json_t *labels;
	struct container_status status;
	bool starting;
	struct operation op;
};

/* ---- sandbox.c ---- */

struct sandbox *sandbox_new(struct runtime *rt, const char *id); /* appended to the runtime's list */
struct sandbox *sandbox_free(struct sandbox *sb); /* unlinked; what runs goes on */
void sandbox_unlink(struct sandbox *sb); /* no longer in the list; again: nothing */
int sandbox_remove_files(const struct sandbox *sb, struct error *err);
struct sandbox *sandbox_find(const struct runtime *rt, const char *id);
extern const struct shim_client_events sandbox_shim_events;
/* The shim is dead: containers are recorded as killed, everybody is told. */
void sandbox_lost(struct sandbox *sb);
void operation_end(struct operation *op, const struct error *err);
/* A body's status to the container it names. */
void sandbox_take_status(struct sandbox *sb, const struct shim_status *st);

/* ---- sandbox_start.c ---- */

int sandbox_shim_spawn(struct sandbox *sb, struct error *err);
void sandbox_add_port(struct sandbox *sb, const struct port_mapping *p);
pid_t shim_find(const struct cgroups *c, const char *sandbox_dir); /* 0: none */
void sandbox_destroy(struct sandbox *sb); /* kills and removes what there is; frees sb */

/* ---- container.c ---- */

struct container *container_new(struct sandbox *sb, const char *id);
struct container *container_free(struct container *c); /* unlinked */
int container_remove_files(const struct container *c, struct error *err);
struct container *container_find(const struct sandbox *sb, const char *id);

/* ---- exec.c ---- */

void exec_event(struct sandbox *sb, struct shim_msg *m); /* EXEC_TTY, EXEC_EXITED */
void exec_orphan_all(struct sandbox *sb); /* they end with an error */
void exec_drop_all(struct sandbox *sb); /* uncalled: podd ends */
/* The container is freed: its execs end with an error. */
void exec_orphan(struct container *c);
