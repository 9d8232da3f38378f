/*
 * The lock is flock(2) on ROOT/podd.lock: it goes with the process, however that ends, and the file stays. The pid file
 * beside it is for people and for the message that a second podd prints.
 */
#include "cmd/podd_lock.h"

#include <errno.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/defs.h"
#include "base/fsutil.h"
#include "base/str.h"

static int write_pid(const char *root, struct error *err)
{
	_cleanup_free_ char *path = fs_join(root, "podd.pid"),
			    *text = str_printf("%d\n", (int)getpid());

	return fs_write_atomic(AT_FDCWD, path, text, strlen(text), 0644, false, err);
}

static int refuse(const char *root, struct error *err)
{
	_cleanup_free_ char *path = fs_join(root, "podd.pid"), *pid = NULL;

	if (fs_read_file(AT_FDCWD, path, 64, &pid, NULL, NULL) == 0)
		pid[strcspn(pid, "\n")] = '\0';
	return error_set(err, ERR_UNAVAILABLE, NULL, "another podd (pid %s) runs on %s",
			 pid && *pid ? pid : "unknown", root);
}

int podd_lock(const char *root, int *ret_fd, struct error *err)
{
	_cleanup_free_ char *path = fs_join(root, "podd.lock");
	_cleanup_close_ int fd = -1;
	int r = fs_mkdir_p(AT_FDCWD, root, 0700, err);

	if (r == 0)
		r = fs_open(AT_FDCWD, path, O_RDWR | O_CREAT, 0600, &fd, err);
	if (r < 0)
		return r;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK)
			return refuse(root, err);
		return error_set_errno(err, errno, "lock %s", path);
	}
	r = write_pid(root, err);
	if (r == 0)
		*ret_fd = take_fd(fd);
	return r;
}

void podd_unlock(const char *root)
{
	_cleanup_free_ char *path = fs_join(root, "podd.pid");

	unlink(path);
}
