/*
 * cgroup_usage: what a container uses. Memory is what cannot be dropped at once: all but the inactive pages of files,
 * as a kubelet counts it. CPU time is the group's own count; where that is a v1 hierarchy of its own, which containers
 * without a CPU request are not in, the processes are asked instead, and what those have used that ended unseen is not
 * known.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "runtime/cgroup.h"

#define FILE_MAX 65536

static char *read_in(const char *dir, const char *file)
{
	_cleanup_free_ char *name = dir ? fs_join(dir, file) : NULL;
	char *text = NULL;

	return name && fs_read_file(AT_FDCWD, name, FILE_MAX, &text, NULL, NULL) == 0 ? text : NULL;
}

/* The number behind "key " at the beginning of a line; 0 when there is none. */
static int64_t keyed(const char *text, const char *key)
{
	size_t len = strlen(key);

	while (text && *text) {
		if (!strncmp(text, key, len) && text[len] == ' ')
			return strtoll(text + len + 1, NULL, 10);
		text = strchr(text, '\n');
		text += text != NULL;
	}
	return 0;
}

/* Ticks of a process and of its children that it has waited for; 0 when it is gone. */
static int64_t process_ticks(long pid)
{
	_cleanup_free_ char *dir = str_printf("/proc/%ld", pid), *text = read_in(dir, "stat");
	const char *behind = text ? strrchr(text, ')') : NULL;
	long long own, system, children, children_system;

	/* behind the name: state and ten more fields, then the four times */
	if (!behind ||
	    sscanf(behind + 1, " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lld %lld %lld %lld",
		   &own, &system, &children, &children_system) != 4)
		return 0;
	return own + system + children + children_system;
}

static int64_t cpu_of_processes(const struct cgroups *c, const char *path)
{
	_cleanup_free_ char *dir = cgroup_common_dir(c, path), *text = read_in(dir, "cgroup.procs");
	int64_t ticks = 0;

	for (char *at = text, *end; at && *at; at = *end ? end + 1 : end) {
		long pid = strtol(at, &end, 10);

		if (end == at)
			break;
		ticks += process_ticks(pid);
	}
	return ticks * (NSEC_PER_SEC / sysconf(_SC_CLK_TCK));
}

static int64_t cpu_time(const struct cgroups *c, const char *path)
{
	_cleanup_free_ char *dir = cgroup_dir(c, CGROUP_CPUACCT, path);
	_cleanup_free_ char *text = read_in(dir, c->v2 ? "cpu.stat" : "cpuacct.usage");

	if (!text)
		return cpu_of_processes(c, path);
	return c->v2 ? keyed(text, "usage_usec") * NSEC_PER_USEC : strtoll(text, NULL, 10);
}

int cgroup_usage(const struct cgroups *c, const char *path, int64_t *ret_cpu_ns,
		 int64_t *ret_memory, struct error *err)
{
	_cleanup_free_ char *dir = cgroup_dir(c, CGROUP_MEMORY, path);
	_cleanup_free_ char *memory =
		read_in(dir, c->v2 ? "memory.current" : "memory.usage_in_bytes");
	_cleanup_free_ char *stat = read_in(dir, "memory.stat");
	_cleanup_free_ char *common = cgroup_common_dir(c, path);
	int64_t inactive = keyed(stat, c->v2 ? "inactive_file" : "total_inactive_file"), total;

	if (!fs_exists(AT_FDCWD, common))
		return error_set(err, ERR_NOT_FOUND, NULL, "cgroup %s: no usage", path);
	total = memory ? strtoll(memory, NULL, 10) : 0;
	*ret_memory = MAX(total - inactive, INT64_C(0));
	*ret_cpu_ns = cpu_time(c, path);
	return 0;
}
