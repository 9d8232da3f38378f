/*
 * bounds: how long something may take, in the seconds of this subject.
 *
 * A bound is a timer of the requirement and a lag, written apart. Only the timer is divided by the announced rate, unless it bounds
 * somebody's work (clock: real). Lower bounds get no slack; upper ones are timer and lag. `clock` of a gap counts for both its ends.
 */
#include "bounds.h"

#include "util/json.h"

double bounds_seconds(const struct bounds *b, const json_t *bound)
{
	double timer = json_num(bound, "timer", 0), lag = b->lag;

	if (!streq(json_str(bound, "clock"), "real"))
		timer /= b->rate;
	if (streq(json_str(bound, "lag"), "start"))
		lag *= 3;
	return timer + lag;
}

double bounds_gap_min(const json_t *gap, const struct bounds *b)
{
	double min = json_num(gap, "min", 0);

	if (json_truth(gap, "whole", false))
		min = MAX(min - 1, 0);
	return streq(json_str(gap, "clock"), "real") ? min : min / b->rate;
}

double bounds_gap_max(const json_t *gap, const struct bounds *b)
{
	_cleanup_json_ json_t *bound = json_copy(json_object_get(gap, "max"));

	if (json_str(gap, "clock") && !json_object_get(bound, "clock"))
		json_object_set(bound, "clock", json_object_get(gap, "clock"));
	return bounds_seconds(b, bound);
}
