/*
 * invariants: rules that hold for every pod, whatever the case is about.
 *
 * A table of rules, a function each: it gets one container (or one pod) and tells a violation with the event that shows it. A rule speaks
 * only when the intervals prove it, and keeps silent where a case interferes by itself: after a disruption, a kill or an
 * exec of its own, and for a name under which two pods have lived.
 */
#include "invariants.h"

#include <stdarg.h>

#include "util/clock.h"
#include "util/json.h"

struct scene {
	const struct history *h;
	const json_t *pod; /* the last version seen */
	const char *name;
	const json_t *container; /* of the spec */
	char who[512]; /* "pod/container" */
	bool init;
	const char *req;
	violation_fn fn;
	void *userdata;
};

static void violation(const struct scene *s, const struct hist_event *focus, const char *message)
{
	s->fn(s->userdata, s->req, focus, message);
}

/* The next event from index *i on that matches; *i is moved behind it. */
static const struct hist_event *next(const struct scene *s, const struct pattern *p, size_t *i)
{
	while (*i < s->h->n) {
		const struct hist_event *e = s->h->events[(*i)++];

		if (pattern_matches(p, e))
			return e;
	}
	return NULL;
}

static _printf_(2, 3) struct pattern pattern(const struct scene *s, const char *fmt, ...)
{
	struct pattern p = { 0 };
	char text[1024];
	va_list ap;

	(void)s;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	pattern_parse(text, &p, NULL);
	return p;
}

#define PATTERN(name, ...) _cleanup_(pattern_clear) struct pattern name = pattern(s, __VA_ARGS__)

static const struct hist_event *first(const struct scene *s, const struct pattern *p)
{
	size_t i = 0;

	return next(s, p, &i);
}

/* Is it certain that a lies before b? */
static bool surely_before(const struct scene *s, const struct hist_event *a,
			  const struct hist_event *b)
{
	return history_span(s->h, a, b).low > 0;
}

static bool same_run(const struct hist_event *a, const struct hist_event *b)
{
	return json_int(a->content, "run", -1) == json_int(b->content, "run", -2);
}

static bool happened(const struct scene *s, const char *name)
{
	PATTERN(p, "%s", name);

	return first(s, &p) != NULL;
}

/* The case itself has killed, broken in or re-used the name: rules about signals and restarts keep silent. */
static bool interfered(const struct scene *s)
{
	PATTERN(added, "watch %s added", s->name);
	size_t i = 0, n = 0;

	while (next(s, &added, &i))
		n++;
	PATTERN(disrupted, "did disrupt pod/%s", s->name);
	return n != 1 || first(s, &disrupted) || happened(s, "did exec") ||
	       happened(s, "did tell * kill");
}

/* ---- the rules ---- */

static bool is_sidecar(const json_t *container)
{
	return streq(json_str(container, "restartPolicy"), "Always");
}

/* INIT-002: every init container has started before an app container does. */
static void init_before_app(const struct scene *s)
{
	PATTERN(app_start, "guest %s start", s->who);
	const struct hist_event *app = s->init ? NULL : first(s, &app_start);
	json_t *init;
	size_t i;

	json_array_foreach(json_path(s->pod, "spec.initContainers"), i, init) {
		PATTERN(init_start, "guest %s/%s start", s->name, json_str(init, "name"));
		const struct hist_event *e = first(s, &init_start);

		if (app && e && surely_before(s, app, e))
			violation(s, app, "an app container started before an init container");
	}
}

/* INIT-001: an init container starts only after the one before it has ended. */
static void init_in_order(const struct scene *s)
{
	const json_t *before = NULL;
	json_t *c;
	size_t i;

	if (!s->init || is_sidecar(s->container))
		return;
	json_array_foreach(json_path(s->pod, "spec.initContainers"), i, c) {
		if (streq(json_str(c, "name"), json_str(s->container, "name")))
			break;
		before = is_sidecar(c) ? before : c;
	}
	if (before) {
		PATTERN(exit, "guest %s/%s exit", s->name, json_str(before, "name"));
		PATTERN(start, "guest %s start", s->who);
		const struct hist_event *e = first(s, &exit), *mine = first(s, &start);

		if (e && mine && surely_before(s, mine, e))
			violation(s, mine,
				  "an init container started before the one before it had ended");
	}
}

/* The name under which the guest counts this probe or hook: /guest probe NAME, or /probe/NAME by HTTP. */
static const char *handler_name(const json_t *handler, const char *word)
{
	const json_t *command = json_path(handler, "exec.command");
	const char *path = json_str(handler, "httpGet.path");
	_cleanup_free_ char *prefix = xasprintf("/%s/", word);

	if (streq(json_str(command, "0"), "/guest") && streq(json_str(command, "1"), word))
		return json_str(command, "2");
	if (path && has_prefix(path, prefix) && !strchr(path, '?'))
		return path + strlen(prefix);
	return NULL;
}

/* PROBE-010: not ready before the readiness probe has succeeded once. */
static void ready_needs_probe(const struct scene *s)
{
	const char *probe = handler_name(json_object_get(s->container, "readinessProbe"), "probe");
	const struct hist_event *ready, *ok;

	if (!probe || s->init) {
		return;
	} else {
		PATTERN(is_ready, "watch %s ready=true", s->who);
		PATTERN(success, "guest %s probe name=%s result=ok", s->who, probe);

		ready = first(s, &is_ready);
		ok = first(s, &success);
	}
	if (ready && ok && surely_before(s, ready, ok))
		violation(s, ready, "ready before its readiness probe had succeeded");
}

/* RESTART-013: restartCount never falls. */
static void count_never_falls(const struct scene *s)
{
	PATTERN(state, "watch %s", s->who);
	const struct hist_event *e;
	int64_t highest = 0;
	size_t i = 0;

	while (!interfered(s) && (e = next(s, &state, &i))) {
		int64_t n = json_int(e->content, "restarts", -1);

		if (n >= 0 && n < highest)
			violation(s, e, "restartCount fell");
		highest = MAX(highest, n);
	}
}

static bool is_final(const char *phase)
{
	return streq(phase, "Succeeded") || streq(phase, "Failed");
}

/* PHASE-008: a final phase stays. */
static void final_phase_stays(const struct scene *s)
{
	PATTERN(all, "watch %s", s->name);
	const struct hist_event *e;
	const char *before = NULL;
	size_t i = 0;

	while ((e = next(s, &all, &i))) {
		const char *phase = has_prefix(e->words[0], "phase=") ? e->words[0] + 6 : NULL;

		if (streq(e->words[0], "added"))
			before = NULL;
		if (phase && is_final(before) && !streq(phase, before))
			violation(s, e, "the phase left a final state");
		before = phase ? phase : before;
	}
}

/* PHASE-001: there are five phases. */
static void phase_is_known(const struct scene *s)
{
	static const char *const known[] = { "Pending", "Running", "Succeeded", "Failed",
					     "Unknown" };
	PATTERN(all, "watch %s", s->name);
	const struct hist_event *e;
	size_t i = 0, k;

	while ((e = next(s, &all, &i))) {
		if (!has_prefix(e->words[0], "phase="))
			continue;
		for (k = 0; k < ARRAY_SIZE(known) && !streq(e->words[0] + 6, known[k]); k++)
			;
		if (k == ARRAY_SIZE(known))
			violation(s, e, "no phase of that name exists");
	}
}

/* PHASE-015: the stamp of a condition that the node sets stays as long as its status does. */
static void stamps_stay(const struct scene *s)
{
	static const char *const own[] = { "PodScheduled", "Initialized", "ContainersReady",
					   "Ready", "PodReadyToStartContainers" };

	for (size_t i = 0; i < ARRAY_SIZE(own); i++) {
		PATTERN(restamped, "watch %s restamped %s", s->name, own[i]);
		const struct hist_event *e = first(s, &restamped);

		if (e)
			violation(s, e, "a new lastTransitionTime for a status that did not change");
	}
}

static const struct hist_event *final_phase(const struct scene *s)
{
	PATTERN(phases, "watch %s", s->name);
	const struct hist_event *e;
	size_t i = 0;

	while ((e = next(s, &phases, &i)))
		if (has_prefix(e->words[0], "phase=") && is_final(e->words[0] + 6))
			return e;
	return NULL;
}

/* PHASE-041: a final phase is told when nothing runs any more: by the same status, and by the guest's own lines. */
static void final_when_all_ended(const struct scene *s)
{
	PATTERN(states, "watch %s", s->who);
	PATTERN(lines, "guest %s", s->who);
	_cleanup_free_ char *patch = xasprintf("did patch pod/%s", s->name);
	const struct hist_event *final = final_phase(s), *e, *state = NULL;
	size_t i = 0, k = 0;

	if (!final || interfered(s) || happened(s, patch))
		return;
	while (final->revision && (e = next(s, &states, &i)))
		if (has_prefix(e->words[0], "state=") && e->revision <= final->revision)
			state = e;
	if (state && streq(state->words[0], "state=running"))
		violation(s, final, "a final phase while a container is shown running");
	while ((e = next(s, &lines, &k)))
		if (surely_before(s, final, e)) {
			violation(s, e, "a container ran on in a pod of a final phase");
			return;
		}
}

/* SCHED-003: once bound, a pod stays on its node. */
static void bound_once(const struct scene *s)
{
	PATTERN(bound, "watch %s bound", s->name);
	PATTERN(added, "watch %s added", s->name);
	const struct hist_event *e;
	size_t i = 0, n = 0, k = 0, lives = 0;

	while (next(s, &added, &k))
		lives++;
	while ((e = next(s, &bound, &i)))
		if (++n > lives)
			violation(s, e, "bound to a second node");
}

/* HOOK-006: TERM only after preStop has returned. */
static void term_after_pre_stop(const struct scene *s)
{
	const char *hook = handler_name(json_path(s->container, "lifecycle.preStop"), "hook");
	const struct hist_event *begin, *end, *term;
	size_t i = 0;

	if (!hook || interfered(s)) {
		return;
	} else {
		PATTERN(begins, "guest %s hook name=%s phase=begin", s->who, hook);
		PATTERN(ends, "guest %s hook name=%s phase=end", s->who, hook);
		PATTERN(terms, "guest %s term", s->who);

		begin = first(s, &begins);
		end = first(s, &ends);
		while (begin && end && (term = next(s, &terms, &i)))
			if (surely_before(s, begin, term) && surely_before(s, term, end))
				violation(s, term, "TERM came before preStop had returned");
	}
}

/* TERM-004: one TERM for one stop. */
static void one_term(const struct scene *s)
{
	PATTERN(terms, "guest %s term", s->who);
	PATTERN(deletes, "did delete pod/%s #2", s->name);
	const struct hist_event *e, *before = NULL;
	size_t i = 0;

	if (interfered(s) || history_find(s->h, &deletes) ||
	    json_truth(s->pod, "spec.shareProcessNamespace", false))
		return;
	while ((e = next(s, &terms, &i))) {
		if (before && same_run(before, e))
			violation(s, e, "a second TERM for the same process");
		before = e;
	}
}

/* TERM-020: at least two seconds lie between TERM and KILL. A KILL is a death without `exit`, shown as 137. */
static void no_early_kill(const struct scene *s)
{
	PATTERN(terms, "guest %s term", s->who);
	PATTERN(exits, "guest %s exit", s->who);
	PATTERN(losses, "lost %s", s->who);
	PATTERN(killed, "watch %s state=terminated exitCode=137", s->who);
	const struct hist_event *term = first(s, &terms), *lost;
	size_t i = 0;

	if (!term || interfered(s) || !first(s, &killed) || first(s, &exits))
		return;
	while ((lost = next(s, &losses, &i))) {
		if (!surely_before(s, term, lost))
			continue;
		if (history_span(s->h, term, lost).high < 1900 * NSEC_PER_MSEC)
			violation(s, lost, "KILL came less than two seconds after TERM");
		return;
	}
}

/* A rule of any container may have all of them begun anew. */
static bool may_restart_all(const struct scene *s)
{
	static const char *const lists[] = { "spec.initContainers", "spec.containers" };
	json_t *c, *rule;
	size_t l, i, k;

	for (l = 0; l < ARRAY_SIZE(lists); l++)
		json_array_foreach(json_path(s->pod, lists[l]), i, c)
			json_array_foreach(json_object_get(c, "restartPolicyRules"), k, rule)
				if (streq(json_str(rule, "action"), "RestartAllContainers"))
					return true;
	return false;
}

/* RESTART-004: with policy Never nothing starts twice. */
static void never_restarts(const struct scene *s)
{
	PATTERN(starts, "guest %s start", s->who);
	const struct hist_event *e;
	size_t i = 0, n = 0;

	if (!streq(json_str(s->pod, "spec.restartPolicy"), "Never") ||
	    json_object_get(s->container, "restartPolicy") || interfered(s) || may_restart_all(s))
		return;
	while ((e = next(s, &starts, &i)))
		if (++n > 1)
			violation(s, e, "started a second time under policy Never");
}

/* RESTART-027: nothing starts in a pod of a final phase. */
static void final_is_final(const struct scene *s)
{
	PATTERN(starts, "guest %s start", s->who);
	PATTERN(phases, "watch %s", s->name);
	const struct hist_event *e, *final = NULL, *start;
	size_t i = 0, k = 0;

	while (!interfered(s) && (e = next(s, &phases, &i)))
		if (!final && has_prefix(e->words[0], "phase=") && is_final(e->words[0] + 6))
			final = e;
	while (final && (start = next(s, &starts, &k)))
		if (surely_before(s, final, start))
			violation(s, start, "a container started in a pod of a final phase");
}

/* TERM-009: what ends after the deletion is not started again. */
static void no_start_after_deletion(const struct scene *s)
{
	PATTERN(deleting, "watch %s deleting", s->name);
	PATTERN(exits, "guest %s exit", s->who);
	PATTERN(starts, "guest %s start", s->who);
	const struct hist_event *deleted = first(s, &deleting), *exit, *start;
	size_t i = 0, k = 0;

	if (!deleted || interfered(s))
		return;
	while ((exit = next(s, &exits, &i)) && !surely_before(s, deleted, exit))
		;
	while (exit && (start = next(s, &starts, &k)))
		if (surely_before(s, exit, start))
			violation(s, start, "started again although the pod is being deleted");
}

static const struct {
	const char *req;
	void (*check)(const struct scene *s);
	bool per_pod;
} rules[] = {
	{ "INIT-001", init_in_order, false },
	{ "INIT-002", init_before_app, false },
	{ "PROBE-010", ready_needs_probe, false },
	{ "RESTART-013", count_never_falls, false },
	{ "PHASE-001", phase_is_known, true },
	{ "PHASE-015", stamps_stay, true },
	{ "PHASE-041", final_when_all_ended, false },
	{ "PHASE-008", final_phase_stays, true },
	{ "SCHED-003", bound_once, true },
	{ "HOOK-006", term_after_pre_stop, false },
	{ "TERM-004", one_term, false },
	{ "TERM-020", no_early_kill, false },
	{ "RESTART-004", never_restarts, false },
	{ "RESTART-027", final_is_final, false },
	{ "TERM-009", no_start_after_deletion, false },
};

const char *invariants_req(size_t i)
{
	return i < ARRAY_SIZE(rules) ? rules[i].req : NULL;
}

static void check_container(struct scene *s, const json_t *container, bool init)
{
	s->container = container;
	s->init = init;
	snprintf(s->who, sizeof(s->who), "%s/%s", s->name, json_str(container, "name"));
	for (size_t r = 0; r < ARRAY_SIZE(rules); r++) {
		s->req = rules[r].req;
		if (!rules[r].per_pod)
			rules[r].check(s);
	}
}

void invariants_check(const struct history *h, const json_t *pods, violation_fn fn, void *userdata)
{
	struct scene s = { .h = h, .fn = fn, .userdata = userdata };
	json_t *c;
	size_t i;

	json_object_foreach((json_t *)pods, s.name, s.pod) {
		json_array_foreach(json_path(s.pod, "spec.initContainers"), i, c)
			check_container(&s, c, true);
		json_array_foreach(json_path(s.pod, "spec.containers"), i, c)
			check_container(&s, c, false);
		for (size_t r = 0; r < ARRAY_SIZE(rules); r++) {
			s.req = rules[r].req;
			if (rules[r].per_pod)
				rules[r].check(&s);
		}
	}
}
