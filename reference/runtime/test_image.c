/*
 * Images: names, import, damage, whiteouts, a full disk. Root is needed for owners and device nodes.
 */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/test.h"
#include "runtime/image_store.h"
#include "runtime/test_busybox.h"

static struct {
	char dir[64], layout[80], images[80], tmp[96];
	struct image_store store;
	char **names;
	struct error err;
} f;

static void begin(void)
{
	strcpy(f.dir, "/tmp/test_image.XXXXXX");
	CHECK(mkdtemp(f.dir));
	snprintf(f.layout, sizeof(f.layout), "%s/layout", f.dir);
	snprintf(f.images, sizeof(f.images), "%s/images", f.dir);
	snprintf(f.tmp, sizeof(f.tmp), "%s/tmp", f.images);
	test_busybox_image(f.layout);
	CHECK_OK(image_store_open(&f.store, f.images, &f.err), &f.err);
}

static void end(void)
{
	image_store_close(&f.store);
	f.names = strv_free(f.names);
	error_clear(&f.err);
	(void)umount2(f.images, MNT_DETACH);
	CHECK_OK(fs_remove_tree(AT_FDCWD, f.dir, NULL), NULL);
}

static int import(void)
{
	int r = image_layout_import(&f.store, f.layout, f.tmp, &f.names, &f.err);

	image_store_sweep(&f.store);
	return r;
}

/* The number of entries of a directory of the store. */
static size_t count(const char *name)
{
	_cleanup_free_ char *path = fs_join(f.images, name);
	_cleanup_strv_ char **entries = NULL;

	return fs_list(AT_FDCWD, path, &entries, NULL) == 0 ? strv_len(entries) : 0;
}

static char *in_layer(const char *name)
{
	return str_printf("%s/%s/%s", f.store.layers_dir, f.store.images->layers[0], name);
}

static void test_names_become_whole(void)
{
	static const char *const names[][2] = {
		{ "busybox", "docker.io/library/busybox:latest" },
		{ "busybox:1", "docker.io/library/busybox:1" },
		{ "me/app", "docker.io/me/app:latest" },
		{ "localhost/a/b:v1", "localhost/a/b:v1" },
		{ "reg:5000/x", "reg:5000/x:latest" },
		{ "ghcr.io/x/y@sha256:aa", "ghcr.io/x/y@sha256:aa" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *got = image_name_normal(names[i][0]);

		CHECK_STR(got, names[i][1]);
	}
}

static void test_an_image_is_found_by_name_digest_and_id(void)
{
	begin();
	CHECK_OK(import(), &f.err);
	CHECK_INT(strv_len(f.names), 2);
	CHECK(image_store_find(&f.store, "busybox:test"));
	CHECK(image_store_find(&f.store, f.names[1]));
	CHECK(image_store_find(&f.store, f.store.images->id));
	CHECK(!image_store_find(&f.store, "busybox"));
	CHECK_STR(f.store.images->env[0], "PATH=/bin");
	end();
}

static void test_it_is_still_there_after_opening_again_and_gone_after_removal(void)
{
	begin();
	CHECK_OK(import(), &f.err);
	image_store_close(&f.store);
	CHECK_OK(image_store_open(&f.store, f.images, &f.err), &f.err);
	CHECK(image_store_find(&f.store, "busybox:test"));
	CHECK_OK(image_store_drop(&f.store, f.store.images, f.store.images->id, &f.err), &f.err);
	CHECK(!f.store.images);
	CHECK_INT(count("layers"), 0);
	end();
}

/* Turns the layout into what docker save writes. */
static void make_docker_save(void)
{
	_cleanup_free_ char *index_path = fs_join(f.layout, "index.json"), *text = NULL;
	_cleanup_free_ char *out_path = fs_join(f.layout, "manifest.json"), *out = NULL;
	_cleanup_free_ char *blob_path = NULL, *blob = NULL;
	_cleanup_json_ json_t *index = NULL, *manifest = NULL, *saved = NULL;
	size_t len;

	CHECK_OK(fs_read_file(AT_FDCWD, index_path, 1 << 20, &text, &len, NULL), NULL);
	CHECK_OK(json_parse(text, len, &index, NULL), NULL);
	blob_path = str_printf("%s/blobs/sha256/%s", f.layout,
			       json_str(index, "manifests[0].digest") + strlen("sha256:"));
	CHECK_OK(fs_read_file(AT_FDCWD, blob_path, 1 << 20, &blob, &len, NULL), NULL);
	CHECK_OK(json_parse(blob, len, &manifest, NULL), NULL);
	saved = json_pack("[{s:o, s:[s], s:[o]}]", "Config",
			  json_sprintf("blobs/sha256/%s", json_str(manifest, "config.digest") + 7),
			  "RepoTags", "saved:1", "Layers",
			  json_sprintf("blobs/sha256/%s",
				       json_str(manifest, "layers[0].digest") + 7));
	out = json_text(saved);
	CHECK_OK(fs_write_atomic(AT_FDCWD, out_path, out, strlen(out), 0644, false, NULL), NULL);
	CHECK_OK(fs_unlink(AT_FDCWD, index_path, NULL), NULL);
}

static void test_docker_save_is_understood(void)
{
	begin();
	make_docker_save();
	CHECK_OK(import(), &f.err);
	CHECK(image_store_find(&f.store, "saved:1"));
	CHECK_STR(f.store.images->cmd[0], "sh");
	CHECK_INT(count("layers"), 1);
	end();
}

static void test_whiteouts_become_overlayfs_own(void)
{
	_cleanup_free_ char *gone = NULL;
	struct stat st;

	begin();
	CHECK_OK(import(), &f.err);
	gone = in_layer("etc/gone");
	CHECK(lstat(gone, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(0, 0));
	end();
}

/* Changes one byte of the largest blob: the layer. */
static void damage_layer(void)
{
	_cleanup_free_ char *blobs = str_printf("%s/blobs/sha256", f.layout);
	_cleanup_strv_ char **names = NULL;

	CHECK_OK(fs_list(AT_FDCWD, blobs, &names, NULL), NULL);
	for (char **n = names; *n; n++) {
		_cleanup_free_ char *path = fs_join(blobs, *n);
		struct stat st;

		if (stat(path, &st) == 0 && st.st_size > 100000) {
			_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

			CHECK(pwrite(fd, "X", 1, 50000) == 1);
		}
	}
}

static void test_a_damaged_layer_is_refused_and_leaves_nothing(void)
{
	begin();
	damage_layer();
	CHECK(import() < 0);
	CHECK_CONTAINS(f.err.message, "is damaged");
	CHECK_INT(count("layers"), 0);
	CHECK(!fs_exists(AT_FDCWD, f.tmp));
	end();
}

static void test_a_missing_blob_and_a_foreign_directory_are_refused(void)
{
	_cleanup_free_ char *blobs = NULL, *index = NULL;

	begin();
	blobs = fs_join(f.layout, "blobs");
	index = fs_join(f.layout, "index.json");
	CHECK_OK(fs_remove_tree(AT_FDCWD, blobs, NULL), NULL);
	CHECK(import() < 0);
	CHECK_CONTAINS(f.err.message, "incomplete");
	CHECK_OK(fs_unlink(AT_FDCWD, index, NULL), NULL);
	CHECK(import() < 0);
	CHECK_CONTAINS(f.err.message, "neither an OCI image layout nor a docker-save archive");
	end();
}

static void test_a_full_disk_is_told_and_leaves_nothing(void)
{
	begin();
	image_store_close(&f.store);
	CHECK(mount("tmpfs", f.images, "tmpfs", 0, "size=200k") == 0);
	CHECK_OK(image_store_open(&f.store, f.images, &f.err), &f.err);
	CHECK(import() < 0);
	CHECK_CONTAINS(f.err.message, "No space left on device");
	CHECK_INT(count("layers"), 0);
	CHECK(!fs_exists(AT_FDCWD, f.tmp));
	end();
}

int main(void)
{
	TEST(test_names_become_whole);
	TEST(test_an_image_is_found_by_name_digest_and_id);
	TEST(test_it_is_still_there_after_opening_again_and_gone_after_removal);
	TEST(test_docker_save_is_understood);
	TEST(test_whiteouts_become_overlayfs_own);
	TEST(test_a_damaged_layer_is_refused_and_leaves_nothing);
	TEST(test_a_missing_blob_and_a_foreign_directory_are_refused);
	TEST(test_a_full_disk_is_told_and_leaves_nothing);
	return test_end();
}
