/*
 * Files relative to held directories.
 *
 * Every descriptor is close-on-exec from birth. Paths are resolved by the kernel alone; nothing here joins
 * and re-checks. Atomic replacement writes a temporary file of an unlikely name in the same
 * directory, and removes it again on every failure, so a full disk leaves the old file and no debris.
 *
 * Messages are "open PATH: No such file or directory": verb, path, the kernel's words.
 */
#include "base/fsutil.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "base/strbuf.h"

#define READ_STEP 65536

int fs_open(int dirfd, const char *path, int flags, mode_t mode, int *ret_fd, struct error *err)
{
	int fd = openat(dirfd, path, flags | O_CLOEXEC, mode);

	if (fd < 0)
		return error_set_errno(err, errno, "open %s", path);
	*ret_fd = fd;
	return 0;
}

int fs_open_dir(int dirfd, const char *path, int *ret_fd, struct error *err)
{
	return fs_open(dirfd, path, O_RDONLY | O_DIRECTORY, 0, ret_fd, err);
}

int fs_read_fd(int fd, size_t max, char **ret_data, size_t *ret_len, struct error *err)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

	for (;;) {
		ssize_t n = read(fd, strbuf_reserve(&b, READ_STEP), READ_STEP);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set_errno(err, errno, "read");
		if (n == 0)
			break;
		strbuf_grown(&b, (size_t)n);
		if (b.len > max)
			return error_set(err, ERR_TOO_LARGE, NULL, "more than %zu bytes", max);
	}
	if (ret_len)
		*ret_len = b.len;
	*ret_data = strbuf_take(&b);
	return 0;
}

int fs_read_file(int dirfd, const char *path, size_t max, char **ret_data, size_t *ret_len,
		 struct error *err)
{
	_cleanup_close_ int fd = -1;
	int r = fs_open(dirfd, path, O_RDONLY | O_NONBLOCK, 0, &fd, err);

	if (r < 0)
		return errno == ENOENT ? FS_NOT_FOUND : r;
	r = fs_read_fd(fd, max, ret_data, ret_len, err);
	return r < 0 ? error_wrap(err, "%s", path), r : 0;
}

int fs_write_fd(int fd, const void *data, size_t len, struct error *err)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set_errno(err, errno, "write");
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int fs_write_value(int dirfd, const char *path, const char *value, struct error *err)
{
	_cleanup_close_ int fd = -1;
	int r = fs_open(dirfd, path, O_WRONLY, 0, &fd, err);

	if (r < 0)
		return r;
	if (write(fd, value, strlen(value)) < 0)
		return error_set_errno(err, errno, "write \"%s\" to %s", value, path);
	return 0;
}

static char *temporary_name(const char *path)
{
	uint64_t noise = 0;
	const char *slash = strrchr(path, '/');
	int dir_len = slash ? (int)(slash - path) + 1 : 0;

	if (getrandom(&noise, sizeof(noise), 0) < 0)
		noise = (uint64_t)getpid();
	return str_printf("%.*s.tmp-%016llx", dir_len, path, (unsigned long long)noise);
}

static int write_new(int dirfd, const char *path, const void *data, size_t len, mode_t mode,
		     bool sync, struct error *err)
{
	_cleanup_close_ int fd = -1;
	int r = fs_open(dirfd, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode, &fd, err);

	if (r < 0)
		return r;
	/* The mode as asked for, whatever the umask. */
	if (fchmod(fd, mode) < 0)
		return error_set_errno(err, errno, "chmod %s", path);
	r = fs_write_fd(fd, data, len, err);
	if (r < 0)
		return error_wrap(err, "%s", path), r;
	if (sync && fsync(fd) < 0)
		return error_set_errno(err, errno, "fsync %s", path);
	return 0;
}

static int sync_parent(int dirfd, const char *path, struct error *err)
{
	_cleanup_close_ int fd = -1;
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *dir = slash ? xstrndup(path, (size_t)(slash - path) + 1) :
					   xstrdup(".");
	int r = fs_open_dir(dirfd, dir, &fd, err);

	if (r < 0)
		return r;
	if (fsync(fd) < 0)
		return error_set_errno(err, errno, "fsync %s", dir);
	return 0;
}

int fs_write_atomic(int dirfd, const char *path, const void *data, size_t len, mode_t mode,
		    bool sync, struct error *err)
{
	_cleanup_free_ char *tmp = temporary_name(path);
	int r = write_new(dirfd, tmp, data, len, mode, sync, err);

	if (r == 0 && renameat(dirfd, tmp, dirfd, path) < 0)
		r = error_set_errno(err, errno, "rename %s to %s", tmp, path);
	if (r < 0) {
		unlinkat(dirfd, tmp, 0);
		return r;
	}
	return sync ? sync_parent(dirfd, path, err) : 0;
}

static int make_one_dir(int dirfd, const char *path, mode_t mode, struct error *err)
{
	struct stat st;

	if (mkdirat(dirfd, path, mode) == 0)
		return 0;
	if (errno == EEXIST && fstatat(dirfd, path, &st, 0) == 0 && S_ISDIR(st.st_mode))
		return 0;
	return error_set_errno(err, errno == EEXIST ? ENOTDIR : errno, "mkdir %s", path);
}

static bool is_dir(int dirfd, const char *path)
{
	struct stat st;

	return fstatat(dirfd, path, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

int fs_mkdir_parents(int dirfd, const char *path, mode_t mode, struct error *err)
{
	_cleanup_free_ char *part = xstrdup(path);
	char *last = strrchr(part, '/');

	if (last && last > part) {
		*last = '\0';
		if (is_dir(dirfd, part))
			return 0; /* mostly they are there */
		*last = '/';
	}
	for (char *p = part + 1; *part && *p; p++) {
		int r;

		if (*p != '/' || p[-1] == '/')
			continue;
		*p = '\0';
		r = make_one_dir(dirfd, part, mode, err);
		*p = '/';
		if (r < 0)
			return r;
	}
	return 0;
}

int fs_mkdir_p(int dirfd, const char *path, mode_t mode, struct error *err)
{
	int r = fs_mkdir_parents(dirfd, path, mode, err);

	return r < 0 ? r : make_one_dir(dirfd, path, mode, err);
}

int fs_unlink(int dirfd, const char *path, struct error *err)
{
	if (unlinkat(dirfd, path, 0) < 0 && errno != ENOENT)
		return error_set_errno(err, errno, "unlink %s", path);
	return 0;
}

bool fs_exists(int dirfd, const char *path)
{
	return faccessat(dirfd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

char *fs_join(const char *dir, const char *name)
{
	if (*name == '/')
		return xstrdup(name);
	return str_printf("%s%s%s", dir, str_ends(dir, "/") ? "" : "/", name);
}

int fs_readlink(int dirfd, const char *path, char **ret, struct error *err)
{
	char target[PATH_MAX + 1];
	ssize_t n = readlinkat(dirfd, path, target, sizeof(target) - 1);

	if (n < 0) {
		int errnum = errno, r = error_set_errno(err, errno, "readlink %s", path);

		return errnum == ENOENT ? FS_NOT_FOUND : r;
	}
	*ret = xstrndup(target, (size_t)n);
	return 0;
}

int fs_set_nonblock(int fd, struct error *err)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return error_set_errno(err, errno, "fcntl O_NONBLOCK");
	return fs_set_cloexec(fd, true, err);
}

int fs_set_cloexec(int fd, bool on, struct error *err)
{
	if (fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0) < 0)
		return error_set_errno(err, errno, "fcntl FD_CLOEXEC");
	return 0;
}
