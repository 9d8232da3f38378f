/*
 * image_layout: what lies in an image archive: an OCI layout (index.json, blobs by digest) or docker-save
 * (manifest.json). Several images in one archive are all taken. An index of platforms is followed to
 * linux on this machine's architecture. Every blob is checked against the digest that names it.
 */
#include "runtime/image_store.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/json.h"
#include "base/str.h"

#define BLOB_MAX (16u << 20)
#define NESTING_MAX 4

/* One import under way. */
struct import {
	struct image_store *store;
	const char *dir, *tmp_dir;
	char **names; /* of everything imported */
};

static int broken(struct error *err, const char *what)
{
	return error_set(err, ERR_INVALID, "InvalidImage", "%s", what);
}

static char *digest_of(const void *data, size_t len)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	_cleanup_free_ char *hex = NULL;
	unsigned n = 0;

	EVP_Digest(data, len, digest, &n, EVP_sha256(), NULL);
	hex = str_hex(digest, n);
	return str_printf("sha256:%s", hex);
}

/* Owned; NULL when it is no sha256 digest. */
static char *blob_path(const struct import *im, const char *digest)
{
	if (!digest || !str_starts(digest, "sha256:") || !image_name_is_id(digest))
		return NULL;
	return str_printf("%s/blobs/sha256/%s", im->dir, digest + strlen("sha256:"));
}

/* Reads a JSON file; with a digest, checks it. ret_digest may be NULL. */
static int read_json(const char *path, const char *digest, json_t **ret, char **ret_digest,
		     struct error *err)
{
	_cleanup_free_ char *text = NULL, *seen = NULL;
	size_t len;
	int r = fs_read_file(AT_FDCWD, path, BLOB_MAX, &text, &len, err);

	if (r == FS_NOT_FOUND)
		return broken(err, "incomplete: a file that it names is missing");
	if (r < 0)
		return r;
	seen = digest_of(text, len);
	if (digest && !streq(seen, digest))
		return error_set(err, ERR_INVALID, "InvalidImage",
				 "a blob is damaged: %s expected, %s found", digest, seen);
	r = json_parse(text, len, ret, err);
	if (r == 0 && ret_digest)
		*ret_digest = take_ptr(seen);
	return r;
}

static int read_blob(const struct import *im, const char *digest, json_t **ret, struct error *err)
{
	_cleanup_free_ char *path = blob_path(im, digest);

	if (!path)
		return broken(err, "a descriptor has no sha256 digest");
	return read_json(path, digest, ret, NULL, err);
}

/* ---- one image ---- */

static void take_config(struct image *i, const json_t *config)
{
	i->entrypoint = strv_from_json(json_arr(config, "config.Entrypoint"));
	i->cmd = strv_from_json(json_arr(config, "config.Cmd"));
	i->env = strv_from_json(json_arr(config, "config.Env"));
	i->user = xstrdup(json_str(config, "config.User"));
	i->workdir = xstrdup(json_str(config, "config.WorkingDir"));
	i->stop_signal = xstrdup(json_str(config, "config.StopSignal"));
}

/* Unpacks a layer unless it is there already. blob_digest may be NULL (docker-save). */
static int take_layer(const struct import *im, const char *path, const char *blob_digest,
		      const char *diff_id, const char *name, struct error *err)
{
	_cleanup_free_ char *final = fs_join(im->store->layers_dir, name);
	_cleanup_free_ char *tmp = fs_join(im->tmp_dir, name), *blob = NULL, *diff = NULL;
	int r;

	if (fs_exists(AT_FDCWD, final))
		return 0;
	r = fs_mkdir_p(AT_FDCWD, tmp, 0755, err);
	if (r == 0)
		r = image_unpack_layer(path, tmp, &blob, &diff, err);
	if (r < 0)
		return error_wrap(err, "layer %s", diff_id);
	if (!streq(diff, diff_id) || (blob_digest && !streq(blob, blob_digest)))
		return error_set(err, ERR_INVALID, "InvalidImage", "layer %s is damaged: %s found",
				 diff_id, diff);
	if (rename(tmp, final) < 0)
		return error_set_errno(err, errno, "layer %s", diff_id);
	return 0;
}

static int take_layers(const struct import *im, struct image *i, const json_t *config,
		       char *const *paths, char *const *digests, struct error *err)
{
	const json_t *ids = json_arr(config, "rootfs.diff_ids");

	if (json_array_size(ids) != strv_len(paths))
		return broken(err, "config and manifest name different numbers of layers");
	for (size_t n = 0; paths && paths[n]; n++) {
		const char *id = json_string_value(json_array_get(ids, n));
		char *name;
		int r;

		if (!id || !str_starts(id, "sha256:") || !image_name_is_id(id))
			return broken(err, "a layer has no sha256 diff id");
		name = xstrndup(id + strlen("sha256:"), LAYER_NAME_LEN);
		strv_take(&i->layers, name);
		r = take_layer(im, paths[n], digests ? digests[n] : NULL, id, name, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int add_image(struct import *im, struct image *i, struct error *err)
{
	for (char **n = i->names; n && *n; n++)
		strv_add(&im->names, *n);
	if (!i->names)
		strv_add(&im->names, i->id);
	return image_store_add(im->store, i, err);
}

/* ---- OCI ---- */

static const char *machine(void)
{
	static struct utsname u;

	uname(&u);
	return streq(u.machine, "x86_64")  ? "amd64" :
	       streq(u.machine, "aarch64") ? "arm64" :
					     u.machine;
}

/* containerd's annotation is the whole name; the standard one may be a mere tag. */
static char *name_of(const json_t *descriptor)
{
	const json_t *notes = json_obj(descriptor, "annotations");
	const char *full = json_string_value(json_object_get(notes, "io.containerd.image.name"));
	const char *ref =
		json_string_value(json_object_get(notes, "org.opencontainers.image.ref.name"));

	if (full)
		return image_name_normal(full);
	return ref && strpbrk(ref, "/:") ? image_name_normal(ref) : NULL;
}

static int read_manifest(const struct import *im, const json_t *manifest, char ***ret_paths,
			 char ***ret_digests, int64_t *ret_size, struct error *err)
{
	json_t *layer;
	size_t n;

	json_each(manifest, "layers", n, layer) {
		char *path = blob_path(im, json_str(layer, "digest"));

		if (!path)
			return broken(err, "a layer has no sha256 digest");
		strv_take(ret_paths, path);
		strv_add(ret_digests, json_str(layer, "digest"));
		*ret_size += json_int(layer, "size", 0);
	}
	return 0;
}

static int import_manifest(struct import *im, const json_t *manifest, const char *digest,
			   const char *name, struct error *err)
{
	_cleanup_(image_freep) struct image *i = xnew(i);
	_cleanup_strv_ char **paths = NULL, **digests = NULL;
	_cleanup_json_ json_t *config = NULL;
	const char *id = json_str(manifest, "config.digest");
	int r = read_blob(im, id, &config, err);

	if (r < 0)
		return r;
	i->id = xstrdup(id);
	if (name) {
		const char *slash = strrchr(name, '/');
		size_t repository = (size_t)(slash - name) + strcspn(slash, ":@");

		strv_add(&i->names, name);
		strv_addf(&i->names, "%.*s@%s", (int)repository, name, digest);
	}
	take_config(i, config);
	r = read_manifest(im, manifest, &paths, &digests, &i->size_bytes, err);
	if (r == 0)
		r = take_layers(im, i, config, paths, digests, err);
	return r < 0 ? r : add_image(im, take_ptr(i), err);
}

static bool fits_platform(const json_t *descriptor)
{
	const json_t *p = json_obj(descriptor, "platform");

	return !p || (streq(json_str_or(p, "os", "linux"), "linux") &&
		      streq(json_str_or(p, "architecture", machine()), machine()));
}

static int import_index(struct import *im, const json_t *index, const char *name, int depth,
			struct error *err);

static int import_descriptor(struct import *im, const json_t *descriptor, const char *name,
			     int depth, struct error *err)
{
	const char *digest = json_str(descriptor, "digest");
	_cleanup_json_ json_t *blob = NULL;
	int r = read_blob(im, digest, &blob, err);

	if (r < 0)
		return r;
	if (json_arr(blob, "manifests"))
		return import_index(im, blob, name, depth + 1, err);
	return import_manifest(im, blob, digest, name, err);
}

/* At the top every entry is an image; further down they are one image's platforms. */
static int import_index(struct import *im, const json_t *index, const char *name, int depth,
			struct error *err)
{
	json_t *descriptor;
	bool found = false;
	size_t n;

	if (depth > NESTING_MAX)
		return broken(err, "indices are nested too deep");
	json_each(index, "manifests", n, descriptor) {
		_cleanup_free_ char *own = name ? xstrdup(name) : name_of(descriptor);
		int r;

		if (!fits_platform(descriptor) || (found && depth))
			continue;
		r = import_descriptor(im, descriptor, own, depth, err);
		if (r < 0)
			return r;
		found = true;
	}
	return found ? 0 : broken(err, "there is no image for linux on this architecture");
}

/* ---- docker-save ---- */

static int import_saved(struct import *im, const json_t *entry, struct error *err)
{
	_cleanup_(image_freep) struct image *i = xnew(i);
	_cleanup_strv_ char **layers = strv_from_json(json_arr(entry, "Layers")), **paths = NULL;
	_cleanup_strv_ char **tags = strv_from_json(json_arr(entry, "RepoTags"));
	_cleanup_json_ json_t *config = NULL;
	_cleanup_free_ char *path = NULL;
	int r;

	if (!json_str(entry, "Config") || strstr(json_str(entry, "Config"), ".."))
		return broken(err, "manifest.json names no config");
	path = fs_join(im->dir, json_str(entry, "Config"));
	r = read_json(path, NULL, &config, &i->id, err);
	if (r < 0)
		return r;
	for (char **l = layers; l && *l; l++) {
		if (**l == '/' || strstr(*l, ".."))
			return broken(err, "manifest.json names a layer outside the archive");
		strv_take(&paths, fs_join(im->dir, *l));
	}
	for (char **t = tags; t && *t; t++)
		strv_take(&i->names, image_name_normal(*t));
	take_config(i, config);
	r = take_layers(im, i, config, paths, NULL, err);
	return r < 0 ? r : add_image(im, take_ptr(i), err);
}

int image_layout_import(struct image_store *s, const char *dir, const char *tmp_dir,
			char ***ret_names, struct error *err)
{
	struct import im = { .store = s, .dir = dir, .tmp_dir = tmp_dir };
	_cleanup_free_ char *oci = fs_join(dir, "index.json"),
			    *saved = fs_join(dir, "manifest.json");
	_cleanup_json_ json_t *top = NULL;
	bool is_oci = fs_exists(AT_FDCWD, oci);
	json_t *entry;
	size_t n;
	int r;

	if (!is_oci && !fs_exists(AT_FDCWD, saved))
		return broken(err, "neither an OCI image layout nor a docker-save archive");
	r = read_json(is_oci ? oci : saved, NULL, &top, NULL, err);
	if (r == 0 && is_oci)
		r = import_index(&im, top, NULL, 0, err);
	else if (r == 0)
		json_each(top, "", n, entry)
			if ((r = import_saved(&im, entry, err)) < 0)
				break;
	if (r == 0)
		*ret_names = take_ptr(im.names);
	strv_free(im.names);
	return r;
}
