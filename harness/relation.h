/* relation: what must hold between the events of a history (fixtures/README.md, Relations). */
#pragma once

#include "bounds.h"
#include "history.h"

enum outcome { OUTCOME_PASS, OUTCOME_FAIL, OUTCOME_UNDECIDED };

struct judgement {
	enum outcome outcome;
	bool missing; /* fails only because something has not been seen (yet) */
	bool late; /* fails only because it came too late */
	char *expected, *seen;
	const struct hist_event *focus;
};

/* relation: the map as in the fixture, filled in. -1: it is malformed. */
int relation_judge(const struct history *h, const json_t *relation, const struct bounds *b,
		   struct judgement *ret, struct error *err);
void judgement_clear(struct judgement *j);
