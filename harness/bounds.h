/* bounds: how long something may take, in the seconds of this subject. */
#pragma once

#include <jansson.h>

struct bounds {
	double rate; /* of the nominal clock */
	double lag; /* prompt, in seconds, slack included */
};

/* Seconds of a bound {timer, lag, clock}; what is not given: timer 0, lag prompt, nominal clock. */
double bounds_seconds(const struct bounds *b, const json_t *bound);

/* Seconds of a gap's ends, and of its upper bound timer and lag. */
double bounds_gap_min(const json_t *gap, const struct bounds *b);
double bounds_gap_max(const json_t *gap, const struct bounds *b);
