/*
 * undeclared: does something work that the subject does not declare?
 *
 * A runtime's author may have forgotten a word, or a driver's. For each feature that is not declared the cases are tried which need it
 * and nothing else undeclared: the quickest two, since one may pass for a reason of its own. They run beside each other after all
 * others, outside the reports, and whatever becomes of them, the run does not fail by it. Cases that disturb the node, run alone or wait
 * for long are not tried, and neither is a feature that says where the subject is, or that makes nodes in somebody's cluster.
 */
#include "undeclared.h"

#include "feature.h"
#include "util/json.h"

#define TRIES 2
#define PATIENCE_SECONDS 15

static bool is_wanted(const struct options *o)
{
	bool selected = o->only || o->area || o->requirement || o->quick ||
			(o->names && o->names[0]);

	return o->audit || (!o->no_audit && !selected);
}

static bool may_be_tried(const struct session *s, const char *feature)
{
	return !subject_has(s->subject, feature) && !has_prefix(feature, "disrupt.") &&
	       !streq(feature, "local") && !streq(feature, "nodes.made");
}

static double wait_of(const struct session *s, const struct fixture *f)
{
	return f->wait_nominal / s->bounds.rate + f->wait_real;
}

/* It needs this feature, and nothing else that is not declared. */
static bool is_candidate(const struct session *s, const struct fixture *f, const char *feature)
{
	if (f->disruptive || f->exclusive || wait_of(s, f) > PATIENCE_SECONDS ||
	    !strv_has(f->needs, feature))
		return false;
	for (char **need = f->needs; *need; need++)
		if (!streq(*need, feature) && !subject_has(s->subject, *need))
			return false;
	return true;
}

static bool is_quicker(const struct session *s, const struct fixture *a, const struct fixture *b)
{
	double x = wait_of(s, a), y = wait_of(s, b);

	return x < y || (x <= y && a->pods < b->pods);
}

/* Adds the quickest cases for one feature; *n grows by at most TRIES. */
static void choose(const struct session *s, const struct fixture *const *fixtures,
		   size_t n_fixtures, const char *feature, const struct fixture **chosen, size_t *n)
{
	size_t first = *n;

	for (size_t i = 0; i < n_fixtures; i++) {
		size_t at = *n;

		if (!is_candidate(s, fixtures[i], feature))
			continue;
		while (at > first && is_quicker(s, fixtures[i], chosen[at - 1]))
			at--;
		if (at - first >= TRIES)
			continue;
		*n = MIN(*n + 1, first + TRIES);
		for (size_t k = *n - 1; k > at; k--)
			chosen[k] = chosen[k - 1];
		chosen[at] = fixtures[i];
	}
}

/* Guests that are left over are not looked for: a runtime does not answer for what it never promised. */
static void try_all(struct session *s, const struct runner_plan *plan, struct run_result *ret)
{
	struct leak *leak = take_ptr(s->leak);

	runner_run(s, plan, ret);
	s->leak = leak;
	if (ret->void_reason)
		fprintf(stderr, "podtest: the look for undeclared features was cut short: %s\n",
			ret->void_reason);
}

void undeclared_try(struct session *s, const struct fixture *const *fixtures, size_t n,
		    struct run_result *ret)
{
	_cleanup_free_ const struct fixture **chosen = NULL;
	struct runner_plan plan = { .repeat = 1, .any_need = true };
	const char *feature;
	size_t features = 0;

	while (feature_at(features))
		features++;
	chosen = xcalloc(features * TRIES + 1, sizeof(*chosen));
	for (size_t i = 0; is_wanted(s->options) && (feature = feature_at(i)); i++)
		if (may_be_tried(s, feature))
			choose(s, fixtures, n, feature, chosen, &plan.n);
	plan.fixtures = chosen;
	if (plan.n)
		try_all(s, &plan, ret);
}
