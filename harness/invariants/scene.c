/*
 * scene: what rules ask of a pod's versions and of its containers' events, and how they answer.
 */
#include "invariants/rules.h"

#include <time.h>

/* ---- answers ---- */

static bool is_of(const struct hist_event *e, const char *pod)
{
	size_t len = strlen(pod);

	return !strncmp(e->who, pod, len) && (!e->who[len] || e->who[len] == '/');
}

/* The event nearest to the version that is judged: the last one that the watch told of this pod until then. */
static const struct hist_event *event_of_version(const struct scene *s)
{
	const struct hist_event *nearest = NULL;

	for (size_t i = 0; i < s->h->n; i++) {
		const struct hist_event *e = s->h->events[i];

		if (e->source == SOURCE_WATCH && is_of(e, s->pod.who) &&
		    e->revision <= s->now->revision)
			nearest = e;
	}
	return nearest;
}

static char *what_is_shown(const struct scene *s)
{
	const char *name = s->pod.who;

	if (s->rule->kind == RULE_CONTAINER)
		return xstrdup(s->actor->who);
	if (s->rule->kind == RULE_POD || (!s->status && !s->rule->shows))
		return xstrdup(name);

	const char *path = s->rule->shows;
	_cleanup_free_ char *now = json_line(s->status ? s->status : now_at(s, path));

	if (s->rule->kind == RULE_VERSION || s->rule->kind == RULE_STATUS)
		return xasprintf("%s: %.600s", name, now);

	_cleanup_free_ char *old = json_line(s->status ? s->old : before_at(s, path));

	return xasprintf("%s: %.600s after %.600s", name, now, old);
}

void judge_event(struct scene *s, bool holds, const struct hist_event *focus)
{
	*s->judged = true;
	if (holds || s->told)
		return;
	_cleanup_free_ char *shown = what_is_shown(s);
	_cleanup_free_ char *message = xasprintf("%s, but not so of %s", s->rule->sentence, shown);

	s->told = true;
	*s->broken = true;
	s->fn(s->userdata, s->rule->req, focus, message);
}

void judge(struct scene *s, bool holds)
{
	judge_event(s, holds, holds || s->told || !s->now ? NULL : event_of_version(s));
}

/* ---- versions ---- */

bool json_same(const json_t *a, const json_t *b)
{
	return a == b || (a && b && json_equal(a, b));
}

int64_t stamp_seconds(const json_t *o, const char *path)
{
	const char *text = json_str(o, path);
	struct tm tm = { 0 };

	return text && strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) ? timegm(&tm) : -1;
}

bool phase_is_final(const char *phase)
{
	return streq(phase, "Succeeded") || streq(phase, "Failed");
}

const json_t *condition_of(const struct version *v, const char *type)
{
	return json_entry(json_path(v->object, "status.conditions"), "type", type);
}

const char *condition_is(const struct version *v, const char *type)
{
	return json_str(condition_of(v, type), "status");
}

const json_t *status_of(const struct version *v, const char *name)
{
	const json_t *s = json_entry(json_path(v->object, "status.containerStatuses"), "name", name);

	return s ? s :
		   json_entry(json_path(v->object, "status.initContainerStatuses"), "name", name);
}

/* A pod that the node refused, or that was failed because its node is gone, has no status of a node. */
bool node_speaks(const struct version *v)
{
	const json_t *status = json_path(v->object, "status");

	return json_str(status, "startTime") && !condition_of(v, "DisruptionTarget") &&
	       !(json_str(status, "reason") && phase_is_final(json_str(status, "phase")) &&
		 !json_array_size(json_object_get(status, "containerStatuses")));
}

bool is_sidecar(const json_t *container)
{
	return streq(json_str(container, "restartPolicy"), "Always");
}

bool is_regular_init(const struct scene *s)
{
	return s->init && !is_sidecar(s->container);
}

bool has_run(const json_t *status)
{
	return json_path(status, "state.running") || json_path(status, "state.terminated") ||
	       json_path(status, "lastState.terminated");
}

int64_t exit_code(const json_t *status)
{
	return json_int(status, "state.terminated.exitCode", -1);
}

/* ---- events ---- */

const struct hist_event *next_event(const struct actor *a, enum source source, const char *word,
				    size_t *i)
{
	while (a && *i < a->n) {
		const struct hist_event *e = a->events[(*i)++];

		if (e->source == source && (!word || streq(e->words[0], word)))
			return e;
	}
	return NULL;
}

const struct hist_event *first_event(const struct actor *a, enum source source, const char *word)
{
	size_t i = 0;

	return next_event(a, source, word, &i);
}

size_t count_events(const struct actor *a, enum source source, const char *word)
{
	size_t i = 0, n = 0;

	while (next_event(a, source, word, &i))
		n++;
	return n;
}

const struct actor *actor_of(const struct scene *s, const char *container)
{
	for (size_t i = 0; i < s->n_actors; i++)
		if (streq(json_str(s->actors[i].container, "name"), container))
			return &s->actors[i];
	return NULL;
}

bool surely_before(const struct scene *s, const struct hist_event *a, const struct hist_event *b)
{
	return history_span(s->h, a, b).low > 0;
}

bool same_run(const struct hist_event *a, const struct hist_event *b)
{
	return a->boot == b->boot &&
	       json_int(a->content, "run", -1) == json_int(b->content, "run", -2);
}

const struct hist_event *last_line(const struct actor *a, const struct hist_event *start)
{
	const struct hist_event *last = start, *e;
	size_t i = 0;

	while ((e = next_event(a, SOURCE_GUEST, NULL, &i)))
		if (same_run(start, e) && e->stamp > last->stamp)
			last = e;
	return last;
}

const char *handler_name(const json_t *handler, const char *word)
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
