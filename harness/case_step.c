/*
 * case_step: the step being performed.
 *
 * Its deadline is in c->now; case_run's timer wakes the case then. Whatever ends a step, a reply or a look, ends it here.
 */
#include "case_step.h"

#include "case_barrier.h"
#include "util/clock.h"

const struct step *step_of(const struct case_run *c)
{
	return &c->fixture->steps[c->step];
}

void step_did(struct case_run *c, const struct reply *reply, const char *words)
{
	history_add(&c->history, SOURCE_DID, "", words, NULL, reply->sent, reply->received);
}

int64_t step_deadline(const struct case_run *c)
{
	int64_t over = step_of(c)->over, bound = c->now.deadline - c->now.began;

	/* What lasted twice as long was waited for once more (case_without.c). */
	if (!c->now.longer && over - c->now.deadline >= bound)
		return c->now.deadline;
	return MAX(c->now.deadline, over);
}

void step_wake_in(struct case_run *c, int64_t ns)
{
	timer_in(c->timer, ns);
}

void step_clear(struct case_run *c)
{
	timer_stop(c->timer);
	barrier_free(c->now.barrier);
	json_decref(c->now.echoes);
	json_decref(c->now.args);
	json_decref(c->now.manifests);
	json_decref(c->now.fetched);
	free(c->now.fetched_text);
	free(c->now.missing);
	c->now = (struct step_run){ 0 };
}

void step_done(struct case_run *c)
{
	step_clear(c);
	recorder_step_over(c->tape, c->step, clock_now());
	c->step++;
	case_poke(c);
}
