/*
 * binds: the mounts that the pod asks for: volumes, and the files that the node manages.
 *
 * Each source is opened as a detached tree while the host's tree is still there, with its propagation and
 * read-only flags set on it; it is attached after pivot_root, where no symlink in the target's path can
 * lead out of the container. A target that is not there is made, of the source's kind.
 */
#include "runtime/shim/init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/shim/sys.h"
#include "runtime/shim/userns.h"

/* mounts are triples: source, target, flags */
static unsigned flags_of(char *const *mount)
{
	return (unsigned)strtoul(mount[2], NULL, 10);
}

static void set_attributes(struct init *in, int tree, char *const *mount)
{
	unsigned flags = flags_of(mount);
	struct sys_mount_attr all = { 0 }, top = { .set = SYS_MOUNT_ATTR_RDONLY };

	if (!init_of_host(in))
		all.set |= SYS_MOUNT_ATTR_NODEV;
	if (userns_own(in->shim) && sys_map_ids(tree, SYS_AT_RECURSIVE, in->shim->user_ns_fd) < 0)
		init_fail(in, errno, "mapping the ids of %s", mount[0]);
	if (flags & SHIM_MOUNT_RRO)
		all.set |= SYS_MOUNT_ATTR_RDONLY;
	all.propagation = flags & SHIM_MOUNT_SHARED ? MS_SHARED :
			  flags & SHIM_MOUNT_SLAVE  ? MS_SLAVE :
						      MS_PRIVATE;
	if (sys_mount_setattr(tree, SYS_AT_RECURSIVE, &all) < 0)
		init_fail(in, errno, "attributes of %s", mount[0]);
	if (flags & SHIM_MOUNT_RO && sys_mount_setattr(tree, 0, &top) < 0)
		init_fail(in, errno, "read-only %s", mount[0]);
}

void binds_open(struct init *in)
{
	size_t n = 0;

	for (char **m = in->spec->mounts; *m; m += 3, n++) {
		int tree;

		if (n >= INIT_MAX_TREES)
			init_fail(in, E2BIG, "more than %d mounts", INIT_MAX_TREES);
		tree = sys_open_tree(AT_FDCWD, m[0], SYS_OPEN_TREE_CLONE | SYS_AT_RECURSIVE);
		if (tree < 0)
			init_fail(in, errno, "%s", m[0]);
		set_attributes(in, tree, m);
		in->mount_trees[n] = tree;
	}
}

void binds_mount(struct init *in)
{
	size_t n = 0;

	for (char **m = in->spec->mounts; *m; m += 3, n++) {
		int tree = in->mount_trees[n];
		struct stat st;

		if (fstat(tree, &st) < 0)
			init_fail(in, errno, "%s", m[0]);
		if ((S_ISDIR(st.st_mode) ? make_dirs(m[1]) : make_file(m[1])) < 0)
			init_fail(in, errno, "%s", m[1]);
		if (sys_move_mount(tree, m[1], SYS_MOVE_MOUNT_T_SYMLINKS) < 0)
			init_fail(in, errno, "%s on %s", m[0], m[1]);
		close(tree);
	}
}
