/*
 * growth: tells when files grow, all of them by one inotify descriptor.
 *
 * One for all, since closing an inotify descriptor makes the kernel wait for a grace period of SRCU: 13 ms and more, in
 * which a daemon with one loop does nothing else. Ending a single watch costs nothing.
 */
#pragma once

#include "base/defs.h"
#include "base/error.h"
#include "base/loop.h"

struct growth;
struct growth_watch;

struct growth *growth_new(struct loop *loop);
struct growth *growth_free(struct growth *g); /* after its watches; takes NULL, returns NULL */

/* fn is called from the loop when the file was written to; several watches of one file are fine. */
int growth_watch(struct growth *g, const char *path, void (*fn)(void *userdata), void *userdata,
		 struct growth_watch **ret, struct error *err);
/* fn is not called again. Safe inside fn. Takes NULL, returns NULL. */
struct growth_watch *growth_unwatch(struct growth_watch *w);
