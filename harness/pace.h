/* pace: how many cases a subject can take at once, learned while it runs. */
#pragma once

#include "util/defs.h"

struct pace {
	double window; /* cases in flight */
	double low, high; /* its bounds */
};

/*
 * cores: of the machine that does the work, 0 when it is not ours: then there is no limit but the capacity. rate: of the subject's
 * clock, 1 when it has none.
 */
void pace_init(struct pace *p, long cores, double rate);
/* A pod took this long to start, where `bound` would have been too late. */
void pace_note(struct pace *p, double seconds, double bound);
unsigned pace_window(const struct pace *p);
