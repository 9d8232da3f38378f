/*
 * probe_state: what a row of probe outcomes comes to. Pure.
 */
#pragma once

#include <stdbool.h>

#include "api/pod_container.h"

enum probe_type { PROBE_STARTUP, PROBE_LIVENESS, PROBE_READINESS, N_PROBE_TYPES };
enum probe_result { PROBE_RESULT_UNKNOWN, PROBE_RESULT_SUCCESS, PROBE_RESULT_FAILURE };
/* OUTCOME_ERROR: the probe could not be run; it proves nothing. */
enum probe_outcome { OUTCOME_SUCCESS, OUTCOME_FAILURE, OUTCOME_ERROR };

struct probe_state {
	enum probe_result result; /* what the kubelet goes by */
	enum probe_outcome last; /* of the run below */
	int run; /* equal outcomes in a row */
	bool on_hold; /* said "kill": silent until there is a new instance */
};

const char *probe_type_name(enum probe_type type); /* "Startup", "Liveness", "Readiness" */
void probe_state_reset(struct probe_state *s, enum probe_type type); /* a new instance runs */
/* Takes one outcome in; true when result changed (or was said again by a failed liveness). */
bool probe_state_feed(struct probe_state *s, enum probe_type type, const struct pod_probe *probe,
		      enum probe_outcome outcome);
