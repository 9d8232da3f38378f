/*
 * image_store: index and layers; see the header. The index is small and kept in memory; each change writes
 * it anew as a whole. Order of an import: layers first, then the index, so whatever breaks off in between
 * leaves only layers that nobody names, and the next sweep takes them.
 */
#include "runtime/image_store.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fsutil.h"
#include "base/json.h"
#include "base/str.h"

#define INDEX_MAX (64u << 20)

struct image *image_free(struct image *i)
{
	if (!i)
		return NULL;
	free(i->id);
	strv_free(i->names);
	strv_free(i->layers);
	strv_free(i->entrypoint);
	strv_free(i->cmd);
	strv_free(i->env);
	free(i->user);
	free(i->workdir);
	free(i->stop_signal);
	free(i);
	return NULL;
}

/* ---- the index ---- */

static json_t *strings_to_json(char *const *v)
{
	json_t *a;

	if (!v)
		return json_null();
	a = json_array();
	for (; *v; v++)
		json_take_append(a, json_string(*v));
	return a;
}

static json_t *image_to_json(const struct image *i)
{
	json_t *o = json_object();

	json_set_str(o, "id", i->id);
	json_take_set(o, "names", strings_to_json(i->names));
	json_take_set(o, "layers", strings_to_json(i->layers));
	json_set_int(o, "size", i->size_bytes);
	json_take_set(o, "entrypoint", strings_to_json(i->entrypoint));
	json_take_set(o, "cmd", strings_to_json(i->cmd));
	json_take_set(o, "env", strings_to_json(i->env));
	json_set_str(o, "user", i->user);
	json_set_str(o, "workdir", i->workdir);
	json_set_str(o, "stopSignal", i->stop_signal);
	return o;
}

static struct image *image_from_json(const json_t *o)
{
	struct image *i = xnew(i);

	i->id = xstrdup(json_str_or(o, "id", ""));
	i->names = strv_from_json(json_arr(o, "names"));
	i->layers = strv_from_json(json_arr(o, "layers"));
	i->size_bytes = json_int(o, "size", 0);
	i->entrypoint = strv_from_json(json_arr(o, "entrypoint"));
	i->cmd = strv_from_json(json_arr(o, "cmd"));
	i->env = strv_from_json(json_arr(o, "env"));
	i->user = xstrdup(json_str(o, "user"));
	i->workdir = xstrdup(json_str(o, "workdir"));
	i->stop_signal = xstrdup(json_str(o, "stopSignal"));
	return i;
}

static int save(const struct image_store *s, struct error *err)
{
	_cleanup_json_ json_t *index = json_object();
	_cleanup_free_ char *text = NULL, *path = fs_join(s->dir, "index.json");
	json_t *images = json_make_arr(index, "images");

	for (const struct image *i = s->images; i; i = i->next)
		json_take_append(images, image_to_json(i));
	text = json_text(index);
	return fs_write_atomic(AT_FDCWD, path, text, strlen(text), 0600, false, err);
}

static int load(struct image_store *s, struct error *err)
{
	_cleanup_free_ char *text = NULL, *path = fs_join(s->dir, "index.json");
	_cleanup_json_ json_t *index = NULL;
	struct image **end = &s->images;
	json_t *o;
	size_t n, len;
	int r = fs_read_file(AT_FDCWD, path, INDEX_MAX, &text, &len, err);

	if (r == FS_NOT_FOUND) {
		error_clear(err);
		return 0;
	}
	if (r == 0)
		r = json_parse(text, len, &index, err);
	if (r < 0)
		return error_wrap(err, "%s", path);
	json_each(index, "images", n, o) {
		*end = image_from_json(o);
		end = &(*end)->next;
	}
	return 0;
}

static int make_base(const struct image_store *s, struct error *err)
{
	static const char *const dirs[] = { "dev", "etc", "proc", "sys" };
	static const char *const files[] = { "etc/hostname", "etc/hosts", "etc/resolv.conf" };
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(dirs) && r == 0; i++) {
		_cleanup_free_ char *path = str_printf("%s/" IMAGE_BASE "/%s", s->dir, dirs[i]);

		r = fs_mkdir_p(AT_FDCWD, path, 0755, err);
	}
	for (size_t i = 0; i < ARRAY_SIZE(files) && r == 0; i++) {
		_cleanup_free_ char *path = str_printf("%s/" IMAGE_BASE "/%s", s->dir, files[i]);
		_cleanup_close_ int fd = -1;

		r = fs_open(AT_FDCWD, path, O_WRONLY | O_CREAT, 0644, &fd, err);
	}
	return r;
}

int image_store_open(struct image_store *s, const char *dir, struct error *err)
{
	int r;

	*s = (struct image_store){ .dir = xstrdup(dir),
				   .layers_dir = fs_join(dir, "layers"),
				   .borrowed = s->borrowed };
	if (s->borrowed) {
		image_store_refresh(s);
		return 0;
	}
	r = fs_mkdir_p(AT_FDCWD, s->layers_dir, 0700, err);
	if (r == 0)
		r = make_base(s, err);
	if (r == 0)
		r = load(s, err);
	if (r < 0) {
		image_store_close(s);
		return r;
	}
	image_store_sweep(s);
	return 0;
}

static void forget_all(struct image_store *s)
{
	while (s->images) {
		struct image *i = s->images;

		s->images = i->next;
		image_free(i);
	}
}

void image_store_refresh(struct image_store *s)
{
	_cleanup_free_ char *path = fs_join(s->dir, "index.json");
	struct stat st;

	if (!s->borrowed || stat(path, &st) < 0 ||
	    (st.st_mtim.tv_sec == s->read.tv_sec && st.st_mtim.tv_nsec == s->read.tv_nsec))
		return;
	forget_all(s);
	if (load(s, NULL) == 0)
		s->read = st.st_mtim;
}

/* Writes the index; when that fails, memory is again what the disk says. */
static int commit(struct image_store *s, struct error *err)
{
	int r = save(s, err);

	if (r < 0) {
		forget_all(s);
		(void)load(s, NULL);
	}
	return r;
}

void image_store_close(struct image_store *s)
{
	forget_all(s);
	free(take_ptr(s->dir));
	free(take_ptr(s->layers_dir));
}

/* ---- finding and changing ---- */

static bool id_matches(const struct image *i, const char *ref)
{
	const char *hex = str_after(i->id, "sha256:"), *wanted = str_after(ref, "sha256:");

	return hex && str_starts(hex, wanted ? wanted : ref);
}

struct image *image_store_find(const struct image_store *s, const char *ref)
{
	_cleanup_free_ char *name = image_name_normal(ref);

	for (struct image *i = s->images; i; i = i->next)
		if (strv_contains(i->names, name))
			return i;
	for (struct image *i = s->images; i && image_name_is_id(ref); i = i->next)
		if (id_matches(i, ref))
			return i;
	return NULL;
}

static void remove_name(struct image *i, const char *name)
{
	char **to = i->names;

	for (char **from = i->names; from && *from; from++) {
		if (streq(*from, name))
			free(*from);
		else
			*to++ = *from;
	}
	if (to)
		*to = NULL;
}

static struct image *find_id(const struct image_store *s, const char *id)
{
	struct image *i = s->images;

	while (i && !streq(i->id, id))
		i = i->next;
	return i;
}

int image_store_add(struct image_store *s, struct image *i, struct error *err)
{
	struct image *same = find_id(s, i->id), **end = &s->images;

	for (struct image *other = s->images; other; other = other->next)
		for (char **n = i->names; n && *n; n++)
			remove_name(other, *n);
	if (same) {
		for (char **n = i->names; n && *n; n++)
			strv_add(&same->names, *n);
		image_free(i);
	} else {
		while (*end)
			end = &(*end)->next;
		*end = i;
	}
	return commit(s, err);
}

int image_store_drop(struct image_store *s, struct image *i, const char *ref, struct error *err)
{
	_cleanup_free_ char *name = image_name_normal(ref);
	struct image **at = &s->images;
	int r;

	remove_name(i, name);
	if (strv_len(i->names) && !image_name_is_id(ref))
		return commit(s, err);
	while (*at != i)
		at = &(*at)->next;
	*at = i->next;
	image_free(i);
	r = commit(s, err);
	image_store_sweep(s);
	return r;
}

static bool layer_is_named(const struct image_store *s, const char *layer)
{
	for (const struct image *i = s->images; i; i = i->next)
		if (strv_contains(i->layers, layer))
			return true;
	return false;
}

void image_store_sweep(struct image_store *s)
{
	_cleanup_free_ char *tmp = fs_join(s->dir, "tmp");
	_cleanup_strv_ char **layers = NULL;

	(void)fs_remove_tree(AT_FDCWD, tmp, NULL); /* what stays is swept the next time */
	if (fs_list(AT_FDCWD, s->layers_dir, &layers, NULL) != 0)
		return;
	for (char **l = layers; l && *l; l++) {
		_cleanup_free_ char *path = fs_join(s->layers_dir, *l);

		if (!layer_is_named(s, *l))
			(void)fs_remove_tree(AT_FDCWD, path, NULL);
	}
}
