/*
 * tar: the same entries always give the same bytes.
 *
 * Image layers and image archives are both tar files, written by libarchive into a blob. Everything that could differ
 * between two builds is fixed: order, owner, mode and time, and the header has no extensions (ustar). Two builds of the
 * same guest are therefore the same image by digest, and a runtime that has it need not unpack it again.
 *
 * The first fault is kept and answered at the end, so that callers list entries without checking each of them.
 */
#include "image/tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <sys/stat.h>

struct tar {
	struct archive *archive;
	struct blob *out;
	struct error err;
};

static la_ssize_t collect(struct archive *a, void *userdata, const void *data, size_t len)
{
	struct tar *t = userdata;

	(void)a;
	blob_add(t->out, data, len);
	return (la_ssize_t)len;
}

struct tar *tar_new(struct blob *out)
{
	struct tar *t = xcalloc(1, sizeof(*t));

	t->out = out;
	t->archive = archive_write_new();
	archive_write_set_format_ustar(t->archive);
	archive_write_set_bytes_per_block(t->archive, 10240);
	archive_write_open(t->archive, t, NULL, collect, NULL);
	return t;
}

static void add(struct tar *t, const char *path, unsigned mode, const char *target,
		const void *data, size_t len)
{
	struct archive_entry *e = archive_entry_new();

	archive_entry_set_pathname(e, path);
	archive_entry_set_mode(e, (mode_t)mode);
	archive_entry_set_mtime(e, 0, 0);
	archive_entry_set_size(e, (la_int64_t)len);
	if (target)
		archive_entry_set_symlink(e, target);
	if (archive_write_header(t->archive, e) != ARCHIVE_OK ||
	    (len && archive_write_data(t->archive, data, len) != (la_ssize_t)len))
		error_set(&t->err, "%s: %s", path, archive_error_string(t->archive));
	archive_entry_free(e);
}

void tar_dir(struct tar *t, const char *path, unsigned mode)
{
	add(t, path, S_IFDIR | mode, NULL, NULL, 0);
}

void tar_link(struct tar *t, const char *path, const char *target)
{
	add(t, path, S_IFLNK | 0777, target, NULL, 0);
}

void tar_bytes(struct tar *t, const char *path, unsigned mode, const void *data, size_t len)
{
	add(t, path, S_IFREG | mode, NULL, data, len);
}

void tar_file(struct tar *t, const char *path, unsigned mode, const char *source)
{
	_cleanup_file_ FILE *f = fopen(source, "re");
	_cleanup_blob_ struct blob content = { 0 };
	char buffer[65536];
	size_t n;

	if (!f) {
		error_set_errno(&t->err, errno, "%s", source);
		return;
	}
	while ((n = fread(buffer, 1, sizeof(buffer), f)) > 0)
		blob_add(&content, buffer, n);
	if (ferror(f))
		error_set_errno(&t->err, errno, "%s", source);
	tar_bytes(t, path, mode, content.data, content.len);
}

int tar_end(struct tar *t, struct error *err)
{
	int rc = 0;

	if (archive_write_close(t->archive) != ARCHIVE_OK)
		error_set(&t->err, "%s", archive_error_string(t->archive));
	archive_write_free(t->archive);
	if (t->err.message)
		rc = error_set(err, "%s", t->err.message);
	error_clear(&t->err);
	free(t);
	return rc;
}
