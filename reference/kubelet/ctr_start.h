/*
 * ctr_start: starts the next run of a container, as far as its postStart hook.
 */
#pragma once

#include "kubelet/ctr.h"

/*
 * Either the container is CTR_STARTING afterwards, or it waits for a stated reason until c->retry_ns. The rest comes by
 * itself: ctr_running(), or a run that ended at once (StartError), or a stop (failed hook).
 */
void ctr_start(struct ctr *c);
/* The runtime forgets the runs that ended, with their logs. */
void ctr_start_remove_runs(struct ctr *c);
/* Nothing is heard of a start under way any more (its sandbox went). */
void ctr_start_forget(struct ctr *c);
