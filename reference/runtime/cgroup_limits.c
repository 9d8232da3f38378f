/*
 * cgroup_limits: values, in the words of either layout. A limit of 0 is none and is not written when a group is
 * new; a change writes what is given. Limits that the host has no controller for are left out: the node
 * says so by what `has` tells, and a pod runs without them, as on a kubelet with that option off.
 */
#include "runtime/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsutil.h"
#include "base/str.h"
#include "runtime/runtime.h"

#define DEFAULT_PERIOD_US 100000

static int set_value(const struct cgroups *c, enum cgroup_controller which, const char *path,
		     const char *file, const char *value, struct error *err)
{
	_cleanup_free_ char *dir = cgroup_dir(c, which, path), *name = NULL;

	if (!dir)
		return 0;
	name = fs_join(dir, file);
	return fs_write_value(AT_FDCWD, name, value, err);
}

static int set_number(const struct cgroups *c, enum cgroup_controller which, const char *path,
		      const char *file, int64_t value, struct error *err)
{
	_cleanup_free_ char *text = str_printf("%" PRId64, value);

	return set_value(c, which, path, file, text, err);
}

static int set_memory(const struct cgroups *c, const char *path, int64_t bytes, struct error *err)
{
	int r;

	if (!bytes)
		return 0;
	r = set_number(c, CGROUP_MEMORY, path, c->v2 ? "memory.max" : "memory.limit_in_bytes",
		       bytes, err);
	if (r < 0 || !c->v2)
		return r;
	/* one process out of memory takes its whole container along */
	(void)set_number(c, CGROUP_MEMORY, path, "memory.oom.group", 1, NULL);
	return 0;
}

static int set_shares(const struct cgroups *c, const char *path, int64_t shares, struct error *err)
{
	if (!shares)
		return 0;
	if (!c->v2)
		return set_number(c, CGROUP_CPU, path, "cpu.shares", shares, err);
	/* 2..262144 to 1..10000, as every runtime does */
	shares = MIN(MAX(shares, INT64_C(2)), INT64_C(262144));
	return set_number(c, CGROUP_CPU, path, "cpu.weight", 1 + (shares - 2) * 9999 / 262142, err);
}

static int set_quota(const struct cgroups *c, const char *path, const struct resource_limits *l,
		     struct error *err)
{
	int64_t period = l->cpu_period_us ? l->cpu_period_us : DEFAULT_PERIOD_US;
	_cleanup_free_ char *both = NULL;
	int r;

	if (!l->cpu_quota_us)
		return 0;
	if (c->v2) {
		both = str_printf("%" PRId64 " %" PRId64, l->cpu_quota_us, period);
		return set_value(c, CGROUP_CPU, path, "cpu.max", both, err);
	}
	r = set_number(c, CGROUP_CPU, path, "cpu.cfs_period_us", period, err);
	return r < 0 ? r :
		       set_number(c, CGROUP_CPU, path, "cpu.cfs_quota_us", l->cpu_quota_us, err);
}

int cgroup_set_limits(const struct cgroups *c, const char *path, const struct resource_limits *l,
		      struct error *err)
{
	int r = set_memory(c, path, l->memory_bytes, err);

	if (r == 0)
		r = set_shares(c, path, l->cpu_shares, err);
	if (r == 0)
		r = set_quota(c, path, l, err);
	if (r == 0 && l->pids)
		r = cgroup_make_for(c, CGROUP_PIDS, path, err);
	if (r == 0 && l->pids)
		r = set_number(c, CGROUP_PIDS, path, "pids.max", l->pids, err);
	return r;
}
