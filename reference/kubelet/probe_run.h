/*
 * probe_run: one run of one probe.
 */
#pragma once

#include "kubelet/ctr.h"
#include "kubelet/probe_state.h"

struct probe_run;

/* warning: a success that deserves an event. text is never NULL. */
typedef void (*probe_run_fn)(void *userdata, enum probe_outcome outcome, bool warning,
			     const char *text);

/* Exactly one call of done, from the loop, never from inside; then the run is dead. */
struct probe_run *probe_run_start(struct ctr *c, const struct pod_probe *probe, probe_run_fn done,
				  void *userdata);
struct probe_run *probe_run_cancel(struct probe_run *r); /* takes NULL, returns NULL */
