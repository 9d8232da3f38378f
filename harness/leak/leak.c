/*
 * leak: what a run leaves behind on this machine.
 *
 * Per case: the guests that it saw (leak_case.c). Per run: what carries the subject's name. Two names are known: its root
 * directory, which stands in mounts, sockets and command lines; and its cgroup, learned from where its first guests really were,
 * whose last word also stands in the names of devices and namespace files. Whatever else happens on the machine meanwhile (other
 * subjects, a container engine) has neither name and is not looked at. What had such a name before the run is not counted.
 */
#include "leak.h"

#include <dirent.h>

#include "leak/leak_case.h"
#include "leak/proc_look.h"
#include "util/json.h"

struct leak {
	char *root;
	char *tag; /* "podd-2a4441b552" */
	json_t *cgroups; /* set of top directories "/sys/fs/cgroup/pids/podd-…" */
	json_t *before; /* set of texts */
	struct leak_guest *guests;
	size_t n;
};

/* ---- names ---- */

/* "/sys/fs/cgroup/pids/TAG/…": up to TAG; "/sys/fs/cgroup/TAG/…" on v2. */
static char *top_cgroup(const char *dir, size_t depth)
{
	const char *p = dir;

	for (size_t i = 0; i < depth && p; i++)
		p = strchr(p + 1, '/');
	return p ? strndup(dir, (size_t)(p - dir)) : xstrdup(dir);
}

static void learn(struct leak *l, const struct leak_guest *g)
{
	size_t depth = access("/sys/fs/cgroup/cgroup.controllers", F_OK) ? 5 : 4;

	for (char **dir = g->cgroups; dir && *dir; dir++) {
		_cleanup_free_ char *top = top_cgroup(*dir, depth);

		json_object_set_new(l->cgroups, top, json_true());
		if (!l->tag)
			l->tag = xstrdup(strrchr(top, '/') + 1);
	}
}

/* ---- the picture of a run ---- */

static void picture_mounts(const struct leak *l, json_t *set)
{
	_cleanup_free_ char *text = proc_text("/proc/self/mountinfo", NULL);
	_cleanup_strv_ char **lines = strv_split(text ? text : "", "\n");

	for (char **line = lines; *line; line++) {
		_cleanup_strv_ char **words = strv_split(*line, " ");
		_cleanup_free_ char *name = NULL;

		if (strv_len(words) < 5 || !l->root || !strstr(*line, l->root))
			continue;
		name = xasprintf("mount %s", words[4]);
		json_object_set_new(set, name, json_true());
	}
}

static void picture_sockets(const struct leak *l, json_t *set)
{
	_cleanup_free_ char *text = proc_text("/proc/net/unix", NULL);
	_cleanup_strv_ char **lines = strv_split(text ? text : "", "\n");

	for (char **line = lines; *line; line++) {
		const char *path = l->root ? strstr(*line, l->root) : NULL;
		_cleanup_free_ char *name = path ? xasprintf("socket %s", path) : NULL;

		if (name)
			json_object_set_new(set, name, json_true());
	}
}

static void picture_cgroups(const struct leak *l, json_t *set)
{
	const char *top;
	json_t *v;

	json_object_foreach(l->cgroups, top, v) {
		_cleanup_free_ char *name = xasprintf("cgroup %s", top);

		if (access(top, F_OK) == 0)
			json_object_set_new(set, name, json_true());
	}
}

/* Entries of a directory whose name holds the first five letters of the tag's last word. */
static void picture_names(const struct leak *l, const char *dir, const char *sort, json_t *set)
{
	const char *word = l->tag && strrchr(l->tag, '-') ? strrchr(l->tag, '-') + 1 : NULL;
	_cleanup_free_ char *part = word && strlen(word) >= 5 ? strndup(word, 5) : NULL;
	DIR *d = part ? opendir(dir) : NULL;
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (strstr(e->d_name, part)) {
			_cleanup_free_ char *name = xasprintf("%s %s", sort, e->d_name);

			json_object_set_new(set, name, json_true());
		}
	if (d)
		closedir(d);
}

struct process_search {
	const struct leak *leak;
	json_t *set;
};

static bool note_process(pid_t pid, void *userdata)
{
	struct process_search *s = userdata;

	if (pid != getpid() && proc_cmdline_has(pid, s->leak->root) && proc_started(pid)) {
		_cleanup_free_ char *name = xasprintf("process %d", (int)pid);

		json_object_set_new(s->set, name, json_true());
	}
	return false;
}

static json_t *picture(const struct leak *l)
{
	json_t *set = json_object();
	struct process_search search = { l, set };

	picture_mounts(l, set);
	picture_sockets(l, set);
	picture_cgroups(l, set);
	picture_names(l, "/sys/class/net", "network device", set);
	picture_names(l, "/run/netns", "network namespace", set);
	if (l->root) {
		_cleanup_free_ char *name = xasprintf("directory %s", l->root);

		proc_find(note_process, &search);
		if (access(l->root, F_OK) == 0)
			json_object_set_new(set, name, json_true());
	}
	return set;
}

/* ---- the interface ---- */

int leak_new(const char *root, struct leak **ret, struct error *err)
{
	struct leak *l;

	if (access("/proc/self/mountinfo", R_OK))
		return error_set(err, "what a run leaves behind cannot be seen without /proc");
	l = xcalloc(1, sizeof(*l));
	l->root = xstrdup(root);
	l->cgroups = json_object();
	l->before = picture(l);
	*ret = l;
	return 0;
}

struct leak *leak_free(struct leak *l)
{
	if (!l)
		return NULL;
	for (size_t i = 0; i < l->n; i++)
		leak_guest_clear(&l->guests[i]);
	free(l->guests);
	free(l->root);
	free(l->tag);
	json_decref(l->cgroups);
	json_decref(l->before);
	free(l);
	return NULL;
}

void leak_set_root(struct leak *l, const char *root)
{
	free(l->root);
	l->root = xstrdup(root);
}

void leak_note(struct leak *l, const char *ns, const char *uid, const json_t *start)
{
	l->guests = xrealloc(l->guests, (l->n + 1) * sizeof(*l->guests));
	leak_guest_init(&l->guests[l->n], ns, uid, start);
	learn(l, &l->guests[l->n++]);
}

void leak_check_case(struct leak *l, const char *ns, json_t *problems)
{
	for (size_t i = 0; i < l->n; i++)
		if (!ns || streq(l->guests[i].ns, ns))
			leak_guest_check(&l->guests[i], problems);
}

void leak_check_run(struct leak *l, json_t *problems)
{
	_cleanup_json_ json_t *after = picture(l);
	const char *name;
	json_t *v;

	json_object_foreach(after, name, v)
		if (!json_object_get(l->before, name))
			json_array_append_new(problems, json_string(name));
}
