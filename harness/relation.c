/*
 * relation: what must hold between the events of a history.
 *
 * Pure: a history and a relation in, a judgement out. Everything is computed on intervals. A relation passes when it holds for
 * every choice of instants inside the intervals, fails when it holds for none, and is undecided otherwise. An event that is
 * not there fails a relation that needs it; `missing` says that more waiting might mend it, `late` that only an upper
 * bound was broken. `never` over polled samples is undecided, since what lay between them was not seen.
 */
#include "relation.h"

#include "match.h"
#include "phrase.h"
#include "util/clock.h"
#include "util/json.h"

struct judge {
	const struct history *h;
	const json_t *relation;
	const struct bounds *b;
	struct judgement *j;
	struct error *err;
};

static void settle(struct judge *g, enum outcome outcome, char *seen)
{
	g->j->outcome = outcome;
	free(g->j->seen);
	g->j->seen = seen;
}

static void settle_missing(struct judge *g, const char *name)
{
	settle(g, OUTCOME_FAIL, xasprintf("no \"%s\"", name));
	g->j->missing = true;
}

/* The event named by a text of the relation: 0, or -1 malformed; *ret NULL when it was not seen. */
static int find(struct judge *g, const char *name, const struct hist_event **ret)
{
	_cleanup_(pattern_clear) struct pattern p = { 0 };

	if (!name)
		return error_set(g->err, "an event's name must be a text");
	if (pattern_parse(name, &p, g->err))
		return -1;
	*ret = history_find(g->h, &p);
	return 0;
}

static enum outcome at_least(struct span s, int64_t bound)
{
	return s.low >= bound ? OUTCOME_PASS : s.high < bound ? OUTCOME_FAIL : OUTCOME_UNDECIDED;
}

static enum outcome at_most(struct span s, int64_t bound)
{
	return s.high <= bound ? OUTCOME_PASS : s.low > bound ? OUTCOME_FAIL : OUTCOME_UNDECIDED;
}

static enum outcome both(enum outcome a, enum outcome b)
{
	if (a == OUTCOME_FAIL || b == OUTCOME_FAIL)
		return OUTCOME_FAIL;
	return a == OUTCOME_PASS ? b : a;
}

static char *span_text(struct span s)
{
	if (s.high < 0)
		return xasprintf("the other way round, %.3f s apart", clock_seconds(-s.high));
	if (s.high - s.low < NSEC_PER_MSEC)
		return xasprintf("%.3f s apart", clock_seconds(s.low));
	return xasprintf("between %.3f s and %.3f s apart", clock_seconds(s.low),
			 clock_seconds(s.high));
}

static int judge_before(struct judge *g)
{
	const json_t *list = json_object_get(g->relation, "before"),
		     *gap = json_object_get(g->relation, "gap");
	const char *name[2] = { json_str(list, "0"), json_str(list, "1") };
	const struct hist_event *e[2] = { NULL, NULL };
	enum outcome order, early, late = OUTCOME_PASS;
	struct span s;

	for (int i = 0; i < 2; i++)
		if (find(g, name[i], &e[i]))
			return -1;
	g->j->focus = e[1] ? e[1] : e[0];
	if (!e[0] || !e[1]) {
		settle_missing(g, name[e[0] ? 1 : 0]);
		return 0;
	}
	s = history_span(g->h, e[0], e[1]);
	order = at_least(s, e[0] == e[1] ? 1 : 0);
	early = at_least(s, (int64_t)(bounds_gap_min(gap, g->b) * 1e9));
	if (json_object_get(gap, "max"))
		late = at_most(s, (int64_t)(bounds_gap_max(gap, g->b) * 1e9));
	g->j->late = late == OUTCOME_FAIL && order != OUTCOME_FAIL && early != OUTCOME_FAIL;
	settle(g, both(both(order, early), late), span_text(s));
	return 0;
}

/* Where an event lies against the stretch (after, until). */
static enum outcome inside(struct judge *g, const struct hist_event *e,
			   const struct hist_event *after, const struct hist_event *until)
{
	enum outcome in = OUTCOME_PASS;

	if (e == after || e == until)
		return OUTCOME_FAIL;
	if (after)
		in = both(in, at_least(history_span(g->h, after, e), 0));
	if (until)
		in = both(in, at_least(history_span(g->h, e, until), 0));
	return in;
}

struct tally {
	size_t sure, perhaps;
	const struct hist_event *first_sure, *first_perhaps, *last;
	bool sampled;
};

static void tally_events(struct judge *g, const struct pattern *p, const struct hist_event *after,
			 const struct hist_event *until, struct tally *t)
{
	for (size_t i = 0; i < g->h->n; i++) {
		const struct hist_event *e = g->h->events[i];
		enum outcome in;

		t->sampled |= e->sampled && e->source == p->source;
		if (!pattern_matches(p, e))
			continue;
		in = inside(g, e, after, until);
		if (in == OUTCOME_PASS && !t->sure++)
			t->first_sure = e;
		if (in == OUTCOME_UNDECIDED && !t->perhaps++)
			t->first_perhaps = e;
		if (in != OUTCOME_FAIL)
			t->last = e;
	}
}

/* *ret_missing: an end of the stretch was not seen, and the judgement is settled. */
static int tally(struct judge *g, const char *name, struct tally *t, bool *ret_missing)
{
	_cleanup_(pattern_clear) struct pattern p = { 0 };
	const char *after_name = json_str(g->relation, "after"),
		   *until_name = json_str(g->relation, "until");
	const struct hist_event *after = NULL, *until = NULL;

	if (pattern_parse(name, &p, g->err) || (after_name && find(g, after_name, &after)) ||
	    (until_name && find(g, until_name, &until)))
		return -1;
	*ret_missing = (after_name && !after) || (until_name && !until);
	if (*ret_missing)
		settle_missing(g, after_name && !after ? after_name : until_name);
	else
		tally_events(g, &p, after, until, t);
	return 0;
}

static int judge_count(struct judge *g)
{
	int64_t is = json_int(g->relation, "is", -1);
	size_t min = (size_t)(is >= 0 ? is : json_int(g->relation, "min", 0));
	size_t max = is >= 0 ? (size_t)is : (size_t)json_int(g->relation, "max", INT64_MAX);
	struct tally t = { 0 };
	enum outcome outcome = OUTCOME_UNDECIDED;
	bool missing = false;

	if (tally(g, json_str(g->relation, "count"), &t, &missing))
		return -1;
	if (missing)
		return 0;
	g->j->focus = t.last;
	if (t.sure >= min && t.sure + t.perhaps <= max)
		outcome = OUTCOME_PASS;
	else if (t.sure > max || t.sure + t.perhaps < min)
		outcome = OUTCOME_FAIL;
	g->j->missing = outcome == OUTCOME_FAIL && t.sure + t.perhaps < min;
	settle(g, outcome,
	       t.perhaps ? xasprintf("%zu, perhaps %zu", t.sure, t.sure + t.perhaps) :
			   xasprintf("%zu", t.sure));
	return 0;
}

static int judge_never(struct judge *g)
{
	struct tally t = { 0 };
	bool missing = false;

	if (tally(g, json_str(g->relation, "never"), &t, &missing))
		return -1;
	if (missing)
		return 0;
	g->j->focus = t.first_sure ? t.first_sure : t.first_perhaps;
	if (t.sure)
		settle(g, OUTCOME_FAIL, hist_event_text(t.first_sure));
	else if (t.perhaps)
		settle(g, OUTCOME_UNDECIDED, hist_event_text(t.first_perhaps));
	else
		settle(g, t.sampled ? OUTCOME_UNDECIDED : OUTCOME_PASS, xstrdup("never seen"));
	return 0;
}

static char *values_text(const json_t *values)
{
	return json_line(values);
}

/* The values of `of` in the named events, in a list; *ret_missing as in tally(). */
static int gather(struct judge *g, const char *key, json_t *values, bool *ret_missing)
{
	const char *of = json_str(g->relation, "of");
	json_t *name;
	size_t i;

	json_array_foreach(json_object_get(g->relation, key), i, name) {
		const struct hist_event *e = NULL;
		json_t *v;

		if (find(g, json_string_value(name), &e))
			return -1;
		v = e ? json_path(e->content, of) : NULL;
		if (!v) {
			settle_missing(g, json_string_value(name));
			*ret_missing = true;
			return 0;
		}
		g->j->focus = e;
		json_array_append(values, v);
	}
	return 0;
}

static int judge_values(struct judge *g, const char *key, bool want_same)
{
	_cleanup_json_ json_t *values = json_array();
	enum outcome outcome = OUTCOME_PASS;
	bool missing = false;

	if (gather(g, key, values, &missing))
		return -1;
	if (missing)
		return 0;
	for (size_t i = 0; i < json_array_size(values); i++)
		for (size_t k = i + 1; k < json_array_size(values); k++)
			if (json_equal(json_array_get(values, i), json_array_get(values, k)) !=
			    want_same)
				outcome = OUTCOME_FAIL;
	settle(g, outcome, values_text(values));
	return 0;
}

/* The event with what the match asks of it, and nothing else. */
static char *event_against(const struct hist_event *e, const json_t *want)
{
	_cleanup_json_ json_t *seen = match_seen(want, e->content);

	return hist_event_with(e, seen);
}

static int judge_each(struct judge *g)
{
	const char *name = json_str(g->relation, "each");
	const json_t *want = json_object_get(g->relation, "match");
	_cleanup_(pattern_clear) struct pattern p = { 0 };
	size_t n = 0;

	const struct hist_event *only;

	if (pattern_parse(name, &p, g->err))
		return -1;
	only = p.index ? history_find(g->h, &p) : NULL;
	for (size_t i = 0; i < g->h->n; i++) {
		const struct hist_event *e = g->h->events[i];

		if (!pattern_matches(&p, e) || (p.index && e != only))
			continue;
		n++;
		g->j->focus = e;
		if (match_json(want, e->content))
			continue;
		settle(g, OUTCOME_FAIL, event_against(e, want));
		return 0;
	}
	if (n)
		settle(g, OUTCOME_PASS, xasprintf("%zu of them", n));
	else
		settle_missing(g, name);
	return 0;
}

static int dispatch(struct judge *g)
{
	if (json_object_get(g->relation, "before"))
		return judge_before(g);
	if (json_object_get(g->relation, "count"))
		return judge_count(g);
	if (json_object_get(g->relation, "never"))
		return judge_never(g);
	if (json_object_get(g->relation, "same"))
		return judge_values(g, "same", true);
	if (json_object_get(g->relation, "differ"))
		return judge_values(g, "differ", false);
	return judge_each(g);
}

int relation_judge(const struct history *h, const json_t *relation, const struct bounds *b,
		   struct judgement *ret, struct error *err)
{
	struct judge g = { .h = h, .relation = relation, .b = b, .j = ret, .err = err };

	judgement_clear(ret);
	ret->expected = phrase_relation(relation, b);
	return dispatch(&g);
}

void judgement_clear(struct judgement *j)
{
	free(j->expected);
	free(j->seen);
	*j = (struct judgement){ 0 };
}
