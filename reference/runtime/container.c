/*
 * container: start, signal, removal. A start that fails leaves a container that has STOPPED with exit code
 * 128, recorded like any other, as container runtimes do: who wants it gone removes it.
 */
#include "runtime/objects.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fsutil.h"
#include "base/json.h"
#include "base/str.h"
#include "runtime/container_spec.h"
#include "runtime/records.h"

#define EXIT_NOT_STARTED 128

struct container *container_new(struct sandbox *sb, const char *id)
{
	struct container *c = xnew(c), **end = &sb->containers;

	c->sb = sb;
	c->id = xstrdup(id);
	c->dir = str_printf("%s/c/%s", sb->dir, id);
	c->upper = str_printf("%s/%s.upper", sb->disk_dir, id);
	c->work = str_printf("%s/%s.work", sb->disk_dir, id);
	c->cgroup = str_printf("%s/%s", sb->cgroup, id);
	while (*end)
		end = &(*end)->next;
	*end = c;
	return c;
}

static void unlink_container(struct container *c)
{
	struct container **at = &c->sb->containers;

	while (*at && *at != c)
		at = &(*at)->next;
	if (*at)
		*at = c->next;
}

struct container *container_free(struct container *c)
{
	unlink_container(c);
	exec_orphan(c);
	json_decref(c->labels);
	free(c->id);
	free(c->dir);
	free(c->upper);
	free(c->work);
	free(c->cgroup);
	free(c);
	return NULL;
}

struct container *container_find(const struct sandbox *sb, const char *id)
{
	struct container *c = sb->containers;

	while (c && !streq(c->id, id))
		c = c->next;
	return c;
}

int container_remove_files(const struct container *c, struct error *err)
{
	int r = fs_remove_tree(AT_FDCWD, c->upper, err);

	if (r == 0)
		r = fs_remove_tree(AT_FDCWD, c->work, err);
	return r < 0 ? r : fs_remove_tree(AT_FDCWD, c->dir, err);
}

/* ---- start ---- */

static int make_directories(struct container *c, struct error *err)
{
	const char *paths[] = { c->dir, c->upper, c->work };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (mkdir(paths[i], 0755) < 0)
			return error_set_errno(err, errno, "container directory %s", paths[i]);
	return 0;
}

#define NO_REQUEST 2 /* CPU shares of who asks for none */

static int prepare(struct container *c, const struct container_config *cfg, struct error *err)
{
	const struct cgroups *cgroups = &c->sb->rt->cgroups;
	int r = make_directories(c, err);

	if (r == 0)
		r = cgroup_make(cgroups, c->cgroup, true, err);
	if (r == 0)
		r = cgroup_set_limits(cgroups, c->cgroup, &cfg->limits, err);
	if (r == 0 && cfg->limits.cpu_shares > NO_REQUEST)
		r = cgroup_make_for(cgroups, CGROUP_CPUACCT, c->cgroup, err);
	if (r == 0)
		r = record_container(c, err);
	return r;
}

static void mark_failed(struct container *c)
{
	c->status.state = CONTAINER_STOPPED;
	c->status.exit_code = EXIT_NOT_STARTED;
	c->status.finished_ns = clock_nominal_ns(c->sb->rt->clock);
	c->status.started_ns = 0;
	(void)record_exit(c, NULL); /* without it the container is dropped as never started */
}

static void on_started(void *userdata, struct shim_msg *m, const struct error *refused)
{
	struct container *c = userdata;
	_cleanup_error_ struct error err = ERROR_INIT;
	struct shim_status st = { 0 };

	c->starting = false;
	if (refused) {
		error_copy(&err, refused);
		free(err.reason);
		err.reason = xstrdup("StartError");
		if (c->status.state != CONTAINER_STOPPED)
			mark_failed(c);
		operation_end(&c->op, &err);
		return;
	}
	shim_get_status(m, &st);
	if (!m->bad && c->status.state != CONTAINER_STOPPED)
		sandbox_take_status(c->sb, &st);
	shim_status_clear(&st);
	operation_end(&c->op, NULL);
}

static int check_config(struct sandbox *sb, const struct container_config *cfg, struct error *err)
{
	if (!cfg->id || !cfg->id[0] || strchr(cfg->id, '/') || cfg->id[0] == '.')
		return error_set(err, ERR_INVALID, NULL, "container id \"%s\"",
				 cfg->id ? cfg->id : "");
	if (container_find(sb, cfg->id))
		return error_set(err, ERR_EXISTS, NULL, "container %s exists", cfg->id);
	if (!sb->client || !sb->alive)
		return error_set(err, ERR_UNAVAILABLE, "CreateContainerError",
				 "sandbox %s does not run", sb->id);
	return 0;
}

/* Undoes prepare() for a container that the shim never heard of. */
static void discard(struct container *c)
{
	(void)cgroup_remove(&c->sb->rt->cgroups, c->cgroup, NULL);
	(void)container_remove_files(c, NULL);
	container_free(c);
}

static int create(struct container *c, const struct container_config *cfg,
		  const struct image *image, struct shim_container *spec, struct error *err)
{
	int r = prepare(c, cfg, err);

	if (r == 0) /* it looks at the cgroups that were made */
		r = container_spec_make(c, cfg, image, spec, err);
	if (r == 0)
		return 0;
	discard(c);
	if (err && !err->reason)
		err->reason = xstrdup("CreateContainerError");
	return r;
}

int container_start(struct sandbox *sb, const struct container_config *cfg, runtime_done_fn done,
		    void *userdata, struct container **ret_c, struct error *err)
{
	struct image *image = image_store_find(&sb->rt->images, cfg->image);
	struct shim_container spec = { 0 };
	struct container *c;
	struct shim_msg m;
	int r = check_config(sb, cfg, err);

	if (r < 0)
		return r;
	if (!image)
		return error_set(err, ERR_NOT_FOUND, "CreateContainerError",
				 "image \"%s\" is not present", cfg->image);
	c = container_new(sb, cfg->id);
	c->labels = json_dup(cfg->labels);
	snprintf(c->status.image_id, sizeof(c->status.image_id), "%s", image->id);
	c->status.created_ns = clock_nominal_ns(sb->rt->clock);
	r = create(c, cfg, image, &spec, err);
	if (r == 0) {
		c->starting = true;
		c->op = (struct operation){ done, userdata };
		shim_msg_init(&m, SHIM_START, shim_client_tag(sb->client));
		shim_put_container(&m, &spec);
		shim_client_send(sb->client, &m, on_started, c);
		if (ret_c)
			*ret_c = c;
	}
	shim_container_clear(&spec);
	return r;
}

int container_signal(struct container *c, int signal, struct error *err)
{
	struct shim_msg m;

	if (!c->sb->client || c->status.state == CONTAINER_STOPPED)
		return error_set(err, ERR_NOT_FOUND, NULL, "container %s does not run", c->id);
	shim_msg_init(&m, SHIM_SIGNAL, 0);
	shim_put_str(&m, c->id);
	shim_put_u64(&m, (uint64_t)signal);
	shim_client_send(c->sb->client, &m, NULL, NULL);
	return 0;
}

/* ---- removal ---- */

static void finish_removal(struct container *c, const struct error *refused)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	int r = 0;

	if (refused && refused->code != ERR_UNAVAILABLE)
		r = error_copy(&err, refused);
	if (r == 0)
		r = cgroup_remove(&c->sb->rt->cgroups, c->cgroup, &err);
	if (r >= 0) /* a busy cgroup goes with the sandbox */
		r = container_remove_files(c, &err);
	if (r == 0)
		unlink_container(c); /* its id may be used again in done */
	operation_end(&c->op, r < 0 ? &err : NULL);
	if (r == 0)
		container_free(c);
}

static void on_removed(void *userdata, struct shim_msg *m, const struct error *err)
{
	(void)m;
	finish_removal(userdata, err);
}

static void remove_soon(void *userdata)
{
	finish_removal(userdata, NULL);
}

void container_remove(struct container *c, runtime_done_fn done, void *userdata)
{
	struct shim_msg m;

	c->op = (struct operation){ done, userdata };
	if (!c->sb->client) {
		loop_call_soon(c->sb->rt->loop, remove_soon, c);
		return;
	}
	shim_msg_init(&m, SHIM_REMOVE, shim_client_tag(c->sb->client));
	shim_put_str(&m, c->id);
	shim_client_send(c->sb->client, &m, on_removed, c);
}

/* ---- what is known ---- */

void container_get_status(const struct container *c, struct container_status *ret)
{
	*ret = c->status;
}

const char *container_id(const struct container *c)
{
	return c->id;
}

const json_t *container_labels(const struct container *c)
{
	return c->labels;
}

struct sandbox *container_sandbox(const struct container *c)
{
	return c->sb;
}

struct container *container_next(struct sandbox *sb, struct container *prev)
{
	return prev ? prev->next : sb->containers;
}

int container_usage(const struct container *c, int64_t *ret_cpu_ns, int64_t *ret_memory,
		    struct error *err)
{
	return cgroup_usage(&c->sb->rt->cgroups, c->cgroup, ret_cpu_ns, ret_memory, err);
}

int container_update_limits(struct container *c, const struct resource_limits *limits,
			    struct error *err)
{
	return cgroup_set_limits(&c->sb->rt->cgroups, c->cgroup, limits, err);
}
