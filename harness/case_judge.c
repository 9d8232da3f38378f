/*
 * case_judge: from outcomes to verdicts, and from verdicts to what a report shows.
 *
 * An outcome is what was seen; the verdict also knows the requirement: a should-level failure is a miss, a requirement on which
 * Kubernetes' documents and code differ is only reported, one that is newer than the subject does not apply. What could not be
 * evaluated any more is broken, requirement by requirement, so that nothing is counted that was not judged.
 */
#include "case_judge.h"

#include "doc.h"
#include "invariants/invariants.h"
#include "picture.h"
#include "util/clock.h"
#include "util/json.h"

#define TIMELINE_AROUND 12

static const struct requirement *requirement(const struct case_run *c, const char *id)
{
	return c->session->catalog ? catalog_find(c->session->catalog, id) : NULL;
}

/* "v1.30.4" against "1.33". A subject that gives no such version is taken for the newest. */
static bool is_newer(const char *since, const char *version)
{
	int want[2], have[2];

	if (!since || !version || sscanf(since, "%d.%d", &want[0], &want[1]) != 2)
		return false;
	if (sscanf(version + (*version == 'v'), "%d.%d", &have[0], &have[1]) != 2)
		return false;
	return want[0] > have[0] || (want[0] == have[0] && want[1] > have[1]);
}

static enum level level_of(const struct requirement *r, const json_t *args)
{
	const char *level = json_str(args, "level");

	if (level)
		return streq(level, "should") ? LEVEL_SHOULD :
		       streq(level, "may")    ? LEVEL_MAY :
						LEVEL_MUST;
	return r ? r->level : LEVEL_MUST;
}

static enum verdict verdict_of(const struct case_run *c, const struct requirement *r,
			       enum level level, enum outcome outcome, bool ignored)
{
	const struct subject *s = c->session->subject;

	if (r && streq(s->name, "kubernetes") && is_newer(r->since, s->version))
		return VERDICT_NOT_APPLICABLE;
	if (outcome == OUTCOME_PASS)
		return VERDICT_PASS;
	if (r && r->disputed)
		return VERDICT_DISPUTED;
	if (outcome == OUTCOME_UNDECIDED)
		return VERDICT_UNDECIDED;
	if (!level_is_binding(level))
		return VERDICT_MISS;
	return ignored ? VERDICT_IGNORED : VERDICT_FAIL;
}

static char *plain_message(const struct judged *j)
{
	if (j->message)
		return xstrdup(j->message);
	return xasprintf("expected %s; seen: %s", j->expected ? j->expected : "?",
			 j->seen ? j->seen : "?");
}

void case_refused(struct case_run *c, const struct reply *reply)
{
	const char *field = json_str((json_t *)reply->causes, "0.field");
	bool given = c->fixture->steps[c->step].kind == STEP_APPLY;

	if (c->result.refused || reply->code == REPLY_OK || reply->code == REPLY_UNREACHABLE ||
	    (!given && reply->code != REPLY_UNSUPPORTED && reply->code != REPLY_INVALID))
		return;
	c->result.refused = xasprintf("%s: %s", reply_code_name(reply->code),
				      reply->message ? reply->message : "");
	c->result.refused_field = xstrdup(field);
}

/* What `field` names: of a refusal it is the path in the error, else what the assertion is about. */
static char *field_of(enum step_kind kind, const json_t *args)
{
	return kind == STEP_REJECT || json_truth(args, "refused", false) ?
		       NULL :
		       xstrdup(json_str(args, "field"));
}

void case_assert(struct case_run *c, const json_t *args, const struct judged *j, bool ignored)
{
	const char *id = json_str(args, "req");
	const struct requirement *r = requirement(c, id);
	struct assertion_result *a = case_result_add(&c->result, id);

	a->level = level_of(r, args);
	a->verdict = verdict_of(c, r, a->level, j->outcome, ignored);
	a->step = json_line(args);
	a->field = field_of(c->fixture->steps[c->step].kind, args);
	a->line = step_line(&c->fixture->steps[c->step], c->now.next);
	if (a->verdict == VERDICT_PASS)
		return;
	a->late = j->late;
	a->ignored = ignored;
	a->message =
		ignored ? xasprintf("%s has no effect: %s", json_str(args, "field"), j->message) :
			  plain_message(j);
	a->expected = xstrdup(j->expected);
	a->seen = xstrdup(j->seen);
	a->timeline = history_text(&c->history, j->focus, TIMELINE_AROUND);
}

static void broken_assertion(struct case_run *c, const json_t *args, const struct step *s, size_t i)
{
	const char *id = json_str(args, "req");
	struct assertion_result *a;

	if (!id)
		return;
	a = case_result_add(&c->result, id);
	a->verdict = VERDICT_BROKEN;
	a->line = step_line(s, i);
	a->field = field_of(s->kind, args);
	a->step = json_line(args);
	a->message = xasprintf("not evaluated: %s", c->broken ? c->broken : "the case ended before");
}

void case_assert_rest(struct case_run *c)
{
	for (size_t i = c->step; i < c->fixture->n_steps; i++) {
		const struct step *s = &c->fixture->steps[i];

		if (s->kind != STEP_HISTORY) {
			broken_assertion(c, s->args, s, 0);
			continue;
		}
		for (size_t k = i == c->step ? c->now.next : 0; k < json_array_size(s->args); k++)
			broken_assertion(c, json_array_get(s->args, k), s, k);
	}
}

static void on_violation(void *userdata, const char *req, const struct hist_event *focus,
			 const char *message)
{
	struct case_run *c = userdata;
	struct assertion_result *a = case_result_add(&c->result, req);
	const struct requirement *r = requirement(c, req);

	a->level = r ? r->level : LEVEL_MUST;
	a->invariant = true;
	a->verdict = verdict_of(c, r, a->level, OUTCOME_FAIL, false);
	a->message = xasprintf("a rule for every history: %s", message);
	a->expected = xstrdup(r ? r->statement : "this never happens");
	a->seen = xstrdup(message);
	a->timeline = history_text(&c->history, focus, TIMELINE_AROUND);
}

void case_check_invariants(struct case_run *c)
{
	invariants_check(&c->seen, c->session->subject->features, on_violation, c, &c->result.rules);
}

bool case_only_late(const struct case_run *c)
{
	size_t late = c->broken && c->broken_late;

	if (c->cancelled || (c->broken && !c->broken_late))
		return false;
	for (size_t i = 0; i < c->result.n_assertions; i++) {
		const struct assertion_result *a = &c->result.assertions[i];

		if (a->verdict == VERDICT_PASS || a->verdict == VERDICT_NOT_APPLICABLE)
			continue;
		if (a->verdict != VERDICT_BROKEN && !a->late)
			return false;
		late += a->late;
	}
	return late > 0;
}

static char *manifest_text(const json_t *applied)
{
	char *text = NULL;
	size_t len = 0, i;
	FILE *out = open_memstream(&text, &len);
	json_t *m;

	json_array_foreach((json_t *)applied, i, m) {
		_cleanup_free_ char *yaml = doc_dump(m);

		fprintf(out, "%s%s", i ? "---\n" : "", yaml);
	}
	fclose(out);
	return text;
}

/* A case that was given as a file is in no folder of fixtures. */
static char *rerun_command(const struct case_run *c)
{
	_cleanup_free_ char *again = options_again(c->session->options);
	const struct options *o = c->session->options;
	const char *file = c->fixture->file;

	if (o->names && strv_has(o->names, file) && !o->fixtures)
		return xasprintf("podtest run%s %s", again, file);
	return xasprintf("podtest run%s --only %s/%s", again, c->fixture->area, c->fixture->name);
}

void case_conclude(struct case_run *c)
{
	struct case_result *r = &c->result;

	r->seconds = clock_seconds(c->ended - c->began);
	case_result_settle(r, c->broken);
	r->rerun = rerun_command(c);
	if (r->verdict == VERDICT_PASS)
		return;
	r->timeline = history_text(&c->history, NULL, 0);
	r->events = picture_events(&c->history);
	r->manifest = manifest_text(c->applied);
}
