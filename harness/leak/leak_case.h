/* leak_case: one guest process, and what must be gone with it. */
#pragma once

#include "util/defs.h"

struct leak_guest {
	char *ns, *id, *uid;
	char *marker; /* "PODTEST=…" as the guest stated it, or NULL */
	uint64_t pid_ns, net_ns;
	pid_t inner_pid;
	int64_t began; /* CLOCK_BOOTTIME */
	pid_t pid; /* on this machine; 0: it was gone before it could be found */
	int64_t started;
	char **cgroups; /* directories of its own on this machine */
};

/* From a `start` line; looks the process up at once. */
void leak_guest_init(struct leak_guest *g, const char *ns, const char *uid, const json_t *start);
void leak_guest_clear(struct leak_guest *g);
/* Extends problems by what is still there. */
void leak_guest_check(const struct leak_guest *g, json_t *problems);
