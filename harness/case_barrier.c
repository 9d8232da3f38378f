/*
 * case_barrier: everything that has happened until now will be in the history.
 *
 * Counting and "never" are true only of what was seen; so before they are judged, each source is made to say that it is empty. Sources
 * are: the witness, which is told to say a word by exec, after which every line that had reached it has reached us; a running
 * container that speaks only through its log, in the same way; a terminated one, whose log must end; and the watch, which must have
 * shown every version that a fresh list shows. What does not answer in good time leaves the barrier incomplete.
 */
#include "case_barrier.h"

#include "case_echo.h"
#include "case_follow.h"
#include "util/clock.h"
#include "util/json.h"

/* Not a bound of any requirement: how long a busy machine may take to answer. */
#define PATIENCE_SECONDS 20

struct barrier {
	struct case_run *c;
	json_t *ending; /* [pod, container]: logs that must end */
	json_t *behind; /* "Pod/a" to the revision that the watch must reach */
	bool listed, failed;
	char *why; /* failed */
	int64_t deadline;
	struct timer *timer;
};

static void on_told(struct case_run *c, const struct reply *reply, void *userdata)
{
	(void)userdata;
	struct barrier *b = c->now.barrier;

	if (!b || (reply->code == REPLY_OK && !reply->exit_code))
		return;
	b->failed = true;
	if (!b->why)
		b->why = xasprintf("exec failed: %s", reply->message ? reply->message : "exit code");
}

static void tell(struct barrier *b, const char *pod, const char *container)
{
	_cleanup_free_ char *word = echo_new(b->c, pod, container);
	_cleanup_json_ json_t *command = json_pack("[s,s,s,s]", "/guest", "tell", "say", word);
	struct request req = REQUEST(VERB_EXEC);

	req.name = pod;
	req.container = container;
	req.command = command;
	case_request(b->c, &req, on_told, NULL);
}

static const json_t *container_state(const json_t *pod, const char *name)
{
	static const char *const lists[] = { "status.containerStatuses",
					     "status.initContainerStatuses" };
	json_t *s;
	size_t i;

	for (size_t l = 0; l < ARRAY_SIZE(lists); l++)
		json_array_foreach(json_path(pod, lists[l]), i, s)
			if (streq(json_str(s, "name"), name))
				return json_object_get(s, "state");
	return NULL;
}

static void drain_container(struct barrier *b, const json_t *pod, const json_t *container)
{
	const char *pod_name = json_str(pod, "metadata.name"), *name = json_str(container, "name");
	const json_t *state = container_state(pod, name);

	if (!case_uses_log_only(container))
		return;
	if (json_object_get(state, "running"))
		tell(b, pod_name, name);
	else if (json_object_get(state, "terminated"))
		json_array_append_new(b->ending, json_pack("[s,s]", pod_name, name));
}

static void drain_guests(struct barrier *b)
{
	static const char *const lists[] = { "spec.initContainers", "spec.containers" };
	json_t *pod, *container;
	const char *key;
	size_t i;

	json_object_foreach(b->c->seen.objects, key, pod) {
		if (!has_prefix(key, "Pod/") || streq(key, "Pod/" WITNESS_POD))
			continue;
		for (size_t l = 0; l < ARRAY_SIZE(lists); l++)
			json_array_foreach(json_path(pod, lists[l]), i, container)
				drain_container(b, pod, container);
	}
}

static void on_list(struct case_run *c, const struct reply *reply, void *userdata)
{
	struct barrier *b = c->now.barrier;
	json_t *pod;
	size_t i;

	(void)userdata;
	if (!b)
		return;
	b->listed = true;
	if (reply->code != REPLY_OK)
		b->failed = true;
	json_array_foreach(json_path(reply->body, "items"), i, pod) {
		_cleanup_free_ char *key = xasprintf("Pod/%s", json_str(pod, "metadata.name"));

		json_object_set(b->behind, key, json_path(pod, "metadata.resourceVersion"));
	}
}

static void on_deadline(void *userdata)
{
	struct barrier *b = userdata;

	case_poke(b->c);
}

struct barrier *barrier_new(struct case_run *c)
{
	struct barrier *b = xcalloc(1, sizeof(*b));
	struct request req = REQUEST(VERB_LIST);

	b->c = c;
	b->ending = json_array();
	b->behind = json_object();
	b->deadline = clock_now() + seconds_ns(session_patience(c->session, PATIENCE_SECONDS));
	b->timer = timer_new(c->session->loop, on_deadline, b);
	timer_in(b->timer, b->deadline - clock_now());
	if (c->witness)
		tell(b, WITNESS_POD, "witness");
	drain_guests(b);
	req.kind = "Pod";
	case_request(c, &req, on_list, NULL);
	return b;
}

struct barrier *barrier_free(struct barrier *b)
{
	if (!b)
		return NULL;
	json_decref(b->ending);
	json_decref(b->behind);
	timer_free(b->timer);
	free(b->why);
	free(b);
	return NULL;
}

static bool seen_gone(const struct history *h, const char *pod)
{
	for (size_t i = h->n; i-- > 0;) {
		const struct hist_event *e = h->events[i];

		if (e->source == SOURCE_WATCH && streq(e->who, pod) && e->words[0] &&
		    streq(e->words[0], "gone"))
			return true;
	}
	return false;
}

static bool watch_caught_up(const struct barrier *b)
{
	const char *key;
	json_t *revision;

	json_object_foreach(b->behind, key, revision) {
		const json_t *object = json_object_get(b->c->seen.told, key);
		const char *seen = json_str(object, "metadata.resourceVersion");

		if (!object && !seen_gone(&b->c->history, key + strlen("Pod/")))
			return false;
		if (object && strtoull(seen ? seen : "0", NULL, 10) <
				      strtoull(json_string_value(revision), NULL, 10))
			return false;
	}
	return b->listed;
}

static bool logs_ended(const struct barrier *b)
{
	json_t *pair;
	size_t i;

	json_array_foreach(b->ending, i, pair)
		if (!case_follows_ended(b->c, json_str(pair, "0"), json_str(pair, "1")))
			return false;
	return true;
}

static char *missing(const struct barrier *b)
{
	return xstrdup(b->why		     ? b->why :
		       !echo_all_heard(b->c) ? "exec was answered, but the guest did not hear it" :
		       !watch_caught_up(b)   ? "the watch did not show what get shows" :
					       "a log did not come to its end");
}

bool barrier_over(struct barrier *b, bool *ret_complete, char **ret_missing)
{
	bool complete = echo_all_heard(b->c) && watch_caught_up(b) && logs_ended(b);

	if (!complete && !b->failed && clock_now() < b->deadline)
		return false;
	*ret_complete = complete;
	*ret_missing = complete ? NULL : missing(b);
	return true;
}
