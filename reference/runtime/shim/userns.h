/*
 * userns: the pod's user namespace, when it has one of its own (SHIM_OWN_USERS).
 */
#pragma once

#include "runtime/shim/shim.h"

static inline bool userns_own(const struct shim *s)
{
	return s->user_ns_fd >= 0;
}

/* The host's id of the pod's root. */
static inline uid_t userns_root(const struct shim *s)
{
	return (uid_t)s->setup.user_base;
}

/* Makes it, with network, IPC and UTS namespaces that it owns; the caller is in those three then. 0 or -1. */
int userns_make(struct shim *s);
/* Makes the caller its root, with no power outside. The caller's parent is then its death signal. */
int userns_enter(const struct shim *s);
/* The caller keeps all powers of the host, but what it makes belongs to the pod's root. */
int userns_file_owner(const struct shim *s);
/* fn's value and errno, called in a child that is the pod's root; waits for it. */
int userns_run(const struct shim *s, int (*fn)(const struct shim *s));
/*
 * Forks the first process of a new PID namespace (and cgroup namespace) that the user namespace owns, in the cgroups
 * if there are any. The child is the caller's, and the pod's root. As fork(); waits for a helper.
 */
pid_t userns_fork_first(const struct shim *s, char *const *cgroups);
