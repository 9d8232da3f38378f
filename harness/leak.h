/*
 * leak: what a run leaves behind on this machine, for subjects that declare `local`.
 *
 * Two checks: what the guests of a case stated (pid with start time, namespace inodes, cgroup, a marker in the environment) must be
 * gone some seconds after the case; and mounts, cgroups, devices, network namespaces, sockets and files under the root are
 * compared before and after the whole run.
 */
#pragma once

#include "util/defs.h"
#include "util/error.h"

struct leak;

/* Takes the picture "before". root: the subject's directory, or NULL when it is not known yet. */
int leak_new(const char *root, struct leak **ret, struct error *err);
struct leak *leak_free(struct leak *l);
/* The subject's directory: what names it afterwards (a mount, a socket, a process) was left behind. */
void leak_set_root(struct leak *l, const char *root);
/*
 * A guest's `start` line; ns: the namespace and its case, as a text for the message; uid: of its pod, which stands in the
 * names of its cgroups (NULL: not known). Other subjects of this machine have guests just like it.
 */
void leak_note(struct leak *l, const char *ns, const char *uid, const json_t *start);
/* Called after the cases, again and again until nothing is found or LEAK_AFTER_SECONDS are over; ns NULL: of all cases.
 * problems (a list of texts) is extended. */
void leak_check_case(struct leak *l, const char *ns, json_t *problems);
/* The picture "after". Called when the subject is down (own podd) or idle. */
void leak_check_run(struct leak *l, json_t *problems);

#define LEAK_AFTER_SECONDS 10
