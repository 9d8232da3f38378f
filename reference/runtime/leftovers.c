/*
 * leftovers: see the header. Each round tries all; the pause between rounds doubles, and after ROUNDS of them
 * what is still there stays for the next start or for clean-up.
 */
#include "runtime/leftovers.h"

#include "base/fsutil.h"
#include "base/log.h"
#include "base/str.h"

#define PREFIX "pod-"
#define ROUNDS 12
#define FIRST_ROUND_NS (2 * NSEC_PER_MSEC)

static void try_all(void *userdata)
{
	struct runtime *rt = userdata;
	char **old = rt->leftovers;

	rt->leftovers = NULL;
	for (char **g = old; g && *g; g++) {
		if (sandbox_find(rt, *g + strlen(PREFIX)))
			continue; /* a new sandbox of the same name has it now */
		if (cgroup_remove_tree(&rt->cgroups, *g, NULL) != 0)
			strv_add(&rt->leftovers, *g);
	}
	strv_free(old);
	if (rt->leftovers && rt->leftover_rounds < ROUNDS)
		loop_timer_set(rt->leftover_timer, FIRST_ROUND_NS << rt->leftover_rounds++);
}

void leftovers_add(struct runtime *rt, const char *cgroup)
{
	cgroup_kill_tree(&rt->cgroups, cgroup);
	if (cgroup_remove_tree(&rt->cgroups, cgroup, NULL) == 0)
		return;
	strv_add(&rt->leftovers, cgroup);
	rt->leftover_rounds = 0;
	if (!rt->leftover_timer)
		rt->leftover_timer = loop_timer_new(rt->loop, try_all, rt);
	loop_timer_set(rt->leftover_timer, FIRST_ROUND_NS);
}

/* After the machine's restart: run is empty, what containers wrote is still there. */
static void sweep_disk(struct runtime *rt)
{
	_cleanup_free_ char *disk = fs_join(rt->root, "disk");
	_cleanup_strv_ char **names = NULL;

	if (fs_list(AT_FDCWD, disk, &names, NULL) != 0)
		return;
	for (char **n = names; n && *n; n++) {
		_cleanup_free_ char *path = fs_join(disk, *n);

		if (!sandbox_find(rt, *n))
			(void)fs_remove_tree(AT_FDCWD, path, NULL);
	}
}

void leftovers_sweep(struct runtime *rt)
{
	_cleanup_strv_ char **dirs = cgroup_dirs(&rt->cgroups, ""), **names = NULL;

	if (fs_list(AT_FDCWD, dirs[0], &names, NULL) != 0)
		return;
	for (char **n = names; n && *n; n++) {
		const char *id = str_after(*n, PREFIX);

		if (id && !sandbox_find(rt, id)) {
			log_debug("runtime", "cgroup %s has no sandbox", *n);
			leftovers_add(rt, *n);
		}
	}
	sweep_disk(rt);
}

void leftovers_deinit(struct runtime *rt)
{
	rt->leftovers = strv_free(rt->leftovers);
	rt->leftover_timer = loop_timer_free(rt->leftover_timer);
}
