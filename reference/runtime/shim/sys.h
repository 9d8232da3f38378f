/*
 * sys: system calls that the C libraries of Debian 12 do not wrap (the shim is built with musl, and with
 * glibc under ASan), and their constants: <linux/mount.h> clashes with <sys/mount.h> in glibc.
 */
#pragma once

#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SYS_OPEN_TREE_CLONE 1u
#define SYS_AT_RECURSIVE 0x8000u
#define SYS_MOVE_MOUNT_F_EMPTY_PATH 0x04u
#define SYS_MOVE_MOUNT_T_SYMLINKS 0x10u
#define SYS_MOUNT_ATTR_RDONLY 0x01u
#define SYS_MOUNT_ATTR_NODEV 0x04u
#define SYS_MOUNT_ATTR_IDMAP 0x00100000u

#define NS_CLONE_PARENT 0x00008000
#define NS_NEWNS 0x00020000
#define NS_NEWCGROUP 0x02000000
#define NS_NEWUTS 0x04000000
#define NS_NEWIPC 0x08000000
#define NS_NEWUSER 0x10000000
#define NS_NEWPID 0x20000000
#define NS_NEWNET 0x40000000

struct sys_mount_attr {
	uint64_t set, clr, propagation, userns_fd;
};

static inline int sys_open_tree(int dir, const char *path, unsigned flags)
{
	return (int)syscall(SYS_open_tree, dir, path, flags | O_CLOEXEC);
}

static inline int sys_move_mount(int tree, const char *target, unsigned flags)
{
	return (int)syscall(SYS_move_mount, tree, "", AT_FDCWD, target,
			    flags | SYS_MOVE_MOUNT_F_EMPTY_PATH);
}

static inline int sys_mount_setattr(int fd, unsigned flags, struct sys_mount_attr *attr)
{
	return (int)syscall(SYS_mount_setattr, fd, "", flags | AT_EMPTY_PATH, attr, sizeof(*attr));
}

/* Ids in the tree are those inside the user namespace. */
static inline int sys_map_ids(int tree, unsigned flags, int user_ns_fd)
{
	struct sys_mount_attr attr = { .set = SYS_MOUNT_ATTR_IDMAP,
				       .userns_fd = (uint64_t)user_ns_fd };

	return sys_mount_setattr(tree, flags, &attr);
}

static inline int sys_fsopen(const char *type)
{
	return (int)syscall(SYS_fsopen, type, 1 /* close-on-exec */);
}

/* The file system of a context, as a detached mount. */
static inline int sys_fsmount(int context, unsigned attributes)
{
	if (syscall(SYS_fsconfig, context, 6 /* create */, 0, 0, 0) < 0)
		return -1;
	return (int)syscall(SYS_fsmount, context, 1 /* close-on-exec */, attributes);
}

static inline int sys_pivot_root(const char *new_root, const char *put_old)
{
	return (int)syscall(SYS_pivot_root, new_root, put_old);
}

static inline int sys_close_from(unsigned first)
{
	return (int)syscall(SYS_close_range, first, ~0u, 0);
}

/* fork() without the library's handlers, in new namespaces. */
static inline pid_t sys_fork(unsigned long flags)
{
	return (pid_t)syscall(SYS_clone, flags | 17 /* SIGCHLD */, 0, 0, 0, 0);
}
