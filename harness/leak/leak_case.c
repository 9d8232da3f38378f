/*
 * leak_case: one guest process, and what must be gone with it.
 *
 * The guest states its pid and its namespaces as it sees them; the moment its line arrives, the process on this machine is found
 * by facts that fit only one: its pod (by cgroup), its pid namespace, its number there, and its start within a second. From then on the
 * question "is it gone" is exact (pid and start time), and its cgroups are known as directories here.
 *
 * Inode numbers of namespaces are used again as soon as one is free, so "something lives in that namespace" proves nothing by
 * itself: a process counts as left behind only when it also carries the environment that the guest stated (children inherit it).
 */
#include "leak/leak_case.h"

#include "leak/proc_look.h"
#include "util/json.h"

#define CGROUP_ROOT "/sys/fs/cgroup"
#define START_TOLERANCE NSEC_PER_SEC

/* "pid:[4026533997]" */
static uint64_t inode_of(const json_t *start, const char *path)
{
	const char *text = json_str(start, path),
		   *digits = text ? strpbrk(text, "0123456789") : NULL;

	return digits ? strtoull(digits, NULL, 10) : 0;
}

/* Inode numbers go round between all subjects of a machine; the pod's uid does not. */
static bool is_of_pod(pid_t pid, const struct leak_guest *g)
{
	_cleanup_free_ char *path = xasprintf("/proc/%d/cgroup", (int)pid);
	_cleanup_free_ char *text = g->uid ? proc_text(path, NULL) : NULL;

	return !g->uid || (text && strstr(text, g->uid));
}

static bool is_guest(pid_t pid, void *userdata)
{
	const struct leak_guest *g = userdata;
	int64_t distance;

	if (!g->pid_ns || proc_ns(pid, "pid") != g->pid_ns || proc_inner_pid(pid) != g->inner_pid)
		return false;
	distance = proc_started(pid) - g->began;
	return distance < START_TOLERANCE && distance > -START_TOLERANCE && is_of_pod(pid, g);
}

/* "9:name=systemd:/x" or "0::/x": the directory here, when it is not also our own. */
static char *cgroup_dir(const char *line, const char *own)
{
	const char *controllers = strchr(line, ':'),
		   *path = controllers ? strchr(controllers + 1, ':') : NULL;
	_cleanup_free_ char *name = NULL;

	if (!path || path[1] != '/' || path[2] == '\0' || (own && strstr(own, line)))
		return NULL;
	name = strndup(controllers + 1, (size_t)(path - controllers) - 1);
	if (!*name)
		return access(CGROUP_ROOT "/cgroup.controllers", F_OK) ?
			       xasprintf(CGROUP_ROOT "/unified%s", path + 1) :
			       xasprintf(CGROUP_ROOT "%s", path + 1);
	return xasprintf(CGROUP_ROOT "/%s%s", has_prefix(name, "name=") ? name + 5 : name, path + 1);
}

static void find_cgroups(struct leak_guest *g)
{
	_cleanup_free_ char *path = xasprintf("/proc/%d/cgroup", (int)g->pid);
	_cleanup_free_ char *text = proc_text(path, NULL),
			    *own = proc_text("/proc/self/cgroup", NULL);
	_cleanup_strv_ char **lines = strv_split(text ? text : "", "\n");
	_cleanup_json_ json_t *list = json_array();

	for (char **line = lines; *line; line++) {
		_cleanup_free_ char *dir = cgroup_dir(*line, own);

		if (dir && access(dir, F_OK) == 0)
			json_array_append_new(list, json_string(dir));
	}
	g->cgroups = json_strv(list);
}

void leak_guest_init(struct leak_guest *g, const char *ns, const char *uid, const json_t *start)
{
	const char *marker = json_str(start, "env.PODTEST");

	*g = (struct leak_guest){
		.ns = xstrdup(ns),
		.uid = xstrdup(uid),
		.id = xstrdup(json_str(start, "id")),
		.marker = marker ? xasprintf("PODTEST=%s", marker) : NULL,
		.pid_ns = inode_of(start, "ns.pid"),
		.net_ns = inode_of(start, "ns.net"),
		.inner_pid = (pid_t)json_int(start, "pid", 0),
		.began = json_int(start, "run", 0),
	};
	g->pid = proc_find(is_guest, g);
	g->started = g->pid ? proc_started(g->pid) : 0;
	if (g->pid)
		find_cgroups(g);
}

void leak_guest_clear(struct leak_guest *g)
{
	free(g->ns);
	free(g->uid);
	free(g->id);
	free(g->marker);
	strv_free(g->cgroups);
}

static bool carries_marker(pid_t pid, void *userdata)
{
	const struct leak_guest *g = userdata;

	return pid != g->pid && proc_ns(pid, "pid") == g->pid_ns &&
	       proc_ns(pid, "net") == g->net_ns && proc_has_env(pid, g->marker) &&
	       proc_started(pid) && is_of_pod(pid, g);
}

static void add(json_t *problems, const struct leak_guest *g, const char *what)
{
	_cleanup_free_ char *text =
		xasprintf("%s of namespace %s: %s", g->id ? g->id : "?", g->ns, what);

	json_array_append_new(problems, json_string(text));
}

void leak_guest_check(const struct leak_guest *g, json_t *problems)
{
	bool private = g->pid_ns != proc_ns(0, "pid") || g->net_ns != proc_ns(0, "net");
	pid_t other = 0;

	if (g->pid && proc_started(g->pid) == g->started) {
		_cleanup_free_ char *what = xasprintf("its process %d lives", (int)g->pid);

		add(problems, g, what);
	}
	if (g->marker && private && g->pid_ns)
		other = proc_find(carries_marker, (void *)g);
	if (other) {
		_cleanup_free_ char *what =
			xasprintf("process %d of its namespaces and environment lives", (int)other);

		add(problems, g, what);
	}
	for (char **dir = g->cgroups; dir && *dir; dir++)
		if (access(*dir, F_OK) == 0) {
			_cleanup_free_ char *what = xasprintf("cgroup %s is still there", *dir);

			add(problems, g, what);
		}
}
