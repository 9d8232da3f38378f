/*
 * expectations: known failures of a subject.
 *
 * A known failure is still run and must still fail: when it passes the run says `fixed` and fails, so that the list never outlives what
 * it excuses. An entry needs a reason. `case` may be left out: then it holds for this requirement in every case.
 */
#include "expectations.h"

#include "doc.h"
#include "util/json.h"

struct expectations {
	json_t *entries;
};

static int check(const json_t *entries, const char *path, struct error *err)
{
	json_t *e;
	size_t i;

	json_array_foreach((json_t *)entries, i, e)
		if (!json_str(e, "req") || !json_str(e, "reason"))
			return error_set(err, "%s: entry %zu: req and reason are needed", path,
					 i + 1);
	return json_is_array(entries) ?
		       0 :
		       error_set(err, "%s: must be a list of {case, req, reason}", path);
}

int expectations_load(const char *path, struct expectations **ret, struct error *err)
{
	_cleanup_json_ json_t *docs = NULL;

	*ret = NULL;
	if (!path)
		return 0;
	if (doc_load(path, &docs, NULL, err) || check(json_array_get(docs, 0), path, err))
		return -1;
	*ret = xcalloc(1, sizeof(**ret));
	(*ret)->entries = json_incref(json_array_get(docs, 0));
	return 0;
}

struct expectations *expectations_free(struct expectations *e)
{
	if (e)
		json_decref(e->entries);
	free(e);
	return NULL;
}

static const char *reason_for(const struct expectations *e, const char *name, const char *req)
{
	json_t *entry;
	size_t i;

	json_array_foreach(e->entries, i, entry)
		if (streq(json_str(entry, "req"), req) &&
		    (!json_str(entry, "case") || streq(json_str(entry, "case"), name)))
			return json_str(entry, "reason");
	return NULL;
}

static bool apply_one(struct assertion_result *a, const char *reason)
{
	_cleanup_free_ char *old = a->message;

	a->before = a->verdict;
	switch (a->verdict) {
	case VERDICT_FAIL:
	case VERDICT_IGNORED:
	case VERDICT_MISS:
		a->verdict = VERDICT_KNOWN;
		a->message = xasprintf("known: %s (%s)", reason, old ? old : "");
		return true;
	case VERDICT_PASS:
		a->verdict = VERDICT_FIXED;
		a->message = xasprintf("listed as a known failure (%s), but it passes", reason);
		return true;
	default:
		a->message = take_ptr(old);
		return false;
	}
}

void expectations_apply(const struct expectations *e, struct case_result *c)
{
	_cleanup_free_ char *broken = c->verdict == VERDICT_BROKEN ? xstrdup(c->message) : NULL;
	bool changed = false;

	for (size_t i = 0; e && i < c->n_assertions; i++) {
		const char *reason = reason_for(e, c->name, c->assertions[i].req);

		if (reason)
			changed |= apply_one(&c->assertions[i], reason);
	}
	if (changed)
		case_result_settle(c, broken);
}
