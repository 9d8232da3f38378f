/*
 * tree: removes what a container wrote into its layer. It may be much, so the shim does it and not podd, who
 * may not wait; podd removes what a dead shim has left.
 */
#include "runtime/shim/task.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define MAX_DEPTH 200 /* descriptors are held on the way down */

static void remove_at(int dir_fd, const char *name, int depth)
{
	struct dirent *e;
	DIR *dir;
	int fd;

	if (unlinkat(dir_fd, name, 0) == 0 || depth > MAX_DEPTH)
		return;
	fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return;
	}
	while ((e = readdir(dir)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			remove_at(fd, e->d_name, depth + 1);
	closedir(dir);
	unlinkat(dir_fd, name, AT_REMOVEDIR);
}

void tree_remove(int dir_fd, const char *name)
{
	remove_at(dir_fd, name, 0);
}
