/* fsutil: directories of our own making. */
#pragma once

#include "util/defs.h"

/* Removes the tree, following no link and leaving what lies on other file systems. 0 when it is gone. */
int fsutil_remove_tree(const char *path);
