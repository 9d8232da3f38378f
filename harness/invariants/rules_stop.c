/*
 * rules_stop: how a container is ended: preStop, TERM, the grace, KILL; and that it stays ended.
 *
 * A rule about the order of an end holds only while the grace lasts, so it asks for certainty that it did: the grace is the smallest
 * of those that may be in force. A KILL is a death without `exit`, shown as 137.
 */
#include "invariants/rules.h"

static const struct hist_event *deletion(const struct scene *s)
{
	return first_event(&s->pod, SOURCE_WATCH, "deleting");
}

static bool may_be_killed(const json_t *container)
{
	return json_object_get(container, "livenessProbe") ||
	       json_object_get(container, "startupProbe");
}

/* Seconds; the smallest that may bound a stop of this container. */
static int64_t shortest_grace(const struct scene *s)
{
	static const char *const probes[] = { "livenessProbe", "startupProbe" };
	const struct hist_event *deleted = deletion(s);
	int64_t grace = json_int(s->spec, "terminationGracePeriodSeconds", 30), g;

	if (deleted)
		grace = MIN(grace, json_int(deleted->content, "grace", grace));
	for (size_t i = 0; i < ARRAY_SIZE(probes); i++) {
		g = json_int(json_object_get(s->container, probes[i]),
			     "terminationGracePeriodSeconds", grace);
		grace = MIN(grace, g);
	}
	return grace;
}

/* Is it certain that less than the grace, and a second to spare, lies between? */
static bool within_grace(const struct scene *s, const struct hist_event *from,
			 const struct hist_event *to)
{
	return history_span(s->h, from, to).high < (shortest_grace(s) - 1) * NSEC_PER_SEC;
}

/* ---- preStop ---- */

static const struct hist_event *hook_phase(const struct scene *s, const char *name,
					   const char *phase)
{
	const struct hist_event *e;
	size_t i = 0;

	while ((e = next_event(s->actor, SOURCE_GUEST, "hook", &i)))
		if (streq(json_str(e->content, "name"), name) &&
		    streq(json_str(e->content, "phase"), phase))
			return e;
	return NULL;
}

static void term_after_pre_stop(struct scene *s)
{
	const char *name = handler_name(json_path(s->container, "lifecycle.preStop"), "hook");
	const struct hist_event *begin = name ? hook_phase(s, name, "begin") : NULL,
				*end = name ? hook_phase(s, name, "end") : NULL,
				*term = first_event(s->actor, SOURCE_GUEST, "term");

	if (!begin || !term || count_events(s->actor, SOURCE_GUEST, "start") != 1 ||
	    streq(name, handler_name(json_path(s->container, "lifecycle.postStart"), "hook")))
		return;
	if (surely_before(s, term, begin))
		judge_event(s, false, term);
	else if (within_grace(s, begin, term))
		judge_event(s, end && !surely_before(s, term, end), term);
}

/* ---- TERM and KILL ---- */

static void one_term(struct scene *s)
{
	size_t i = 0;
	const struct hist_event *before = next_event(s->actor, SOURCE_GUEST, "term", &i), *e;

	if (!before || json_truth(s->spec, "shareProcessNamespace", false))
		return;
	judge_event(s, true, NULL);
	while ((e = next_event(s->actor, SOURCE_GUEST, "term", &i))) {
		judge_event(s, !same_run(before, e), e);
		before = e;
	}
}

/* The one process of this container was killed: the death, or NULL. */
static const struct hist_event *killed(const struct scene *s)
{
	const struct hist_event *end = first_event(s->actor, SOURCE_WATCH, "state=terminated");

	if (!end || json_int(end->content, "exitCode", 0) != 137 ||
	    !streq(json_str(end->content, "reason"), "Error") ||
	    count_events(s->actor, SOURCE_GUEST, "start") != 1 ||
	    first_event(s->actor, SOURCE_GUEST, "exit"))
		return NULL;
	return first_event(s->actor, SOURCE_LOST, NULL);
}

/* On a busy machine the process hears TERM late: a second is left for that. */
static void kill_two_seconds_after_term(struct scene *s)
{
	const struct hist_event *term = first_event(s->actor, SOURCE_GUEST, "term"),
				*lost = killed(s);

	if (term && lost && surely_before(s, term, lost))
		judge_event(s, history_span(s->h, term, lost).high >= NSEC_PER_SEC, lost);
}

static void kill_at_the_end_of_the_grace(struct scene *s)
{
	const struct hist_event *deleted = deletion(s), *lost = killed(s),
				*term = first_event(s->actor, SOURCE_GUEST, "term");

	if (!deleted || !lost || may_be_killed(s->container) ||
	    json_object_get(s->spec, "activeDeadlineSeconds") ||
	    json_truth(s->spec, "shareProcessNamespace", false) ||
	    !surely_before(s, deleted, lost) || (term && surely_before(s, term, deleted)))
		return;
	judge_event(s, !within_grace(s, deleted, lost), lost);
}

/* ---- sidecars ---- */

/* Does the process that this actor ran when `term` came live on after it? */
static bool lives_on(const struct actor *a, const struct hist_event *term)
{
	const struct hist_event *start = NULL, *e;
	size_t i = 0;

	while ((e = next_event(a, SOURCE_GUEST, "start", &i)))
		if (e->boot == term->boot && e->stamp < term->stamp)
			start = e;
	return start && last_line(a, start)->stamp > term->stamp;
}

/* The TERM that a sidecar got for the deletion, certainly within the grace. */
static const struct hist_event *ordered_term(const struct scene *s)
{
	const struct hist_event *deleted = deletion(s),
				*term = first_event(s->actor, SOURCE_GUEST, "term");

	if (!s->init || !is_sidecar(s->container) || may_be_killed(s->container) ||
	    json_path(s->container, "lifecycle.postStart") || !deleted || !term ||
	    !surely_before(s, deleted, term) || !within_grace(s, deleted, term))
		return NULL;
	return term;
}

static void sidecars_end_after_apps(struct scene *s)
{
	const struct hist_event *term = ordered_term(s);

	for (size_t i = 0; term && i < s->n_actors; i++)
		if (!s->actors[i].init)
			judge_event(s, !lives_on(&s->actors[i], term), term);
}

static void sidecars_end_in_reverse(struct scene *s)
{
	const struct hist_event *term = ordered_term(s);

	for (const struct actor *a = s->actor + 1; term && a < s->actors + s->n_actors; a++)
		if (a->init && is_sidecar(a->container))
			judge_event(s, !lives_on(a, term), term);
}

/* ---- what comes after the end ---- */

static void deleted_is_not_restarted(struct scene *s)
{
	const struct hist_event *deleted = deletion(s), *exit, *start;
	size_t i = 0, k = 0;

	if (!deleted)
		return;
	while ((exit = next_event(s->actor, SOURCE_GUEST, "exit", &i)) &&
	       !surely_before(s, deleted, exit))
		;
	while (exit && (start = next_event(s->actor, SOURCE_GUEST, "start", &k)))
		judge_event(s, !surely_before(s, exit, start), start);
}

/* A force deletion takes the object away first. */
static void gone_is_silent(struct scene *s)
{
	const struct hist_event *deleted = deletion(s), *line,
				*gone = first_event(&s->pod, SOURCE_WATCH, "gone");
	size_t i = 0;

	if (!deleted || !gone || json_int(deleted->content, "grace", 0) == 0)
		return;
	while ((line = next_event(s->actor, SOURCE_GUEST, NULL, &i)))
		judge_event(s, !surely_before(s, gone, line), line);
}

/*
 * Is the line of a run that began behind the one whose connection was lost as the nth? Such a run may speak before the witness
 * gets to read the loss of the one before, however long that takes on a busy machine.
 */
static bool began_behind(const struct scene *s, const struct hist_event *line, int64_t nth)
{
	const json_t *run = json_object_get(line->content, "run");
	const struct hist_event *start;
	size_t i = 0;
	int64_t n = 0;

	while ((start = next_event(s->actor, SOURCE_GUEST, "start", &i)))
		if (start->boot == line->boot && ++n > nth && run &&
		    json_equal(run, json_object_get(start->content, "run")))
			return true;
	return false;
}

/* Process 1 takes everything along: no line of the container between its death and the next start. */
static void nothing_outlives_the_first_process(struct scene *s)
{
	const struct hist_event *lost, *line;
	int64_t n = 0;
	size_t i = 0;

	while ((lost = next_event(s->actor, SOURCE_LOST, NULL, &i))) {
		const struct hist_event *next = NULL;
		size_t k = 0;

		n = json_int(lost->content, "n", n + 1);
		while (!next && (line = next_event(s->actor, SOURCE_GUEST, NULL, &k)))
			if (line->boot == lost->boot && line->stamp > lost->stamp)
				next = line;
		judge_event(s, !next || streq(next->words[0], "start") || began_behind(s, next, n),
			    next);
	}
}

#define GUESTS (NEW_SANDBOX | TWO_LIVES | MEDDLED)

static const struct rule rules[] = {
	{ "HOOK-006", "term-after-pre-stop", "TERM comes only when preStop has returned",
	  RULE_CONTAINER, term_after_pre_stop, GUESTS | DELETED_TWICE, NULL, NULL },
	{ "TERM-004", "one-term", "a process gets one TERM", RULE_CONTAINER, one_term,
	  GUESTS | DELETED_TWICE, NULL, NULL },
	{ "TERM-020", "kill-two-seconds-after-term",
	  "at least two seconds lie between TERM and KILL", RULE_CONTAINER,
	  kill_two_seconds_after_term, GUESTS, NULL, NULL },
	{ "TERM-005", "kill-at-the-end-of-the-grace", "KILL comes only when the grace is over",
	  RULE_CONTAINER, kill_at_the_end_of_the_grace, GUESTS | DELETED_TWICE, NULL, NULL },
	{ "SIDECAR-006", "sidecars-end-after-apps",
	  "a sidecar gets TERM only when all app containers have ended", RULE_CONTAINER,
	  sidecars_end_after_apps, GUESTS | DELETED_TWICE | SPEC_CHANGED, NULL, NULL },
	{ "SIDECAR-006", "sidecars-end-in-reverse",
	  "a sidecar gets TERM only when the later ones have ended", RULE_CONTAINER,
	  sidecars_end_in_reverse, GUESTS | DELETED_TWICE | SPEC_CHANGED, NULL, NULL },
	{ "TERM-009", "deleted-is-not-restarted",
	  "what ends after the deletion is not started again", RULE_CONTAINER,
	  deleted_is_not_restarted, GUESTS, NULL, NULL },
	{ "TERM-028", "gone-is-silent", "no process outlives the object", RULE_CONTAINER,
	  gone_is_silent, GUESTS | DELETED_TWICE, NULL, NULL },
	{ "TERM-007", "nothing-outlives-the-first-process",
	  "all processes of a container end with its first one", RULE_CONTAINER,
	  nothing_outlives_the_first_process, GUESTS, NULL, NULL },
};

const struct rule_set rules_stop = { rules, ARRAY_SIZE(rules) };
