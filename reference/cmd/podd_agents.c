/*
 * Who runs is known by the locks of the roots, whoever started it: so podd may be killed and started again, and an agent too.
 *
 * An agent that ends is not started again by itself: a node that is gone is what its controllers have to see. It is killed by its
 * lock as well as by its handle, since both may be there: one that runs, and one that waits for the first one's end.
 */
#include "cmd/podd_agents.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/child.h"
#include "base/fsutil.h"
#include "base/log.h"
#include "base/str.h"
#include "cmd/podd_lock.h"
#include "cmd/podd_program.h"
#include "runtime/net_range.h"
#include "runtime/runtime.h"

#define DEATH_TRIES 500
#define DEATH_MS 10

struct podd_agent {
	struct podd_agents *all;
	char *name, *root;
	char **argv;
	struct child *child; /* NULL: not started by us, or ended */
	bool killed; /* by podd_agents_kill(), and may not be gone yet */
	bool again; /* start it when it is */
};

struct podd_agents {
	struct loop *loop;
	char *program;
	struct podd_agent *list;
	size_t n;
};

char *podd_agents_name(const struct podd_options *o, unsigned i)
{
	return i == 0 ? xstrdup(o->node_name) : str_printf("%s-%u", o->node_name, i + 1);
}

static char *nodes_dir(const char *root)
{
	return fs_join(root, "nodes");
}

/* ---- command lines ---- */

static void add_option(char ***argv, const char *name, const char *value)
{
	if (!value)
		return;
	strv_add(argv, name);
	strv_add(argv, value);
}

static int make_argv(struct podd_agent *a, const struct podd_options *o, unsigned i,
		     const char *socket, struct error *err)
{
	_cleanup_free_ char *first = NULL, *gateway = NULL, *range = NULL, *uplink = NULL,
			    *host = NULL, *images = fs_join(o->root, "images"),
			    *server = str_printf("unix:%s", socket);
	int r = net_range(o->pod_cidr, o->nodes, 0, &first, err);

	if (r == 0)
		r = net_range_node(first, &gateway, err);
	if (r == 0)
		r = net_range(o->pod_cidr, o->nodes, i, &range, err);
	if (r < 0)
		return r;
	uplink = str_printf("%s@%s/run/node.ns", gateway, o->root);
	if (o->host_root)
		host = fs_join(a->root, "host");
	strv_add(&a->argv, "podd");
	strv_add(&a->argv, "node");
	strv_add(&a->argv, "--wait");
	add_option(&a->argv, "--server", server);
	add_option(&a->argv, "--name", a->name);
	add_option(&a->argv, "--root", a->root);
	add_option(&a->argv, "--pod-cidr", range);
	add_option(&a->argv, "--uplink", uplink);
	add_option(&a->argv, "--images", images);
	add_option(&a->argv, "--host-root", host);
	add_option(&a->argv, "--node-labels", o->node_labels);
	add_option(&a->argv, "--register-with-taints", o->taints);
	add_option(&a->argv, "--log-level", o->log_level);
	return 0;
}

/* ---- starting and ending ---- */

static int start(struct podd_agent *a, struct error *err);

static void on_end(void *userdata, const struct child_exit *exit)
{
	struct podd_agent *a = userdata;

	_cleanup_error_ struct error err = ERROR_INIT;

	a->child = child_free(a->child);
	log_warn("podd", "node %s has ended (%s %d)", a->name,
		 exit->signal ? "signal" : "exit code", exit->signal ? exit->signal : exit->code);
	if (a->again && start(a, &err) < 0)
		log_error("podd", "node %s: %s", a->name, error_text(&err));
}

static int start(struct podd_agent *a, struct error *err)
{
	struct child_opts opts = CHILD_OPTS_INIT;
	_cleanup_free_ char *path = fs_join(a->root, "podd.log");
	_cleanup_close_ int log = -1;
	int r = fs_mkdir_p(AT_FDCWD, a->root, 0700, err);

	if (r == 0)
		r = fs_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND, 0600, &log, err);
	if (r < 0)
		return r;
	opts.path = a->all->program;
	opts.argv = a->argv;
	opts.stderr_fd = log;
	opts.new_session = true;
	a->killed = a->again = false;
	return child_spawn(a->all->loop, &opts, on_end, a, &a->child, err);
}

static void signal_agent(struct podd_agent *a, int signo)
{
	int pid = podd_lock_holder(a->root);

	if (pid > 0)
		kill(pid, signo);
	if (a->child)
		(void)child_kill(a->child, signo, NULL);
}

static void agent_deinit(struct podd_agent *a)
{
	child_release(a->child);
	strv_free(a->argv);
	free(a->name);
	free(a->root);
}

/* Roots of an earlier podd with more nodes. */
static void end_others(const struct podd_agents *a, const char *root)
{
	_cleanup_free_ char *dir = nodes_dir(root);
	_cleanup_strv_ char **names = NULL;

	if (fs_list(AT_FDCWD, dir, &names, NULL) != 0)
		return;
	for (char **n = names; n && *n; n++) {
		_cleanup_free_ char *path = fs_join(dir, *n);
		bool wanted = false;
		int pid;

		for (size_t i = 0; i < a->n; i++)
			wanted |= streq(a->list[i].name, *n);
		pid = wanted ? 0 : podd_lock_holder(path);
		if (pid > 0)
			kill(pid, SIGTERM);
	}
}

int podd_agents_new(struct loop *loop, const struct podd_options *o, const char *socket,
		    struct podd_agents **ret, struct error *err)
{
	struct podd_agents *a = xnew(a);
	_cleanup_free_ char *dir = nodes_dir(o->root);
	int r = podd_program_self(&a->program, err);

	a->loop = loop;
	a->list = xcalloc(o->nodes, sizeof(*a->list));
	for (unsigned i = 1; r == 0 && i < o->nodes; i++) {
		struct podd_agent *one = &a->list[a->n++];

		one->all = a;
		one->name = podd_agents_name(o, i);
		one->root = fs_join(dir, one->name);
		r = make_argv(one, o, i, socket, err);
	}
	end_others(a, o->root);
	for (size_t i = 0; r == 0 && i < a->n; i++)
		if (!podd_lock_holder(a->list[i].root))
			r = start(&a->list[i], err);
	if (r < 0) {
		podd_agents_free(a);
		return r;
	}
	*ret = a;
	return 0;
}

struct podd_agents *podd_agents_free(struct podd_agents *a)
{
	if (!a)
		return NULL;
	for (size_t i = 0; i < a->n; i++) {
		signal_agent(&a->list[i], SIGTERM);
		agent_deinit(&a->list[i]);
	}
	free(a->list);
	free(a->program);
	free(a);
	return NULL;
}

/* ---- on demand ---- */

static struct podd_agent *find(struct podd_agents *a, const char *name)
{
	for (size_t i = 0; a && i < a->n; i++)
		if (streq(a->list[i].name, name))
			return &a->list[i];
	return NULL;
}

static int none(const char *name, struct error *err)
{
	return error_set(err, ERR_NOT_FOUND, NULL,
			 "\"%s\" is no node that podd started as a process of its own", name);
}

int podd_agents_kill(struct podd_agents *a, const char *name, struct error *err)
{
	struct podd_agent *one = find(a, name);

	if (!one)
		return none(name, err);
	signal_agent(one, SIGKILL);
	one->killed = true;
	one->again = false;
	return 0;
}

int podd_agents_start(struct podd_agents *a, const char *name, struct error *err)
{
	int r = 0;

	if (name && !find(a, name))
		return none(name, err);
	for (size_t i = 0; r == 0 && a && i < a->n; i++) {
		struct podd_agent *one = &a->list[i];

		if (name && !streq(one->name, name))
			continue;
		/* Of one that another podd started the end is not told: the new one waits for its lock. */
		if (one->child)
			one->again = one->killed;
		else if (one->killed || !podd_lock_holder(one->root))
			r = start(one, err);
	}
	return r;
}

/* ---- clean-up ---- */

static int await_death(const char *root, struct error *err)
{
	for (int i = 0; i < DEATH_TRIES; i++) {
		int pid = podd_lock_holder(root);

		if (!pid)
			return 0;
		kill(pid, SIGKILL);
		poll(NULL, 0, DEATH_MS);
	}
	return error_set(err, ERR_TIMEOUT, NULL, "the node at %s does not end", root);
}

int podd_agents_cleanup(const char *root, struct error *err)
{
	_cleanup_free_ char *dir = nodes_dir(root);
	_cleanup_strv_ char **names = NULL;
	int r = 0;

	if (fs_list(AT_FDCWD, dir, &names, NULL) != 0)
		return 0;
	for (char **n = names; r == 0 && n && *n; n++) {
		_cleanup_free_ char *path = fs_join(dir, *n);

		r = await_death(path, err);
		if (r == 0)
			r = runtime_cleanup(path, err);
		if (r == 0)
			r = fs_remove_tree(AT_FDCWD, path, err);
	}
	return r;
}
