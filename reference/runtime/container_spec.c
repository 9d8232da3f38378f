/*
 * container_spec: from what the caller wants, the image and the node to what the shim carries out. Nothing is
 * decided in the shim that can be decided here; only lookups inside the image (users, $PATH) are left.
 */
#include "runtime/container_spec.h"

#include <inttypes.h>
#include <string.h>

#include "base/fsutil.h"
#include "base/str.h"

static char *dup_or_empty(const char *s)
{
	return xstrdup(s ? s : "");
}

static char **copy_or_empty(char *const *v)
{
	char **copy = strv_copy(v);

	return copy ? copy : xcalloc(1, sizeof(*copy));
}

/* ---- mounts ---- */

static size_t depth(const char *path)
{
	size_t n = 0;

	for (; *path; path++)
		n += *path == '/' && path[1] && path[1] != '/';
	return n;
}

static uint64_t mount_flags(const struct mount_config *m)
{
	uint64_t flags = 0;

	if (m->readonly)
		flags |= m->recursive_readonly ? SHIM_MOUNT_RRO | SHIM_MOUNT_RO : SHIM_MOUNT_RO;
	if (streq(m->propagation, "HostToContainer"))
		flags |= SHIM_MOUNT_SLAVE;
	else if (streq(m->propagation, "Bidirectional"))
		flags |= SHIM_MOUNT_SHARED;
	return flags;
}

static void add_mount(char ***v, const char *source, const char *target, uint64_t flags)
{
	strv_add(v, source);
	strv_add(v, target);
	strv_addf(v, "%" PRIu64, flags);
}

static bool is_target(const struct container_config *cfg, const char *target)
{
	for (size_t i = 0; i < cfg->n_mounts; i++)
		if (streq(cfg->mounts[i].target, target))
			return true;
	return false;
}

static void add_node_file(char ***v, const struct container *c, const struct container_config *cfg,
			  const char *name)
{
	_cleanup_free_ char *source = fs_join(c->sb->disk_dir, name);
	_cleanup_free_ char *target = fs_join("/etc", name);

	if (!is_target(cfg, target))
		add_mount(v, source, target, cfg->readonly_rootfs ? SHIM_MOUNT_RO : 0);
}

/* Outer ones first, so that a mount below another one's target lands in it. */
static char **make_mounts(const struct container *c, const struct container_config *cfg)
{
	char **v = NULL;
	size_t deepest = 0;

	for (size_t i = 0; i < cfg->n_mounts; i++)
		deepest = MAX(deepest, depth(cfg->mounts[i].target));
	for (size_t d = 0; d <= deepest; d++) {
		for (size_t i = 0; i < cfg->n_mounts; i++) {
			const struct mount_config *m = &cfg->mounts[i];

			if (depth(m->target) == d)
				add_mount(&v, m->source, m->target, mount_flags(m));
		}
		if (d == 1) {
			add_node_file(&v, c, cfg, "hostname");
			add_node_file(&v, c, cfg, "resolv.conf");
		}
	}
	if (deepest < 1) {
		add_node_file(&v, c, cfg, "hostname");
		add_node_file(&v, c, cfg, "resolv.conf");
	}
	return v ? v : xcalloc(1, sizeof(*v));
}

static int check_mounts(const struct container_config *cfg, struct error *err)
{
	for (size_t i = 0; i < cfg->n_mounts; i++) {
		const struct mount_config *m = &cfg->mounts[i];

		if (m->source[0] != '/' || m->target[0] != '/')
			return error_set(err, ERR_INVALID, NULL, "mount %s on %s: not absolute",
					 m->source, m->target);
		if (streq(m->propagation, "Bidirectional") && !cfg->privileged)
			return error_set(err, ERR_INVALID, NULL,
					 "mount %s: Bidirectional needs a privileged container",
					 m->target);
	}
	return 0;
}

/* ---- the rest ---- */

/* overlayfs wants the uppermost layer first; the lowest holds what mounts need to stand on. */
static char *make_lower(const struct image *image)
{
	_cleanup_strv_ char **reversed = NULL;

	for (size_t n = strv_len(image->layers); n > 0; n--)
		strv_add(&reversed, image->layers[n - 1]);
	strv_add(&reversed, "../" IMAGE_BASE);
	return strv_join(reversed, ":");
}

static uint64_t make_flags(const struct container_config *cfg)
{
	return (cfg->privileged ? SHIM_PRIVILEGED : 0u) |
	       (cfg->readonly_rootfs ? SHIM_READONLY_ROOT : 0u) |
	       (cfg->no_new_privs ? SHIM_NO_NEW_PRIVS : 0u) |
	       (cfg->unmasked_proc ? SHIM_UNMASKED_PROC : 0u) |
	       (cfg->stdin_open ? SHIM_STDIN : 0u) | (cfg->tty ? SHIM_TTY : 0u) |
	       (cfg->limits.memory_bytes ? SHIM_WATCH_OOM : 0u);
}

static char *make_user(const struct container_config *cfg, const struct image *image)
{
	_cleanup_free_ char *number = NULL;

	if (cfg->username)
		return xstrdup(cfg->username);
	if (cfg->uid >= 0)
		return xstrdup("");
	return dup_or_empty(image->user);
}

static void fill_cgroups(const struct container *c, const struct container_config *cfg,
			 struct shim_container *s)
{
	const struct cgroups *g = &c->sb->rt->cgroups;
	char *memory = cgroup_dir(g, CGROUP_MEMORY, c->cgroup);
	int demanded = cfg->limits.pids ? g->of[CGROUP_PIDS] : -1;

	s->cgroups = cgroup_dirs(g, c->cgroup);
	for (size_t i = 0; i < g->n && !g->v2; i++)
		if (!g->hierarchies[i].on_demand || (int)i == demanded)
			strv_add(&s->cgroup_mounts, g->hierarchies[i].options);
	if (!s->cgroup_mounts)
		s->cgroup_mounts = xcalloc(1, sizeof(char *));
	s->memory_dir = memory ? memory : xstrdup("");
}

static int fill_seccomp(const struct container *c, const struct container_config *cfg,
			struct shim_container *s, struct error *err)
{
	struct shim_blob *program = &c->sb->rt->seccomp;
	int r;

	if (!streq(cfg->seccomp, "RuntimeDefault") || cfg->privileged)
		return 0;
	if (!program->data) {
		r = seccomp_default(program, err);
		if (r < 0)
			return r;
	}
	s->seccomp.data = xmemdup(program->data, program->len);
	s->seccomp.len = program->len;
	return 0;
}

int container_spec_make(struct container *c, const struct container_config *cfg,
			const struct image *image, struct shim_container *ret, struct error *err)
{
	struct sandbox *sb = c->sb;
	const char *workdir = cfg->cwd && cfg->cwd[0] ? cfg->cwd : image->workdir;
	int r = check_mounts(cfg, err);

	if (r == 0)
		r = caps_mask(cfg, &ret->caps, err);
	if (r == 0)
		r = fill_seccomp(c, cfg, ret, err);
	if (r < 0)
		return r;
	ret->id = xstrdup(c->id);
	ret->dir = xstrdup(c->dir);
	ret->layers_dir = xstrdup(sb->rt->images.layers_dir);
	ret->lower = make_lower(image);
	ret->upper = str_printf("../../%sdisk/%s/%s.upper", sb->rt->below, sb->id, c->id);
	ret->work = str_printf("../../%sdisk/%s/%s.work", sb->rt->below, sb->id, c->id);
	ret->root = fs_join(sb->rt->root, "root");
	ret->argv = copy_or_empty(cfg->argv);
	ret->env = copy_or_empty(cfg->env);
	ret->cwd = dup_or_empty(workdir);
	ret->user = make_user(cfg, image);
	ret->uid = cfg->username ? -1 : cfg->uid;
	ret->gid = cfg->gid;
	for (size_t i = 0; i < cfg->n_supplemental_gids; i++)
		strv_addf(&ret->groups, "%" PRId64, cfg->supplemental_gids[i]);
	if (!ret->groups)
		ret->groups = xcalloc(1, sizeof(char *));
	ret->mounts = make_mounts(c, cfg);
	ret->log_path = dup_or_empty(cfg->log_path);
	fill_cgroups(c, cfg, ret);
	ret->flags = make_flags(cfg);
	ret->oom_score_adj = cfg->oom_score_adj;
	return 0;
}
