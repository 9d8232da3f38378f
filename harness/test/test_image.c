/*
 * image: digests, equal bytes for equal content, and what a loader finds in the archive.
 */
#include "image/oci.h"

#include <archive.h>
#include <archive_entry.h>

#include "image/tar.h"
#include "test/test.h"
#include "util/json.h"

static void make(struct blob *out)
{
	_cleanup_json_ json_t *config = json_pack("{s:[s]}", "Entrypoint", "/guest");
	_cleanup_blob_ struct blob layer = { 0 };
	struct oci_image image = { .name = "localhost/podtest/guest:v1",
				   .config = config,
				   .layer = &layer };
	struct tar *t = tar_new(&layer);

	tar_dir(t, "tmp/", 01777);
	tar_bytes(t, "guest", 0755, "ELF", 3);
	tar_link(t, "bin", "guest");
	CHECK_INT(tar_end(t, NULL), 0);
	CHECK_INT(oci_archive(&image, out, NULL), 0);
}

/* The entry's content, or NULL. The caller frees. */
static char *extract(const struct blob *b, const char *name)
{
	struct archive *a = archive_read_new();
	struct archive_entry *e;
	char *text = NULL;

	archive_read_support_format_tar(a);
	archive_read_open_memory(a, b->data, b->len);
	while (!text && archive_read_next_header(a, &e) == ARCHIVE_OK)
		if (streq(archive_entry_pathname(e), name)) {
			text = xcalloc(1, (size_t)archive_entry_size(e) + 1);
			archive_read_data(a, text, (size_t)archive_entry_size(e));
		}
	archive_read_free(a);
	return text;
}

static void test_digests_are_sha256(void)
{
	_cleanup_blob_ struct blob empty = { 0 }, abc = { 0 };

	blob_add(&abc, "abc", 3);
	CHECK_TEXT(blob_digest(&empty).hex,
		   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	CHECK_TEXT(blob_digest(&abc).hex,
		   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void test_equal_content_gives_equal_bytes(void)
{
	_cleanup_blob_ struct blob one = { 0 }, two = { 0 };

	make(&one);
	make(&two);
	CHECK_TEXT(blob_digest(&one).hex, blob_digest(&two).hex);
}

static void test_a_loader_gets_from_the_name_to_the_layer(void)
{
	_cleanup_blob_ struct blob b = { 0 };
	_cleanup_free_ char *index = NULL, *path = NULL, *manifest = NULL, *docker = NULL;
	_cleanup_json_ json_t *i = NULL, *m = NULL, *d = NULL;

	make(&b);
	index = extract(&b, "index.json");
	CHECK(index);
	i = json_read(index, strlen(index));
	CHECK_TEXT(json_string_value(json_object_get(json_path(i, "manifests.0.annotations"),
						     "io.containerd.image.name")),
		   "localhost/podtest/guest:v1");
	path = xasprintf("blobs/sha256/%s", json_str(i, "manifests.0.digest") + strlen("sha256:"));
	manifest = extract(&b, path);
	CHECK(manifest);
	CHECK_INT(strlen(manifest), json_int(i, "manifests.0.size", 0));
	m = json_read(manifest, strlen(manifest));
	CHECK(json_str(m, "layers.0.digest"));
	docker = extract(&b, "manifest.json");
	d = json_read(docker, strlen(docker));
	CHECK_HAS(json_str(d, "0.Layers.0"), json_str(m, "layers.0.digest") + strlen("sha256:"));
	CHECK_TEXT(json_str(d, "0.RepoTags.0"), "localhost/podtest/guest:v1");
}

static void test_a_file_that_is_not_there_is_told(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_blob_ struct blob b = { 0 };
	struct tar *t = tar_new(&b);

	tar_file(t, "guest", 0755, "/nowhere/guest");
	CHECK_INT(tar_end(t, &err), -1);
	CHECK_HAS(error_text(&err), "/nowhere/guest");
}

int main(void)
{
	TEST(test_digests_are_sha256);
	TEST(test_equal_content_gives_equal_bytes);
	TEST(test_a_loader_gets_from_the_name_to_the_layer);
	TEST(test_a_file_that_is_not_there_is_told);
	return test_end();
}
