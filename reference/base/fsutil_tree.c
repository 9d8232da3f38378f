/*
 * Directories as a whole: sorted names, removal of a tree, its size.
 *
 * Removal goes down by descriptors opened with O_NOFOLLOW, so nobody who swaps a directory for a symlink
 * meanwhile can lead it elsewhere. It stops at mount points: a directory on another device than the top
 * is left alone and reported, after everything beside it was removed. A bind mount of the same device is
 * caught by the kernel, which refuses to remove a mount point (EBUSY); what lies in such a mount would be
 * removed, so each directory's mount id is compared, too.
 */
#include "base/fsutil.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

#define DEPTH_MAX 512 /* one descriptor each */

struct removal {
	unsigned long long mount_id;
	bool mount_id_known;
	int errnum; /* the first failure; 0: none */
	char *where; /* its name */
};

static void cleanup_dirp(DIR **d)
{
	if (*d)
		closedir(*d);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_dot(const char *name)
{
	return streq(name, ".") || streq(name, "..");
}

int fs_list(int dirfd, const char *path, char ***ret_names, struct error *err)
{
	_cleanup_strv_ char **names = NULL;
	_cleanup_(cleanup_dirp) DIR *dir = NULL;
	_cleanup_close_ int fd = -1;
	struct dirent *e;
	size_t n = 0;
	int r = fs_open_dir(dirfd, path, &fd, err);

	if (r < 0)
		return errno == ENOENT ? FS_NOT_FOUND : r;
	dir = fdopendir(fd);
	if (!dir)
		return error_set_errno(err, errno, "opendir %s", path);
	take_fd(fd);
	names = xcalloc(1, sizeof(*names));
	while ((e = readdir(dir))) {
		if (is_dot(e->d_name))
			continue;
		if ((n & (n + 1)) == 0) /* room for the next power of two, and NULL */
			names = xrealloc(names, (2 * n + 3) * sizeof(*names));
		names[n++] = xstrdup(e->d_name);
		names[n] = NULL;
	}
	qsort(names, n, sizeof(*names), compare_names);
	*ret_names = take_ptr(names);
	return 0;
}

static void failed(struct removal *rm, const char *name, int errnum)
{
	if (rm->errnum)
		return;
	rm->errnum = errnum;
	rm->where = xstrdup(name);
}

/* False when fd lies on another mount than the top; the first call defines the top. */
static bool same_mount(struct removal *rm, int fd)
{
	struct statx st;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &st) < 0 || !(st.stx_mask & STATX_MNT_ID))
		return true; /* an old kernel: the device check in the kernel's EBUSY remains */
	if (!rm->mount_id_known) {
		rm->mount_id = st.stx_mnt_id;
		rm->mount_id_known = true;
	}
	return st.stx_mnt_id == rm->mount_id;
}

static void remove_entry(struct removal *rm, int dirfd, const char *name, int depth);

static void remove_inside(struct removal *rm, int fd, int depth)
{
	_cleanup_strv_ char **names = NULL;

	if (fs_list(fd, ".", &names, NULL) != 0)
		return;
	for (char **name = names; *name; name++)
		remove_entry(rm, fd, *name, depth);
}

static void remove_dir(struct removal *rm, int dirfd, const char *name, int depth)
{
	_cleanup_close_ int fd =
		openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno != ENOENT) {
		failed(rm, name, errno);
		return;
	}
	if (fd >= 0 && !same_mount(rm, fd)) {
		failed(rm, name, EXDEV);
		return;
	}
	if (fd >= 0 && depth >= DEPTH_MAX) {
		failed(rm, name, ELOOP);
		return;
	}
	if (fd >= 0)
		remove_inside(rm, fd, depth + 1);
	if (unlinkat(dirfd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		failed(rm, name, errno);
}

static void remove_entry(struct removal *rm, int dirfd, const char *name, int depth)
{
	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return;
	if (errno == EISDIR || errno == EPERM)
		remove_dir(rm, dirfd, name, depth);
	else
		failed(rm, name, errno);
}

int fs_remove_tree(int dirfd, const char *path, struct error *err)
{
	struct removal rm = { 0 };
	int r = 0;

	remove_entry(&rm, dirfd, path, 0);
	if (rm.errnum)
		r = error_set_errno(err, rm.errnum, "remove %s: %s", path, rm.where);
	free(rm.where);
	return r;
}

static void add_bytes(int dirfd, const char *path, int depth, int64_t enough, int64_t *sum)
{
	_cleanup_strv_ char **names = NULL;
	_cleanup_close_ int fd =
		openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || depth >= DEPTH_MAX || fs_list(fd, ".", &names, NULL) != 0)
		return;
	for (char **name = names; *name && *sum <= enough; name++) {
		struct stat st;

		if (fstatat(fd, *name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		*sum += (int64_t)st.st_blocks * 512;
		if (S_ISDIR(st.st_mode))
			add_bytes(fd, *name, depth + 1, enough, sum);
	}
}

int64_t fs_tree_bytes(int dirfd, const char *path, int64_t enough)
{
	int64_t sum = 0;

	add_bytes(dirfd, path, 0, enough, &sum);
	return sum;
}
