/*
 * devices: the container's /dev: a small tmpfs with the host's harmless devices bound into it, terminals
 * of its own, the pod's /dev/shm and the message queues of the pod's IPC namespace.
 *
 * The tmpfs is "nodev", so devices that a container makes itself stay dead; binds of the host's nodes
 * are not affected. A privileged container gets real nodes of all the host's devices instead, unless its
 * users are not the host's.
 */
#include "runtime/shim/init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "runtime/shim/sys.h"
#include "runtime/shim/userns.h"

static const char *const devices[] = { "null", "zero", "full", "random", "urandom", "tty" };

#define N_DEVICES (sizeof(devices) / sizeof(devices[0]))
#define MAX_HOST_DEVICES 512
#define TTY_GROUP 5

/* Nodes of the host's /dev, for privileged containers; a child's own memory. */
static struct {
	char name[64];
	mode_t mode;
	dev_t dev;
} host_devices[MAX_HOST_DEVICES];
static size_t n_host_devices;

static void list_host_devices(void)
{
	DIR *dir = opendir("/dev");
	struct dirent *e;
	struct stat st;

	while (dir && n_host_devices < MAX_HOST_DEVICES && (e = readdir(dir))) {
		if (strlen(e->d_name) >= sizeof(host_devices[0].name) ||
		    fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !(S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)) || !strcmp(e->d_name, "ptmx") ||
		    !strcmp(e->d_name, "console"))
			continue;
		strcpy(host_devices[n_host_devices].name, e->d_name);
		host_devices[n_host_devices].mode = st.st_mode;
		host_devices[n_host_devices++].dev = st.st_rdev;
	}
	if (dir)
		closedir(dir);
}

void devices_open(struct init *in)
{
	char path[64];

	if (init_of_host(in)) {
		list_host_devices();
		return;
	}
	for (size_t i = 0; i < N_DEVICES; i++) {
		snprintf(path, sizeof(path), "/dev/%s", devices[i]);
		in->device_trees[i] = sys_open_tree(AT_FDCWD, path, SYS_OPEN_TREE_CLONE);
		if (in->device_trees[i] < 0)
			init_fail(in, errno, "%s", path);
	}
}

static void put_tree(struct init *in, int tree, const char *target)
{
	if (sys_move_mount(tree, target, 0) < 0)
		init_fail(in, errno, "%s", target);
	close(tree);
}

static void bind_devices(struct init *in)
{
	char path[64];

	for (size_t i = 0; i < N_DEVICES; i++) {
		snprintf(path, sizeof(path), "/dev/%s", devices[i]);
		if (mknod(path, S_IFREG | 0666, 0) < 0)
			init_fail(in, errno, "%s", path);
		put_tree(in, in->device_trees[i], path);
	}
}

static void make_host_devices(struct init *in)
{
	char path[96];

	for (size_t i = 0; i < n_host_devices; i++) {
		snprintf(path, sizeof(path), "/dev/%.63s", host_devices[i].name);
		if (mknod(path, host_devices[i].mode, host_devices[i].dev) < 0 ||
		    chmod(path, host_devices[i].mode & 07777) < 0)
			init_fail(in, errno, "%s", path);
	}
}

static void make_links(struct init *in)
{
	static const char *const links[][2] = {
		{ "/proc/self/fd", "/dev/fd" },	      { "/proc/self/fd/0", "/dev/stdin" },
		{ "/proc/self/fd/1", "/dev/stdout" }, { "/proc/self/fd/2", "/dev/stderr" },
		{ "pts/ptmx", "/dev/ptmx" },	      { "/proc/kcore", "/dev/core" },
	};

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (symlink(links[i][0], links[i][1]) < 0)
			init_fail(in, errno, "%s", links[i][1]);
}

static void mount_at(struct init *in, const char *type, const char *target, unsigned long flags,
		     const char *options)
{
	if (mkdir(target, 0755) < 0 && errno != EEXIST)
		init_fail(in, errno, "%s", target);
	if (mount(type, target, type, flags, options) < 0)
		init_fail(in, errno, "%s on %s", type, target);
}

void devices_mount(struct init *in)
{
	bool privileged = init_of_host(in);
	mode_t old = umask(0);
	char pts[80];

	snprintf(pts, sizeof(pts), "newinstance,ptmxmode=0666,mode=0620,gid=%u",
		 TTY_GROUP + (userns_own(in->shim) ? userns_root(in->shim) : 0));

	mount_at(in, "tmpfs", "/dev", MS_NOSUID | (privileged ? 0 : MS_NODEV),
		 "mode=755,size=65536k");
	if (privileged)
		make_host_devices(in);
	else
		bind_devices(in);
	make_links(in);
	mount_at(in, "devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, pts);
	mount_at(in, "mqueue", "/dev/mqueue", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
	if (mkdir("/dev/shm", 0755) < 0)
		init_fail(in, errno, "/dev/shm");
	if (in->shm_tree >= 0)
		put_tree(in, in->shm_tree, "/dev/shm");
	umask(old);
}
