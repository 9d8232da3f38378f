/*
 * sandbox_start: a new sandbox, step by step: the shim, who then sets up its namespaces while we make files, cgroup and
 * address; when it has answered, network and host ports; and last its record, which makes it real. A step
 * that fails takes back the earlier ones.
 */
#include "runtime/objects.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/json.h"
#include "base/str.h"
#include "runtime/leftovers.h"
#include "runtime/records.h"
#include "runtime/shim_child.h"

int sandbox_shim_spawn(struct sandbox *sb, struct error *err)
{
	char *argv[] = { (char *)"pod-shim", sb->dir, NULL }, *env[] = { NULL };
	_cleanup_free_ char *log = fs_join(sb->rt->run_dir, "shims.log");
	_cleanup_close_ int listener = -1, log_fd = -1;
	struct child_opts opts = CHILD_OPTS_INIT;
	int r = shim_listen(sb->dir_fd, &listener, err);

	if (r == 0)
		r = fs_open(AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND, 0600, &log_fd, err);
	if (r < 0)
		return r;
	opts.path = sb->rt->shim_path;
	opts.argv = argv;
	opts.env = env;
	opts.cwd = "/";
	opts.stdout_fd = opts.stderr_fd = log_fd;
	opts.pass_fds = &listener;
	opts.n_pass_fds = 1;
	opts.new_session = true;
	r = shim_child_spawn(&sb->rt->shims, sb->rt->loop, &opts, &sb->shim_pid, err);
	if (r < 0)
		return error_wrap(err, "pod-shim");
	return shim_client_new(sb->rt->loop, sb->dir_fd, &sandbox_shim_events, sb, &sb->client, err);
}

pid_t shim_find(const struct cgroups *c, const char *sandbox_dir)
{
	_cleanup_strv_ char **dirs = cgroup_dirs(c, "shims");
	_cleanup_free_ char *procs = fs_join(dirs[0], "cgroup.procs");
	_cleanup_file_ FILE *f = fopen(procs, "re");
	long pid;

	while (f && fscanf(f, "%ld", &pid) == 1) {
		_cleanup_free_ char *path = str_printf("/proc/%ld/cmdline", pid), *line = NULL;
		size_t len = 0, name;

		if (fs_read_file(AT_FDCWD, path, 65536, &line, &len, NULL) != 0)
			continue;
		name = strlen(line) + 1;
		if (name < len && streq(line + name, sandbox_dir))
			return (pid_t)pid;
	}
	return 0;
}

/* Synchronous and thorough, for sandboxes that never were complete. The shim ends with its cgroup. */
static void take_back(struct sandbox *sb)
{
	struct runtime *rt = sb->rt;

	sb->client = shim_client_free(sb->client); /* one that was not set up ends by that */
	if (sb->shim_pid <= 0)
		sb->shim_pid = shim_find(&rt->cgroups, sb->dir);
	if (sb->shim_pid > 0)
		kill(sb->shim_pid, SIGKILL);
	leftovers_add(rt, sb->cgroup);
	if (sb->ports_open)
		net_ports_remove(&rt->net, sb->address, sb->ports, sb->n_ports);
	if (sb->address) {
		(void)net_detach(&rt->net, sb->address, NULL);
		net_release_address(&rt->net, sb->address);
	}
	(void)sandbox_remove_files(sb, NULL);
	sandbox_unlink(sb);
}

void sandbox_destroy(struct sandbox *sb)
{
	take_back(sb);
	sandbox_free(sb);
}

/* ---- the files of a sandbox ---- */

static int write_file(const struct sandbox *sb, const char *name, const char *text,
		      struct error *err)
{
	_cleanup_free_ char *path = fs_join(sb->disk_dir, name);
	_cleanup_close_ int fd = -1;
	int r = fs_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0644, &fd, err);

	return r < 0 ? r : fs_write_fd(fd, text, strlen(text), err);
}

static int make_run_directory(struct sandbox *sb, struct error *err)
{
	_cleanup_free_ char *containers = fs_join(sb->dir, "c");
	int r = fs_mkdir_p(AT_FDCWD, containers, 0700, err);

	return r < 0 ? r : fs_open_dir(AT_FDCWD, sb->dir, &sb->dir_fd, err);
}

static int make_files(struct sandbox *sb, const struct sandbox_config *cfg, struct error *err)
{
	_cleanup_free_ char *hostname = str_printf("%s\n", cfg->hostname ? cfg->hostname : "");
	int r = fs_mkdir_p(AT_FDCWD, sb->disk_dir, 0700, err);

	if (r == 0)
		r = write_file(sb, "hostname", hostname, err);
	if (r == 0)
		r = write_file(sb, "resolv.conf", cfg->resolv_conf ? cfg->resolv_conf : "", err);
	if (r == 0 && cfg->log_dir)
		r = fs_mkdir_p(AT_FDCWD, cfg->log_dir, 0755, err);
	return r;
}

void sandbox_add_port(struct sandbox *sb, const struct port_mapping *p)
{
	struct port_mapping *own;

	if (!p->host_port || sb->host_network)
		return;
	sb->ports = xrealloc(sb->ports, (sb->n_ports + 1) * sizeof(*sb->ports));
	own = &sb->ports[sb->n_ports++];
	*own = *p;
	own->protocol = streq(p->protocol, "UDP")  ? "UDP" :
			streq(p->protocol, "SCTP") ? "SCTP" :
						     "TCP";
	own->host_ip = xstrdup(p->host_ip);
}

/* All that the shim does not need: it sets itself up at the same time. */
static int prepare(struct sandbox *sb, const struct sandbox_config *cfg, struct error *err)
{
	struct runtime *rt = sb->rt;
	int r = make_files(sb, cfg, err);

	if (r == 0)
		r = cgroup_make(&rt->cgroups, sb->cgroup, false, err);
	if (r == 0)
		r = cgroup_set_limits(&rt->cgroups, sb->cgroup, &cfg->limits, err);
	return r;
}

static int take_address(struct sandbox *sb, const struct sandbox_config *cfg, struct error *err)
{
	int r = cfg->host_network ? 0 : net_take_address(&sb->rt->net, &sb->address, err);

	if (sb->address)
		net_format_address(sb->address, sb->ip);
	if (r == 0 && cfg->user_namespace && !net_user_base(&sb->rt->net, sb->address))
		return error_set(
			err, ERR_UNAVAILABLE, "FailedCreatePodSandBox",
			"no ids for a user namespace in a pod network of more than 16 bits");
	return r;
}

/* ---- set-up ---- */

static int connect_network(struct sandbox *sb, struct error *err)
{
	int r;

	if (sb->host_network)
		return 0;
	r = net_attach(&sb->rt->net, sb->shim_pid, sb->address, err);
	if (r < 0 || !sb->n_ports)
		return r;
	r = net_ports_add(&sb->rt->net, sb->address, sb->ports, sb->n_ports, err);
	sb->ports_open = r == 0; /* else they may be another pod's */
	return r;
}

static void on_set_up(void *userdata, struct shim_msg *m, const struct error *refused)
{
	struct sandbox *sb = userdata;
	_cleanup_error_ struct error err = ERROR_INIT;
	int r = refused ? error_copy(&err, refused) : connect_network(sb, &err);

	(void)m;
	if (r == 0)
		r = record_sandbox(sb, &err);
	if (r == 0) {
		sb->ready = sb->alive = true;
		operation_end(&sb->op, NULL);
		return;
	}
	error_wrap(&err, "failed to create pod sandbox");
	take_back(sb);
	operation_end(&sb->op, &err);
	sandbox_free(sb);
}

static uint64_t setup_flags(const struct sandbox_config *cfg)
{
	return (cfg->host_network ? SHIM_HOST_NET : 0u) | (cfg->host_ipc ? SHIM_HOST_IPC : 0u) |
	       (cfg->host_pid ? SHIM_HOST_PID : 0u) |
	       (cfg->share_pid && !cfg->host_pid ? SHIM_SHARE_PID : 0u) |
	       (cfg->user_namespace ? SHIM_OWN_USERS : 0u);
}

static void send_setup(struct sandbox *sb, const struct sandbox_config *cfg)
{
	struct runtime *rt = sb->rt;
	_cleanup_strv_ char **cgroups = cgroup_dirs(&rt->cgroups, "shims");
	char *none[] = { NULL };
	struct shim_setup s = {
		.hostname = (char *)(uintptr_t)cfg->hostname,
		.pause_path = rt->pause_path,
		.run_dir = sb->dir,
		.sysctls = cfg->sysctls ? (char **)(uintptr_t)cfg->sysctls : none,
		.cgroups = cgroups,
		.cgroup_v2 = rt->cgroups.v2,
		.flags = setup_flags(cfg),
		.user_base = cfg->user_namespace ? net_user_base(&rt->net, sb->address) : 0,
		.birth_wall_ns = (uint64_t)rt->clock->birth_wall_ns,
		.birth_boot_ns = (uint64_t)rt->clock->birth_boot_ns,
		.rate_milli = (uint64_t)rt->clock->rate_milli,
	};
	struct shim_msg m;

	shim_msg_init(&m, SHIM_SETUP, shim_client_tag(sb->client));
	shim_put_setup(&m, &s);
	if (cfg->host_network) {
		m.fds[0] = rt->net.node_fd;
		m.fds[1] = rt->net.uts_fd;
		m.head.n_fds = 2;
	}
	shim_client_send(sb->client, &m, on_set_up, sb);
}

static int check_config(struct runtime *rt, const struct sandbox_config *cfg, struct error *err)
{
	if (!cfg->id || !cfg->id[0] || strchr(cfg->id, '/') || cfg->id[0] == '.')
		return error_set(err, ERR_INVALID, NULL, "sandbox id \"%s\"",
				 cfg->id ? cfg->id : "");
	if (sandbox_find(rt, cfg->id))
		return error_set(err, ERR_EXISTS, NULL, "sandbox %s exists", cfg->id);
	if (cfg->user_namespace && (cfg->host_network || cfg->host_pid || cfg->host_ipc))
		return error_set(err, ERR_INVALID, "FailedCreatePodSandBox",
				 "a user namespace of its own with namespaces of the host");
	return 0;
}

int sandbox_run(struct runtime *rt, const struct sandbox_config *cfg, runtime_done_fn done,
		void *userdata, struct sandbox **ret_sb, struct error *err)
{
	struct sandbox *sb;
	int r = check_config(rt, cfg, err);

	if (r < 0)
		return r;
	sb = sandbox_new(rt, cfg->id);
	sb->labels = json_dup(cfg->labels);
	sb->host_network = cfg->host_network;
	sb->host_pid = cfg->host_pid;
	sb->share_pid = cfg->share_pid;
	for (size_t i = 0; i < cfg->n_ports; i++)
		sandbox_add_port(sb, &cfg->ports[i]);
	sb->op = (struct operation){ done, userdata };
	r = make_run_directory(sb, err);
	if (r == 0)
		r = sandbox_shim_spawn(sb, err);
	if (r == 0)
		r = take_address(sb, cfg, err);
	if (r == 0) {
		send_setup(sb, cfg);
		r = prepare(sb, cfg, err);
	}
	if (r < 0) {
		sandbox_destroy(sb);
		return error_wrap(err, "failed to create pod sandbox");
	}
	if (ret_sb)
		*ret_sb = sb;
	return 0;
}
