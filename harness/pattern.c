/*
 * pattern: an event's name as fixtures write it, and which events it names.
 *
 * SOURCE WHO WORD… [#N | #last]. WHO may be a shell pattern (`*` also crosses the slash in `*` alone, as a pod's own events have
 * no slash). A word is one of the event's own words, or key=value which its content must carry (dotted keys, compared as
 * text); a `watch` event must carry the first one itself, since it says what changed. `did` has no WHO: its words must be the event's first ones. A name that begins with no known source is a guest's.
 */
#include <fnmatch.h>

#include "history.h"
#include "util/json.h"

static const char *const source_names[N_SOURCES] = { "guest", "lost", "watch", "event", "did" };

static int take_source(char ***words)
{
	for (int i = 0; **words && i < N_SOURCES; i++)
		if (streq(**words, source_names[i])) {
			(*words)++;
			return i;
		}
	return SOURCE_GUEST;
}

static int take_index(const char *word, int *ret)
{
	char *end;
	long n;

	if (streq(word, "#last")) {
		*ret = -1;
		return 0;
	}
	n = strtol(word + 1, &end, 10);
	if (*end || n < 1 || n > 100000)
		return -1;
	*ret = (int)n;
	return 0;
}

int pattern_parse(const char *text, struct pattern *ret, struct error *err)
{
	_cleanup_(pattern_clear) struct pattern p = { 0 };
	_cleanup_strv_ char **all = strv_split(text, " ");
	char **words = all;
	size_t n = 0;

	p.source = (enum source)take_source(&words);
	p.words = xcalloc(strv_len(words) + 1, sizeof(*p.words));
	if (p.source != SOURCE_DID && *words && **words != '#')
		p.who = xstrdup(*words++);
	for (; *words; words++) {
		if (**words != '#')
			p.words[n++] = xstrdup(*words);
		else if (take_index(*words, &p.index))
			return error_set(err, "event \"%s\": %s is no index", text, *words);
	}
	if (p.source != SOURCE_DID && !p.who)
		return error_set(err, "event \"%s\": of which pod or container?", text);
	*ret = p;
	p = (struct pattern){ 0 };
	return 0;
}

void pattern_clear(struct pattern *p)
{
	free(p->who);
	strv_free(p->words);
	*p = (struct pattern){ 0 };
}

static bool content_has(const json_t *content, const char *word)
{
	const char *equals = strchr(word, '=');
	_cleanup_free_ char *key = equals ? strndup(word, (size_t)(equals - word)) : NULL,
			    *text = NULL;
	const json_t *v = key ? json_path(content, key) : NULL;

	if (!v)
		return false;
	text = json_scalar(v);
	return streq(text, equals + 1);
}

static bool first_words(char *const *want, char *const *have)
{
	for (; *want; want++, have++)
		if (!*have || fnmatch(*want, *have, 0))
			return false;
	return true;
}

bool pattern_matches(const struct pattern *p, const struct hist_event *e)
{
	if (p->source != e->source)
		return false;
	if (p->source == SOURCE_DID)
		return first_words(p->words, e->words);
	if (fnmatch(p->who, e->who, FNM_PATHNAME))
		return false;
	if (e->source == SOURCE_WATCH && p->words[0] && !strv_has(e->words, p->words[0]))
		return false;
	for (size_t i = 0; p->words[i]; i++)
		if (!strv_has(e->words, p->words[i]) && !content_has(e->content, p->words[i]))
			return false;
	return true;
}

const struct hist_event *history_find(const struct history *h, const struct pattern *p)
{
	const struct hist_event *last = NULL;
	int n = 0;

	for (size_t i = 0; i < h->n; i++) {
		if (!pattern_matches(p, h->events[i]))
			continue;
		last = h->events[i];
		if (p->index >= 0 && ++n == MAX(p->index, 1))
			return last;
	}
	return p->index < 0 ? last : NULL;
}
