/*
 * podctl_manifest: YAML and JSON from files.
 *
 * Only what has to be known here is looked at: kind, name, namespace. Whether the fields are right is the
 * server's to say, which knows every rule; it is asked to be strict. A folder gives its *.yaml, *.yml
 * and *.json in the order of their names; "-" is standard input.
 */
#include "cmd/podctl_manifest.h"

#include <sys/stat.h>
#include <unistd.h>

#include "api/meta.h"
#include "api/retired.h"
#include "api/scheme.h"
#include "base/fsutil.h"
#include "base/json.h"
#include "base/yaml.h"

#define MANIFEST_MAX (64 << 20)

void manifests_deinit(struct manifests *m)
{
	for (size_t i = 0; i < m->n; i++) {
		json_decref(m->items[i].obj);
		free(m->items[i].file);
	}
	free(m->items);
	m->items = NULL;
	m->n = 0;
}

static int no_match(const json_t *obj, const char *file, struct error *err)
{
	_cleanup_free_ char *advice = retired_advice(meta_api_version(obj), meta_kind(obj));

	if (!meta_kind(obj) || !meta_api_version(obj))
		return error_set(err, ERR_BAD_REQUEST, NULL,
				 "error validating \"%s\": error validating data: %s not set", file,
				 meta_kind(obj) ? "apiVersion" : "kind");
	return error_set(
		err, ERR_BAD_REQUEST, NULL,
		"resource mapping not found for name: \"%s\" namespace: \"%s\" from \"%s\": "
		"no matches for kind \"%s\" in version \"%s\"%s%s",
		meta_name(obj) ?: "", meta_namespace(obj) ?: "", file, meta_kind(obj),
		meta_api_version(obj), advice ? ": " : "", advice ?: "");
}

static int check_namespace(const struct podctl *p, const json_t *obj, struct error *err)
{
	const char *ns = meta_namespace(obj);

	if (!ns || !p->o.ns || streq(ns, p->o.ns))
		return 0;
	return error_set(
		err, ERR_BAD_REQUEST, NULL,
		"the namespace from the provided object \"%s\" does not match the "
		"namespace \"%s\". You must pass '--namespace=%s' to perform this operation.",
		ns, p->o.ns, ns);
}

static int add_object(const struct podctl *p, json_t *obj, const char *file, struct manifests *m,
		      struct error *err)
{
	const struct kind *k;
	struct manifest *item;
	int r;

	if (!json_is_object(obj))
		return error_set(err, ERR_BAD_REQUEST, NULL,
				 "error parsing %s: an object was expected", file);
	k = scheme_kind_of(obj);
	if (!k)
		return no_match(obj, file, err);
	r = check_namespace(p, obj, err);
	if (r < 0)
		return r;
	if (k->namespaced && !meta_namespace(obj))
		meta_set(obj, "namespace", p->ns);
	m->items = xrealloc(m->items, (m->n + 1) * sizeof(*m->items));
	item = &m->items[m->n++];
	item->kind = k;
	item->obj = json_incref(obj);
	item->file = xstrdup(file);
	return 0;
}

static int add_document(const struct podctl *p, json_t *doc, const char *file, struct manifests *m,
			struct error *err)
{
	json_t *obj;
	size_t i;
	int r;

	if (!str_ends(meta_kind(doc) ?: "", "List") || !json_arr(doc, "items"))
		return add_object(p, doc, file, m, err);
	json_each(doc, "items", i, obj) {
		r = add_object(p, obj, file, m, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_text(const struct podctl *p, const char *file, const char *text, size_t len,
		     struct manifests *m, struct error *err)
{
	_cleanup_json_ json_t *docs = NULL;
	json_t *doc;
	size_t i;
	int r;

	r = yaml_load_all(text, len, file, &docs, err);
	if (r < 0)
		return error_wrap(err, "error parsing %s", file);
	json_array_foreach(docs, i, doc) {
		r = add_document(p, doc, file, m, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_file(const struct podctl *p, const char *file, struct manifests *m,
		     struct error *err)
{
	_cleanup_free_ char *text = NULL;
	bool is_stdin = streq(file, "-");
	size_t len = 0;
	int r;

	r = is_stdin ? fs_read_fd(STDIN_FILENO, MANIFEST_MAX, &text, &len, err) :
		       fs_read_file(AT_FDCWD, file, MANIFEST_MAX, &text, &len, err);
	if (r > 0)
		return error_set(err, ERR_NOT_FOUND, NULL, "the path \"%s\" does not exist", file);
	if (r < 0)
		return r;
	return read_text(p, is_stdin ? "STDIN" : file, text, len, m, err);
}

static bool is_manifest(const char *name)
{
	return str_ends(name, ".yaml") || str_ends(name, ".yml") || str_ends(name, ".json");
}

static int read_dir(const struct podctl *p, const char *dir, struct manifests *m, struct error *err)
{
	_cleanup_strv_ char **names = NULL;
	int r;

	r = fs_list(AT_FDCWD, dir, &names, err);
	for (size_t i = 0; r == 0 && names && names[i]; i++) {
		_cleanup_free_ char *path = fs_join(dir, names[i]);

		if (is_manifest(names[i]))
			r = read_file(p, path, m, err);
	}
	return r;
}

int manifests_read(const struct podctl *p, char *const *files, struct manifests *m,
		   struct error *err)
{
	for (size_t i = 0; files && files[i]; i++) {
		struct stat st;
		bool is_dir = stat(files[i], &st) == 0 && S_ISDIR(st.st_mode);
		int r = is_dir ? read_dir(p, files[i], m, err) : read_file(p, files[i], m, err);

		if (r < 0)
			return r;
	}
	if (!m->n)
		return error_set(err, ERR_BAD_REQUEST, NULL, "no objects passed to %s",
				 p->command->name);
	return 0;
}
