/* relation: what must hold between the events of a history (fixtures/README.md, Relations). */
#pragma once

#include "history.h"

enum outcome { OUTCOME_PASS, OUTCOME_FAIL, OUTCOME_UNDECIDED };

struct bounds {
	double rate; /* of the nominal clock */
	double lag; /* prompt, in seconds, slack included */
};

struct judgement {
	enum outcome outcome;
	bool missing; /* fails only because something has not been seen (yet) */
	bool late; /* fails only because it came too late */
	char *expected, *seen;
	const struct hist_event *focus;
};

/* Seconds of a bound {timer, lag, clock}; what is not given: timer 0, lag prompt, nominal clock. */
double bounds_seconds(const struct bounds *b, const json_t *bound);

/* Seconds of a gap's ends, and of its upper bound timer and lag. */
double relation_gap_min(const json_t *gap, const struct bounds *b);
double relation_gap_max(const json_t *gap, const struct bounds *b);

/* relation: the map as in the fixture, filled in. -1: it is malformed. */
int relation_judge(const struct history *h, const json_t *relation, const struct bounds *b,
		   struct judgement *ret, struct error *err);
void judgement_clear(struct judgement *j);
