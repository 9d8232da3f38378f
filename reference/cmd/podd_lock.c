/*
 * The lock is a record lock (fcntl) on ROOT/podd.lock: it goes with the process, however that ends, the file stays, and
 * the kernel tells a second podd who holds it. The pid file is for people and scripts; a full disk may keep it from
 * being written, and must not keep podd from its pods.
 */
#include "cmd/podd_lock.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/defs.h"
#include "base/fsutil.h"
#include "base/log.h"
#include "base/str.h"

static void write_pid(const char *root)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *path = fs_join(root, "podd.pid"),
			    *text = str_printf("%d\n", (int)getpid());

	if (fs_write_atomic(AT_FDCWD, path, text, strlen(text), 0644, false, &err) < 0)
		log_warn("podd", "%s", error_text(&err));
}

static int holder(int fd)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(fd, F_GETLK, &l) < 0 || l.l_type == F_UNLCK ? 0 : (int)l.l_pid;
}

static int take(const char *root, int how, int *ret_fd, struct error *err)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	_cleanup_free_ char *path = fs_join(root, "podd.lock");
	_cleanup_close_ int fd = -1;
	int r = fs_mkdir_p(AT_FDCWD, root, 0700, err);

	if (r == 0)
		r = fs_open(AT_FDCWD, path, O_RDWR | O_CREAT, 0600, &fd, err);
	if (r < 0)
		return r;
	if (fcntl(fd, how, &l) < 0) {
		if (errno == EACCES || errno == EAGAIN)
			return error_set(err, ERR_UNAVAILABLE, NULL,
					 "another podd (pid %d) runs on %s", holder(fd), root);
		return error_set_errno(err, errno, "lock %s", path);
	}
	write_pid(root);
	*ret_fd = take_fd(fd);
	return 0;
}

int podd_lock(const char *root, int *ret_fd, struct error *err)
{
	return take(root, F_SETLK, ret_fd, err);
}

int podd_lock_wait(const char *root, int *ret_fd, struct error *err)
{
	return take(root, F_SETLKW, ret_fd, err);
}

int podd_lock_holder(const char *root)
{
	_cleanup_free_ char *path = fs_join(root, "podd.lock");
	_cleanup_close_ int fd = open(path, O_RDWR | O_CLOEXEC);

	return fd < 0 ? 0 : holder(fd);
}

void podd_unlock(const char *root)
{
	_cleanup_free_ char *path = fs_join(root, "podd.pid");

	unlink(path);
}
