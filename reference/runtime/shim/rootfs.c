/*
 * rootfs: the container's root: overlayfs over the image's layers, pivot_root, and the kernel's own file
 * systems with what containerd masks by default.
 *
 * Devices are kept out by "nodev" on everything an unprivileged container can write to, not by a device
 * cgroup: it costs nothing, and v1 and v2 behave alike. Read-only is put on each mount by a bind
 * remount, never on the superblock, which the pod's other containers share.
 */
#include "runtime/shim/init.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/shim/sys.h"
#include "runtime/shim/userns.h"

#define SAFE (MS_NOSUID | MS_NODEV | MS_NOEXEC)
#define OPTIONS_MAX 4096 /* what mount(2) takes */

int make_dirs(const char *path)
{
	char part[PATH_MAX];
	size_t len = strlen(path);

	if (mkdir(path, 0755) == 0 || errno == EEXIST)
		return 0; /* nearly always */
	if (errno != ENOENT)
		return -1;
	if (len >= sizeof(part)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(part, path, len + 1);
	for (char *p = part + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(part, 0755) < 0 && errno != EEXIST)
			return -1;
		*p = '/';
	}
	return mkdir(part, 0755) < 0 && errno != EEXIST ? -1 : 0;
}

int make_file(const char *path)
{
	char dir[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0644);

	if (fd < 0 && errno == ENOENT && slash && slash > path &&
	    (size_t)(slash - path) < sizeof(dir)) {
		memcpy(dir, path, (size_t)(slash - path));
		dir[slash - path] = '\0';
		if (make_dirs(dir) < 0)
			return -1;
		fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0644);
	}
	if (fd < 0)
		return errno == ENXIO || errno == EACCES ? 0 :
							   -1; /* it is there, of another kind */
	close(fd);
	return 0;
}

/*
 * Layers, upper and work directories are seen through a mount of podd's root that maps ids, so what the pod's root owns
 * is root's on disk. All that is made from here on belongs to it.
 */
static void map_ids(struct init *in)
{
	char root[PATH_MAX];
	int tree;

	snprintf(root, sizeof(root), "%s/../..", in->spec->layers_dir);
	tree = sys_open_tree(AT_FDCWD, root, SYS_OPEN_TREE_CLONE);
	if (tree < 0 || sys_map_ids(tree, 0, in->shim->user_ns_fd) < 0 ||
	    sys_move_mount(tree, root, 0) < 0)
		init_fail(in, errno, "mapping the ids of %s", root);
	close(tree);
	if (userns_file_owner(in->shim) < 0)
		init_fail(in, errno, "owner of files");
}

void rootfs_open_sources(struct init *in)
{
	devices_open(in);
	binds_open(in);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		init_fail(in, errno, "private /");
	if (userns_own(in->shim))
		map_ids(in);
}

void rootfs_mount(struct init *in)
{
	const struct shim_container *c = in->spec;
	unsigned long flags = init_of_host(in) ? 0 : MS_NODEV;
	char options[OPTIONS_MAX];
	int n;

	if (chdir(c->layers_dir) < 0)
		init_fail(in, errno, "%s", c->layers_dir);
	/* volatile: a container's own layer is never used again, so nothing has to reach the disk */
	n = snprintf(options, sizeof(options), "lowerdir=%s,upperdir=%s,workdir=%s,volatile",
		     c->lower, c->upper, c->work);
	if (n >= (int)sizeof(options))
		init_fail(in, E2BIG, "too many layers");
	if (mount("overlay", c->root, "overlay", flags, options) == 0)
		return;
	if (errno == EINVAL) {
		*strrchr(options, ',') = '\0';
		if (mount("overlay", c->root, "overlay", flags, options) == 0)
			return;
	}
	init_fail(in, errno, "overlay on %s", c->root);
}

void rootfs_pivot(struct init *in)
{
	if (chdir(in->spec->root) < 0 || sys_pivot_root(".", ".") < 0)
		init_fail(in, errno, "%s", in->spec->root);
	if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		init_fail(in, errno, "old root");
}

/* ---- /proc, /sys ---- */

static void mount_or_fail(struct init *in, const char *type, const char *target,
			  unsigned long flags, const char *options)
{
	if (make_dirs(target) < 0)
		init_fail(in, errno, "%s", target);
	if (mount(type, target, type, flags, options) < 0)
		init_fail(in, errno, "%s on %s", type, target);
}

static void make_readonly(struct init *in, const char *target, unsigned long flags)
{
	if (mount(NULL, target, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | flags, NULL) < 0)
		init_fail(in, errno, "read-only %s", target);
}

/* v1: a directory per hierarchy, and a link per controller where several share one. */
static void mount_cgroup_v1(struct init *in, bool readonly)
{
	char target[PATH_MAX], link[PATH_MAX], names[256];

	if (mount("tmpfs", "/sys/fs/cgroup", "tmpfs", SAFE, "mode=755,size=64k") < 0)
		init_fail(in, errno, "tmpfs on /sys/fs/cgroup");
	for (char **m = in->spec->cgroup_mounts; *m; m++) {
		snprintf(target, sizeof(target), "/sys/fs/cgroup/%s", *m);
		mount_or_fail(in, "cgroup", target, SAFE, *m);
		if (readonly)
			make_readonly(in, target, SAFE);
		snprintf(names, sizeof(names), "%s", *m);
		for (char *name = strtok(names, ","); name && strcmp(name, *m);
		     name = strtok(NULL, ",")) {
			snprintf(link, sizeof(link), "/sys/fs/cgroup/%s", name);
			if (symlink(*m, link) < 0 && errno != EEXIST)
				init_fail(in, errno, "%s", link);
		}
	}
	if (readonly)
		make_readonly(in, "/sys/fs/cgroup", SAFE);
}

/* It shows the PID namespace of whoever mounts it: the builder is not in the container's. */
static void mount_proc(struct init *in)
{
	int tree;

	if (in->peer_fd < 0) {
		mount_or_fail(in, "proc", "/proc", SAFE, NULL);
		return;
	}
	tree = first_proc(in);
	if (make_dirs("/proc") < 0 || sys_move_mount(tree, "/proc", 0) < 0)
		init_fail(in, errno, "/proc");
	close(tree);
}

void rootfs_kernel(struct init *in)
{
	bool readonly = !(in->spec->flags & SHIM_PRIVILEGED);

	mount_proc(in);
	mount_or_fail(in, "sysfs", "/sys", SAFE, NULL);
	if (readonly)
		make_readonly(in, "/sys", SAFE);
	if (!in->shim->setup.cgroup_v2) {
		mount_cgroup_v1(in, readonly);
		return;
	}
	mount_or_fail(in, "cgroup2", "/sys/fs/cgroup", SAFE, NULL);
	if (readonly)
		make_readonly(in, "/sys/fs/cgroup", SAFE);
}

/* ---- masks ---- */

static void mask_path(struct init *in, const char *path)
{
	struct stat st;
	int r;

	if (stat(path, &st) < 0)
		return;
	if (S_ISDIR(st.st_mode))
		r = mount("tmpfs", path, "tmpfs", MS_RDONLY | SAFE, "size=0");
	else
		r = mount("/dev/null", path, NULL, MS_BIND, NULL);
	if (r < 0)
		init_fail(in, errno, "masking %s", path);
}

static void freeze_path(struct init *in, const char *path)
{
	if (access(path, F_OK) < 0)
		return;
	if (mount(path, path, NULL, MS_BIND | MS_REC, NULL) < 0)
		init_fail(in, errno, "%s", path);
	make_readonly(in, path, SAFE);
}

void rootfs_mask(struct init *in)
{
	static const char *const masked[] = {
		"/proc/acpi",	     "/proc/asound",	    "/proc/kcore",
		"/proc/keys",	     "/proc/latency_stats", "/proc/timer_list",
		"/proc/timer_stats", "/proc/sched_debug",   "/proc/scsi",
		"/proc/interrupts",  "/sys/firmware",	    "/sys/devices/virtual/powercap",
	};
	static const char *const frozen[] = {
		"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
	};

	if (in->spec->flags & (SHIM_PRIVILEGED | SHIM_UNMASKED_PROC))
		return;
	for (size_t i = 0; i < sizeof(masked) / sizeof(masked[0]); i++)
		mask_path(in, masked[i]);
	for (size_t i = 0; i < sizeof(frozen) / sizeof(frozen[0]); i++)
		freeze_path(in, frozen[i]);
}

void rootfs_readonly(struct init *in)
{
	unsigned long flags = init_of_host(in) ? 0 : MS_NODEV;

	if (in->spec->flags & SHIM_READONLY_ROOT)
		make_readonly(in, "/", flags);
}
