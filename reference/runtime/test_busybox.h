/*
 * test_busybox: an OCI image layout made on the fly from the machine's static busybox, for tests.
 */
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/json.h"
#include "base/str.h"

static inline char *test_sha256(const void *data, size_t len)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	EVP_Digest(data, len, digest, &n, EVP_sha256(), NULL);
	return str_hex(digest, n);
}

/* Stores a blob; its descriptor. */
static inline json_t *test_blob(const char *dir, const void *data, size_t len, char **ret_digest)
{
	_cleanup_free_ char *hex = test_sha256(data, len);
	_cleanup_free_ char *path = str_printf("%s/blobs/sha256/%s", dir, hex);
	json_t *d = json_object();

	if (fs_write_atomic(AT_FDCWD, path, data, len, 0644, false, NULL) < 0)
		abort();
	json_take_set(d, "digest", json_sprintf("sha256:%s", hex));
	json_take_set(d, "size", json_integer((json_int_t)len));
	if (ret_digest)
		*ret_digest = str_printf("sha256:%s", hex);
	return d;
}

static inline void test_tar_add(struct archive *a, const char *name, unsigned type, unsigned mode,
				const char *data, size_t len)
{
	struct archive_entry *e = archive_entry_new();

	archive_entry_set_pathname(e, name);
	archive_entry_set_filetype(e, type);
	archive_entry_set_perm(e, mode);
	if (type == AE_IFLNK)
		archive_entry_set_symlink(e, data);
	archive_entry_set_size(e, type == AE_IFREG ? (la_int64_t)len : 0);
	archive_write_header(a, e);
	if (type == AE_IFREG)
		archive_write_data(a, data, len);
	archive_entry_free(e);
}

/* The layer as a tar in memory. */
static inline char *test_layer(size_t *ret_len)
{
	static const char *const links[] = {
		"sh",  "cat",  "echo", "sleep", "ls",	 "id",	  "kill",     "ps",    "hostname",
		"nc",  "stat", "true", "false", "touch", "head",  "readlink", "ip",    "wget",
		"env", "dd",   "yes",  "tty",	"mount", "mkdir", "grep",     "mknod", "seq"
	};
	static const char passwd[] =
		"root:x:0:0::/root:/bin/sh\nbob:x:1000:1001::/home/bob:/bin/sh\n";
	static const char group[] = "root:x:0:\nbob:x:1001:\nwheel:x:10:bob\n";
	_cleanup_free_ char *busybox = NULL;
	struct archive *a = archive_write_new();
	char *tar = xmalloc(8 << 20);
	size_t len = 0;

	if (fs_read_file(AT_FDCWD, "/bin/busybox", 4 << 20, &busybox, &len, NULL) != 0)
		abort();
	archive_write_set_format_ustar(a);
	archive_write_open_memory(a, tar, 8 << 20, ret_len);
	test_tar_add(a, "bin", AE_IFDIR, 0755, NULL, 0);
	test_tar_add(a, "bin/busybox", AE_IFREG, 0755, busybox, len);
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		_cleanup_free_ char *path = str_printf("bin/%s", links[i]);

		test_tar_add(a, path, AE_IFLNK, 0777, "busybox", 0);
	}
	test_tar_add(a, "etc", AE_IFDIR, 0755, NULL, 0);
	test_tar_add(a, "etc/passwd", AE_IFREG, 0644, passwd, sizeof(passwd) - 1);
	test_tar_add(a, "etc/group", AE_IFREG, 0644, group, sizeof(group) - 1);
	test_tar_add(a, "tmp", AE_IFDIR, 01777, NULL, 0);
	test_tar_add(a, "etc/.wh.gone", AE_IFREG, 0644, "", 0);
	archive_write_close(a);
	archive_write_free(a);
	return tar;
}

/* Writes the layout to dir, under the name busybox:test. */
static inline void test_busybox_image(const char *dir)
{
	_cleanup_free_ char *blobs = str_printf("%s/blobs/sha256", dir), *diff = NULL, *text = NULL;
	_cleanup_free_ char *index_path = str_printf("%s/index.json", dir), *manifest_text = NULL;
	_cleanup_json_ json_t *config = NULL, *manifest = NULL, *index = NULL;
	size_t len;
	_cleanup_free_ char *tar = test_layer(&len), *index_text = NULL;
	json_t *layer, *d;
	fs_mkdir_p(AT_FDCWD, blobs, 0755, NULL);
	layer = test_blob(dir, tar, len, &diff);
	config = json_pack("{s:s, s:s, s:{s:[s], s:[s]}, s:{s:s, s:[s]}}", "architecture", "amd64",
			   "os", "linux", "config", "Env", "PATH=/bin", "Cmd", "sh", "rootfs",
			   "type", "layers", "diff_ids", diff);
	text = json_text(config);
	manifest = json_pack("{s:i, s:o, s:[o]}", "schemaVersion", 2, "config",
			     test_blob(dir, text, strlen(text), NULL), "layers", layer);
	manifest_text = json_text(manifest);
	d = test_blob(dir, manifest_text, strlen(manifest_text), NULL);
	json_take_set(d, "annotations",
		      json_pack("{s:s}", "org.opencontainers.image.ref.name",
				"docker.io/library/busybox:test"));
	index = json_pack("{s:i, s:[o]}", "schemaVersion", 2, "manifests", d);
	index_text = json_text(index);
	fs_write_atomic(AT_FDCWD, index_path, index_text, strlen(index_text), 0644, false, NULL);
}
