/*
 * audit_make: what a subject declares, against what was seen of it.
 *
 * A case needs several features, and when it fails one of them is to blame. A field that was refused or had no effect names it; else
 * the case is laid to the need of which the smallest share of cases passes, to several when they are equal: what works elsewhere is
 * not the reason. So one broken feature does not colour all those that are used beside it. A case that could not be set up for another
 * reason than a refusal says nothing. What the list of known failures calls known failed all the same.
 */
#include "audit_make.h"

#include "feature.h"
#include "fixture.h"
#include "result.h"
#include "util/json.h"

/* The states in the order in which a tie between them is settled. */
static const enum audit_state bad_states[] = { AUDIT_REFUSED, AUDIT_IGNORED, AUDIT_WRONG };

/* ---- what a case says ---- */

static bool needs(const struct case_result *c, const char *feature)
{
	return streq(feature, "pod") || strv_has(c->fixture->needs, feature);
}

static enum audit_state state_of_assertion(const struct assertion_result *a)
{
	if (a->ignored)
		return AUDIT_IGNORED;
	switch (assertion_observed(a)) {
	case VERDICT_PASS:
		return AUDIT_HONOURED;
	case VERDICT_FAIL:
	case VERDICT_MISS:
		return AUDIT_WRONG;
	default:
		return AUDIT_UNSEEN;
	}
}

static enum audit_state state_of_case(const struct case_result *c)
{
	enum audit_state worst = AUDIT_HONOURED;

	if (c->refused)
		return AUDIT_REFUSED;
	for (size_t i = 0; i < c->n_assertions; i++) {
		const struct assertion_result *a = &c->assertions[i];
		enum audit_state s = state_of_assertion(a);

		if (s == AUDIT_IGNORED ||
		    (s == AUDIT_WRONG && assertion_observed(a) == VERDICT_FAIL))
			worst = worst == AUDIT_IGNORED ? worst : s;
	}
	if (worst == AUDIT_HONOURED &&
	    (c->verdict == VERDICT_NOT_APPLICABLE || c->verdict == VERDICT_BROKEN ||
	     c->verdict == VERDICT_UNDECIDED))
		return AUDIT_UNSEEN;
	return worst;
}

/* ---- features ---- */

static struct audit_feature *find(struct audit *a, const char *name)
{
	for (size_t i = 0; name && i < a->n_features; i++)
		if (streq(a->features[i].name, name))
			return &a->features[i];
	return NULL;
}

static void list_features(struct audit *a, audit_declares_fn declares, void *userdata)
{
	const char *name;

	while ((name = feature_at(a->n_features)))
		a->n_features++;
	a->features = xcalloc(a->n_features, sizeof(*a->features));
	for (size_t i = 0; i < a->n_features; i++) {
		name = feature_at(i);
		a->features[i] = (struct audit_feature){ .name = name,
							 .declared = declares(userdata, name) };
	}
}

static void count_cases(struct audit *a, const struct run_result *run)
{
	for (size_t i = 0; i < run->n_cases; i++) {
		const struct case_result *c = &run->cases[i];
		enum audit_state s = c->fixture ? state_of_case(c) : AUDIT_UNSEEN;

		for (size_t k = 0; s != AUDIT_UNSEEN && k < a->n_features; k++) {
			struct audit_feature *f = &a->features[k];

			if (!f->declared || !needs(c, f->name))
				continue;
			f->cases++;
			f->passed += s == AUDIT_HONOURED;
		}
	}
}

static void count_not_run(struct audit *a, const struct run_result *run)
{
	for (size_t i = 0; i < run->n_cases; i++) {
		const struct case_result *c = &run->cases[i];
		bool lacks = false;

		if (!c->fixture || c->round || c->verdict != VERDICT_NOT_APPLICABLE)
			continue;
		for (size_t k = 0; k < a->n_features; k++) {
			struct audit_feature *f = &a->features[k];

			if (f->declared || !needs(c, f->name))
				continue;
			f->not_run++;
			lacks = true;
		}
		a->not_run += lacks;
	}
}

static double share(const struct audit_feature *f)
{
	return (double)f->passed / (double)f->cases;
}

static void blame_the_weakest(struct audit *a, const struct case_result *c, enum audit_state s)
{
	double least = 2;

	for (size_t k = 0; k < a->n_features; k++)
		if (a->features[k].cases && needs(c, a->features[k].name))
			least = MIN(least, share(&a->features[k]));
	for (size_t k = 0; k < a->n_features; k++) {
		struct audit_feature *f = &a->features[k];

		if (f->cases && needs(c, f->name) && share(f) <= least)
			f->bad[s]++;
	}
}

/* The feature of the field that the case itself names, if the case needs it. */
static struct audit_feature *named_by(struct audit *a, const struct case_result *c,
				      const char *field)
{
	struct audit_feature *f = field ? find(a, feature_of_field(field)) : NULL;

	return f && f->cases && needs(c, f->name) ? f : NULL;
}

static const char *ignored_field(const struct case_result *c)
{
	for (size_t i = 0; i < c->n_assertions; i++)
		if (c->assertions[i].ignored)
			return c->assertions[i].field;
	return NULL;
}

static void blame(struct audit *a, const struct case_result *c)
{
	enum audit_state s = state_of_case(c);
	const char *field = s == AUDIT_REFUSED ? c->refused_field :
			    s == AUDIT_IGNORED ? ignored_field(c) :
						 NULL;
	struct audit_feature *f = named_by(a, c, field);

	if (s == AUDIT_UNSEEN || s == AUDIT_HONOURED)
		return;
	if (f)
		f->bad[s]++;
	else /* a field that is no feature's own: the feature works, but not wholly */
		blame_the_weakest(a, c, s == AUDIT_IGNORED && field ? AUDIT_WRONG : s);
}

/* A case that was tried needs one feature that is not declared: what it says, it says of that one. */
static void count_tried(struct audit *a, const struct run_result *tried)
{
	for (size_t i = 0; tried && i < tried->n_cases; i++) {
		const struct case_result *c = &tried->cases[i];
		enum audit_state s = c->fixture ? state_of_case(c) : AUDIT_UNSEEN;

		for (size_t k = 0; s != AUDIT_UNSEEN && k < a->n_features; k++) {
			struct audit_feature *f = &a->features[k];

			if (f->declared || !needs(c, f->name))
				continue;
			f->cases++;
			f->passed += s == AUDIT_HONOURED;
			f->bad[s] += s != AUDIT_HONOURED;
		}
	}
}

/* The state that was seen most often. */
static enum audit_state worst(const size_t *seen)
{
	enum audit_state most = bad_states[0];

	for (size_t i = 1; i < ARRAY_SIZE(bad_states); i++)
		if (seen[bad_states[i]] > seen[most])
			most = bad_states[i];
	return most;
}

static enum audit_state settle(const struct audit_feature *f)
{
	if (!f->cases)
		return AUDIT_UNSEEN;
	if (!f->passed)
		return worst(f->bad);
	if (f->bad[AUDIT_IGNORED])
		return AUDIT_IGNORED;
	return f->bad[AUDIT_WRONG] || f->bad[AUDIT_REFUSED] ? AUDIT_WRONG : AUDIT_HONOURED;
}

static enum audit_claim claim(const struct audit_feature *f)
{
	if (f->state == AUDIT_UNSEEN)
		return CLAIM_UNKNOWN;
	if (f->declared)
		return f->passed ? CLAIM_RIGHT : CLAIM_OVER;
	return f->state == AUDIT_HONOURED ? CLAIM_UNDER : CLAIM_RIGHT;
}

/* ---- fields ---- */

static struct audit_field *field_row(struct audit *a, const char *path)
{
	for (size_t i = 0; i < a->n_fields; i++)
		if (streq(a->fields[i].path, path))
			return &a->fields[i];
	a->fields = xrealloc(a->fields, (a->n_fields + 1) * sizeof(*a->fields));
	a->fields[a->n_fields] = (struct audit_field){ .path = xstrdup(path) };
	return &a->fields[a->n_fields++];
}

static void count_fields(struct audit *a, const struct case_result *c)
{
	for (size_t i = 0; i < c->n_assertions; i++) {
		const struct assertion_result *as = &c->assertions[i];
		enum audit_state s = state_of_assertion(as);
		struct audit_field *f;

		if (!as->field)
			continue;
		if (s == AUDIT_UNSEEN && c->refused)
			s = AUDIT_REFUSED;
		f = field_row(a, as->field);
		f->assertions += s != AUDIT_UNSEEN;
		f->seen[s]++;
	}
}

static void settle_field(struct audit_field *f)
{
	if (!f->assertions)
		f->state = AUDIT_UNSEEN;
	else if (f->seen[AUDIT_HONOURED] == f->assertions)
		f->state = AUDIT_HONOURED;
	else
		f->state = worst(f->seen);
}

void audit_make(struct audit *a, const struct run_result *run, const struct run_result *tried,
		audit_declares_fn declares, void *userdata)
{
	*a = (struct audit){ 0 };
	list_features(a, declares, userdata);
	count_cases(a, run);
	count_not_run(a, run);
	for (size_t i = 0; i < run->n_cases; i++) {
		if (run->cases[i].fixture)
			blame(a, &run->cases[i]);
		count_fields(a, &run->cases[i]);
	}
	count_tried(a, tried);
	for (size_t i = 0; tried && i < tried->n_cases; i++)
		count_fields(a, &tried->cases[i]);
	for (size_t i = 0; i < a->n_features; i++) {
		a->features[i].state = settle(&a->features[i]);
		a->features[i].claim = claim(&a->features[i]);
	}
	for (size_t i = 0; i < a->n_fields; i++)
		settle_field(&a->fields[i]);
}
