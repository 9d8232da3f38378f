/*
 * volume_dirs: emptyDir (on disk or in memory) and hostPath.
 *
 * An emptyDir is writable by any user: 0777 on disk, 1777 in memory; fsGroup adds the group and setgid. The
 * size of one in memory is the least of its sizeLimit and what the pod may use. A hostPath is checked (and for
 * some types made) on the node, and never removed.
 */
#include "kubelet/volumes.h"

#include <errno.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/str.h"
#include "kubelet/node_status.h"
#include "kubelet/pod_worker.h"

#define TMPFS_MAGIC 0x01021994

int volume_tmpfs(const char *dir, int64_t size, unsigned mode, struct error *err)
{
	_cleanup_free_ char *options = NULL;
	struct statfs fs;

	if (statfs(dir, &fs) == 0 && fs.f_type == TMPFS_MAGIC) {
		struct stat here, above;
		_cleanup_free_ char *parent = fs_join(dir, "..");

		if (stat(dir, &here) == 0 && stat(parent, &above) == 0 &&
		    here.st_dev != above.st_dev)
			return 0;
	}
	options = size > 0 ? str_printf("mode=%o,size=%lld", mode, (long long)size) :
			     str_printf("mode=%o", mode);
	if (mount("tmpfs", dir, "tmpfs", MS_NOSUID | MS_NODEV, options) < 0)
		return error_set_errno(err, errno, "mount tmpfs on %s", dir);
	return 0;
}

/* What a volume in memory may hold at most: the pod cannot use more. */
static int64_t memory_size(struct pod_worker *w, const struct pod_volume *v)
{
	int64_t size = node_memory(w->k->node), sum = 0;
	const struct pod *p = w->pod;
	bool all = p->n_containers > 0;

	for (size_t i = 0; i < p->n_containers; i++) {
		all &= p->containers[i].resources.memory_limit > 0;
		sum += p->containers[i].resources.memory_limit;
	}
	if (p->resources.memory_limit > 0)
		size = MIN(size, p->resources.memory_limit);
	else if (all)
		size = MIN(size, sum);
	return v->size_limit > 0 ? MIN(size, v->size_limit) : size;
}

static int set_owner(struct pod_worker *w, const char *dir, mode_t mode, struct error *err)
{
	if (w->pod->fs_group >= 0) {
		if (chown(dir, -1, w->pod->fs_group) < 0)
			return error_set_errno(err, errno, "chown %s", dir);
		mode |= S_ISGID;
	}
	if (chmod(dir, mode) < 0)
		return error_set_errno(err, errno, "chmod %s", dir);
	return 0;
}

int volume_empty_dir(struct pod_worker *w, const struct pod_volume *v, const char *dir,
		     struct error *err)
{
	int r;

	if (!v->medium || !*v->medium)
		return set_owner(w, dir, 0777, err);
	if (!streq(v->medium, "Memory"))
		return error_set(err, ERR_UNSUPPORTED, NULL, "unknown storage medium \"%s\"",
				 v->medium);
	r = volume_tmpfs(dir, memory_size(w, v), 01777, err);
	return r < 0 ? r : set_owner(w, dir, 01777, err);
}

static int check_kind(const struct pod_volume *v, const char *word, bool is_it, struct error *err)
{
	if (is_it)
		return 0;
	return error_set(err, ERR_INVALID, NULL, "hostPath type check failed: %s is not a %s",
			 v->host_path, word);
}

static int check_existing(const struct pod_volume *v, const struct stat *st, struct error *err)
{
	const char *type = v->host_path_type;

	if (streq(type, "Directory") || streq(type, "DirectoryOrCreate"))
		return check_kind(v, "directory", S_ISDIR(st->st_mode), err);
	if (streq(type, "File") || streq(type, "FileOrCreate"))
		return check_kind(v, "file", S_ISREG(st->st_mode), err);
	if (streq(type, "Socket"))
		return check_kind(v, "socket file", S_ISSOCK(st->st_mode), err);
	if (streq(type, "CharDevice"))
		return check_kind(v, "character device", S_ISCHR(st->st_mode), err);
	if (streq(type, "BlockDevice"))
		return check_kind(v, "block device", S_ISBLK(st->st_mode), err);
	return 0;
}

static int make_file(const char *path, struct error *err)
{
	_cleanup_close_ int fd = -1;

	return fs_open(AT_FDCWD, path, O_WRONLY | O_CREAT, 0644, &fd, err);
}

char *volume_host_file(const struct pod_worker *w, const struct pod_volume *v)
{
	return str_printf("%s%s", w->k->host_root ? w->k->host_root : "", v->host_path);
}

int volume_host_path(const struct pod_worker *w, const struct pod_volume *v, struct error *err)
{
	const char *type = v->host_path_type ? v->host_path_type : "";
	_cleanup_free_ char *path = volume_host_file(w, v);
	struct stat st;

	if (stat(path, &st) == 0)
		return check_existing(v, &st, err);
	if (!*type || streq(type, "DirectoryOrCreate"))
		return fs_mkdir_p(AT_FDCWD, path, 0755, err);
	if (streq(type, "FileOrCreate"))
		return make_file(path, err);
	return check_kind(v,
			  streq(type, "Directory") ? "directory" :
			  streq(type, "File")	   ? "file" :
						     "device or socket",
			  false, err);
}
