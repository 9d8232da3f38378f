/*
 * ctr_plan: from the spec and the image to a container_config.
 *
 * Each step fills one part; the first that fails names the reason. Nothing is started here, but files that the
 * container will mount are made: its termination log, the pod's /etc/hosts, sub-paths of volumes.
 *
 * Environment, weakest first: PATH and HOSTNAME, the image's, Services', envFrom and env.
 */
#include "kubelet/ctr_plan.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "api/config.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "kubelet/env.h"
#include "kubelet/expand.h"
#include "kubelet/hosts.h"
#include "kubelet/node_status.h"
#include "kubelet/pod_worker.h"
#include "kubelet/resources.h"
#include "kubelet/termination_log.h"
#include "proxy/proxy.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define CONFIG_ERROR "CreateContainerConfigError"
#define HOSTS_MAX (256 * 1024)

static int lookup(void *ctx, bool secret, const char *name, json_t **ret)
{
	struct pod_worker *w = ctx;

	return store_get(w->k->store, secret ? &kind_secret : &kind_configmap, w->pod->ns, name,
			 ret, NULL);
}

struct env_source ctr_env_source(struct ctr *c)
{
	struct pod_worker *w = c->w;

	return (struct env_source){
		.fields = {
			.pod = w->pod,
			.pod_ip = w->pod_ip,
			.host_ip = runtime_node_ip(w->k->rt),
			.node_cpu_milli = node_cpu_milli(w->k->node),
			.node_memory = node_memory(w->k->node),
		},
		.services = proxy_services(w->k->proxy),
		.lookup = lookup,
		.ctx = w,
	};
}

static void add_env(char ***env, char *const *more)
{
	for (; more && *more; more++) {
		_cleanup_free_ char *name = xstrdup(*more);
		char *eq = strchr(name, '=');

		if (eq) {
			*eq = 0;
			strv_set_env(env, name, eq + 1);
		}
	}
}

static void make_env(struct ctr *c, const struct image_info *image, char *const *own,
		     struct ctr_plan *p)
{
	const struct pod *pod = c->w->pod;
	_cleanup_free_ char *name = hosts_name(pod);
	char node[256] = "";

	if (pod->host_network)
		gethostname(node, sizeof(node) - 1);
	strv_set_env(&p->env, "PATH", DEFAULT_PATH);
	strv_set_env(&p->env, "HOSTNAME", pod->host_network ? node : name);
	if (c->spec->tty)
		strv_set_env(&p->env, "TERM", "xterm");
	add_env(&p->env, image->env);
	add_env(&p->env, own);
	p->cfg.env = p->env;
}

static void append(char ***list, char **more)
{
	for (char **s = more; s && *s; s++)
		strv_add(list, *s);
}

static int make_argv(struct ctr *c, const struct image_info *image, char *const *own,
		     struct ctr_plan *p, struct error *err)
{
	_cleanup_strv_ char **command = expand_all(c->spec->command, own);
	_cleanup_strv_ char **args = expand_all(c->spec->args, own);

	append(&p->argv, command ? command : image->entrypoint);
	if (args)
		append(&p->argv, args);
	else if (!command)
		append(&p->argv, image->cmd);
	if (!p->argv)
		return error_set(err, ERR_INVALID, "CreateContainerError", "no command specified");
	p->cfg.argv = p->argv;
	return 0;
}

static int refuse_root(const struct ctr *c, const char *why, struct error *err)
{
	_cleanup_free_ char *words = pod_worker_words(c->w);

	return error_set(err, ERR_FORBIDDEN, CONFIG_ERROR, "%s (pod: \"%s\", container: %s)", why,
			 words, c->spec->name);
}

static int check_non_root(const struct ctr *c, const struct image_info *image, struct error *err)
{
	const struct pod_container_security *s = &c->spec->security;
	_cleanup_free_ char *user = xstrdup(image->user ? image->user : ""), *why = NULL;
	int64_t uid = 0;

	if (!s->run_as_non_root || s->run_as_user > 0)
		return 0;
	if (s->run_as_user == 0)
		return refuse_root(c, "container's runAsUser breaks non-root policy", err);
	user[strcspn(user, ":")] = 0;
	if (*user && str_to_int64(user, 0, INT32_MAX, &uid) < 0) {
		why = str_printf("container has runAsNonRoot and image has non-numeric user (%s), "
				 "cannot verify user is non-root",
				 user);
		return refuse_root(c, why, err);
	}
	if (uid == 0)
		return refuse_root(c, "container has runAsNonRoot and image will run as root", err);
	return 0;
}

static int make_security(struct ctr *c, const struct image_info *image, struct ctr_plan *p,
			 struct error *err)
{
	const struct pod_container_security *s = &c->spec->security;
	const struct pod *pod = c->w->pod;
	size_t n = 0;

	if (s->seccomp && streq(s->seccomp, "Localhost"))
		return error_set(err, ERR_UNSUPPORTED, "CreateContainerError",
				 "seccomp profile %s: Localhost profiles are not supported",
				 s->seccomp_profile ? s->seccomp_profile : "");
	p->gids = xcalloc(pod->n_supplemental_groups + 1, sizeof(*p->gids));
	for (size_t i = 0; i < pod->n_supplemental_groups; i++)
		p->gids[n++] = pod->supplemental_groups[i];
	if (pod->fs_group >= 0)
		p->gids[n++] = pod->fs_group;
	p->cfg.supplemental_gids = p->gids;
	p->cfg.n_supplemental_gids = n;
	p->cfg.uid = s->run_as_user;
	p->cfg.gid = s->run_as_group;
	p->cfg.cap_add = s->cap_add;
	p->cfg.cap_drop = s->cap_drop;
	p->cfg.privileged = s->privileged;
	p->cfg.readonly_rootfs = s->read_only_root;
	p->cfg.no_new_privs = !s->allow_escalation;
	p->cfg.unmasked_proc = streq(s->proc_mount, "Unmasked");
	p->cfg.seccomp = s->seccomp;
	return check_non_root(c, image, err);
}

/* In place, so that running siblings, which hold the file, see the same. */
static int write_hosts(struct ctr *c, char **ret_path, struct error *err)
{
	_cleanup_free_ char *dir = kubelet_pod_dir(c->w->k, c->w->uid), *own = NULL, *text = NULL;
	_cleanup_free_ char *path = fs_join(dir, "etc-hosts");
	_cleanup_close_ int fd = -1;
	int r;

	if (c->w->pod->host_network)
		fs_read_file(AT_FDCWD, "/etc/hosts", HOSTS_MAX, &own, NULL, NULL);
	text = hosts_file(c->w->pod, c->w->pod_ip, own);
	r = fs_mkdir_parents(AT_FDCWD, path, 0755, err);
	if (r == 0)
		r = fs_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0644, &fd, err);
	if (r == 0)
		r = fs_write_fd(fd, text, strlen(text), err);
	if (r == 0)
		*ret_path = take_ptr(path);
	return r;
}

static bool mounts_at(const struct mounts *m, const char *target)
{
	for (size_t i = 0; i < m->n; i++) {
		if (streq(m->list[i].target, target))
			return true;
	}
	return false;
}

static int make_mounts(struct ctr *c, int attempt, char *const *own, struct ctr_plan *p,
		       struct error *err)
{
	_cleanup_free_ char *hosts = NULL, *message = NULL;
	int r = volumes_mounts(c, own, &p->mounts, err);

	if (r == 0)
		r = write_hosts(c, &hosts, err);
	if (r == 0)
		r = termination_log_make(c, attempt, &message, err);
	if (r != 0)
		return r;
	if (!mounts_at(&p->mounts, "/etc/hosts"))
		mounts_add(&p->mounts, hosts, "/etc/hosts", false, NULL);
	if (c->spec->termination_path && !mounts_at(&p->mounts, c->spec->termination_path))
		mounts_add(&p->mounts, message, c->spec->termination_path, false, NULL);
	p->cfg.mounts = p->mounts.list;
	p->cfg.n_mounts = p->mounts.n;
	return 0;
}

static void make_labels(struct ctr *c, int attempt, const struct crash_backoff *b,
			struct ctr_plan *p)
{
	p->labels = json_pack("{s:s,s:i,s:s,s:i,s:{s:I,s:I}}", "container", c->spec->name,
			      "attempt", attempt, "image", c->spec->image, "stopSignal",
			      p->stop_signal, "backoff", "delay", (json_int_t)b->delay_ns,
			      "updated", (json_int_t)b->updated_ns);
	p->cfg.labels = p->labels;
}

static void make_rest(struct ctr *c, const struct image_info *image, int attempt, struct ctr_plan *p)
{
	const char *signal = c->spec->stop_signal ? c->spec->stop_signal : image->stop_signal;

	p->id = str_printf("%s.%d", c->spec->name, attempt);
	p->log_path = ctr_log_path(c, attempt);
	p->stop_signal = signal_number(signal, SIGTERM);
	p->cfg.id = p->id;
	p->cfg.log_path = p->log_path;
	p->cfg.image = image->id;
	p->cfg.cwd = c->spec->working_dir;
	p->cfg.stdin_open = c->spec->stdin_open;
	p->cfg.stdin_once = c->spec->stdin_once;
	p->cfg.tty = c->spec->tty;
	p->cfg.limits = resources_container(c->spec);
	p->cfg.oom_score_adj =
		resources_oom_score_adj(c->w->pod, c->spec, node_memory(c->w->k->node));
}

int ctr_plan_make(struct ctr *c, const struct image_info *image, int attempt,
		  const struct crash_backoff *backoff, struct ctr_plan *p, struct error *err)
{
	struct env_source source = ctr_env_source(c);
	_cleanup_strv_ char **own = NULL;
	int r;

	*p = (struct ctr_plan){ 0 };
	r = make_security(c, image, p, err);
	if (r == 0)
		r = env_make(&source, c->spec, &own, err);
	if (r == 0)
		r = make_argv(c, image, own, p, err);
	if (r == 0)
		r = make_mounts(c, attempt, own, p, err);
	if (r != 0) {
		ctr_plan_clear(p);
		return r;
	}
	make_env(c, image, own, p);
	make_rest(c, image, attempt, p);
	make_labels(c, attempt, backoff, p);
	return fs_mkdir_parents(AT_FDCWD, p->log_path, 0755, err);
}

void ctr_plan_clear(struct ctr_plan *p)
{
	free(p->id);
	free(p->log_path);
	strv_free(p->argv);
	strv_free(p->env);
	mounts_clear(&p->mounts);
	free(p->gids);
	json_decref(p->labels);
	*p = (struct ctr_plan){ 0 };
}
