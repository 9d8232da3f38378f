/*
 * image_unpack: archives to directories, by libarchive.
 *
 * A layer is read through two readers: the first undoes compression ("raw" format), the second reads the tar
 * in what comes out. Both streams are hashed on the way, to their very end, so a layer whose digest is
 * wrong is known before anybody has seen its directory. OCI's whiteouts become overlayfs' own: a 0:0
 * character device, or the opaque mark on a directory. Names that leave the directory are refused.
 */
#include "runtime/image_store.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/str.h"

#define BLOCK 65536
#define WHITEOUT ".wh."
#define OPAQUE ".wh..wh..opq"

/* Where bytes are hashed while they pass. */
struct tap {
	int fd; /* the blob, or -1: `from` gives the bytes */
	struct archive *from;
	EVP_MD_CTX *hash;
	char block[BLOCK];
};

static void cleanup_reader(struct archive **a)
{
	if (*a)
		archive_read_free(*a);
}

static void cleanup_writer(struct archive **a)
{
	if (*a)
		archive_write_free(*a);
}

static void tap_deinit(struct tap *t)
{
	fd_close(t->fd);
	EVP_MD_CTX_free(t->hash);
}

static int archive_fault(struct error *err, struct archive *a, const char *what)
{
	int errnum = archive_errno(a);
	const char *text = archive_error_string(a);

	if (errnum == ENOSPC || errnum == EDQUOT || errnum == EROFS)
		return error_set_errno(err, errnum, "%s", what);
	return error_set(err, ERR_INVALID, "InvalidImage", "%s: %s", what, text ? text : "broken");
}

static la_ssize_t tap_read(struct archive *a, void *userdata, const void **ret)
{
	struct tap *t = userdata;
	la_ssize_t n;

	if (t->from) {
		n = archive_read_data(t->from, t->block, sizeof(t->block));
		if (n < 0)
			archive_set_error(a, archive_errno(t->from), "%s",
					  archive_error_string(t->from));
	} else {
		n = read(t->fd, t->block, sizeof(t->block));
		if (n < 0)
			archive_set_error(a, errno, "read failed");
	}
	if (n < 0)
		return ARCHIVE_FATAL;
	EVP_DigestUpdate(t->hash, t->block, (size_t)n);
	*ret = t->block;
	return n;
}

static void tap_init(struct tap *t, int fd, struct archive *from)
{
	t->fd = fd;
	t->from = from;
	t->hash = EVP_MD_CTX_new();
	EVP_DigestInit_ex(t->hash, EVP_sha256(), NULL);
}

/* Reads what nobody needed (padding behind the end of a tar), and gives the digest. */
static char *tap_finish(struct tap *t, struct archive *a)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	_cleanup_free_ char *hex = NULL;
	const void *rest;
	unsigned len = 0;

	while (tap_read(a, t, &rest) > 0)
		;
	EVP_DigestFinal_ex(t->hash, digest, &len);
	hex = str_hex(digest, len);
	return str_printf("sha256:%s", hex);
}

/* ---- entries ---- */

/* The entry's path below dir, owned; NULL when it leaves it. "." and "" are dir itself. */
static char *safe_path(const char *dir, const char *name)
{
	_cleanup_strv_ char **parts = NULL;

	while (*name == '/' || str_starts(name, "./"))
		name += *name == '/' ? 1 : 2;
	if (!*name || streq(name, "."))
		return xstrdup(dir);
	parts = strv_split(name, '/');
	if (strv_contains(parts, ".."))
		return NULL;
	return fs_join(dir, name);
}

static int put_whiteout(const char *path, const char *base, struct error *err)
{
	_cleanup_free_ char *dir = xstrndup(path, (size_t)(base - path - 1)), *gone = NULL;

	if (fs_mkdir_p(AT_FDCWD, dir, 0755, err) < 0)
		return -ERR_SYSTEM;
	if (streq(base, OPAQUE)) {
		if (setxattr(dir, "trusted.overlay.opaque", "y", 1, 0) < 0)
			return error_set_errno(err, errno, "opaque mark on %s", dir);
		return 0;
	}
	gone = fs_join(dir, base + strlen(WHITEOUT));
	if (mknod(gone, S_IFCHR, makedev(0, 0)) < 0 && errno != EEXIST)
		return error_set_errno(err, errno, "whiteout %s", gone);
	return 0;
}

/* libarchive only warns when a file's data could not be written. */
static bool lost_data(struct archive *a)
{
	int errnum = archive_errno(a);

	return errnum == ENOSPC || errnum == EDQUOT || errnum == EROFS || errnum == EIO ||
	       errnum == EFBIG;
}

static int put_entry(struct archive *in, struct archive *disk, struct archive_entry *e,
		     const char *dir, struct error *err)
{
	const char *hardlink = archive_entry_hardlink(e), *name = archive_entry_pathname(e), *base;
	_cleanup_free_ char *path = name ? safe_path(dir, name) : NULL, *target = NULL;
	int r;

	if (hardlink)
		target = safe_path(dir, hardlink);
	if (!path || (hardlink && !target))
		return error_set(err, ERR_INVALID, "InvalidImage", "entry \"%s\" leaves the layer",
				 name ? name : "");
	base = strrchr(path, '/') + 1;
	if (str_starts(base, WHITEOUT))
		return put_whiteout(path, base, err);
	archive_entry_copy_pathname(e, path);
	if (target)
		archive_entry_copy_hardlink(e, target);
	r = archive_read_extract2(in, e, disk);
	if (r < ARCHIVE_WARN || (r < ARCHIVE_OK && (lost_data(in) || lost_data(disk))))
		return archive_fault(err, lost_data(disk) ? disk : in, path);
	return 0;
}

static struct archive *new_disk(void)
{
	struct archive *disk = archive_write_disk_new();

	archive_write_disk_set_options(
		disk, ARCHIVE_EXTRACT_OWNER | ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME |
			      ARCHIVE_EXTRACT_XATTR | ARCHIVE_EXTRACT_UNLINK |
			      ARCHIVE_EXTRACT_SECURE_SYMLINKS | ARCHIVE_EXTRACT_SECURE_NODOTDOT);
	return disk;
}

static int put_entries(struct archive *in, const char *dir, bool files_only, struct error *err)
{
	_cleanup_(cleanup_writer) struct archive *disk = new_disk();
	struct archive_entry *e;
	int r;

	while ((r = archive_read_next_header(in, &e)) != ARCHIVE_EOF) {
		if (r < ARCHIVE_WARN)
			return archive_fault(err, in, "archive");
		if (files_only && archive_entry_filetype(e) != AE_IFREG)
			continue;
		r = put_entry(in, disk, e, dir, err);
		if (r < 0)
			return r;
	}
	if (archive_write_close(disk) < ARCHIVE_WARN)
		return archive_fault(err, disk, "unpacking");
	return 0;
}

int image_unpack_archive(const char *path, const char *dir, struct error *err)
{
	_cleanup_(cleanup_reader) struct archive *in = archive_read_new();

	archive_read_support_filter_all(in);
	archive_read_support_format_tar(in);
	if (archive_read_open_filename(in, path, BLOCK) != ARCHIVE_OK)
		return archive_fault(err, in, path);
	return put_entries(in, dir, true, err);
}

static int open_raw(struct archive *raw, struct tap *blob, struct error *err)
{
	struct archive_entry *e;

	archive_read_support_filter_all(raw);
	archive_read_support_format_raw(raw);
	archive_read_support_format_empty(raw);
	if (archive_read_open(raw, blob, NULL, tap_read, NULL) != ARCHIVE_OK ||
	    archive_read_next_header(raw, &e) < ARCHIVE_WARN)
		return archive_fault(err, raw, "layer");
	return 0;
}

int image_unpack_layer(const char *blob_path, const char *dir, char **ret_blob, char **ret_diff,
		       struct error *err)
{
	_cleanup_(cleanup_reader) struct archive *raw = archive_read_new();
	_cleanup_(cleanup_reader) struct archive *tar = archive_read_new();
	_cleanup_(tap_deinit) struct tap diff = { .fd = -1 }, blob = { .fd = -1 };
	int fd, r = fs_open(AT_FDCWD, blob_path, O_RDONLY, 0, &fd, err);

	if (r < 0)
		return r;
	tap_init(&blob, fd, NULL);
	r = open_raw(raw, &blob, err);
	if (r < 0)
		return r;
	tap_init(&diff, -1, raw);
	archive_read_support_format_tar(tar);
	archive_read_support_format_empty(tar);
	if (archive_read_open(tar, &diff, NULL, tap_read, NULL) != ARCHIVE_OK)
		return archive_fault(err, tar, "layer");
	r = put_entries(tar, dir, false, err);
	if (r < 0)
		return r;
	*ret_diff = tap_finish(&diff, tar);
	*ret_blob = tap_finish(&blob, raw);
	return 0;
}
