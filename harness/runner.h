/* runner: all cases of a run in one event loop. */
#pragma once

#include "case_run.h"
#include "expectations.h"
#include "report.h"

struct runner;

struct runner_plan {
	const struct fixture *const *fixtures;
	size_t n;
	unsigned first_round; /* what the first is called */
	unsigned repeat;
	struct reporter **reporters; /* NULL-terminated; may be NULL */
	const struct expectations *expectations; /* known failures, or NULL */
	bool disruptive; /* disruptive cases may run */
	bool any_need; /* also cases that need what the subject does not declare */
	const char *histories; /* directory where recordings are written, or NULL */
	bool record_all; /* also of cases that passed */
	bool rerun; /* what was only late is run again alone */
};

/* Runs the loop until all is done; results are appended to `run`. Sets run->void_reason when the subject is lost or the run was
 * interrupted. */
void runner_run(struct session *s, const struct runner_plan *plan, struct run_result *run);
/* While a run is under way: ends it soon, cleaning up. */
void runner_stop(struct session *s, const char *why);
/* For subject_events. */
void runner_object(void *session, char type, json_t *object, int64_t earliest, int64_t latest,
		   bool sampled);
