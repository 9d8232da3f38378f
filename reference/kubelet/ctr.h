/*
 * ctr: a container of a pod as its worker sees it, over all its runs.
 *
 * state is that of the newest run in the present sandbox. cur is the run that the status shows; while a
 * new run is starting (its postStart hook included) it is held in next, and cur stays on show.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "api/pod.h"
#include "base/backoff.h"
#include "kubelet/crash_backoff.h"
#include "kubelet/instance.h"
#include "kubelet/pod_actions.h"
#include "kubelet/probe_state.h"
#include "kubelet/status.h"
#include "kubelet/usage.h"
#include "runtime/runtime.h"

struct pod_worker;
struct ctr_kill;
struct hook;
struct prober;

#define CTR_RESET_REASON "RestartingAllContainers"
#define CTR_RESET_TEXT "The container is removed because RestartAllContainers in place"

enum ctr_stop { STOP_NONE, STOP_PRESTOP_DONE, STOP_TERM_SENT };

struct ctr {
	struct pod_worker *w;
	const struct pod_container *spec; /* of the worker's present view */
	enum ctr_state state;
	struct container *rt; /* of cur or next; NULL when the runtime has none */
	struct container *old_rt; /* the run before, kept as long as rt lives */
	struct instance next, cur, last;
	int attempts; /* runs so far: the number of the next one */
	char *image; /* as the present run's spec named it */
	int stop_signal; /* of the present run */

	char *wait_reason, *wait_message; /* why there is no run now; NULL: nothing special */
	int64_t retry_ns; /* nominal: a config or image error is tried again then */
	struct backoff_state image_backoff;
	struct crash_backoff backoff;
	bool forced; /* ended by our doing: follows at once, whatever the policy */
	bool was_started; /* a run of this sandbox was */
	bool oom; /* the kernel killed something in this run */
	bool post_start_failed;
	struct ctr_usage usage;

	enum ctr_stop stop; /* how far; checkpointed, so that nothing is done twice */
	enum ctr_action killed_for; /* ACT_KILL_* when the stop under way is to be followed by a start */
	struct hook *post_start;
	struct ctr_kill *kill; /* a stop under way */
	struct prober *probers[N_PROBE_TYPES]; /* NULL: no such probe, or not running */
};

void ctr_init(struct ctr *c, struct pod_worker *w, const struct pod_container *spec);
void ctr_deinit(struct ctr *c); /* leaves what runs alone */
/* "spec.containers{c}" or "spec.initContainers{c}"; the caller frees. */
char *ctr_field_path(const struct ctr *c);

void ctr_wait(struct ctr *c, const char *reason, const char *message); /* NULL: no longer */
bool ctr_is_started(const struct ctr *c);
void ctr_facts(const struct ctr *c, struct ctr_facts *ret);
void ctr_status(const struct ctr *c, struct ctr_status_facts *ret);
bool ctr_is_live(const struct ctr *c); /* a process exists, or is about to */

/* The run in next never came up: it counts as one that ended with this code. */
void ctr_start_failed(struct ctr *c, int exit_code, const char *reason, const char *message);
/* The run in next is up, its postStart hook done: it goes on show and is probed. */
void ctr_running(struct ctr *c);
/* How the run that is shown ended, from the runtime's record; nothing follows from it. */
void ctr_take_end(struct ctr *c);
/* The runtime says that the newest run has ended. */
void ctr_exited(struct ctr *c);
/* Its sandbox is gone: what ran is lost. */
void ctr_lost(struct ctr *c);
/* All containers are begun anew: its runs are removed, it has never run in this sandbox, and one restart more is counted. */
void ctr_reset(struct ctr *c);
/* There is a new sandbox: as if never run in it. */
void ctr_new_sandbox(struct ctr *c);
