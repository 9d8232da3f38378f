/*
 * burn: uses so many thousandths of a core, steadily.
 *
 * Every fiftieth of a second it works until its own CPU clock stands where it should by now. What it could not get, because
 * others had the processors, it works off later, as fast as it can; of a longer drought it forgets all but a second's
 * worth, so that it does not take a whole core for long.
 */
#include <stdlib.h>
#include <time.h>

#include "guest/acts.h"

#define STEP_S 0.02
#define STEP_NS 20000000
#define DEBT_NS 1000000000

static struct {
	int64_t millicores; /* 0: off */
	int64_t since_ns, spent_ns; /* where both clocks stood when it was told */
	bool armed;
} burn;

static int64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t owed_ns(void)
{
	return (now_ns() - burn.since_ns) / 1000 * burn.millicores - (cpu_ns() - burn.spent_ns);
}

/* The debt is paid by time on the processor alone; a step ends after its own length all the same. */
static void work(void)
{
	int64_t end = now_ns() + STEP_NS;

	while (owed_ns() > 0 && now_ns() < end)
		for (volatile int i = 0; i < 2000; i++)
			;
}

static void step(void *data)
{
	int64_t owed;

	if (!burn.millicores) {
		burn.armed = false;
		return;
	}
	work();
	owed = owed_ns();
	if (owed > DEBT_NS)
		burn.spent_ns -= owed - DEBT_NS;
	loop_after(owed > 0 ? 0.001 : STEP_S, step, data);
}

int act_burn(const char *arg, struct line *l)
{
	burn.millicores = atoll(arg);
	burn.since_ns = now_ns();
	burn.spent_ns = cpu_ns();
	if (burn.millicores && !burn.armed) {
		burn.armed = true;
		loop_after(0, step, NULL);
	}
	line_begin(l, "burn");
	line_str(l, "millicores", arg);
	return ACT_DONE;
}
