/*
 * cgroup: layout, directories, kill. The layout is read once from /proc/self/mountinfo: a v1 mount serves
 * the controllers among its super options; if none of ours is on v1, the v2 mount serves them all.
 *
 * v1 needs no preparation. v2 wants controllers enabled in each parent and processes in leaves only,
 * so a pod's directory never has members. Removal goes bottom up; a directory whose members are dead but
 * not reaped is "busy" on v1, which is an outcome and no fault.
 */
#include "runtime/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/str.h"
#include "base/strbuf.h"

#define MOUNTINFO_MAX (4u << 20)
#define KILL_ROUNDS 20

static const char *const controller_names[CGROUP_N] = { "pids", "memory", "cpu", "cpuacct" };

/* ---- layout ---- */

static void add_hierarchy(struct cgroups *c, const char *mount, const char *tag, const char *options)
{
	c->hierarchies[c->n].base = str_printf("%s/podd-%s", mount, tag);
	c->hierarchies[c->n++].options = xstrdup(options);
}

/* A v1 mount with super options like "rw,cpu,cpuacct". */
static void use_v1(struct cgroups *c, const char *mount, const char *tag, const char *options)
{
	_cleanup_strv_ char **words = strv_split(options, ',');
	_cleanup_strv_ char **own = NULL;
	_cleanup_free_ char *joined = NULL;
	bool wanted = false;

	for (char **w = words; *w; w++)
		if (!streq(*w, "rw") && !streq(*w, "ro"))
			strv_add(&own, *w);
	for (int i = 0; i < CGROUP_CPUACCT; i++) {
		if (c->of[i] >= 0 || !strv_contains(own, controller_names[i]))
			continue;
		c->of[i] = (int)c->n;
		wanted = true;
	}
	if (c->of[CGROUP_CPUACCT] < 0 && strv_contains(own, controller_names[CGROUP_CPUACCT])) {
		c->of[CGROUP_CPUACCT] = (int)c->n;
		wanted = true;
	}
	if (!wanted)
		return;
	joined = strv_join(own, ",");
	add_hierarchy(c, mount, tag, joined);
}

/* "36 25 0:31 ROOT MOUNT OPTIONS [FIELDS] - TYPE SOURCE SUPER": false when it is no such line. */
static bool split_line(char *line, const char **ret_mount, const char **ret_type,
		       const char **ret_super)
{
	char *tail = strstr(line, " - "), *save = NULL, *word = NULL;

	if (!tail)
		return false;
	*tail = '\0';
	for (int i = 0; i < 5; i++)
		word = strtok_r(i ? NULL : line, " ", &save);
	*ret_mount = word;
	*ret_type = strtok_r(tail + 3, " ", &save);
	(void)strtok_r(NULL, " ", &save);
	*ret_super = strtok_r(NULL, " ", &save);
	return word && *ret_type && *ret_super;
}

/* Everybody is in at least one hierarchy: those of memory and CPU, or else the first one. */
static void mark_on_demand(struct cgroups *c)
{
	bool others = c->of[CGROUP_MEMORY] >= 0 || c->of[CGROUP_CPU] >= 0;

	for (int i = 0; i < (int)c->n; i++)
		c->hierarchies[i].on_demand = i != c->of[CGROUP_MEMORY] && i != c->of[CGROUP_CPU] &&
					      (others || i > 0);
}

/* The index of a hierarchy in which everybody is. */
static size_t common_hierarchy(const struct cgroups *c)
{
	size_t i = 0;

	while (i + 1 < c->n && c->hierarchies[i].on_demand)
		i++;
	return i;
}

int cgroups_init(struct cgroups *c, const char *tag, struct error *err)
{
	_cleanup_free_ char *text = NULL, *v2 = NULL;
	const char *mount, *type, *super;
	char *save = NULL;
	int r = fs_read_file(AT_FDCWD, "/proc/self/mountinfo", MOUNTINFO_MAX, &text, NULL, err);

	if (r != 0)
		return r < 0 ? r : -ERR_INTERNAL;
	*c = (struct cgroups){ .n = 0 };
	for (int i = 0; i < CGROUP_N; i++)
		c->of[i] = -1;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (!split_line(line, &mount, &type, &super))
			continue;
		if (streq(type, "cgroup") && c->n < CGROUP_N)
			use_v1(c, mount, tag, super);
		else if (streq(type, "cgroup2") && !v2)
			v2 = xstrdup(mount);
	}
	mark_on_demand(c);
	if (c->n)
		return 0;
	if (!v2)
		return error_set(err, ERR_UNSUPPORTED, NULL, "no cgroup file system is mounted");
	c->v2 = true;
	add_hierarchy(c, v2, tag, "");
	return 0;
}

void cgroups_deinit(struct cgroups *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->hierarchies[i].base);
		free(c->hierarchies[i].options);
	}
	c->n = 0;
}

/* ---- directories ---- */

static char *full_path(const struct cgroups *c, size_t hierarchy, const char *path)
{
	const char *base = c->hierarchies[hierarchy].base;

	return path[0] ? fs_join(base, path) : xstrdup(base);
}

/* v2: what of our controllers the directory's parent offers is passed on to its children. */
static int enable_controllers(struct cgroups const *c, const char *dir, struct error *err)
{
	_cleanup_free_ char *available = NULL, *list = fs_join(dir, "cgroup.controllers");
	_cleanup_free_ char *control = fs_join(dir, "cgroup.subtree_control");
	_cleanup_strbuf_ struct strbuf wish = STRBUF_INIT;
	_cleanup_strv_ char **names = NULL;
	int r;

	if (!c->v2)
		return 0;
	r = fs_read_file(AT_FDCWD, list, 4096, &available, NULL, err);
	if (r != 0)
		return r < 0 ? r : -ERR_SYSTEM;
	available[strcspn(available, "\n")] = '\0';
	names = strv_split(available, ' ');
	for (int i = 0; i < CGROUP_CPUACCT; i++)
		if (strv_contains(names, controller_names[i]))
			strbuf_addf(&wish, "%s+%s", wish.len ? " " : "", controller_names[i]);
	return wish.len ? fs_write_value(AT_FDCWD, control, wish.data, err) : 0;
}

/* In a v2 tree: the controllers that arrive in our own directory. */
static int find_v2_controllers(struct cgroups *c, struct error *err)
{
	_cleanup_free_ char *file = fs_join(c->hierarchies[0].base, "cgroup.controllers");
	_cleanup_free_ char *text = NULL;
	_cleanup_strv_ char **names = NULL;
	int r = fs_read_file(AT_FDCWD, file, 4096, &text, NULL, err);

	if (r != 0)
		return r < 0 ? r : -ERR_SYSTEM;
	text[strcspn(text, "\n")] = '\0';
	names = strv_split(text, ' ');
	for (int i = 0; i < CGROUP_CPUACCT; i++)
		c->of[i] = strv_contains(names, controller_names[i]) ? 0 : -1;
	c->of[CGROUP_CPUACCT] = 0; /* cpu.stat is always there */
	return 0;
}

int cgroups_prepare(struct cgroups *c, struct error *err)
{
	int r;

	if (c->v2) {
		_cleanup_free_ char *mount = xstrdup(c->hierarchies[0].base);

		*strrchr(mount, '/') = '\0';
		r = enable_controllers(c, mount, err);
		if (r < 0)
			return error_wrap(err, "cgroup");
	}
	r = cgroup_make(c, "", false, err);
	if (r < 0)
		return r;
	return c->v2 ? find_v2_controllers(c, err) : 0;
}

int cgroup_make(const struct cgroups *c, const char *path, bool leaf, struct error *err)
{
	for (size_t i = 0; i < c->n; i++) {
		_cleanup_free_ char *dir = full_path(c, i, path);
		int r;

		if (c->hierarchies[i].on_demand)
			continue;
		if (mkdir(dir, 0755) < 0 && errno != EEXIST)
			return error_set_errno(err, errno, "cgroup %s", dir);
		r = leaf ? 0 : enable_controllers(c, dir, err);
		if (r < 0)
			return error_wrap(err, "cgroup");
	}
	return 0;
}

int cgroup_make_for(const struct cgroups *c, enum cgroup_controller which, const char *path,
		    struct error *err)
{
	_cleanup_free_ char *dir = cgroup_dir(c, which, path);

	if (!dir || !c->hierarchies[c->of[which]].on_demand)
		return 0;
	return fs_mkdir_p(AT_FDCWD, dir, 0755, err);
}

int cgroup_remove(const struct cgroups *c, const char *path, struct error *err)
{
	int outcome = 0;

	for (size_t i = 0; i < c->n; i++) {
		_cleanup_free_ char *dir = full_path(c, i, path);

		if (rmdir(dir) == 0 || errno == ENOENT)
			continue;
		if (errno != EBUSY && errno != ENOTEMPTY)
			return error_set_errno(err, errno, "cgroup %s", dir);
		outcome = CGROUP_BUSY;
	}
	return outcome;
}

char **cgroup_dirs(const struct cgroups *c, const char *path)
{
	char **dirs = NULL;

	for (size_t i = 0; i < c->n; i++) {
		_cleanup_free_ char *dir = full_path(c, i, path);

		if (!c->hierarchies[i].on_demand || fs_exists(AT_FDCWD, dir))
			strv_take(&dirs, take_ptr(dir));
	}
	return dirs;
}

char *cgroup_common_dir(const struct cgroups *c, const char *path)
{
	return full_path(c, common_hierarchy(c), path);
}

char *cgroup_dir(const struct cgroups *c, enum cgroup_controller which, const char *path)
{
	return c->of[which] < 0 ? NULL : full_path(c, (size_t)c->of[which], path);
}

/* ---- whole trees ---- */

/* The directories right below dir; a cgroup has dozens of files beside them, which cost nothing here. */
static char **subdirectories(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	char **list = NULL;

	while (d && (e = readdir(d))) {
		if (e->d_type == DT_DIR && e->d_name[0] != '.')
			strv_take(&list, fs_join(dir, e->d_name));
	}
	if (d)
		closedir(d);
	return list;
}

/* Calls fn for each directory at and below dir, children first. */
static int walk(const char *dir, int (*fn)(const char *dir))
{
	_cleanup_strv_ char **below = subdirectories(dir);
	int outcome = 0, r;

	for (char **child = below; child && *child; child++) {
		r = walk(*child, fn);
		outcome = outcome ? outcome : r;
	}
	r = fn(dir);
	return outcome ? outcome : r;
}

static int kill_members(const char *dir)
{
	_cleanup_free_ char *procs = fs_join(dir, "cgroup.procs");
	_cleanup_file_ FILE *f = fopen(procs, "re");
	int found = 0;
	long pid;

	while (f && fscanf(f, "%ld", &pid) == 1) {
		found = 1;
		if (pid > 0)
			kill((pid_t)pid, SIGKILL);
	}
	return found;
}

static int remove_dir(const char *dir)
{
	if (rmdir(dir) == 0 || errno == ENOENT)
		return 0;
	return errno == EBUSY || errno == ENOTEMPTY ? CGROUP_BUSY : -errno;
}

void cgroup_kill_tree(const struct cgroups *c, const char *path)
{
	_cleanup_free_ char *v2_kill = NULL;
	_cleanup_free_ char *dir = full_path(c, common_hierarchy(c), path);

	v2_kill = fs_join(dir, "cgroup.kill");
	if (c->v2 && fs_write_value(AT_FDCWD, v2_kill, "1", NULL) == 0)
		return;
	for (int round = 0; round < KILL_ROUNDS; round++) {
		if (walk(dir, kill_members) == 0)
			return;
		/* again: a member may have forked meanwhile */
	}
}

int cgroup_remove_tree(const struct cgroups *c, const char *path, struct error *err)
{
	int outcome = 0;

	for (size_t i = 0; i < c->n; i++) {
		_cleanup_free_ char *dir = full_path(c, i, path);
		int r = walk(dir, remove_dir);

		if (r < 0)
			return error_set_errno(err, -r, "cgroup %s", dir);
		outcome = r ? r : outcome;
	}
	return outcome;
}
