/*
 * init: the child's side of a start: from fork to exec, in named stages.
 *
 * Each stage returns when it is done and otherwise calls init_fail(), which reports "stage NAME: …" to the
 * shim over a socket and ends the child. The end of that socket without a report means: exec'd.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "runtime/shim/shim.h"

#define INIT_MAX_TREES 256

/* What the child says over its socket; all but 'E' carry a descriptor. */
enum init_word { INIT_ERROR = 'E', INIT_MOUNT_NS = 'M', INIT_TTY = 'T', INIT_PROC = 'P' };

struct init_report {
	int word, errnum;
	char text[400];
};

struct init {
	struct shim *shim;
	const struct shim_container *spec;
	char *const *argv; /* the spec's, or those of an exec */
	bool tty;
	int stdio[3]; /* -1 with a terminal */
	int report_fd;
	int peer_fd; /* between builder and first process (first.c); -1: one does both */
	pid_t first_pid; /* the builder's peer */
	const char *stage;
	/* for an exec: namespaces to enter; -1 otherwise */
	int mnt_fd, cgroup_ns_fd;
	/* opened on the host before its tree is left */
	int shm_tree, device_trees[8], mount_trees[INIT_MAX_TREES];
	uid_t uid;
	gid_t gid;
	gid_t groups[64];
	size_t n_groups;
	char home[256];
};

_Noreturn void init_container(struct init *in);
/* The two halves of a container that is first in a PID namespace of the pod's own users; see first.c. */
_Noreturn void init_builder(struct init *in);
_Noreturn void init_first(struct init *in);
_Noreturn void init_exec(struct init *in);

_Noreturn void init_fail(struct init *in, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* As init_fail(), with the text alone: for what people know from other runtimes. */
_Noreturn void init_refuse(struct init *in, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void init_send(struct init *in, int word, int fd);
const char *errno_name(int errnum);

/* Has the host's powers: privileged, and no user namespace of the pod's own. */
bool init_of_host(const struct init *in);

/* ---- first.c ---- */

int first_proc(struct init *in); /* the builder's: a mount of /proc of the first process */
void first_join_cgroup(struct init *in); /* the builder's */
_Noreturn void first_release(struct init *in, int mnt_ns_fd); /* the builder's last act */
void first_await(struct init *in); /* the first process': until it is in its mount namespace */

/* ---- rootfs.c, devices.c, binds.c: the mount namespace ---- */

void rootfs_open_sources(struct init *in);
void rootfs_mount(struct init *in);
void rootfs_pivot(struct init *in);
void rootfs_kernel(struct init *in); /* /proc, /sys, /sys/fs/cgroup */
void rootfs_mask(struct init *in);
void rootfs_readonly(struct init *in);
void devices_open(struct init *in);
void devices_mount(struct init *in); /* /dev and what is in it */
void binds_open(struct init *in);
void binds_mount(struct init *in);
int make_dirs(const char *path); /* mkdir -p; 0 or -1 */
int make_file(const char *path); /* with its parents; an existing one is fine */

/* ---- tty.c, users.c, creds.c, program.c ---- */

void tty_open(struct init *in);
void users_lookup(struct init *in); /* uid, gid, groups and home from the image */
void creds_apply(struct init *in); /* ids, capabilities, no_new_privs, seccomp */
_Noreturn void program_exec(struct init *in);
