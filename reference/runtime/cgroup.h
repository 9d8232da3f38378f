/*
 * cgroup: the runtime's own subtree, /podd-TAG/pod-SANDBOX/CONTAINER, in every hierarchy that serves.
 *
 * Both layouts: one v2 tree, or v1 hierarchies (also in a hybrid host, whose v2 tree holds no controller
 * that is needed). A controller that the host does not offer is tolerated: `of` says what there is. Each v1
 * hierarchy costs every container a fifth of a millisecond, so one that only counts CPU time is used by those that
 * request CPU, and one that only limits processes by those that have such a limit. podd makes and removes directories
 * and writes limits; processes join by themselves (shim/cgroup.c).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct resource_limits;

enum cgroup_controller { CGROUP_PIDS, CGROUP_MEMORY, CGROUP_CPU, CGROUP_CPUACCT, CGROUP_N };

struct cgroup_hierarchy {
	char *base; /* mount point and our own directory: /sys/fs/cgroup/memory/podd-TAG */
	char *options; /* v1: what to give to mount(2), "cpu,cpuacct" */
	bool on_demand; /* only groups that need it have a directory in it */
};

struct cgroups {
	bool v2;
	struct cgroup_hierarchy hierarchies[CGROUP_N];
	size_t n;
	int of[CGROUP_N]; /* index of the controller's hierarchy; -1: the host has none */
};

enum { CGROUP_BUSY = 1 };

/* Finds the layout. Makes nothing. */
int cgroups_init(struct cgroups *c, const char *tag, struct error *err);
void cgroups_deinit(struct cgroups *c);
/* Makes our own directories, with their controllers switched on. */
int cgroups_prepare(struct cgroups *c, struct error *err);

/* path: "pod-X", "pod-X/c" or "shims", relative to our own directory; parents first. */
int cgroup_make(const struct cgroups *c, const char *path, bool leaf, struct error *err);
/* The same in the hierarchy of a controller that is used on demand, with its parents. */
int cgroup_make_for(const struct cgroups *c, enum cgroup_controller which, const char *path,
		    struct error *err);
/* Not there: 0. CGROUP_BUSY: a process is still (dying) in it. */
int cgroup_remove(const struct cgroups *c, const char *path, struct error *err);
/* Kills every process at and below path; "" is our whole subtree. */
void cgroup_kill_tree(const struct cgroups *c, const char *path);
/* Removes the directories at and below path; CGROUP_BUSY as above. */
int cgroup_remove_tree(const struct cgroups *c, const char *path, struct error *err);

/* The directories of a group that was made, to be joined by its processes: owned vector. */
char **cgroup_dirs(const struct cgroups *c, const char *path);
/* The directory of one controller, owned; NULL when there is none. */
char *cgroup_common_dir(const struct cgroups *c, const char *path); /* one that every group has */
char *cgroup_dir(const struct cgroups *c, enum cgroup_controller which, const char *path);

/* ---- cgroup_limits.c, cgroup_usage.c ---- */

int cgroup_set_limits(const struct cgroups *c, const char *path, const struct resource_limits *l,
		      struct error *err);
/*
 * Of a leaf: CPU time used so far, memory in use now. Where the group does not count CPU time it is that of its present
 * processes and their children, in ticks.
 */
int cgroup_usage(const struct cgroups *c, const char *path, int64_t *ret_cpu_ns,
		 int64_t *ret_memory, struct error *err);
