/*
 * pace: how many cases a subject can take at once.
 *
 * Pods that start side by side on one machine wait for each other, and a case that waits is soon a case that is too late. So the number
 * of cases in flight begins small, grows by one with every pod that starts well within its bound, and shrinks by a fifth when
 * one took more than a third of it. Waiting cases cost nothing, so the bounds are wide. Only the first pod of a case, its
 * witness, is looked at: whatever else a case does is its own affair.
 *
 * How many may be in flight at the most depends on the clock: at a rate of 1 a case waits twenty times as long for the same work as
 * at 20, so twenty times as many fit beside each other, and that is every case there is.
 */
#include "pace.h"

#include <limits.h>

#define LOW_PER_CORE 3
#define HIGH_PER_CORE 16 /* at the rate below */
#define RATE 20.0

void pace_init(struct pace *p, long cores, double rate)
{
	*p = (struct pace){ .window = UINT_MAX, .low = UINT_MAX, .high = UINT_MAX };
	if (cores > 0)
		*p = (struct pace){ .window = 2.0 * LOW_PER_CORE * (double)cores,
				    .low = LOW_PER_CORE * (double)cores,
				    .high = HIGH_PER_CORE * (double)cores * MAX(RATE / rate, 1.0) };
}

void pace_note(struct pace *p, double seconds, double bound)
{
	if (seconds > bound / 3)
		p->window = MAX(p->window * 0.8, p->low);
	else
		p->window = MIN(p->window + 1, p->high);
}

unsigned pace_window(const struct pace *p)
{
	return p->window >= UINT_MAX ? UINT_MAX : (unsigned)p->window;
}
