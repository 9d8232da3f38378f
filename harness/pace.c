/*
 * pace: how many cases a subject can take at once.
 *
 * Pods that start side by side on one machine wait for each other, and a case that waits is soon a case that is too late. So the number
 * of cases in flight begins small, grows by one with every pod that starts well within its bound, and shrinks by a fifth when
 * one took more than a third of it. Waiting cases cost nothing, so the bounds are wide. Only the first pod of a case, its
 * witness, is looked at: whatever else a case does is its own affair.
 */
#include "pace.h"

#include <limits.h>

#define LOW_PER_CORE 3
#define HIGH_PER_CORE 16

void pace_init(struct pace *p, long cores)
{
	*p = (struct pace){ .window = UINT_MAX, .low = UINT_MAX, .high = UINT_MAX };
	if (cores > 0)
		*p = (struct pace){ .window = 2.0 * LOW_PER_CORE * (double)cores,
				    .low = LOW_PER_CORE * (double)cores,
				    .high = HIGH_PER_CORE * (double)cores };
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
