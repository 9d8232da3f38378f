/*
 * fact: does what a fixture states hold now?
 *
 * Facts about watched kinds and about the history are looked up in what the case has seen. Others (logs, raw paths, kinds without a
 * watch) have to be asked for; the step keeps the last answer and asks again. The witness pod is never counted: it is
 * the runner's, not the case's.
 */
#include "fact.h"

#include "kinds.h"
#include "match.h"
#include "util/json.h"

bool object_ref(const char *object, const char **ret_kind, const char **ret_name)
{
	const char *slash = object ? strchr(object, '/') : NULL;
	_cleanup_free_ char *word = slash ? strndup(object, (size_t)(slash - object)) : NULL;
	const struct kind *k = kind_find(word);

	if (!k)
		return false;
	*ret_kind = k->kind;
	*ret_name = slash + 1;
	return true;
}

static bool is_watched(const char *object)
{
	const char *kind, *name;

	return object_ref(object, &kind, &name) && kind_find(kind)->watched;
}

bool fact_is_asked(const json_t *fact)
{
	const char *object = json_str(fact, "object") ? json_str(fact, "object") :
							json_str(fact, "absent");
	const struct kind *listed = kind_find(json_str(fact, "objects"));

	if (json_str(fact, "log") || json_str(fact, "api"))
		return true;
	if (object)
		return !is_watched(object);
	return listed && !listed->watched;
}

static int log_request(const json_t *fact, struct request *req, char **ret_name,
		       char **ret_container)
{
	const char *where = json_str(fact, "log"), *slash = strchr(where, '/');

	*ret_name = strndup(where, slash ? (size_t)(slash - where) : strlen(where));
	*ret_container = slash ? xstrdup(slash + 1) : NULL;
	*req = REQUEST(VERB_LOGS);
	req->name = *ret_name;
	req->container = *ret_container;
	req->previous = json_truth(fact, "previous", false);
	req->timestamps = json_truth(fact, "timestamps", false);
	req->tail = (long)json_int(fact, "tail", -1);
	return 0;
}

int fact_request(const json_t *fact, struct request *req, char **ret_name, char **ret_container,
		 struct error *err)
{
	const char *object = json_str(fact, "object") ? json_str(fact, "object") :
							json_str(fact, "absent");

	if (json_str(fact, "log"))
		return log_request(fact, req, ret_name, ret_container);
	if (json_str(fact, "api")) {
		*req = REQUEST(VERB_RAW);
		req->path = json_str(fact, "api");
		return 0;
	}
	*req = REQUEST(object ? VERB_GET : VERB_LIST);
	if (!object) {
		req->kind = json_str(fact, "objects");
		return 0;
	}
	if (!object_ref(object, &req->kind, &req->name))
		return error_set(err, "\"%s\": no such kind", object);
	return 0;
}

static enum fact_state show(bool holds, const json_t *want, const json_t *have, char **ret_seen)
{
	_cleanup_json_ json_t *seen = match_seen(want, have);

	*ret_seen = have ? json_line(seen) : xstrdup("it does not exist");
	return holds ? FACT_HOLDS : FACT_NOT;
}

/* Who is asked again and again may not have been since the case last did something: then nobody knows yet that a thing is absent. */
static bool is_unknown(const struct case_run *c, const json_t *fact, const json_t *have)
{
	const struct subject *s = c->session->subject;

	return json_str(fact, "absent") && !have && s->sampled && s->looked < c->acted;
}

static enum fact_state look_object(const json_t *fact, const json_t *have, char **ret_seen)
{
	const json_t *want = json_object_get(fact, "match");

	if (json_str(fact, "absent")) {
		_cleanup_free_ char *line = have ? json_line(json_object_get(have, "status")) :
						   NULL;

		*ret_seen = have ? xasprintf("it is there, with status %.400s", line) :
				   xstrdup("it does not exist");
		return have ? FACT_NOT : FACT_HOLDS;
	}
	return show(have && (!want || match_json(want, have)), want, have, ret_seen);
}

static bool labels_match(const json_t *want, const json_t *object)
{
	const json_t *have = json_path(object, "metadata.labels");
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)want, key, value)
		if (!json_equal(value, json_object_get(have, key)))
			return false;
	return true;
}

static bool counts(const json_t *fact, const json_t *object, const char *kind)
{
	const json_t *want = json_object_get(fact, "match");

	return streq(json_str(object, "kind"), kind) &&
	       !streq(json_str(object, "metadata.name"), WITNESS_POD) &&
	       labels_match(json_object_get(fact, "labels"), object) &&
	       (!want || match_json(want, object));
}

static enum fact_state look_number(const json_t *fact, size_t n, char **ret_seen)
{
	int64_t is = json_int(fact, "is", -1), count = (int64_t)n;
	int64_t min = is >= 0 ? is : json_int(fact, "min", 0),
		max = is >= 0 ? is : json_int(fact, "max", INT64_MAX);

	*ret_seen = xasprintf("%zu of them", n);
	if (is < 0 && !json_object_get(fact, "min") && !json_object_get(fact, "max"))
		min = 1;
	return count >= min && count <= max ? FACT_HOLDS : FACT_NOT;
}

static enum fact_state look_objects(struct case_run *c, const json_t *fact, char **ret_seen)
{
	const struct kind *k = kind_find(json_str(fact, "objects"));
	const char *key;
	json_t *object;
	size_t n = 0, i;

	if (!k) {
		*ret_seen = xstrdup("no such kind");
		return FACT_NOT;
	}
	if (k->watched)
		json_object_foreach(c->seen.objects, key, object)
			n += counts(fact, object, k->kind);
	json_array_foreach(json_path(c->now.fetched, "items"), i, object) {
		if (!k->watched && !json_object_get(object, "kind"))
			json_object_set_new(object, "kind", json_string(k->kind));
		n += !k->watched && counts(fact, object, k->kind);
	}
	return look_number(fact, n, ret_seen);
}

static enum fact_state look_guest(struct case_run *c, const json_t *fact, char **ret_seen)
{
	_cleanup_(pattern_clear) struct pattern p = { 0 };
	_cleanup_error_ struct error err = ERROR_INIT;
	const json_t *want = json_object_get(fact, "match");
	const struct hist_event *last = NULL;
	_cleanup_json_ json_t *seen = NULL;
	int hits = 0, need;

	if (pattern_parse(json_str(fact, "guest"), &p, &err)) {
		*ret_seen = xstrdup(error_text(&err));
		return FACT_NOT;
	}
	need = MAX(p.index, 1);
	for (size_t i = 0; i < c->history.n; i++) {
		const struct hist_event *e = c->history.events[i];

		if (!pattern_matches(&p, e))
			continue;
		last = e;
		hits += !want || match_json(want, e->content);
	}
	seen = want && last ? match_seen(want, last->content) : NULL;
	*ret_seen = !last	     ? xstrdup("no such event") :
		    need > 1 && hits ? xasprintf("only %d of them", hits) :
		    want	     ? hist_event_with(last, seen) :
				       hist_event_text(last);
	return hits >= need ? FACT_HOLDS : FACT_NOT;
}

static enum fact_state look_log(struct case_run *c, const json_t *fact, char **ret_seen)
{
	_cleanup_json_ json_t *text = json_string(c->now.fetched_text ? c->now.fetched_text : "");

	*ret_seen = c->now.fetched_text ? xasprintf("%.1000s", c->now.fetched_text) :
					  xstrdup("no log");
	if (!c->now.fetched_text)
		return FACT_NOT;
	return match_json(json_object_get(fact, "match"), text) ? FACT_HOLDS : FACT_NOT;
}

static enum fact_state look_api(struct case_run *c, const json_t *fact, char **ret_seen)
{
	const json_t *want = json_object_get(fact, "match");
	int64_t status = json_int(fact, "status", 200);
	_cleanup_free_ char *seen = NULL;
	bool holds = c->now.fetched_status == status && (!want || match_json(want, c->now.fetched));

	show(holds, want, c->now.fetched, &seen);
	*ret_seen = xasprintf("status %d, %.600s", c->now.fetched_status, seen);
	return holds ? FACT_HOLDS : FACT_NOT;
}

static enum fact_state look_watched(struct case_run *c, const json_t *fact, char **ret_seen)
{
	const char *object = json_str(fact, "object") ? json_str(fact, "object") :
							json_str(fact, "absent");
	const char *kind, *name;
	const json_t *have;

	if (!object_ref(object, &kind, &name)) {
		*ret_seen = xstrdup("no such kind");
		return FACT_NOT;
	}
	have = case_object(c, kind, name);
	if (!is_unknown(c, fact, have))
		return look_object(fact, have, ret_seen);
	*ret_seen = xstrdup("nobody has looked since");
	return FACT_UNKNOWN;
}

enum fact_state fact_look(struct case_run *c, const json_t *fact, char **ret_seen)
{
	if (fact_is_asked(fact) && !c->now.has_fetched) {
		*ret_seen = xstrdup("no answer yet");
		return FACT_UNKNOWN;
	}
	if (json_str(fact, "log"))
		return look_log(c, fact, ret_seen);
	if (json_str(fact, "api"))
		return look_api(c, fact, ret_seen);
	if (json_str(fact, "guest"))
		return look_guest(c, fact, ret_seen);
	if (json_str(fact, "objects"))
		return look_objects(c, fact, ret_seen);
	if (fact_is_asked(fact))
		return look_object(fact, c->now.fetched, ret_seen);
	return look_watched(c, fact, ret_seen);
}
