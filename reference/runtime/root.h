/*
 * root: what names and guards a root directory, for podd and for its clean-up.
 */
#pragma once

#include "runtime/objects.h"

/* Ten hex digits of the root's real path. */
void root_tag(const char *root, char tag[TAG_LEN + 1]);
/* ERR_CONFLICT when a podd holds it. The lock ends with its holder. */
int root_lock(const char *root, int *ret_fd, struct error *err);
