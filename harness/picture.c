/*
 * picture: what a drawing of a case's pods needs of its history.
 *
 * A history may hold thousands of events with their whole content; a picture of lanes shows a few kinds of them, and of each when it was
 * and a word or two. Which, is a table. Probes come again and again, so they have a bound of their own, and a long case's picture
 * ends early rather than growing without bound.
 */
#include "picture.h"

#include "chronicle.h"
#include "util/clock.h"
#include "util/json.h"

#define MAX_EVENTS 500
#define MAX_PROBES 150

static const struct shown {
	enum source source;
	const char *word; /* the first word, or how it begins; NULL: any */
	const char *is[3]; /* the parts of the content that are told */
} shown[] = {
	{ SOURCE_GUEST, "start", { NULL } },
	{ SOURCE_GUEST, "ready", { NULL } },
	{ SOURCE_GUEST, "term", { NULL } },
	{ SOURCE_GUEST, "signal", { "sig" } },
	{ SOURCE_GUEST, "exit", { "code" } },
	{ SOURCE_GUEST, "probe", { "kind", "name", "result" } },
	{ SOURCE_GUEST, "hook", { "name", "phase" } },
	{ SOURCE_LOST, NULL, { NULL } },
	{ SOURCE_WATCH, "phase=", { "reason" } },
	{ SOURCE_WATCH, "deleting", { NULL } },
	{ SOURCE_WATCH, "gone", { NULL } },
	{ SOURCE_WATCH, "state=", { "exitCode", "reason" } },
	{ SOURCE_WATCH, "ready=", { NULL } },
	{ SOURCE_DID, NULL, { NULL } },
};

static const char *const source_words[] = {
	[SOURCE_GUEST] = "guest", [SOURCE_LOST] = "lost", [SOURCE_WATCH] = "watch", [SOURCE_DID] = "did"
};

static const struct shown *find(const struct hist_event *e)
{
	if (has_prefix(e->who, WITNESS_POD))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(shown); i++) {
		const struct shown *s = &shown[i];
		bool whole = e->source == SOURCE_GUEST;

		if (s->source != e->source)
			continue;
		if (!s->word || (e->words[0] && (whole ? streq(e->words[0], s->word) :
							 has_prefix(e->words[0], s->word))))
			return s;
	}
	return NULL;
}

/* The words of what the runner did; of other events the first, which tells the rest. */
static char *what_of(const struct hist_event *e)
{
	char *text = xstrdup(e->words[0] ? e->words[0] : "lost");

	for (size_t i = 1; e->source == SOURCE_DID && e->words[0] && e->words[i]; i++) {
		_cleanup_free_ char *before = text;

		text = xasprintf("%s %s", before, e->words[i]);
	}
	return text;
}

static char *content_of(const struct hist_event *e, const struct shown *s)
{
	char *text = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(s->is) && s->is[i]; i++) {
		const json_t *v = e->content ? json_path(e->content, s->is[i]) : NULL;
		_cleanup_free_ char *word = v ? json_scalar(v) : NULL, *before = text;

		if (word)
			text = xasprintf("%s%s%.60s", before ? before : "", before ? " " : "", word);
		else
			text = take_ptr(before);
	}
	return text;
}

static json_t *event_json(const struct history *h, const struct hist_event *e, const struct shown *s)
{
	_cleanup_free_ char *what = what_of(e), *is = content_of(e, s);
	json_t *o = json_object();
	int64_t low, high;

	history_interval(h, e, &low, &high);
	json_object_set_new(o, "t", json_real(clock_seconds(high - h->began)));
	if (high - low > NSEC_PER_MSEC)
		json_object_set_new(o, "early", json_real(clock_seconds(high - low)));
	json_object_set_new(o, "from", json_string(source_words[e->source]));
	if (*e->who)
		json_object_set_new(o, "who", json_string(e->who));
	json_object_set_new(o, "what", json_string(what));
	if (is)
		json_object_set_new(o, "is", json_string(is));
	if (e->content && json_truth(e->content, "init", false))
		json_object_set_new(o, "init", json_true());
	return o;
}

json_t *picture_events(const struct history *h)
{
	json_t *list = json_array();
	size_t probes = 0;

	for (size_t i = 0; i < h->n && json_array_size(list) < MAX_EVENTS; i++) {
		const struct hist_event *e = h->events[i];
		const struct shown *s = find(e);

		if (!s || (streq(s->word, "probe") && probes++ >= MAX_PROBES))
			continue;
		json_array_append_new(list, event_json(h, e, s));
	}
	return list;
}
