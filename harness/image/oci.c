/*
 * oci: an image archive of one layer, as podman, containerd, kind and podd load it.
 *
 * The archive is an OCI image layout in a tar: oci-layout, index.json and blobs/sha256. The index carries the name
 * twice, as the two families of tools read it: org.opencontainers.image.ref.name and io.containerd.image.name. A
 * manifest.json of docker's own format points to the same blobs, for tools that know no layout. Layers are not compressed:
 * the digest then does not depend on a compressor, and a loader has less to do.
 *
 * JSON is written compactly with sorted keys, so the bytes depend on the content alone.
 */
#include "image/oci.h"

#include "image/tar.h"

#define TYPE_INDEX "application/vnd.oci.image.index.v1+json"
#define TYPE_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define TYPE_CONFIG "application/vnd.oci.image.config.v1+json"
#define TYPE_LAYER "application/vnd.oci.image.layer.v1.tar"

static void json_blob(const json_t *o, struct blob *b)
{
	_cleanup_free_ char *text = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);

	blob_add(b, text, strlen(text));
}

static json_t *descriptor(const char *type, const struct blob *b)
{
	_cleanup_free_ char *digest = xasprintf("sha256:%s", blob_digest(b).hex);

	return json_pack("{s:s, s:s, s:I}", "mediaType", type, "digest", digest, "size",
			 (json_int_t)b->len);
}

static void make_config(const struct oci_image *image, struct blob *b)
{
	_cleanup_free_ char *diff = xasprintf("sha256:%s", blob_digest(image->layer).hex);
	_cleanup_json_ json_t *o =
		json_pack("{s:s, s:s, s:s, s:O, s:{s:s, s:[s]}, s:[{s:s, s:s}]}", "created",
			  "1970-01-01T00:00:00Z", "architecture", "amd64", "os", "linux", "config",
			  image->config, "rootfs", "type", "layers", "diff_ids", diff, "history",
			  "created", "1970-01-01T00:00:00Z", "created_by", "podtest image");

	json_blob(o, b);
}

static void make_manifest(const struct blob *config, const struct blob *layer, struct blob *b)
{
	_cleanup_json_ json_t *o = json_pack("{s:i, s:s, s:o, s:[o]}", "schemaVersion", 2,
					     "mediaType", TYPE_MANIFEST, "config",
					     descriptor(TYPE_CONFIG, config), "layers",
					     descriptor(TYPE_LAYER, layer));

	json_blob(o, b);
}

static void make_index(const char *name, const struct blob *manifest, struct blob *b)
{
	_cleanup_json_ json_t *o = NULL, *d = descriptor(TYPE_MANIFEST, manifest);

	json_object_set_new(d, "platform",
			    json_pack("{s:s, s:s}", "architecture", "amd64", "os", "linux"));
	json_object_set_new(d, "annotations",
			    json_pack("{s:s, s:s}", "org.opencontainers.image.ref.name", name,
				      "io.containerd.image.name", name));
	o = json_pack("{s:i, s:s, s:[O]}", "schemaVersion", 2, "mediaType", TYPE_INDEX, "manifests",
		      d);
	json_blob(o, b);
}

static void make_docker(const char *name, const struct blob *config, const struct blob *layer,
			struct blob *b)
{
	_cleanup_free_ char *c = xasprintf("blobs/sha256/%s", blob_digest(config).hex);
	_cleanup_free_ char *l = xasprintf("blobs/sha256/%s", blob_digest(layer).hex);
	_cleanup_json_ json_t *o =
		json_pack("[{s:s, s:[s], s:[s]}]", "Config", c, "RepoTags", name, "Layers", l);

	json_blob(o, b);
}

static void put_blob(struct tar *t, const struct blob *b)
{
	_cleanup_free_ char *path = xasprintf("blobs/sha256/%s", blob_digest(b).hex);

	tar_bytes(t, path, 0644, b->data, b->len);
}

int oci_archive(const struct oci_image *image, struct blob *out, struct error *err)
{
	static const char layout[] = "{\"imageLayoutVersion\":\"1.0.0\"}";
	_cleanup_blob_ struct blob config = { 0 }, manifest = { 0 }, index = { 0 }, docker = { 0 };
	struct tar *t;

	make_config(image, &config);
	make_manifest(&config, image->layer, &manifest);
	make_index(image->name, &manifest, &index);
	make_docker(image->name, &config, image->layer, &docker);
	t = tar_new(out);
	tar_bytes(t, "oci-layout", 0644, layout, strlen(layout));
	tar_bytes(t, "index.json", 0644, index.data, index.len);
	tar_bytes(t, "manifest.json", 0644, docker.data, docker.len);
	tar_dir(t, "blobs/", 0755);
	tar_dir(t, "blobs/sha256/", 0755);
	put_blob(t, &config);
	put_blob(t, &manifest);
	put_blob(t, image->layer);
	return tar_end(t, err);
}
