/*
 * trial: do these changed cases still fail as the first one did?
 *
 * All of a batch go to the runner together, each in its own namespace; how many run at once is the runner's business. A changed case that is
 * no case any more, or that is broken, does not fail in the same way. Nor does one that fails for another reason: what was expected and what
 * was seen are compared as well, with everything that differs between two runs left out: numbers of more than three digits, words with digits in them,
 * and the content of an event behind its name. What was tried once is known.
 */
#include "shrink/trial.h"

#include <ctype.h>

#include "runner.h"
#include "util/json.h"

/* ---- failures ---- */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || strchr("-._", c);
}

/* A word that two runs do not share. */
static bool differs(const char *word, size_t len)
{
	size_t digits = 0;

	for (size_t i = 0; i < len; i++)
		digits += isdigit((unsigned char)word[i]) != 0;
	return digits > 3 || (digits > 0 && digits < len);
}

/* "guest a/c start {…}": what stands behind an event's name is the event's own. */
static size_t told_length(const char *text)
{
	const char *brace = strstr(text, " {");

	return text[0] != '{' && brace ? (size_t)(brace - text) : strlen(text);
}

/* The caller frees. */
static char *plain(const char *text)
{
	size_t len = 0, out_len = 0, word;
	char *out = NULL;
	FILE *f;

	if (!text)
		return NULL;
	f = open_memstream(&out, &out_len);
	len = told_length(text);
	for (size_t i = 0; i < len; i += word) {
		for (word = 0; i + word < len && is_word(text[i + word]);)
			word++;
		if (word && (differs(text + i, word) || word == len))
			fputc('#', f);
		else
			fwrite(text + i, 1, MAX(word, 1u), f);
		word = MAX(word, 1u);
	}
	fclose(f);
	return out;
}

static bool is_failure(const struct assertion_result *a)
{
	return a->verdict == VERDICT_FAIL || a->verdict == VERDICT_IGNORED ||
	       a->verdict == VERDICT_MISS || a->verdict == VERDICT_UNDECIDED ||
	       a->verdict == VERDICT_DISPUTED;
}

static const struct assertion_result *choose(const struct case_result *c, const char *req)
{
	const struct assertion_result *rule = NULL;

	for (size_t i = 0; i < c->n_assertions; i++) {
		const struct assertion_result *a = &c->assertions[i];

		if (!is_failure(a) || (req && !streq(a->req, req)))
			continue;
		if (!a->invariant)
			return a;
		rule = rule ? rule : a;
	}
	return rule;
}

bool failure_of(const struct case_result *c, const char *req, struct failure *ret)
{
	const struct assertion_result *a = choose(c, req);

	if (!a)
		return false;
	*ret = (struct failure){ .req = xstrdup(a->req),
				 .expected = plain(a->expected),
				 .seen = plain(a->seen),
				 .verdict = a->verdict,
				 .invariant = a->invariant,
				 .message = xstrdup(a->message) };
	return true;
}

static bool same(const char *text, const char *now)
{
	_cleanup_free_ char *p = plain(now);

	return p && text ? streq(p, text) : !p && !text;
}

bool failure_is_in(const struct failure *f, const struct case_result *c)
{
	for (size_t i = 0; i < c->n_assertions; i++) {
		const struct assertion_result *a = &c->assertions[i];

		if (streq(a->req, f->req) && a->verdict == f->verdict &&
		    a->invariant == f->invariant && same(f->expected, a->expected) &&
		    same(f->seen, a->seen))
			return c->verdict != VERDICT_BROKEN;
	}
	return false;
}

void failure_clear(struct failure *f)
{
	free(f->req);
	free(f->expected);
	free(f->seen);
	free(f->message);
	*f = (struct failure){ 0 };
}

/* ---- running ---- */

static void run_list(struct trials *t, struct fixture_list *list, struct run_result *ret)
{
	const struct fixture **all = xcalloc(list->n, sizeof(const struct fixture *));
	struct runner_plan plan = { .fixtures = all, .n = list->n, .repeat = 1, .disruptive = true };

	for (size_t i = 0; i < list->n; i++)
		all[i] = &list->items[i];
	t->runs += list->n;
	runner_run(t->session, &plan, ret);
	free(all);
}

/* The place in the batch stands for the file's name, so that a result is known again. */
static bool add_case(const struct trials *t, json_t *docs, size_t place, struct fixture_list *list)
{
	_cleanup_free_ char *name = xasprintf("%zu", place);
	size_t before = list->n;

	if (fixture_from_docs(docs, name, t->area, list, NULL))
		return false;
	return list->n == before + 1;
}

static int run_batch(struct trials *t, struct fixture_list *list, bool *ret)
{
	struct run_result run = { 0 };
	int rc = 0;

	if (list->n)
		run_list(t, list, &run);
	for (size_t i = 0; i < run.n_cases; i++)
		if (failure_is_in(t->failure, &run.cases[i]))
			ret[strtoul(run.cases[i].file, NULL, 10)] = true;
	if (run.void_reason)
		rc = -1;
	run_result_clear(&run);
	return rc;
}

int trials_run(struct trials *t, json_t *const *docs, size_t n, bool *ret)
{
	_cleanup_(fixture_list_clear) struct fixture_list list = { 0 };

	memset(ret, 0, n * sizeof(*ret));
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *text = json_line(docs[i]);
		const json_t *known = json_object_get(t->known, text);

		if (known)
			ret[i] = json_is_true(known);
		else
			add_case(t, docs[i], i, &list);
		if (t->alone && list.n) {
			if (run_batch(t, &list, ret))
				return -1;
			fixture_list_clear(&list);
		}
	}
	if (run_batch(t, &list, ret))
		return -1;
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *text = json_line(docs[i]);

		json_object_set_new(t->known, text, json_boolean(ret[i]));
	}
	return 0;
}

int trials_once(struct trials *t, json_t *docs, struct case_result *ret, struct error *err)
{
	_cleanup_(fixture_list_clear) struct fixture_list list = { 0 };
	struct run_result run = { 0 };
	int rc = -1;

	if (fixture_from_docs(docs, t->file, t->area, &list, err))
		return -1;
	run_list(t, &list, &run);
	if (run.void_reason || !run.n_cases) {
		error_set(err, "%s", run.void_reason ? run.void_reason : "it was not run");
	} else {
		*ret = run.cases[0];
		run.cases[0] = (struct case_result){ 0 };
		rc = 0;
	}
	run_result_clear(&run);
	return rc;
}
