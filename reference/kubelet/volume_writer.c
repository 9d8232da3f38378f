/*
 * volume_writer: see the header.
 *
 * The new files are written beside the old ones, then one rename of the symlink ..data swaps the set: a reader
 * who holds the old directory goes on reading it. Then the links of top-level names are brought up to date
 * and the old directory goes. An interrupted write leaves a directory that the next one removes.
 */
#include "kubelet/volume_writer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fsutil.h"
#include "base/str.h"

#define FILE_MAX_SIZE (4 * 1024 * 1024)

void volume_content_add(struct volume_content *c, const char *path, char *data, size_t len,
			mode_t mode)
{
	struct volume_entry *e = NULL;

	for (size_t i = 0; i < c->n; i++) {
		if (streq(c->entries[i].path, path))
			e = &c->entries[i];
	}
	if (e) {
		free(e->data);
	} else {
		c->entries = xrealloc(c->entries, (c->n + 1) * sizeof(*c->entries));
		e = &c->entries[c->n++];
		e->path = xstrdup(path);
	}
	e->data = data;
	e->len = len;
	e->mode = mode;
}

void volume_content_clear(struct volume_content *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->entries[i].path);
		free(c->entries[i].data);
	}
	free(c->entries);
	*c = (struct volume_content){ 0 };
}

static bool same_file(int dirfd, const struct volume_entry *e)
{
	_cleanup_free_ char *path = fs_join("..data", e->path), *data = NULL;
	struct stat st;
	size_t len;

	return fstatat(dirfd, path, &st, 0) == 0 && (st.st_mode & 07777) == e->mode &&
	       fs_read_file(dirfd, path, FILE_MAX_SIZE, &data, &len, NULL) == 0 && len == e->len &&
	       memcmp(data, e->data, len) == 0;
}

static size_t count_files(int dirfd, const char *path)
{
	_cleanup_strv_ char **names = NULL;
	size_t n = 0;

	if (fs_list(dirfd, path, &names, NULL) != 0)
		return 1;
	for (char **name = names; name && *name; name++) {
		_cleanup_free_ char *below = fs_join(path, *name);

		n += count_files(dirfd, below);
	}
	return n;
}

static bool is_current(int dirfd, const struct volume_content *c)
{
	if (!fs_exists(dirfd, "..data") || count_files(dirfd, "..data/") != c->n)
		return false;
	for (size_t i = 0; i < c->n; i++) {
		if (!same_file(dirfd, &c->entries[i]))
			return false;
	}
	return true;
}

static int write_one(int dirfd, const struct volume_entry *e, int64_t gid, struct error *err)
{
	_cleanup_close_ int fd = -1;
	int r = fs_mkdir_parents(dirfd, e->path, 0755, err);

	if (r == 0)
		r = fs_open(dirfd, e->path, O_WRONLY | O_CREAT | O_TRUNC, 0600, &fd, err);
	if (r == 0)
		r = fs_write_fd(fd, e->data, e->len, err);
	if (r != 0)
		return r;
	if (gid >= 0 && fchown(fd, -1, gid) < 0)
		return error_set_errno(err, errno, "chown %s", e->path);
	if (fchmod(fd, e->mode) < 0)
		return error_set_errno(err, errno, "chmod %s", e->path);
	return 0;
}

static int write_set(int dirfd, const char *name, const struct volume_content *c, int64_t gid,
		     struct error *err)
{
	_cleanup_close_ int fd = -1;
	int r = 0;

	if (mkdirat(dirfd, name, 0755) < 0 || fchmodat(dirfd, name, 0755, 0) < 0)
		return error_set_errno(err, errno, "mkdir %s", name);
	r = fs_open_dir(dirfd, name, &fd, err);
	for (size_t i = 0; r == 0 && i < c->n; i++)
		r = write_one(fd, &c->entries[i], gid, err);
	return r;
}

static int swap(int dirfd, const char *name, struct error *err)
{
	unlinkat(dirfd, "..data_tmp", 0);
	if (symlinkat(name, dirfd, "..data_tmp") < 0 ||
	    renameat(dirfd, "..data_tmp", dirfd, "..data") < 0)
		return error_set_errno(err, errno, "..data");
	return 0;
}

/* The first part of each path is a link into ..data. */
static int link_names(int dirfd, const struct volume_content *c, char ***ret_names,
		      struct error *err)
{
	for (size_t i = 0; i < c->n; i++) {
		_cleanup_free_ char *top = xstrdup(c->entries[i].path), *to = NULL;

		top[strcspn(top, "/")] = 0;
		if (strv_contains(*ret_names, top))
			continue;
		strv_add(ret_names, top);
		to = fs_join("..data", top);
		if (symlinkat(to, dirfd, top) < 0 && errno != EEXIST)
			return error_set_errno(err, errno, "%s", top);
	}
	return 0;
}

/* Everything that is neither linked now nor the present set. */
static void sweep(int dirfd, const char *name, char *const *wanted)
{
	_cleanup_strv_ char **present = NULL;

	if (fs_list(dirfd, ".", &present, NULL) != 0)
		return;
	for (char **p = present; p && *p; p++) {
		if (!strv_contains(wanted, *p) && !streq(*p, name) && !streq(*p, "..data"))
			fs_remove_tree(dirfd, *p, NULL);
	}
}

static char *new_name(void)
{
	int64_t now = clock_now_wall_ns();
	time_t seconds = now / NSEC_PER_SEC;
	char text[64];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "..%Y_%m_%d_%H_%M_%S", &tm);
	return str_printf("%s.%09d", text, (int)(now % NSEC_PER_SEC));
}

int volume_write(const char *dir, const struct volume_content *c, int64_t gid, struct error *err)
{
	_cleanup_free_ char *name = new_name();
	_cleanup_strv_ char **wanted = NULL;
	_cleanup_close_ int fd = -1;
	int r = fs_open_dir(AT_FDCWD, dir, &fd, err);

	if (r != 0 || is_current(fd, c))
		return r;
	r = write_set(fd, name, c, gid, err);
	if (r == 0)
		r = swap(fd, name, err);
	if (r != 0) {
		fs_remove_tree(fd, name, NULL);
		return r;
	}
	r = link_names(fd, c, &wanted, err);
	if (r == 0)
		sweep(fd, name, wanted);
	return r;
}
