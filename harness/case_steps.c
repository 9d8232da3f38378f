/*
 * case_steps: the steps of a case, each begun once and then looked at until it is over.
 *
 * Filling in happens as late as possible, when a step begins, and a step waits for what is not known yet (case_variables.c). A step of
 * a recorded case is not begun before the instant at which it was. What the steps do is in case_act.c (they send a request and end with
 * its reply) and case_wait.c (they are looked at whenever anything was seen, and at their deadline).
 */
#include "case_steps.h"

#include "case_step.h"
#include "case_variables.h"
#include "util/clock.h"
#include "util/json.h"

static json_t *chosen_manifests(struct case_run *c)
{
	const json_t *objects = json_object_get(step_of(c)->args, "objects");
	const char *one = json_str(step_of(c)->args, "object");
	json_t *chosen = json_array(), *name, *m;
	size_t i;

	if (one && (m = fixture_manifest(c->fixture->manifests, one)))
		json_array_append(chosen, m);
	else if (!objects && !one)
		json_array_extend(chosen, c->fixture->manifests);
	json_array_foreach(objects, i, name) {
		m = fixture_manifest(c->fixture->manifests, json_string_value(name));
		if (m)
			json_array_append(chosen, m);
		else
			case_broken(c, false, "line %d: no manifest %s in the file",
				    step_of(c)->line,
				    json_is_string(name) ? json_string_value(name) : "?");
	}
	return chosen;
}

/* ---- begin and look ---- */

static const struct step_verb *verb_of(const struct case_run *c)
{
	enum step_kind kind = step_of(c)->kind;

	return kind >= STEP_EVENTUALLY ? step_wait(kind) : step_act(kind);
}

/* Fills the step in; false while something is awaited. */
static bool prepare(struct case_run *c)
{
	bool is_apply = step_of(c)->kind == STEP_APPLY || step_of(c)->kind == STEP_REJECT;

	if (!c->now.args) {
		_cleanup_json_ json_t *manifests = is_apply ? chosen_manifests(c) : NULL;

		c->now.args = case_fill(c, step_of(c)->args);
		c->now.manifests = manifests ? case_fill(c, manifests) : NULL;
		c->now.began = clock_now();
	}
	return case_fill_later(c, &c->now.args) &&
	       (!c->now.manifests || case_fill_later(c, &c->now.manifests));
}

void case_step_begin(struct case_run *c)
{
	int64_t patience = seconds_ns(c->session->bounds.lag * 3);

	if (clock_now() < step_of(c)->began) {
		step_wake_in(c, step_of(c)->began - clock_now());
		return;
	}
	if (!prepare(c)) {
		if (clock_now() - c->now.began >= patience)
			case_broken(c, true,
				    "line %d: what ${ip/…} or ${uid/…} names did not come in time",
				    step_of(c)->line);
		else
			step_wake_in(c, patience - (clock_now() - c->now.began));
		return;
	}
	c->now.begun = true;
	c->now.began = clock_now();
	recorder_step_began(c->tape, c->step, c->now.args, c->now.began);
	verb_of(c)->begin(c);
}

void case_step_look(struct case_run *c)
{
	if (verb_of(c)->look && !c->now.waiting)
		verb_of(c)->look(c);
}
