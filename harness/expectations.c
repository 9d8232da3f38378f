/*
 * expectations: known failures of a subject.
 *
 * A known failure is still run and must still fail: when it passes the run says `fixed` and fails, so that the list never outlives what
 * it excuses. An entry needs a reason, and may give the public `report` of it. It says what it excuses in one of these ways:
 *
 *	{case: NAME, req: ID}                     this requirement in this case; without `case` in every case
 *	{case: NAME, setup: TEXT}                 the case cannot be set up, in these words; what rests on that is not evaluated
 *	{invariant: true, req: ID}                the requirement's rules for every history, wherever they are broken
 *
 * NAME may be a pattern. `sometimes: true`: it does not fail in every run, so that a pass says nothing. What has one reason is said
 * together, as {reason: TEXT, report: URL, cases: {NAME: [ID, {setup: TEXT}, {req: ID, sometimes: true}, …], …}}; such a group is
 * spread into entries of the forms above when the list is read.
 */
#include "expectations.h"

#include <fnmatch.h>

#include "doc.h"
#include "util/json.h"

struct expectations {
	json_t *entries;
};

static const char *problem(const json_t *e)
{
	if (!json_str(e, "reason"))
		return "a reason is needed";
	if (!json_str(e, "req") == !json_str(e, "setup"))
		return "one of req and setup is needed";
	if (json_str(e, "setup") && !json_str(e, "case"))
		return "setup needs a case";
	return NULL;
}

/* One member of a group, an id or a map, as an entry of its own; NULL when it is neither. */
static json_t *member_entry(const json_t *group, const char *name, const json_t *member)
{
	json_t *entry;

	if (json_is_object(member))
		entry = json_copy((json_t *)member);
	else if (json_is_string(member))
		entry = json_pack("{sO}", "req", member);
	else
		return NULL;
	json_object_set_new(entry, "case", json_string(name));
	json_object_set(entry, "reason", json_object_get(group, "reason"));
	if (json_object_get(group, "report"))
		json_object_set(entry, "report", json_object_get(group, "report"));
	return entry;
}

/* Adds `entry`, which it takes, when it says enough. */
static int add(json_t *list, json_t *entry, const char *where, struct error *err)
{
	const char *wrong = json_is_object(entry) ? problem(entry) : "must be an id or a map";

	if (entry)
		json_array_append_new(list, entry);
	return wrong ? error_set(err, "%s: %s", where, wrong) : 0;
}

static int spread(json_t *list, const json_t *group, const char *where, struct error *err)
{
	json_t *cases = json_object_get(group, "cases"), *members, *member;
	const char *name;
	size_t i;

	json_object_foreach(cases, name, members) {
		_cleanup_free_ char *place = xasprintf("%s: cases.%s", where, name);

		if (!json_is_array(members) || json_array_size(members) == 0)
			return error_set(err, "%s: must be a list, and not empty", place);
		json_array_foreach(members, i, member)
			if (add(list, member_entry(group, name, member), place, err))
				return -1;
	}
	return 0;
}

/* The entries of the document, one by one; the caller owns *ret also after an error. */
static int read_entries(const json_t *doc, const char *path, json_t **ret, struct error *err)
{
	json_t *e;
	size_t i;

	*ret = json_array();
	if (!json_is_array(doc))
		return error_set(err, "%s: must be a list of {case, req or setup, reason}", path);
	json_array_foreach((json_t *)doc, i, e) {
		_cleanup_free_ char *where = xasprintf("%s: entry %zu", path, i + 1);

		if (json_object_get(e, "cases") ? spread(*ret, e, where, err) :
						  add(*ret, json_incref(e), where, err))
			return -1;
	}
	return 0;
}

int expectations_load(const char *path, struct expectations **ret, struct error *err)
{
	_cleanup_json_ json_t *docs = NULL, *entries = NULL;

	*ret = NULL;
	if (!path)
		return 0;
	if (doc_load(path, &docs, NULL, err) ||
	    read_entries(json_array_get(docs, 0), path, &entries, err))
		return -1;
	*ret = xcalloc(1, sizeof(**ret));
	(*ret)->entries = json_incref(entries);
	return 0;
}

struct expectations *expectations_free(struct expectations *e)
{
	if (e)
		json_decref(e->entries);
	free(e);
	return NULL;
}

static bool is_for(const json_t *entry, const struct case_result *c)
{
	const char *pattern = json_str(entry, "case");

	return !pattern || fnmatch(pattern, c->name, 0) == 0;
}

static bool is_wrong(enum verdict v)
{
	return v == VERDICT_FAIL || v == VERDICT_IGNORED || v == VERDICT_MISS;
}

static void turn(struct assertion_result *a, enum verdict v, char *message)
{
	free(a->message);
	a->before = a->verdict;
	a->verdict = v;
	a->message = message;
}

static void excuse(struct assertion_result *a, const json_t *entry)
{
	turn(a, VERDICT_KNOWN,
	     xasprintf("known: %s (%s)", json_str(entry, "reason"), a->message ? a->message : ""));
}

/* Of a rule for every history only what is broken makes an assertion. */
static bool concerns(const json_t *entry, const struct assertion_result *a)
{
	return streq(json_str(entry, "req"), a->req) &&
	       (a->invariant || !json_truth(entry, "invariant", false));
}

/* Every assertion that fails as the entry says; when none does although it was judged, that is `fixed`. */
static bool apply_req(const json_t *entry, struct case_result *c)
{
	bool sometimes = json_truth(entry, "sometimes", false), hit = false, changed = false;

	for (size_t i = 0; i < c->n_assertions; i++) {
		struct assertion_result *a = &c->assertions[i];

		hit |= concerns(entry, a) && (is_wrong(a->verdict) || a->verdict == VERDICT_KNOWN);
		if (concerns(entry, a) && is_wrong(a->verdict)) {
			excuse(a, entry);
			changed = true;
		}
	}
	for (size_t i = 0; i < c->n_assertions && !hit && !sometimes; i++) {
		struct assertion_result *a = &c->assertions[i];

		if (!concerns(entry, a) || a->verdict != VERDICT_PASS)
			continue;
		turn(a, VERDICT_FIXED,
		     xasprintf("listed as a known failure (%s), but it passes",
			       json_str(entry, "reason")));
		changed = true;
	}
	return changed;
}

/* What was not evaluated because of a set-up that fails in these words; *broken is the case's own message. */
static bool apply_setup(const json_t *entry, struct case_result *c, char **broken)
{
	const char *words = json_str(entry, "setup");
	bool changed = *broken && strstr(*broken, words);

	for (size_t i = 0; i < c->n_assertions; i++) {
		struct assertion_result *a = &c->assertions[i];

		if (a->verdict == VERDICT_BROKEN && a->message && strstr(a->message, words)) {
			excuse(a, entry);
			changed = true;
		}
	}
	if (changed)
		free(take_ptr(*broken));
	return changed;
}

static bool covers(const struct expectations *e, const struct case_result *c,
		   const struct assertion_result *a)
{
	json_t *entry;
	size_t i;

	json_array_foreach(e->entries, i, entry) {
		const char *words = json_str(entry, "setup");

		if (is_for(entry, c) && (a->verdict == VERDICT_BROKEN ?
						 words && a->message && strstr(a->message, words) :
						 concerns(entry, a)))
			return true;
	}
	return false;
}

bool expectations_cover(const struct expectations *e, const struct case_result *c)
{
	for (size_t i = 0; e && i < c->n_assertions; i++) {
		const struct assertion_result *a = &c->assertions[i];

		if ((is_wrong(a->verdict) || a->verdict == VERDICT_BROKEN) && !covers(e, c, a))
			return false;
	}
	return e != NULL;
}

static bool was_set_up(const struct case_result *c)
{
	for (size_t i = 0; i < c->n_assertions; i++)
		if (c->assertions[i].verdict == VERDICT_BROKEN)
			return false;
	return c->verdict != VERDICT_BROKEN && c->verdict != VERDICT_NOT_APPLICABLE;
}

/* The case as a whole, where its assertions do not say it. */
static void mark(struct case_result *c, enum verdict v, const char *words, const json_t *entry)
{
	if (verdict_worse(c->verdict, v) != v)
		return;
	c->verdict = v;
	free(c->message);
	c->message = xasprintf("%s: %s", words, json_str(entry, "reason"));
}

void expectations_apply(const struct expectations *e, struct case_result *c)
{
	_cleanup_free_ char *broken = c->verdict == VERDICT_BROKEN ? xstrdup(c->message) : NULL;
	bool set_up = was_set_up(c), changed = false;
	const json_t *excused = NULL, *fixed = NULL;
	json_t *entry;
	size_t i;

	if (!e)
		return;
	json_array_foreach(e->entries, i, entry) {
		if (!is_for(entry, c))
			continue;
		if (json_str(entry, "req"))
			changed |= apply_req(entry, c);
		else if (apply_setup(entry, c, &broken))
			excused = entry;
		else if (set_up && !json_truth(entry, "sometimes", false))
			fixed = entry;
	}
	if (changed || excused)
		case_result_settle(c, broken);
	if (excused && !broken)
		mark(c, VERDICT_KNOWN, "known", excused);
	if (fixed)
		mark(c, VERDICT_FIXED, "listed as not to be set up, but it is", fixed);
}
