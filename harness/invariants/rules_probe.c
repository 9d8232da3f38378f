/*
 * rules_probe: probes and postStart hooks as the guest counts them.
 *
 * A guest tells probes by name; a container whose probes share one, or answer otherwise than ok and fail, is not judged.
 */
#include "invariants/rules.h"

#define IN_FLIGHT (200 * NSEC_PER_MSEC) /* of an earlier instance's probe */

static const char *probe_name(const struct scene *s, const char *probe)
{
	return handler_name(json_object_get(s->container, probe), "probe");
}

static bool is_named(const struct hist_event *e, const char *name)
{
	return streq(json_str(e->content, "name"), name);
}

static const struct hist_event *next_named(const struct scene *s, const char *word,
					   const char *name, size_t *i)
{
	const struct hist_event *e;

	while ((e = next_event(s->actor, SOURCE_GUEST, word, i)))
		if (is_named(e, name))
			return e;
	return NULL;
}

/* The first run of this probe that was answered with ok, by the process that said `start` (NULL: by any). */
static const struct hist_event *first_ok(const struct scene *s, const char *name,
					 const struct hist_event *start)
{
	const struct hist_event *e;
	size_t i = 0;

	while ((e = next_named(s, "probe", name, &i)))
		if (streq(json_str(e->content, "result"), "ok") && (!start || same_run(start, e)))
			return e;
	return NULL;
}

static void ready_needs_its_probe(struct scene *s)
{
	const char *name = probe_name(s, "readinessProbe");
	const struct hist_event *ready = first_event(s->actor, SOURCE_WATCH, "ready=true"), *ok;

	if (!name || !ready)
		return;
	ok = first_ok(s, name, NULL);
	if (ok)
		judge_event(s, !surely_before(s, ready, ok), ready);
}

/* All that this probe was ever answered is ok or fail. */
static bool is_plain(const struct scene *s, const char *name)
{
	const struct hist_event *e;
	size_t i = 0;

	while ((e = next_named(s, "probe", name, &i)))
		if (!streq(json_str(e->content, "result"), "ok") &&
		    !streq(json_str(e->content, "result"), "fail"))
			return false;
	return true;
}

/* Each instance: no run of `name` before the startup probe's first success. */
static void waits_for_startup(struct scene *s, const char *startup, const char *name)
{
	const struct hist_event *start, *e, *ok;
	size_t i = 0, k, n = 0;

	while ((start = next_event(s->actor, SOURCE_GUEST, "start", &i))) {
		int64_t from = start->stamp + (n++ ? IN_FLIGHT : 0);

		ok = first_ok(s, startup, start);
		for (k = 0; (e = next_named(s, "probe", name, &k));)
			if (same_run(start, e) && e->stamp > from)
				judge_event(s, ok && ok->stamp < e->stamp, e);
	}
}

static void probes_wait_for_startup(struct scene *s)
{
	static const char *const later[] = { "livenessProbe", "readinessProbe" };
	const char *startup = probe_name(s, "startupProbe");

	if (!startup || !is_plain(s, startup))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(later); i++) {
		const char *name = probe_name(s, later[i]);

		if (name && !streq(name, startup))
			waits_for_startup(s, startup, name);
	}
}

static bool is_shared(const struct scene *s, const char *startup)
{
	return streq(startup, probe_name(s, "livenessProbe")) ||
	       streq(startup, probe_name(s, "readinessProbe"));
}

/* A busy node may run it once or twice more before it takes notice of the success. */
static void startup_probe_ends(struct scene *s)
{
	const char *name = probe_name(s, "startupProbe");
	const struct hist_event *start, *e, *ok;
	size_t i = 0;

	if (!name || is_shared(s, name))
		return;
	while ((start = next_event(s->actor, SOURCE_GUEST, "start", &i))) {
		size_t k = 0, more = 0;

		ok = first_ok(s, name, start);
		while (ok && (e = next_named(s, "probe", name, &k)))
			if (same_run(start, e) && e->stamp > ok->stamp)
				judge_event(s, ++more <= 2, e);
		if (ok && !more)
			judge_event(s, true, NULL);
	}
}

/* ---- hooks ---- */

static const char *hook_name(const struct scene *s, const char *hook)
{
	_cleanup_free_ char *path = xasprintf("lifecycle.%s", hook);

	return handler_name(json_path(s->container, path), "hook");
}

static const struct hist_event *hook_phase(const struct scene *s, const char *name,
					   const char *phase)
{
	const struct hist_event *e;
	size_t i = 0;

	while ((e = next_named(s, "hook", name, &i)))
		if (streq(json_str(e->content, "phase"), phase))
			return e;
	return NULL;
}

static void running_after_post_start(struct scene *s)
{
	static const char *const words[] = { "state=running", "started=true", "ready=true" };
	const char *name = hook_name(s, "postStart");
	const struct hist_event *end = name ? hook_phase(s, name, "end") : NULL, *told;

	for (size_t i = 0; end && i < ARRAY_SIZE(words); i++) {
		told = first_event(s->actor, SOURCE_WATCH, words[i]);
		if (told)
			judge_event(s, !surely_before(s, told, end), told);
	}
}

static size_t count_begins(const struct scene *s, const char *name)
{
	const struct hist_event *e;
	size_t i = 0, n = 0;

	while ((e = next_named(s, "hook", name, &i)))
		n += streq(json_str(e->content, "phase"), "begin") &&
		     streq(json_str(e->content, "kind"), "exec");
	return n;
}

/* Once for each instance. */
static void hooks_run_once(struct scene *s)
{
	static const char *const hooks[] = { "postStart", "preStop" };
	const char *names[] = { hook_name(s, hooks[0]), hook_name(s, hooks[1]) };
	size_t starts = count_events(s->actor, SOURCE_GUEST, "start");

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i] && starts && !streq(names[0], names[1]) && count_begins(s, names[i]))
			judge_event(s, count_begins(s, names[i]) <= starts,
				    hook_phase(s, names[i], "begin"));
}

#define GUESTS (NEW_SANDBOX | TWO_LIVES)

static const struct rule rules[] = {
	{ "PROBE-010", "ready-needs-its-probe",
	  "a container is not ready before its readiness probe has succeeded", RULE_CONTAINER,
	  ready_needs_its_probe, TWO_LIVES | STATUS_WRITTEN, NULL, NULL },
	{ "PROBE-012", "probes-wait-for-startup",
	  "no liveness or readiness probe runs before the startup probe has succeeded",
	  RULE_CONTAINER, probes_wait_for_startup, GUESTS | MEDDLED, NULL, NULL },
	{ "PROBE-013", "startup-probe-ends", "the startup probe ends with its success",
	  RULE_CONTAINER, startup_probe_ends, GUESTS | MEDDLED, NULL, NULL },
	{ "HOOK-002", "running-after-post-start",
	  "a container is not told as running, started or ready before postStart has ended",
	  RULE_CONTAINER, running_after_post_start, GUESTS | MEDDLED | STATUS_WRITTEN, NULL, NULL },
	{ "HOOK-017", "hooks-run-once", "a hook runs once for each instance", RULE_CONTAINER,
	  hooks_run_once, GUESTS | MEDDLED, NULL, NULL },
};

const struct rule_set rules_probe = { rules, ARRAY_SIZE(rules) };
