/*
 * probe_state: thresholds.
 *
 * A result changes only after as many equal outcomes in a row as its threshold says; an outcome of
 * the other sort begins a new row. Before the first verdict a readiness probe counts as failed, a
 * liveness probe as passed, a startup probe as unknown. An error (missing program, unknown port
 * name) neither adds to a row nor ends it. When liveness or startup fail, the worker holds its
 * tongue until the container has been replaced.
 */
#include "kubelet/probe_state.h"

const char *probe_type_name(enum probe_type type)
{
	static const char *const names[N_PROBE_TYPES] = {
		[PROBE_STARTUP] = "Startup",
		[PROBE_LIVENESS] = "Liveness",
		[PROBE_READINESS] = "Readiness",
	};

	return names[type];
}

void probe_state_reset(struct probe_state *s, enum probe_type type)
{
	static const enum probe_result initial[N_PROBE_TYPES] = {
		[PROBE_STARTUP] = PROBE_RESULT_UNKNOWN,
		[PROBE_LIVENESS] = PROBE_RESULT_SUCCESS,
		[PROBE_READINESS] = PROBE_RESULT_FAILURE,
	};

	*s = (struct probe_state){ .result = initial[type] };
}

bool probe_state_feed(struct probe_state *s, enum probe_type type, const struct pod_probe *probe,
		      enum probe_outcome outcome)
{
	enum probe_result said = outcome == OUTCOME_SUCCESS ? PROBE_RESULT_SUCCESS :
							      PROBE_RESULT_FAILURE;
	int threshold = outcome == OUTCOME_SUCCESS ? probe->success_threshold :
						     probe->failure_threshold;
	bool changed;

	if (outcome == OUTCOME_ERROR || s->on_hold)
		return false;
	if (s->run > 0 && s->last == outcome)
		s->run++;
	else
		s->run = 1;
	s->last = outcome;
	if (s->run < threshold)
		return false;
	changed = s->result != said;
	s->result = said;
	if (type != PROBE_READINESS && said == PROBE_RESULT_FAILURE) {
		s->on_hold = true;
		s->run = 0;
	}
	return changed;
}
