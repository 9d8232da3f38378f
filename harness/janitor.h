/* janitor: takes a podd of our own away when podtest dies without doing so itself. */
#pragma once

#include "util/error.h"

struct janitor;

/*
 * Starts the process that waits for our end. It is no child that anybody waits for meanwhile, holds nothing open but
 * its end of a pipe, and is out of reach of ^C.
 */
int janitor_new(const char *podd, const char *root, const char *log, struct janitor **ret,
		struct error *err);
/* All is clean, or is to stay: the janitor goes home. Takes NULL, returns NULL. */
struct janitor *janitor_free(struct janitor *j);
