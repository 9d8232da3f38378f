/*
 * case_wait: the steps that watch: eventually, holds, history.
 *
 * They are looked at whenever something was seen, and at their deadline. Facts that have to be asked for (fact.h) are asked again every
 * tenth of a second, one question at a time. A history is judged behind a barrier; a relation that fails only because something was not
 * seen yet is given the prompt lag. What a step without `req` cannot achieve makes the case broken.
 */
#include "case_barrier.h"
#include "case_judge.h"
#include "case_step.h"
#include "case_without.h"
#include "fact.h"
#include "phrase.h"
#include "util/clock.h"
#include "util/json.h"

#define ASK_AGAIN_NS (100 * NSEC_PER_MSEC)

static int line_of(const struct case_run *c)
{
	return c->fixture->steps[c->step].line;
}

static void on_asked(struct case_run *c, const struct reply *reply, void *userdata)
{
	(void)userdata;
	c->now.waiting = false;
	if (reply->code == REPLY_UNREACHABLE || reply->code == REPLY_UNSUPPORTED) {
		case_refused(c, reply);
		case_broken(c, false, "line %d: %s", line_of(c), reply->message);
		return;
	}
	json_decref(c->now.fetched);
	free(c->now.fetched_text);
	c->now.fetched = reply->code == REPLY_OK || reply->status ? json_incref(reply->body) : NULL;
	if (reply->code != REPLY_OK && !json_str(c->now.args, "api"))
		json_decref(take_ptr(c->now.fetched));
	c->now.fetched_text = reply->code == REPLY_OK ? xstrdup(reply->text) : NULL;
	c->now.fetched_status = reply->status ? reply->status : reply->code == REPLY_OK ? 200 : 404;
	c->now.has_fetched = true;
}

static void ask(struct case_run *c)
{
	_cleanup_free_ char *name = NULL, *container = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	struct request req;

	if (!fact_is_asked(c->now.args))
		return;
	if (fact_request(c->now.args, &req, &name, &container, &err)) {
		case_broken(c, false, "line %d: %s", line_of(c), error_text(&err));
		return;
	}
	c->now.waiting = true;
	case_request(c, &req, on_asked, NULL);
}

/* Waits until `deadline`; for the next answer when the fact has to be asked for, or nobody knows yet. */
static void wait_on(struct case_run *c, int64_t deadline, enum fact_state state)
{
	int64_t left = deadline - clock_now();

	if (fact_is_asked(c->now.args))
		left = MIN(left, ASK_AGAIN_NS);
	else if (state == FACT_UNKNOWN)
		left = ASK_AGAIN_NS;
	step_wake_in(c, MAX(left, 0));
}

/* Asked facts: the answer is used once, then asked again when the timer fires. True: an answer is under way. */
static bool ask_when_due(struct case_run *c, int64_t *last)
{
	if (!fact_is_asked(c->now.args) || clock_now() - *last < ASK_AGAIN_NS)
		return false;
	*last = clock_now();
	ask(c);
	return true;
}

/* ---- eventually ---- */

static void eventually_over(struct case_run *c, const char *seen, bool holds)
{
	const json_t *args = c->now.args;
	_cleanup_free_ char *expected = phrase_fact(args), *message = NULL;
	double bound = bounds_seconds(&c->session->bounds, json_object_get(args, "within"));
	bool in_time = holds && !c->now.longer,
	     ignored = !holds && c->now.longer && case_without_holds(c, args);
	struct judged j = { .outcome = in_time ? OUTCOME_PASS : OUTCOME_FAIL,
			    .late = !in_time && !ignored,
			    .expected = expected,
			    .seen = seen };

	if (!in_time)
		message = xasprintf("not within %.2f s%s: %s; seen: %s", bound,
				    holds ? ", but later" : "", expected, seen);
	j.message = message;
	if (json_str(args, "req"))
		case_assert(c, args, &j, ignored);
	else if (!in_time)
		case_broken(c, true, "line %d: %s", line_of(c), message);
	step_done(c);
}

static void eventually_begin(struct case_run *c)
{
	c->now.deadline =
		c->now.began + seconds_ns(bounds_seconds(&c->session->bounds,
							 json_object_get(c->now.args, "within")));
	if (fact_is_asked(c->now.args))
		ask(c);
	c->now.asked_at = clock_now();
	case_poke(c);
}

static void eventually_look(struct case_run *c)
{
	_cleanup_free_ char *seen = NULL;
	enum fact_state state = fact_look(c, c->now.args, &seen);

	if (state == FACT_HOLDS ||
	    (clock_now() >= step_deadline(c) && !case_waits_longer(c, c->now.args)))
		eventually_over(c, seen, state == FACT_HOLDS);
	else if (!ask_when_due(c, &c->now.asked_at))
		wait_on(c, step_deadline(c), state);
}

/* ---- holds ---- */

static void holds_over(struct case_run *c, const char *seen, bool held, bool at_once)
{
	const json_t *args = c->now.args;
	_cleanup_free_ char *expected = phrase_fact(args), *message = NULL;
	struct judged j = { .outcome = held ? OUTCOME_PASS : OUTCOME_FAIL,
			    .expected = expected,
			    .seen = seen };

	if (!held && at_once)
		message = xasprintf("does not hold: %s; seen: %s", expected, seen);
	else if (!held)
		message = xasprintf("held for only %.2f s of %.2f s: %s; seen: %s",
				    clock_seconds(clock_now() - c->now.began),
				    clock_seconds(c->now.deadline - c->now.began), expected, seen);
	j.message = message;
	if (json_str(args, "req"))
		case_assert(c, args, &j, false);
	else if (!held)
		case_broken(c, false, "line %d: %s", line_of(c), message);
	step_done(c);
}

static void holds_begin(struct case_run *c)
{
	c->now.deadline =
		c->now.began +
		seconds_ns(MAX(json_num(c->now.args, "for", 0) / c->session->bounds.rate, 0.5));
	if (fact_is_asked(c->now.args))
		ask(c);
	c->now.asked_at = clock_now();
	case_poke(c);
}

static void holds_look(struct case_run *c)
{
	_cleanup_free_ char *seen = NULL;
	enum fact_state state = fact_look(c, c->now.args, &seen);
	bool first = !c->now.drained;

	if (state == FACT_NOT) {
		holds_over(c, seen, false, first);
		return;
	}
	c->now.drained = state == FACT_HOLDS;
	if (clock_now() >= step_deadline(c) && state == FACT_HOLDS)
		holds_over(c, seen, true, false);
	else if (!ask_when_due(c, &c->now.asked_at))
		wait_on(c, step_deadline(c), state);
}

/* ---- history ---- */

static void history_begin(struct case_run *c)
{
	c->now.barrier = barrier_new(c);
	case_poke(c);
}

static char *relation_message(const struct judgement *g, const char *missing)
{
	static const char *const words[] = { "holds", "does not hold", "cannot be decided" };

	return g->outcome == OUTCOME_PASS ?
		       NULL :
		       xasprintf("%s: %s; seen: %s%s%s", words[g->outcome], g->expected, g->seen,
				 missing ? "; not all was seen: " : "", missing ? missing : "");
}

static void assert_relation(struct case_run *c, const json_t *relation, const struct judgement *g,
			    bool ignored)
{
	_cleanup_free_ char *message = relation_message(g, c->now.missing);
	struct judged j = { .outcome = g->outcome,
			    .late = g->late && !ignored,
			    .expected = g->expected,
			    .seen = g->seen,
			    .focus = g->focus,
			    .message = message };

	case_assert(c, relation, &j, ignored);
}

/* True when it was judged. */
static bool judge_relation(struct case_run *c, const json_t *relation, bool last_chance)
{
	_cleanup_(judgement_clear) struct judgement g = { 0 };
	_cleanup_error_ struct error err = ERROR_INIT;

	if (relation_judge(&c->history, relation, &c->session->bounds, &g, &err)) {
		case_broken(c, false, "line %d: %s", line_of(c), error_text(&err));
		return true;
	}
	if (g.outcome == OUTCOME_FAIL && g.missing &&
	    (!last_chance || case_waits_longer(c, relation)))
		return false;
	if (g.outcome == OUTCOME_PASS && c->now.longer) {
		g.outcome = OUTCOME_FAIL;
		g.late = true;
	}
	if (g.outcome == OUTCOME_PASS && !c->now.drained && case_rests_on_silence(relation))
		g.outcome = OUTCOME_UNDECIDED;
	assert_relation(c, relation, &g,
			g.outcome == OUTCOME_FAIL && !g.late && case_without_holds(c, relation));
	c->now.longer = false;
	return true;
}

static void history_look(struct case_run *c)
{
	bool last_chance;

	if (c->now.barrier) {
		if (!barrier_over(c->now.barrier, &c->now.drained, &c->now.missing))
			return;
		c->now.barrier = barrier_free(c->now.barrier);
		c->now.deadline = clock_now() + seconds_ns(c->session->bounds.lag);
	}
	last_chance = clock_now() >= step_deadline(c);
	while (c->now.next < json_array_size(c->now.args)) {
		if (!judge_relation(c, json_array_get(c->now.args, c->now.next), last_chance)) {
			step_wake_in(c, MAX(step_deadline(c) - clock_now(), 0));
			return;
		}
		c->now.next++;
	}
	step_done(c);
}

const struct step_verb *step_wait(enum step_kind kind)
{
	static const struct step_verb waits[] = { { eventually_begin, eventually_look },
						  { holds_begin, holds_look },
						  { history_begin, history_look } };

	return &waits[kind - STEP_EVENTUALLY];
}
