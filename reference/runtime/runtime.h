/*
 * runtime: sandboxes and containers, shaped like CRI; it knows no Pod.
 *
 * podd talks to one pod-shim per sandbox over a socket; every call that waits for a shim is asynchronous
 * and ends in exactly one call of its `done` function, from the loop, never from inside the call.
 * Strings and arrays in the config structs are borrowed for the duration of the call only.
 * A sandbox, its containers and their exit records survive podd: runtime_new() finds them again.
 */
#pragma once

#include <stdbool.h>

#include "base/clock.h"
#include "base/loop.h"
#include "runtime/container.h"
#include "runtime/exec.h"
#include "runtime/forward.h"
#include "runtime/image.h"
#include "runtime/logs.h"
#include "runtime/sandbox.h"

enum { RUNTIME_NOT_FOUND = 1, IMAGE_NOT_PRESENT = 2 };

struct runtime_config {
	const char *root; /* podd's --root; everything lies below it */
	const char *shim_path, *pause_path;
	const char *pod_cidr; /* e.g. "10.88.0.0/16"; the node's own addresses inside its namespace */
	bool host_network; /* the node uses the host's network namespace */
	const char *uplink; /* "ADDRESS@PATH" of the node through which others are reached (net_uplink.c), or NULL */
	/* The images of a root above ours, DIR/images, which are read and never changed; NULL: our own. */
	const char *images;
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

/*
 * Opens the root, makes the node's namespace and cgroup if they are not there, reconnects to every shim it
 * finds. done is called when all answered: from then on the lists below are complete.
 */
int runtime_new(const struct runtime_config *cfg, runtime_event_fn events, runtime_done_fn done,
		void *userdata, struct runtime **ret_rt, struct error *err);
struct runtime *runtime_free(struct runtime *rt); /* leaves pods running */
/* Kills and removes every trace of a root: processes, mounts, cgroups, devices, files. Synchronous (podd --cleanup). */
int runtime_cleanup(const char *root, struct error *err);

/* ---- the node's network, for probes and hooks ---- */

/* socket(2) made inside the node's network namespace (setns there and back); close-on-exec. Negative: err. */
int runtime_socket(struct runtime *rt, int family, int type, int protocol, struct error *err);
/* What log_opts.growth wants; the runtime's own. */
struct growth *runtime_growth(struct runtime *rt);
const char *runtime_node_ip(const struct runtime *rt); /* the node's address as pods reach it */

/* ---- the node's network, for Services ---- */

/* Commands of nft(8), one transaction, in the node's network. */
int runtime_nft(struct runtime *rt, const char *commands, struct error *err);
/* A further address of the node, dotted. */
int runtime_own_address(struct runtime *rt, const char *address, struct error *err);
/* The node takes packets for this address in; what no rule of nft sends on it answers itself. */
int runtime_service_address(struct runtime *rt, bool add, const char *address, struct error *err);
