/*
 * usage: how much CPU and memory the containers of this node use, measured while somebody wants to know.
 */
#pragma once

#include <stdint.h>

#include "kubelet/node.h"

struct ctr;
struct usage_meter;

/* Of one run of a container. All zero: nothing is known. */
struct ctr_usage {
	int64_t run_ns; /* nominal start of the run that this is about */
	int64_t cpu_ns, read_ns; /* the last reading: CPU time, and when (real) */
	int64_t nano; /* nanocores over the last window */
	int64_t memory;
	int64_t at_ns, window_ns; /* nominal; window 0: there is no rate yet */
};

struct usage_meter *usage_meter_new(struct kubelet *k);
struct usage_meter *usage_meter_free(struct usage_meter *m); /* takes NULL, returns NULL */

/*
 * Pure: the reading (cpu_ns, memory) at real_ns, nominal now_ns, of a run that began at run_ns. rate: nominal seconds in a
 * real one. A reading that follows the last one too soon is left out.
 */
void ctr_usage_take(struct ctr_usage *u, int64_t run_ns, int64_t cpu_ns, int64_t memory,
		    int64_t real_ns, int64_t now_ns, double rate);
