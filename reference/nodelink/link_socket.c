/*
 * The address names the file by its directory's descriptor, which is short whatever the path.
 */
#include "nodelink/link_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fsutil.h"

#define BACKLOG 128

/* *ret_dir must stay open while the address is used. */
static int address_of(const char *path, struct sockaddr_un *ret, int *ret_dir, struct error *err)
{
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *dir = NULL;
	int r;

	if (!slash)
		return error_set(err, ERR_INVALID, NULL, "%s: no absolute path", path);
	dir = xstrndup(path, (size_t)(slash - path));
	r = fs_open(AT_FDCWD, *dir ? dir : "/", O_RDONLY | O_DIRECTORY, 0, ret_dir, err);
	if (r != 0)
		return r < 0 ? r : -ERR_UNAVAILABLE;
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	r = snprintf(ret->sun_path, sizeof(ret->sun_path), "/proc/self/fd/%d/%s", *ret_dir,
		     slash + 1);
	if (r >= (int)sizeof(ret->sun_path))
		return error_set(err, ERR_INVALID, NULL, "%s: the file's name is too long", path);
	return 0;
}

static int new_socket(int *ret_fd, struct error *err)
{
	*ret_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	return *ret_fd < 0 ? error_set_errno(err, errno, "socket") : 0;
}

int link_socket_listen(const char *path, int *ret_fd, struct error *err)
{
	_cleanup_close_ int fd = -1, dir = -1;
	struct sockaddr_un to;
	mode_t mask;
	int r = address_of(path, &to, &dir, err);

	if (r == 0)
		r = new_socket(&fd, err);
	if (r < 0)
		return r;
	unlink(path);
	mask = umask(0177);
	r = bind(fd, (struct sockaddr *)&to, sizeof(to));
	umask(mask);
	if (r < 0 || listen(fd, BACKLOG) < 0)
		return error_set_errno(err, errno, "listening on %s", path);
	*ret_fd = take_fd(fd);
	return 0;
}

int link_socket_connect(const char *path, int *ret_fd, struct error *err)
{
	_cleanup_close_ int fd = -1, dir = -1;
	struct sockaddr_un to;
	int r = address_of(path, &to, &dir, err);

	if (r == 0)
		r = new_socket(&fd, err);
	if (r < 0)
		return r;
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		return error_set(err, ERR_UNAVAILABLE, NULL, "connecting to %s: %s", path,
				 strerror(errno));
	*ret_fd = take_fd(fd);
	return 0;
}
