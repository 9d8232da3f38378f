/*
 * image: the public face of the image store: resolve, import, list, remove. An archive is first spread out in
 * ROOT/images/tmp, so that blobs can be read in the order that the manifest wants; whatever goes wrong,
 * tmp is removed and the index is as before.
 */
#include "runtime/objects.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fsutil.h"
#include "base/json.h"
#include "base/str.h"

struct image_info *image_info_free(struct image_info *i)
{
	if (!i)
		return NULL;
	free(i->id);
	strv_free(i->names);
	strv_free(i->entrypoint);
	strv_free(i->cmd);
	strv_free(i->env);
	free(i->user);
	free(i->workdir);
	free(i->stop_signal);
	free(i);
	return NULL;
}

int image_resolve(struct runtime *rt, const char *ref, struct image_info **ret, struct error *err)
{
	const struct image *i;
	struct image_info *info;

	image_store_refresh(&rt->images);
	i = image_store_find(&rt->images, ref);
	if (!i) {
		error_set(err, ERR_NOT_FOUND, NULL, "image \"%s\" is not present", ref);
		return IMAGE_NOT_PRESENT;
	}
	info = xnew(info);
	info->id = xstrdup(i->id);
	info->names = strv_copy(i->names);
	info->entrypoint = strv_copy(i->entrypoint);
	info->cmd = strv_copy(i->cmd);
	info->env = strv_copy(i->env);
	info->user = xstrdup(i->user);
	info->workdir = xstrdup(i->workdir);
	info->stop_signal = xstrdup(i->stop_signal);
	info->size_bytes = i->size_bytes;
	*ret = info;
	return 0;
}

static int not_borrowed(const struct runtime *rt, struct error *err)
{
	if (!rt->images.borrowed)
		return 0;
	return error_set(err, ERR_UNSUPPORTED, NULL, "the images of this node are another's");
}

static int import_from(struct runtime *rt, const char *path, const char *tmp, char ***ret_names,
		       struct error *err)
{
	_cleanup_free_ char *spread = fs_join(tmp, "archive");
	struct stat st;
	int r = fs_mkdir_p(AT_FDCWD, spread, 0700, err);

	if (r < 0)
		return r;
	if (stat(path, &st) < 0)
		return error_set_errno(err, errno, "%s", path);
	if (S_ISDIR(st.st_mode))
		return image_layout_import(&rt->images, path, tmp, ret_names, err);
	r = image_unpack_archive(path, spread, err);
	return r < 0 ? r : image_layout_import(&rt->images, spread, tmp, ret_names, err);
}

int image_import(struct runtime *rt, const char *path, json_t **ret_names, struct error *err)
{
	_cleanup_free_ char *tmp = fs_join(rt->images.dir, "tmp");
	_cleanup_strv_ char **names = NULL;
	json_t *list;
	int r = not_borrowed(rt, err);

	if (r < 0)
		return r;
	r = import_from(rt, path, tmp, &names, err);
	image_store_sweep(&rt->images);
	if (r < 0)
		return error_wrap(err, "image %s", path);
	if (!ret_names)
		return 0;
	list = json_array();
	for (char **n = names; n && *n; n++)
		json_take_append(list, json_string(*n));
	*ret_names = list;
	return 0;
}

int image_list(struct runtime *rt, json_t **ret_array, struct error *err)
{
	json_t *list = json_array();

	(void)err;
	image_store_refresh(&rt->images);
	for (const struct image *i = rt->images.images; i; i = i->next) {
		json_t *o = json_object(), *names = json_array();

		for (char **n = i->names; n && *n; n++)
			json_take_append(names, json_string(*n));
		json_set_str(o, "id", i->id);
		json_take_set(o, "names", names);
		json_set_int(o, "size", i->size_bytes);
		json_take_append(list, o);
	}
	*ret_array = list;
	return 0;
}

static bool in_use(const struct runtime *rt, const struct image *i)
{
	for (const struct sandbox *sb = rt->sandboxes; sb; sb = sb->next)
		for (const struct container *c = sb->containers; c; c = c->next)
			if (streq(c->status.image_id, i->id))
				return true;
	return false;
}

int image_remove(struct runtime *rt, const char *ref, struct error *err)
{
	struct image *i = image_store_find(&rt->images, ref);
	int r = not_borrowed(rt, err);

	if (r < 0)
		return r;
	if (!i) {
		error_set(err, ERR_NOT_FOUND, NULL, "image \"%s\" is not present", ref);
		return RUNTIME_NOT_FOUND;
	}
	if (in_use(rt, i))
		return error_set(err, ERR_CONFLICT, NULL, "image \"%s\" is used by a container",
				 ref);
	return image_store_drop(&rt->images, i, ref, err);
}
