/*
 * fsutil: files relative to held directories.
 *
 * dirfd is a directory descriptor or AT_FDCWD. All descriptors are close-on-exec. Messages name the
 * path and the system call's own words; errnum is set. Nothing here blocks on anything but the disk.
 */
#pragma once

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

enum { FS_NOT_FOUND = 1 };

/* An owned descriptor of a directory; ret_fd >= 0. */
int fs_open_dir(int dirfd, const char *path, int *ret_fd, struct error *err);
/* openat(2) with O_CLOEXEC. */
int fs_open(int dirfd, const char *path, int flags, mode_t mode, int *ret_fd, struct error *err);

/*
 * A whole regular file, NUL added behind it. Larger than max: ERR_TOO_LARGE. FS_NOT_FOUND (err is filled)
 * when it does not exist. ret_len may be NULL.
 */
int fs_read_file(int dirfd, const char *path, size_t max, char **ret_data, size_t *ret_len,
		 struct error *err);
/* The same from a descriptor, which may be a pipe. */
int fs_read_fd(int fd, size_t max, char **ret_data, size_t *ret_len, struct error *err);
int fs_write_fd(int fd, const void *data, size_t len, struct error *err); /* all of it */
/* An existing file (cgroup, proc, sysctl) in one write(2). */
int fs_write_value(int dirfd, const char *path, const char *value, struct error *err);

/*
 * Replaced as a whole or not at all: temporary file beside it, then rename. `sync` also survives a power
 * cut. A failure (a full disk) leaves the old file and nothing else.
 */
int fs_write_atomic(int dirfd, const char *path, const void *data, size_t len, mode_t mode,
		    bool sync, struct error *err);

/* Makes the directory and its parents; those that exist are fine. */
int fs_mkdir_p(int dirfd, const char *path, mode_t mode, struct error *err);
/* Makes the parents of path. */
int fs_mkdir_parents(int dirfd, const char *path, mode_t mode, struct error *err);

/*
 * Removes a file or a whole tree. Symlinks are removed, not followed; a mount point inside is refused
 * (EBUSY or ERR_SYSTEM with EXDEV) after what is beside it was removed. Not there: 0.
 */
int fs_remove_tree(int dirfd, const char *path, struct error *err);
int fs_unlink(int dirfd, const char *path, struct error *err); /* not there: 0 */
/* Bytes on the disk of everything below a directory; counts no further than beyond enough. What cannot be read is 0. */
int64_t fs_tree_bytes(int dirfd, const char *path, int64_t enough);

bool fs_exists(int dirfd, const char *path); /* without following a final symlink */
char *fs_join(const char *dir, const char *name); /* "dir/name"; an absolute name replaces dir */
/* The target of a symlink; FS_NOT_FOUND. */
int fs_readlink(int dirfd, const char *path, char **ret, struct error *err);
/* Sorted names without . and ..; FS_NOT_FOUND. */
int fs_list(int dirfd, const char *path, char ***ret_names, struct error *err);

/* O_NONBLOCK and FD_CLOEXEC on an existing descriptor. */
int fs_set_nonblock(int fd, struct error *err);
int fs_set_cloexec(int fd, bool on, struct error *err);
