/*
 * volume_mounts: what a container mounts of its pod's volumes.
 *
 * A sub-path that is not there is made, with the mode of the volume's root. Then it is resolved: the result
 * must lie in the volume, whatever symlinks a container has left there. Files that come from the API are
 * read-only for everybody.
 */
#include "kubelet/volumes.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fsutil.h"
#include "base/str.h"
#include "kubelet/expand.h"
#include "kubelet/pod_worker.h"

#define CONFIG_ERROR "CreateContainerConfigError"

void mounts_add(struct mounts *m, const char *source, const char *target, bool readonly,
		const char *propagation)
{
	m->list = xrealloc(m->list, (m->n + 1) * sizeof(*m->list));
	m->list[m->n++] = (struct mount_config){
		.source = xstrdup(source),
		.target = xstrdup(target),
		.readonly = readonly,
		.propagation = propagation,
	};
}

void mounts_clear(struct mounts *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free((char *)m->list[i].source);
		free((char *)m->list[i].target);
	}
	free(m->list);
	*m = (struct mounts){ 0 };
}

/* The sub-path that the container asks for, expanded and checked; NULL in *ret: none. */
static int sub_path_of(const struct pod_mount *m, char *const *env, char **ret, struct error *err)
{
	_cleanup_free_ char *path = NULL, *missing = NULL;
	_cleanup_strv_ char **parts = NULL;

	if (m->sub_path && *m->sub_path)
		path = xstrdup(m->sub_path);
	else if (m->sub_path_expr && *m->sub_path_expr)
		path = expand(m->sub_path_expr, env, &missing);
	if (missing)
		return error_set(err, ERR_INVALID, CONFIG_ERROR, "missing value for %s", missing);
	if (!path)
		return 0;
	if (*path == '/')
		return error_set(err, ERR_INVALID, CONFIG_ERROR,
				 "error SubPath `%s` must not be an absolute path", path);
	parts = strv_split(path, '/');
	if (strv_contains(parts, ".."))
		return error_set(err, ERR_INVALID, CONFIG_ERROR,
				 "unable to provision SubPath `%s`: must not contain '..'", path);
	*ret = take_ptr(path);
	return 0;
}

/* Makes the missing directories of base/sub; those that exist stay as they are. */
static int make_sub_path(const char *base, const char *sub, struct error *err)
{
	_cleanup_strv_ char **parts = strv_split(sub, '/');
	_cleanup_free_ char *path = xstrdup(base);
	struct stat root;

	if (stat(base, &root) < 0)
		return error_set_errno(err, errno, "%s", base);
	for (char **p = parts; *p; p++) {
		char *next = fs_join(path, *p);

		free(path);
		path = next;
		if (**p && mkdir(path, 0755) == 0)
			chmod(path, root.st_mode & 07777);
		else if (**p && errno != EEXIST)
			return error_set_errno(err, errno, "%s", path);
	}
	return 0;
}

static int resolve_inside(const char *base, const char *sub, char **ret, struct error *err)
{
	_cleanup_free_ char *path = fs_join(base, sub), *real = NULL, *root = NULL;
	const char *rest;

	if (!fs_exists(AT_FDCWD, path)) {
		int r = make_sub_path(base, sub, err);

		if (r < 0)
			return r;
	}
	root = realpath(base, NULL);
	real = realpath(path, NULL);
	if (!root || !real)
		return error_set_errno(err, errno, "subPath %s", sub);
	rest = str_after(real, root);
	if (!rest || (*rest && *rest != '/'))
		return error_set(err, ERR_FORBIDDEN, CONFIG_ERROR,
				 "failed to prepare subPath for volumeMount: %s leaves the volume",
				 sub);
	*ret = take_ptr(real);
	return 0;
}

/* What the pod has not made and does not remove. */
static char *volume_outside(const struct pod_worker *w, const struct pod_volume *v)
{
	return v->type == VOLUME_CLAIM ? xstrdup(volume_claimed_file(w, v)) :
					 volume_host_file(w, v);
}

static int add_mount(struct ctr *c, const struct pod_mount *m, char *const *env,
		     struct mounts *list, struct error *err)
{
	const struct pod_volume *v = pod_find_volume(c->w->pod, m->name);
	_cleanup_free_ char *base = NULL, *sub = NULL, *inside = NULL, *target = NULL;
	bool own, files;
	int r;

	if (!v)
		return error_set(err, ERR_INVALID, CONFIG_ERROR, "volume %s not found", m->name);
	own = v->type != VOLUME_HOST_PATH && v->type != VOLUME_CLAIM;
	files = v->read_only || (own && v->type != VOLUME_EMPTY_DIR);
	base = own ? volume_dir(c->w, v->name) : volume_outside(c->w, v);
	r = sub_path_of(m, env, &sub, err);
	if (r == 0 && sub)
		r = resolve_inside(base, sub, &inside, err);
	if (r != 0)
		return r;
	target = *m->path == '/' ? xstrdup(m->path) : str_printf("/%s", m->path);
	mounts_add(list, inside ? inside : base, target, m->read_only || files,
		   streq(m->propagation, "None") ? NULL : m->propagation);
	list->list[list->n - 1].recursive_readonly = m->read_only && m->recursive_read_only &&
						     !streq(m->recursive_read_only, "Disabled");
	return 0;
}

int volumes_mounts(struct ctr *c, char *const *env, struct mounts *ret, struct error *err)
{
	struct mounts list = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->spec->n_mounts; i++)
		r = add_mount(c, &c->spec->mounts[i], env, &list, err);
	if (r == 0)
		*ret = list;
	else
		mounts_clear(&list);
	return r;
}
