/*
 * cleanup: takes away every trace of a root, whatever state a crash left it in. Nothing is trusted: processes
 * are found by our cgroup (a shim whose podd died before it could join one, by its command line), mounts by their place below the root, devices by going with their namespace.
 *
 * Order: kill; wait until the cgroups are empty (the one place that waits, as `podd --cleanup` is not a
 * daemon); unmount; remove cgroups; remove files. It can be repeated and continues where it failed.
 */
#include "runtime/root.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/fsutil.h"
#include "base/str.h"

#define MOUNTINFO_MAX (16u << 20)
#define WAIT_ROUNDS 500
#define WAIT_MS 10
#define CMDLINE_MAX 65536

/* mountinfo writes blanks and the like as \ooo. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		unsigned code;

		if (*s == '\\' && sscanf(s + 1, "%3o", &code) == 1) {
			*to++ = (char)code;
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

/* The mount points below root, the latest last. */
static int list_mounts(const char *root, char ***ret, struct error *err)
{
	_cleanup_free_ char *text = NULL, *below = str_printf("%s/", root);
	char *save = NULL;
	int r = fs_read_file(AT_FDCWD, "/proc/self/mountinfo", MOUNTINFO_MAX, &text, NULL, err);

	if (r != 0)
		return r < 0 ? r : -ERR_SYSTEM;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char point[PATH_MAX];

		if (sscanf(line, "%*s %*s %*s %*s %4095s", point) != 1)
			continue;
		unescape(point);
		if (str_starts(point, below))
			strv_add(ret, point);
	}
	return 0;
}

static int unmount_all(const char *root, struct error *err)
{
	_cleanup_strv_ char **points = NULL;
	int r = list_mounts(root, &points, err);

	if (r < 0)
		return r;
	for (size_t n = strv_len(points); n > 0; n--)
		if (umount2(points[n - 1], MNT_DETACH) < 0 && errno != EINVAL && errno != ENOENT)
			return error_set_errno(err, errno, "unmounting %s", points[n - 1]);
	return 0;
}

/* "pod-shim", "ROOT/run/…" */
static bool is_shim_of(const char *root, const char *pid)
{
	_cleanup_free_ char *path = str_printf("/proc/%s/cmdline", pid), *text = NULL,
			    *below = str_printf("%s/run/", root);
	size_t len = 0, first = sizeof("pod-shim");

	if (fs_read_file(AT_FDCWD, path, CMDLINE_MAX, &text, &len, NULL) != 0 || len <= first)
		return false;
	return streq(text, "pod-shim") && str_starts(text + first, below);
}

static void end_strays(const char *root)
{
	_cleanup_strv_ char **pids = NULL;
	int64_t pid;

	if (fs_list(AT_FDCWD, "/proc", &pids, NULL) != 0)
		return;
	for (char **p = pids; p && *p; p++)
		if (str_to_int64(*p, 2, INT32_MAX, &pid) == 0 && is_shim_of(root, *p))
			kill((pid_t)pid, SIGKILL);
}

static int end_processes(const struct cgroups *c, struct error *err)
{
	int r = CGROUP_BUSY;

	for (int i = 0; i < WAIT_ROUNDS && r == CGROUP_BUSY; i++) {
		cgroup_kill_tree(c, "");
		r = cgroup_remove_tree(c, "", err);
		if (r == CGROUP_BUSY)
			poll(NULL, 0, WAIT_MS);
	}
	if (r == CGROUP_BUSY)
		return error_set(err, ERR_TIMEOUT, NULL, "a process of this root does not die");
	return r;
}

/* In a host's own network namespace devices do not go by themselves with a namespace of the node. */
static int clean(const char *root, struct error *err)
{
	_cleanup_(cgroups_deinit) struct cgroups c = { .n = 0 };
	char tag[TAG_LEN + 1];
	int r;

	root_tag(root, tag);
	end_strays(root);
	r = cgroups_init(&c, tag, err);
	if (r == 0)
		r = end_processes(&c, err);
	if (r == 0)
		r = unmount_all(root, err);
	return r < 0 ? r : fs_remove_tree(AT_FDCWD, root, err);
}

int runtime_cleanup(const char *root, struct error *err)
{
	_cleanup_close_ int lock = -1;
	char real[PATH_MAX];
	int r;

	if (!realpath(root, real)) {
		if (errno != ENOENT)
			return error_set_errno(err, errno, "%s", root);
		/* only its cgroup can be left, under the name it had */
		snprintf(real, sizeof(real), "%s", root);
		return clean(real, err);
	}
	r = root_lock(real, &lock, err);
	return r < 0 ? r : clean(real, err);
}
