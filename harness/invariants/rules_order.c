/*
 * rules_order: in which order the containers of a pod start, and what a process says against what its status says.
 */
#include "invariants/rules.h"

static const struct hist_event *first_start(const struct actor *a)
{
	return first_event(a, SOURCE_GUEST, "start");
}

static const struct hist_event *first_success(const struct actor *a)
{
	const struct hist_event *e;
	size_t i = 0;

	while ((e = next_event(a, SOURCE_GUEST, "exit", &i)))
		if (json_int(e->content, "code", -1) == 0)
			return e;
	return NULL;
}

/* The first success of a sidecar's startup probe, else the end of its postStart. */
static const struct hist_event *sidecar_started(const struct actor *a)
{
	const char *probe = handler_name(json_object_get(a->container, "startupProbe"), "probe"),
		   *hook = handler_name(json_path(a->container, "lifecycle.postStart"), "hook");
	const struct hist_event *e;
	size_t i = 0, k = 0;

	while (probe && (e = next_event(a, SOURCE_GUEST, "probe", &i)))
		if (streq(json_str(e->content, "name"), probe) &&
		    streq(json_str(e->content, "result"), "ok"))
			return e;
	while (!probe && hook && (e = next_event(a, SOURCE_GUEST, "hook", &k)))
		if (streq(json_str(e->content, "name"), hook) &&
		    streq(json_str(e->content, "phase"), "end"))
			return e;
	return NULL;
}

/*
 * What must have happened to an init container before the next may start. The mere start of a sidecar proves nothing: the first word
 * of its process may come later than that of the next one's.
 */
static const struct hist_event *passed(const struct actor *a)
{
	return is_sidecar(a->container) ? sidecar_started(a) : first_success(a);
}

/* mine: s->actor's first start; all init containers before it in the list must have passed. */
static void starts_after(struct scene *s, const struct hist_event *mine)
{
	for (size_t i = 0; i < s->n_actors && &s->actors[i] < s->actor; i++) {
		const struct hist_event *before = s->actors[i].init ? passed(&s->actors[i]) : NULL;

		if (before)
			judge_event(s, !surely_before(s, mine, before), mine);
	}
}

static void init_in_order(struct scene *s)
{
	if (s->init && first_start(s->actor))
		starts_after(s, first_start(s->actor));
}

static void init_before_app(struct scene *s)
{
	if (!s->init && first_start(s->actor))
		starts_after(s, first_start(s->actor));
}

static void one_instance_at_a_time(struct scene *s)
{
	size_t i = 0;
	const struct hist_event *before = next_event(s->actor, SOURCE_GUEST, "start", &i), *next;

	while (before && (next = next_event(s->actor, SOURCE_GUEST, "start", &i))) {
		if (next->boot == before->boot && !same_run(before, next))
			judge_event(s, last_line(s->actor, before)->stamp <= next->stamp, next);
		before = next;
	}
}

static void never_restarts(struct scene *s)
{
	size_t i = 0;
	const struct hist_event *e = next_event(s->actor, SOURCE_GUEST, "start", &i);

	if (!e || !streq(json_str(s->spec, "restartPolicy"), "Never") ||
	    json_object_get(s->container, "restartPolicy"))
		return;
	e = next_event(s->actor, SOURCE_GUEST, "start", &i);
	judge_event(s, !e, e);
}

/* ---- the final phase ---- */

static const struct hist_event *final_phase(const struct scene *s)
{
	const struct hist_event *e;
	size_t i = 0;

	while ((e = next_event(&s->pod, SOURCE_WATCH, NULL, &i)))
		if (has_prefix(e->words[0], "phase=") && phase_is_final(e->words[0] + 6))
			return e;
	return NULL;
}

static void final_is_final(struct scene *s)
{
	const struct hist_event *final = final_phase(s), *start;
	size_t i = 0;

	while (final && (start = next_event(s->actor, SOURCE_GUEST, "start", &i)))
		judge_event(s, !surely_before(s, final, start), start);
}

static void final_is_silent(struct scene *s)
{
	const struct hist_event *final = final_phase(s), *line;
	size_t i = 0;

	while (final && (line = next_event(s->actor, SOURCE_GUEST, NULL, &i)))
		judge_event(s, !surely_before(s, final, line), line);
}

/* ---- what the status says of the first instance ---- */

static const struct hist_event *first_end(const struct scene *s)
{
	const struct hist_event *end = first_event(s->actor, SOURCE_WATCH, "state=terminated");
	const char *reason = end ? json_str(end->content, "reason") : NULL;

	if (!end || json_int(end->content, "restarts", -1) != 0)
		return NULL;
	return streq(reason, "Completed") || streq(reason, "Error") ? end : NULL;
}

static void told_ended_is_silent(struct scene *s)
{
	const struct hist_event *end = first_end(s), *start = first_start(s->actor);

	if (end && start && surely_before(s, start, end))
		judge_event(s, !surely_before(s, end, last_line(s->actor, start)), end);
}

/* A KILL may still come between the process' last word and its exit. */
static void exit_code_is_told(struct scene *s)
{
	const struct hist_event *end = first_end(s), *start = first_start(s->actor),
				*exit = first_event(s->actor, SOURCE_GUEST, "exit");
	int64_t told;

	if (!end || !start || !exit || !same_run(start, exit) || !surely_before(s, exit, end))
		return;
	told = json_int(end->content, "exitCode", -1);
	judge_event(s, told == (json_int(exit->content, "code", 0) & 0xff) || told == 137, end);
}

#define GUESTS (NEW_SANDBOX | TWO_LIVES)

static const struct rule rules[] = {
	{ "INIT-001", "init-in-order",
	  "an init container starts only when all before it are done (a sidecar: started)",
	  RULE_CONTAINER, init_in_order, GUESTS, NULL, NULL },
	{ "INIT-002", "init-before-app",
	  "an app container starts only when all init containers are done (a sidecar: started)",
	  RULE_CONTAINER, init_before_app, GUESTS, NULL, NULL },
	{ "RESTART-014", "one-instance-at-a-time",
	  "a new instance starts only when the old one has ended", RULE_CONTAINER,
	  one_instance_at_a_time, GUESTS | MEDDLED, NULL, NULL },
	{ "RESTART-004", "never-restarts", "under Never nothing starts twice", RULE_CONTAINER,
	  never_restarts, GUESTS | MEDDLED | SPEC_CHANGED, NULL, NULL },
	{ "RESTART-027", "final-is-final", "nothing starts in a final phase", RULE_CONTAINER,
	  final_is_final, GUESTS | MEDDLED | STATUS_WRITTEN, NULL, NULL },
	{ "PHASE-041", "final-is-silent", "no process lives in a final phase", RULE_CONTAINER,
	  final_is_silent, GUESTS | MEDDLED | STATUS_WRITTEN, NULL, NULL },
	{ "PHASE-012", "told-ended-is-silent", "what is told as terminated has ended",
	  RULE_CONTAINER, told_ended_is_silent, GUESTS | MEDDLED | STATUS_WRITTEN, NULL, NULL },
	{ "PHASE-012", "exit-code-is-told", "the exit code told is the one that the process gave",
	  RULE_CONTAINER, exit_code_is_told, GUESTS | MEDDLED | STATUS_WRITTEN, NULL, NULL },
};

const struct rule_set rules_order = { rules, ARRAY_SIZE(rules) };
