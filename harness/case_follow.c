/*
 * case_follow: the logs of a case's guests, read as they grow.
 *
 * Every container that declares PODTEST in its environment is followed, one stream per instance (by restartCount), and the witness
 * too. An instance that ended before its log was read to the end is read once more as `previous`. A stream that could not be
 * opened is tried again a little later. Lines that are no guest's are passed over. Lines of barriers are the runner's own.
 */
#include "case_follow.h"

#include "case_echo.h"
#include "util/clock.h"
#include "util/json.h"

#define MAX_TRIES 25

struct case_follow {
	struct case_follow *next;
	struct case_run *c;
	char *uid, *pod, *container;
	int64_t instance;
	bool previous, ended, complete, witness;
	struct call *call;
	struct timer *again;
	unsigned tries;
	unsigned log; /* its number in the recording */
};

static void follow_open(void *userdata);

static bool declares_guest(const json_t *container)
{
	json_t *env;
	size_t i;

	json_array_foreach(json_object_get(container, "env"), i, env)
		if (streq(json_str(env, "name"), "PODTEST"))
			return true;
	return false;
}

bool case_uses_log_only(const json_t *container)
{
	json_t *env;
	size_t i;

	json_array_foreach(json_object_get(container, "env"), i, env)
		if (streq(json_str(env, "name"), "PODTEST"))
			return !json_str(env, "value") || !strchr(json_str(env, "value"), ' ');
	return false;
}

/* A line that came by way of the witness is of another pod than the one followed: its uid is looked up by name. */
static void note_for_leaks(const struct case_follow *f, const json_t *start)
{
	struct case_run *c = f->c;
	const char *id = json_str(start, "id");
	_cleanup_free_ char *pod = strndup(id, strcspn(id, "/"));
	const char *uid = json_str(json_object_get(c->seen.pods, pod), "metadata.uid");
	_cleanup_free_ char *where =
		xasprintf("%s of %s/%s", c->ns, c->fixture->area, c->fixture->name);

	if (uid)
		leak_note(c->session->leak, where, uid, start);
}

static void on_line(void *userdata, const char *text, size_t len)
{
	struct case_follow *f = userdata;
	_cleanup_json_ json_t *line = len && text[0] == '{' ? json_read(text, len) : NULL;

	if (!json_is_object(line))
		return;
	recorder_line(f->c->tape, f->log, line, clock_now());
	if (echo_takes_line(f->c, line)) {
		case_poke(f->c);
		return;
	}
	if (has_prefix(json_str(line, "id") ? json_str(line, "id") : "", WITNESS_POD "/"))
		return;
	if (!history_add_line(&f->c->history, line, clock_now()))
		return;
	if (f->c->session->leak && streq(json_str(line, "ev"), "start"))
		note_for_leaks(f, line);
	case_poke(f->c);
}

static void on_end(void *userdata, bool complete)
{
	struct case_follow *f = userdata;

	f->call = NULL;
	recorder_log_end(f->c->tape, f->log, complete, clock_now());
	if (!complete && ++f->tries < MAX_TRIES) {
		timer_in(f->again, MIN(f->tries, 5u) * 20 * NSEC_PER_MSEC);
		return;
	}
	f->ended = true;
	f->complete = complete;
	case_poke(f->c);
}

static void follow_open(void *userdata)
{
	struct case_follow *f = userdata;
	struct follow want = { .ns = f->c->ns,
			       .pod = f->pod,
			       .container = f->container,
			       .previous = f->previous,
			       .line = on_line,
			       .end = on_end };
	struct recorder_log log = { f->pod, f->container, f->instance, f->previous };

	f->log = recorder_log(f->c->tape, &log);
	f->call = subject_follow(f->c->session->subject, &want, f);
}

static struct case_follow *find(const struct case_run *c, const char *uid, const char *container,
				int64_t instance)
{
	for (struct case_follow *f = c->follows; f; f = f->next)
		if (streq(f->uid, uid) && streq(f->container, container) && f->instance == instance)
			return f;
	return NULL;
}

/* A runtime that keeps no earlier instances may keep one log for all: the stream that is open tells of the next one, too. */
static bool is_told_already(const struct case_run *c, const char *uid, const char *container)
{
	if (subject_has(c->session->subject, "pod.logs.previous"))
		return false;
	for (const struct case_follow *f = c->follows; f; f = f->next)
		if (streq(f->uid, uid) && streq(f->container, container) && !f->ended)
			return true;
	return false;
}

static void follow_new(struct case_run *c, const json_t *pod, const char *container,
		       int64_t instance, bool previous)
{
	struct case_follow *f = xcalloc(1, sizeof(*f));

	f->c = c;
	f->uid = xstrdup(json_str(pod, "metadata.uid") ? json_str(pod, "metadata.uid") : "");
	f->pod = xstrdup(json_str(pod, "metadata.name"));
	f->container = xstrdup(container);
	f->instance = instance;
	f->previous = previous;
	f->witness = streq(f->pod, WITNESS_POD);
	f->again = timer_new(c->session->loop, follow_open, f);
	f->next = c->follows;
	c->follows = f;
	follow_open(f);
}

static const json_t *status_of(const json_t *pod, const char *container)
{
	static const char *const lists[] = { "status.containerStatuses",
					     "status.initContainerStatuses" };
	json_t *s;
	size_t i;

	for (size_t l = 0; l < ARRAY_SIZE(lists); l++)
		json_array_foreach(json_path(pod, lists[l]), i, s)
			if (streq(json_str(s, "name"), container))
				return s;
	return NULL;
}

static void follow_container(struct case_run *c, const json_t *pod, const char *container)
{
	const json_t *status = status_of(pod, container);
	const char *uid = json_str(pod, "metadata.uid");
	int64_t instance = json_int(status, "restartCount", 0);
	const struct case_follow *last;

	if (!json_path(status, "state.running") && !json_path(status, "state.terminated"))
		return;
	if (find(c, uid ? uid : "", container, instance) ||
	    is_told_already(c, uid ? uid : "", container))
		return;
	last = instance > 0 ? find(c, uid ? uid : "", container, instance - 1) : NULL;
	if (instance > 0 && (!last || (last->ended && !last->complete)))
		follow_new(c, pod, container, instance - 1, true);
	follow_new(c, pod, container, instance, false);
}

void case_follow_pod(struct case_run *c, const json_t *pod)
{
	static const char *const lists[] = { "spec.initContainers", "spec.containers" };
	json_t *container;
	size_t i;

	for (size_t l = 0; l < ARRAY_SIZE(lists); l++)
		json_array_foreach(json_path(pod, lists[l]), i, container)
			if (declares_guest(container))
				follow_container(c, pod, json_str(container, "name"));
}

void case_follows_end(struct case_run *c)
{
	struct case_follow *f;

	while ((f = c->follows)) {
		c->follows = f->next;
		subject_cancel(f->call);
		timer_free(f->again);
		free(f->uid);
		free(f->pod);
		free(f->container);
		free(f);
	}
}

bool case_follows_ended(const struct case_run *c, const char *pod, const char *container)
{
	for (const struct case_follow *f = c->follows; f; f = f->next)
		if (streq(f->pod, pod) && streq(f->container, container) && !f->ended)
			return false;
	return true;
}
