/*
 * prober: runs the probes of a container's present run.
 *
 * Waiting (initial delay, period) is scaled by the clock; a probe's timeout is not. A startup probe that
 * has not passed yet gates the other two. Results that change kick the pod's worker.
 */
#pragma once

#include <stdbool.h>

#include "kubelet/ctr.h"
#include "kubelet/probe_state.h"

/* A run is up: a prober per probe of the spec. keep: it ran before this podd, go by `old` (its status). */
void probers_start(struct ctr *c);
void probers_restore(struct ctr *c, bool was_started, bool was_ready);
void probers_stop(struct ctr *c);
/* The pod is being deleted: liveness and startup of app containers end. */
void probers_pod_deleted(struct ctr *c);
/* The result in force: of no prober it is success. */
enum probe_result prober_result(const struct ctr *c, enum probe_type type);
