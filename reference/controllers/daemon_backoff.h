/*
 * daemon_backoff: how long a node waits before its failed daemon pod is replaced again, per DaemonSet and node.
 */
#pragma once

#include <stdint.h>

#include "base/defs.h"

struct daemon_backoff;

struct daemon_backoff *daemon_backoff_new(void);
struct daemon_backoff *daemon_backoff_free(struct daemon_backoff *b); /* takes NULL, returns NULL */

/* Nominal time left at now; 0: a failed pod may go at once. */
int64_t daemon_backoff_left(const struct daemon_backoff *b, const char *uid, const char *node,
			    int64_t now_ns);
/* A failed pod goes at now: the next one has to wait for longer. */
void daemon_backoff_note(struct daemon_backoff *b, const char *uid, const char *node,
			 int64_t now_ns);
