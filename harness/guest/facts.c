/*
 * facts: what a process can see of its own sandbox, as members of one line. What cannot be read is left out
 * or null; nothing is judged here.
 */
#include <ctype.h>
#include <dirent.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest/guest.h"

extern char **environ;

static void strip(char *s)
{
	size_t n = strlen(s);

	while (n && isspace((unsigned char)s[n - 1]))
		s[--n] = 0;
}

static void add_namespaces(struct line *l)
{
	static const char *const names[] = { "net", "ipc", "uts", "pid", "mnt", "user", "cgroup" };
	struct text t = { 0 };

	for (size_t i = 0; i < COUNT(names); i++) {
		char path[64], link[64];
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/self/ns/%s", names[i]);
		n = readlink(path, link, sizeof(link) - 1);
		link[n > 0 ? n : 0] = 0;
		text_addf(&t, "%s\"%s\":\"%s\"", i ? "," : "{", names[i], link);
	}
	text_add(&t, "}", 1);
	line_raw(l, "ns", t.data);
	text_free(&t);
}

/* The value behind "KEY:\t" in /proc/self/status, into buf; "" when absent. */
static void status_value(const char *status, const char *key, char *buf, size_t size)
{
	const char *at = status;
	size_t len = strlen(key);

	*buf = 0;
	while (at && strncmp(at, key, len) != 0) {
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	if (!at)
		return;
	snprintf(buf, size, "%.*s", (int)strcspn(at + len, "\n"), at + len);
	while (isspace((unsigned char)*buf))
		memmove(buf, buf + 1, strlen(buf));
	strip(buf);
}

static void add_status(struct line *l)
{
	static const char *const caps[][2] = { { "CapEff:", "eff" },
					       { "CapPrm:", "prm" },
					       { "CapBnd:", "bnd" },
					       { "CapAmb:", "amb" } };
	char *status = read_whole("/proc/self/status", NULL);
	struct text t = { 0 };
	char value[128];

	if (!status)
		return;
	for (size_t i = 0; i < COUNT(caps); i++) {
		status_value(status, caps[i][0], value, sizeof(value));
		text_addf(&t, "%s\"%s\":\"%s\"", i ? "," : "{", caps[i][1], value);
	}
	text_add(&t, "}", 1);
	line_raw(l, "caps", t.data);
	text_free(&t);
	status_value(status, "NoNewPrivs:", value, sizeof(value));
	line_int(l, "nnp", atoi(value));
	status_value(status, "Seccomp:", value, sizeof(value));
	line_int(l, "seccomp", atoi(value));
	free(status);
}

static void add_number_file(struct text *t, const char *key, const char *const *paths)
{
	for (; *paths; paths++) {
		char *s = read_whole(*paths, NULL);

		if (!s)
			continue;
		strip(s);
		text_addf(t, "%s\"%s\":", t->len > 1 ? "," : "", key);
		text_json(t, s, strlen(s));
		free(s);
		return;
	}
}

static void add_limits(struct line *l)
{
#define CG "/sys/fs/cgroup/"
	static const char *const memory[] = { CG "memory.max", CG "memory/memory.limit_in_bytes",
					      NULL };
	static const char *const quota[] = { CG "cpu.max", CG "cpu/cpu.cfs_quota_us",
					     CG "cpu,cpuacct/cpu.cfs_quota_us", NULL };
	static const char *const period[] = { CG "cpu/cpu.cfs_period_us",
					      CG "cpu,cpuacct/cpu.cfs_period_us", NULL };
	static const char *const weight[] = { CG "cpu.weight", CG "cpu/cpu.shares",
					      CG "cpu,cpuacct/cpu.shares", NULL };
	static const char *const pids[] = { CG "pids.max", CG "pids/pids.max", NULL };
	struct text t = { 0 };

	text_add(&t, "{", 1);
	add_number_file(&t, "memory", memory);
	add_number_file(&t, "cpu_quota", quota);
	add_number_file(&t, "cpu_period", period);
	add_number_file(&t, "cpu_weight", weight);
	add_number_file(&t, "pids", pids);
	text_add(&t, "}", 1);
	line_raw(l, "limits", t.data);
	text_free(&t);
}

/* The first row of a map of ids; `range` tells two ranges apart. */
static void add_id_map(struct line *l, const char *name)
{
	unsigned long inside = 0, outside = 0, count = 0;
	char path[64], json[160], *map;

	snprintf(path, sizeof(path), "/proc/self/%s", name);
	map = read_whole(path, NULL);
	if (map && sscanf(map, "%lu %lu %lu", &inside, &outside, &count) == 3) {
		snprintf(json, sizeof(json),
			 "{\"inside\":%lu,\"outside\":%lu,\"count\":%lu,\"range\":%lu}", inside,
			 outside, count, outside >> 16);
		line_raw(l, name, json);
	}
	free(map);
}

static void add_env(struct line *l)
{
	struct text t = { 0 };

	text_add(&t, "{", 1);
	for (char **e = environ; *e; e++) {
		const char *eq = strchr(*e, '=');

		if (!eq)
			continue;
		if (t.len > 1)
			text_add(&t, ",", 1);
		text_json(&t, *e, (size_t)(eq - *e));
		text_add(&t, ":", 1);
		text_json(&t, eq + 1, strlen(eq + 1));
	}
	text_add(&t, "}", 1);
	line_raw(l, "env", t.data);
	text_free(&t);
}

static void add_argv(struct line *l)
{
	struct text t = { 0 };
	size_t len = 0;
	char *args = read_whole("/proc/self/cmdline", &len);

	text_add(&t, "[", 1);
	for (size_t at = 0; args && at < len; at += strlen(args + at) + 1) {
		if (t.len > 1)
			text_add(&t, ",", 1);
		text_json(&t, args + at, strlen(args + at));
	}
	text_add(&t, "]", 1);
	line_raw(l, "argv", t.data);
	text_free(&t);
	free(args);
}

static void add_identity(struct line *l)
{
	struct text t = { 0 };
	gid_t groups[64];
	int n = getgroups(64, groups);
	char buf[512];

	line_int(l, "pid", getpid());
	line_int(l, "ppid", getppid());
	line_int(l, "uid", getuid());
	line_int(l, "gid", getgid());
	text_add(&t, "[", 1);
	for (int i = 0; i < n; i++)
		text_addf(&t, "%s%u", i ? "," : "", groups[i]);
	text_add(&t, "]", 1);
	line_raw(l, "groups", t.data);
	text_free(&t);
	if (gethostname(buf, sizeof(buf)) == 0)
		line_str(l, "hostname", buf);
	if (getcwd(buf, sizeof(buf)))
		line_str(l, "cwd", buf);
}

static void add_rlimits(struct line *l)
{
	static const struct {
		const char *name;
		int which;
	} rows[] = { { "nofile", RLIMIT_NOFILE },
		     { "nproc", RLIMIT_NPROC },
		     { "core", RLIMIT_CORE } };
	struct text t = { 0 };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rlimit r = { 0 };

		getrlimit(rows[i].which, &r);
		text_addf(&t, "%s\"%s\":[%lld,%lld]", i ? "," : "{", rows[i].name,
			  (long long)r.rlim_cur, (long long)r.rlim_max);
	}
	text_add(&t, "}", 1);
	line_raw(l, "rlimits", t.data);
	text_free(&t);
}

void facts_add(struct line *l)
{
	char *s;

	add_identity(l);
	add_argv(l);
	add_env(l);
	add_namespaces(l);
	add_status(l);
	add_limits(l);
	add_rlimits(l);
	add_id_map(l, "uid_map");
	add_id_map(l, "gid_map");
	facts_net(l);
	s = read_whole("/proc/self/oom_score_adj", NULL);
	if (s)
		line_int(l, "oom_score_adj", atoi(s));
	free(s);
	s = read_whole("/proc/self/cgroup", NULL);
	if (s)
		line_str(l, "cgroup", s);
	free(s);
}

/* One process of /proc as an object; false when it vanished. */
static bool add_process(struct text *t, const char *pid)
{
	char path[300], state = '?';
	int ppid = 0;
	size_t len = 0;
	char *stat, *cmd, *close_paren;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	stat = read_whole(path, NULL);
	close_paren = stat ? strrchr(stat, ')') : NULL;
	if (!close_paren) {
		free(stat);
		return false;
	}
	sscanf(close_paren + 1, " %c %d", &state, &ppid);
	snprintf(path, sizeof(path), "/proc/%s/cmdline", pid);
	cmd = read_whole(path, &len);
	for (size_t i = 0; cmd && i + 1 < len; i++)
		if (!cmd[i])
			cmd[i] = ' ';
	text_addf(t, "%s{\"pid\":%s,\"ppid\":%d,\"state\":\"%c\",\"cmd\":", t->len > 1 ? "," : "",
		  pid, ppid, state);
	text_json(t, cmd ? cmd : "", cmd ? strlen(cmd) : 0);
	text_add(t, "}", 1);
	free(cmd);
	free(stat);
	return true;
}

void facts_ps(struct line *l)
{
	DIR *d = opendir("/proc");
	struct text t = { 0 };
	int n = 0;

	text_add(&t, "[", 1);
	for (struct dirent *e; d && (e = readdir(d));)
		if (isdigit((unsigned char)e->d_name[0]) && add_process(&t, e->d_name))
			n++;
	text_add(&t, "]", 1);
	if (d)
		closedir(d);
	line_raw(l, "procs", t.data);
	line_int(l, "count", n);
	text_free(&t);
}

void facts_mounts(struct line *l)
{
	char *all = read_whole("/proc/self/mounts", NULL), *save = NULL;
	struct text t = { 0 };

	text_add(&t, "[", 1);
	for (char *row = all ? strtok_r(all, "\n", &save) : NULL; row;
	     row = strtok_r(NULL, "\n", &save)) {
		char target[512], type[64], opts[1024];

		if (sscanf(row, "%*s %511s %63s %1023s", target, type, opts) != 3)
			continue;
		text_add(&t, t.len > 1 ? ",{\"target\":" : "{\"target\":", t.len > 1 ? 11 : 10);
		text_json(&t, target, strlen(target));
		text_addf(&t, ",\"type\":\"%s\",\"opts\":", type);
		text_json(&t, opts, strlen(opts));
		text_add(&t, "}", 1);
	}
	text_add(&t, "]", 1);
	line_raw(l, "mounts", t.data);
	text_free(&t);
	free(all);
}
