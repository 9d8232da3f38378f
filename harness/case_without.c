/*
 * case_without: was the field taken, and without any effect?
 *
 * An assertion that names a field may say what is seen when the field does nothing: `without`, a fact or a relation. When the assertion
 * fails and exactly that is seen, the subject ignores the field. What merely comes too late looks the same for a while, so nobody is
 * called ignorant at once: the step goes on for as long again as it was allowed, and only if the field has shown no effect by
 * then, it has none. What comes in that time was too late.
 */
#include "case_without.h"

#include "fact.h"
#include "util/json.h"

bool case_rests_on_silence(const json_t *relation)
{
	return json_object_get(relation, "never") ||
	       (json_object_get(relation, "count") && !json_object_get(relation, "min"));
}

static bool is_relation(const json_t *without)
{
	static const char *const heads[] = { "before", "count", "never", "same", "differ", "each" };

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		if (json_object_get(without, heads[i]))
			return true;
	return false;
}

/* Behind a barrier that was not complete silence proves nothing. */
static bool relation_holds(const struct case_run *c, const json_t *relation)
{
	bool silence = c->fixture->steps[c->step].kind == STEP_HISTORY && !c->now.drained &&
		       case_rests_on_silence(relation);
	struct judgement g = { 0 };
	bool holds = !silence &&
		     !relation_judge(&c->history, relation, &c->session->bounds, &g, NULL) &&
		     g.outcome == OUTCOME_PASS;

	judgement_clear(&g);
	return holds;
}

bool case_without_holds(struct case_run *c, const json_t *args)
{
	const json_t *without = json_object_get(args, "without");
	_cleanup_free_ char *seen = NULL;

	if (!without)
		return false;
	if (is_relation(without))
		return relation_holds(c, without);
	return fact_look(c, without, &seen) == FACT_HOLDS;
}

bool case_waits_longer(struct case_run *c, const json_t *args)
{
	if (c->now.longer || !case_without_holds(c, args))
		return false;
	c->now.longer = true;
	c->now.deadline += MAX(c->now.deadline - c->now.began, 0);
	return true;
}
