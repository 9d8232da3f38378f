/*
 * case_steps: the steps of a case, each begun once and then looked at until it is over.
 *
 * Here are the frame and the variables. Filling in happens as late as possible, when a step begins: ${ip/POD} is known only once that
 * pod has an address, and a step that names it waits for it. A step of a recorded case is not begun before the instant at which it was. What the steps do is in case_act.c (they send a request and
 * end with its reply) and case_wait.c (they are looked at whenever anything was seen, and at their deadline).
 */
#include "case_parts.h"
#include "images.h"
#include "steps.h"
#include "util/clock.h"
#include "util/json.h"

static const struct step *step_of(const struct case_run *c)
{
	return &c->fixture->steps[c->step];
}

void step_wake_in(struct case_run *c, int64_t ns)
{
	timer_in(c->timer, ns);
}

int64_t step_deadline(const struct case_run *c)
{
	int64_t over = step_of(c)->over, bound = c->now.deadline - c->now.began;

	/* What lasted twice as long was waited for once more (case_without.c). */
	if (!c->now.longer && over - c->now.deadline >= bound)
		return c->now.deadline;
	return MAX(c->now.deadline, over);
}

void case_step_clear(struct case_run *c)
{
	timer_stop(c->timer);
	barrier_free(c->now.barrier);
	json_decref(c->now.args);
	json_decref(c->now.manifests);
	json_decref(c->now.fetched);
	free(c->now.fetched_text);
	free(c->now.missing);
	c->now = (struct step_run){ 0 };
}

void step_did(struct case_run *c, const struct reply *reply, const char *words)
{
	history_add(&c->history, SOURCE_DID, "", words, NULL, reply->sent, reply->received);
}

/* ---- variables ---- */

static void set_var(const char **vars, size_t *n, const char *name, const char *value)
{
	vars[(*n)++] = name;
	vars[(*n)++] = value ? value : "";
	vars[*n] = NULL;
}

/* Replaces what ${ip/POD} names; false when an address is not known yet. */
static bool fill_addresses(struct case_run *c, json_t **tree)
{
	_cleanup_free_ char *text = json_line(*tree);
	const char *hole = text;

	while ((hole = strstr(hole, "${ip/"))) {
		_cleanup_free_ char *name = strndup(hole + 5, strcspn(hole + 5, "}"));
		_cleanup_free_ char *var = xasprintf("ip/%s", name);
		const char *ip = json_str(case_object(c, "Pod", name), "status.podIP");
		const char *vars[] = { var, ip, NULL };
		json_t *filled;

		if (!ip || !*ip)
			return false;
		filled = fixture_fill(*tree, vars);
		json_decref(*tree);
		*tree = filled;
		hole += 5;
	}
	return true;
}

json_t *case_fill(struct case_run *c, const json_t *in)
{
	_cleanup_free_ char *rate = xasprintf("%g", c->session->bounds.rate);
	const char *vars[16];
	json_t *filled;
	size_t n = 0;

	set_var(vars, &n, "ns", c->ns);
	set_var(vars, &n, "name", c->fixture->name);
	set_var(vars, &n, "node", c->session->subject->node);
	set_var(vars, &n, "scratch", c->scratch);
	set_var(vars, &n, "witness", c->witness);
	set_var(vars, &n, "rate", rate);
	filled = fixture_fill(in, vars);
	images_rename(filled, c->session->options);
	return filled;
}

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
	return step_verb(step_of(c)->kind);
}

/* Fills the step in; false while an address is awaited. */
static bool prepare(struct case_run *c)
{
	bool is_apply = step_of(c)->kind == STEP_APPLY || step_of(c)->kind == STEP_REJECT;

	if (!c->now.args) {
		_cleanup_json_ json_t *manifests = is_apply ? chosen_manifests(c) : NULL;

		c->now.args = case_fill(c, step_of(c)->args);
		c->now.manifests = manifests ? case_fill(c, manifests) : NULL;
		c->now.began = clock_now();
	}
	return fill_addresses(c, &c->now.args) &&
	       (!c->now.manifests || fill_addresses(c, &c->now.manifests));
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
			case_broken(c, true, "line %d: a pod's address did not come in time",
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
