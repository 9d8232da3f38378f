/*
 * fsutil: directories of our own making.
 *
 * Only what mkdtemp() or mkdir() of this program has made is ever given to these functions. Links are removed, never followed; what is
 * mounted below stays, and then the tree stays too, which the caller reports.
 */
#include "util/fsutil.h"

#include <errno.h>
#include <ftw.h>

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path) && errno != ENOENT;
}

int fsutil_remove_tree(const char *path)
{
	nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	return access(path, F_OK) ? 0 : -1;
}
