/*
 * shrink: `podtest shrink CASE`: the smallest case that still fails.
 *
 * The case is run once as it is; the first requirement that fails (or --requirement) is what has to stay. Then it is taken apart (shrink/search.h),
 * and what is left is written as a file of its own that `podtest run FILE` runs. Exit code: 0 written; 1 the case passes, so that there is nothing to
 * shrink; 2 it is broken (there is no verdict to keep), does not apply or could not be run; 64 usage.
 */
#include <ctype.h>
#include <math.h>

#include "commands.h"
#include "doc.h"
#include "inspect/lint_rules.h"
#include "inspect/words.h"
#include "report/report_file.h"
#include "run.h"
#include "shrink/search.h"
#include "util/clock.h"
#include "util/json.h"

static const char usage[] =
	"usage: podtest shrink [OPTION…] CASE\n\n"
	"Runs a case that fails over and over, each time without some of its steps, objects, "
	"containers and\n"
	"fields, and writes the smallest that still fails in the same way. CASE is a name (podtest "
	"list) or a\n"
	"file. Exit code: 0 written, 1 the case passes, 2 it is broken or could not be run, 64 "
	"usage.\n\n"
	"  -o FILE               what is written (CASE.min.yaml)\n"
	"  --requirement ID      the failure to keep; without it the first one\n"
	"  --budget SECONDS      no new tries after that time (300)\n"
	"  --runs N              no new tries after that many runs\n\n"
	"and of `podtest run`: --subject, --podd, --clock-rate, --slack, --capacity, --parallel, "
	"--fixtures,\n"
	"--catalogue, --disruptive, --no-sentinel.\n";

struct shrink {
	struct options options;
	const char *requirement; /* the failure to keep, or NULL */
	const char *out, *budget_text, *runs_text;
	double budget;
	size_t max_runs;
	const struct fixture *fixture;
	char *path; /* of what is written */
	char *command; /* that runs it */
};

/* ---- the command line ---- */

static int take_number(const char *text, const char *name, double *ret, struct error *err)
{
	char *end;
	double v;

	if (!text)
		return 0;
	v = strtod(text, &end);
	if (end == text || *end || !(v >= 1 && v <= 1e6))
		return error_set(err, "--%s %s: must be a number from 1 up", name, text);
	*ret = v;
	return 0;
}

static int parse(struct shrink *s, int argc, char **argv, struct error *err)
{
	const struct word words[] = { { "output", 'o', false, &s->out },
				      { "budget", 0, false, &s->budget_text },
				      { "runs", 0, false, &s->runs_text } };
	double runs = 0;

	s->budget = 300;
	if (words_take(&argc, argv, words, ARRAY_SIZE(words), err) ||
	    options_parse(&s->options, argc, argv, err) ||
	    take_number(s->budget_text, "budget", &s->budget, err) ||
	    take_number(s->runs_text, "runs", &runs, err))
		return -1;
	s->max_runs = (size_t)runs;
	if (s->options.report || s->options.keep || s->options.load || s->options.repeat > 1)
		return error_set(err, "--report, --keep, --load and --repeat are options of run");
	if (!s->options.names[0] || s->options.names[1])
		return error_set(err, "one case must be named");
	if (s->out && (strlen(s->out) < 6 || !streq(s->out + strlen(s->out) - 5, ".yaml")))
		return error_set(err, "-o %s: a case's file ends in .yaml", s->out);
	s->requirement = take_ptr(s->options.requirement); /* not a choice of cases here */
	return 0;
}

static int on_chosen(void *userdata, const struct fixture *const *cases, size_t n, struct error *err)
{
	struct shrink *s = userdata;

	if (n != 1)
		return error_set(err, "%s: %zu cases fit; it must be one", s->options.names[0], n);
	s->fixture = cases[0];
	return 0;
}

/* ---- what is written ---- */

/* "dir/x.min.yaml" gives "x.min": a case is called as its file is. The caller frees. */
static char *name_of(const char *path)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	size_t len = strlen(base);

	return strndup(base, len > 5 && streq(base + len - 5, ".yaml") ? len - 5 : len);
}

/* What the manifests used before, and do no more. */
static void forget_needs(json_t *docs)
{
	_cleanup_json_ json_t *manifests = json_copy(docs), *kept = json_array();
	json_t *doc = json_array_get(docs, 0), *need;
	size_t i;

	json_array_remove(manifests, 0);
	json_array_foreach(json_object_get(doc, "needs"), i, need)
		if (lint_feature_used(manifests, json_string_value(need)))
			json_array_append(kept, need);
	if (json_array_size(kept))
		json_object_set(doc, "needs", kept);
	else
		json_object_del(doc, "needs");
}

static json_t *named_docs(const struct shrink *s, const json_t *docs)
{
	_cleanup_free_ char *name = name_of(s->path);
	json_t *copy = json_deep_copy(docs), *doc = json_object(), *value;
	const char *key;

	json_object_foreach(json_array_get(docs, 0), key, value) {
		if (streq(key, "name"))
			json_object_set_new(doc, "area", json_string(s->fixture->area));
		json_object_set(doc, key, value);
	}
	json_object_set_new(doc, "name", json_string(name));
	json_array_set_new(copy, 0, doc);
	forget_needs(copy);
	return copy;
}

static int write_file(const struct shrink *s, const json_t *docs, const struct failure *f,
		      struct error *err)
{
	_cleanup_json_ json_t *named = named_docs(s, docs);
	struct report_file file;
	json_t *doc;
	size_t i;

	if (report_file_begin(&file, s->path, err))
		return -1;
	fprintf(file.out, "# %s/%s, shrunk: %s %s\n# %s\n", s->fixture->area, s->fixture->name,
		f->req, verdict_name(f->verdict), s->command);
	json_array_foreach(named, i, doc) {
		_cleanup_free_ char *text = doc_dump_compact(doc);

		fprintf(file.out, "%s%s", i ? "---\n" : "", text);
	}
	return report_file_end(&file, err);
}

/* A word for a shell. The caller frees. */
static char *shell_word(const char *text)
{
	bool plain = *text != '\0';
	char *out = NULL;
	size_t len = 0;
	FILE *f;

	for (const char *p = text; *p; p++)
		plain = plain && (isalnum((unsigned char)*p) || strchr("%+,-./:=@_", *p));
	if (plain)
		return xstrdup(text);
	f = open_memstream(&out, &len);
	fputc('\'', f);
	for (const char *p = text; *p; p++)
		fputs(*p == '\'' ? "'\\''" : (char[]){ *p, '\0' }, f);
	fputc('\'', f);
	fclose(f);
	return out;
}

static char *command_of(const struct shrink *s)
{
	const struct options *o = &s->options;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	_cleanup_free_ char *path = shell_word(s->path);

	fputs("podtest run", out);
	if (o->subject) {
		_cleanup_free_ char *subject = shell_word(o->subject);

		fprintf(out, " --subject %s", subject);
	}
	if (o->podd) {
		_cleanup_free_ char *podd = shell_word(o->podd);

		fprintf(out, " --podd %s", podd);
	}
	if (!o->subject && fabs(o->clock_rate - 20) > 0.001)
		fprintf(out, " --clock-rate %g", o->clock_rate);
	if (o->slack > 1)
		fprintf(out, " --slack %g", o->slack);
	if (o->disruptive)
		fputs(" --disruptive", out);
	fprintf(out, " %s", path);
	fclose(out);
	return text;
}

/* ---- shrinking ---- */

/* The Case as this one combination of it, and its manifests. */
static json_t *docs_of(const struct fixture *f)
{
	json_t *docs = json_array(), *doc = json_deep_copy(f->doc);

	json_object_del(doc, "template");
	json_object_del(doc, "with");
	json_object_del(doc, "quick");
	json_array_append_new(docs, doc);
	json_array_extend(docs, f->manifests);
	return docs;
}

/* What there is to shrink, or the exit code that says why there is nothing. */
static int first_run(struct shrink *s, struct trials *t, json_t *docs, struct failure *ret)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct case_result result = { 0 };
	int code = EXIT_VOID;

	if (trials_once(t, docs, &result, &err))
		return words_fault("shrink", &err, EXIT_VOID);
	if (failure_of(&result, s->requirement, ret)) {
		code = EXIT_GOOD;
	} else if (result.verdict == VERDICT_BROKEN || result.verdict == VERDICT_NOT_APPLICABLE) {
		fprintf(stderr, "podtest shrink: %s/%s is %s, there is no verdict to keep: %s\n",
			s->fixture->area, s->fixture->name, verdict_name(result.verdict),
			result.message ? result.message : "");
	} else {
		fprintf(stderr, "podtest shrink: %s/%s: %s%s, there is nothing to shrink\n",
			s->fixture->area, s->fixture->name, s->requirement ? s->requirement : "it",
			s->requirement ? " does not fail" : " passes");
		code = EXIT_FAILED;
	}
	case_result_clear(&result);
	return code;
}

static int finish(struct shrink *s, struct search *search, const struct failure *f, size_t before,
		  bool broken_off)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	const char *message = f->message ? f->message : "";

	if (!broken_off && json_array_size(search->accepted) && !search_confirm(search))
		fputs("shrink: nothing that was taken out leaves it failing when it runs alone\n",
		      stderr);
	if (write_file(s, search->docs, f, &err))
		return words_fault("shrink", &err, EXIT_VOID);
	printf("%s/%s: %s %s: %.200s%s\n%zu lines of manifests became %zu (%zu runs%s): %s\n%s\n",
	       s->fixture->area, s->fixture->name, f->req, verdict_name(f->verdict), message,
	       strlen(message) > 200 ? "…" : "", before, docs_lines(search->docs),
	       search->trials->runs, search->out ? ", the budget is used up" : "", s->path,
	       s->command);
	return EXIT_GOOD;
}

static int on_body(void *userdata, struct session *session, char *const *broken_off)
{
	struct shrink *s = userdata;
	struct failure failure = { 0 };
	struct trials t = { .session = session,
			    .area = s->fixture->area,
			    .file = s->fixture->file,
			    .failure = &failure,
			    .known = json_object() };
	_cleanup_json_ json_t *docs = docs_of(s->fixture);
	size_t before = docs_lines(docs);
	struct search search;
	int code = first_run(s, &t, docs, &failure);

	search_init(&search, &t, docs);
	search.deadline = clock_now() + seconds_ns(s->budget);
	search.max_runs = s->max_runs;
	if (code == EXIT_GOOD) {
		fprintf(stderr, "shrink: %s/%s: %s %s; %zu lines of manifests\n", t.area,
			s->fixture->name, failure.req, verdict_name(failure.verdict), before);
		search_run(&search);
		code = finish(s, &search, &failure, before, *broken_off != NULL);
	}
	search_clear(&search);
	failure_clear(&failure);
	json_decref(t.known);
	return code;
}

static char *default_path(const struct shrink *s)
{
	_cleanup_free_ char *name = name_of(s->options.names[0]);

	for (char *p = name; *p; p++)
		if (strchr("*?[]", *p))
			*p = '_';
	return xasprintf("%s.min.yaml", name);
}

int cmd_shrink(int argc, char **argv)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct shrink s = { 0 };
	const struct run_body body = { on_chosen, on_body, &s };
	int code;

	if (words_help(argc, argv))
		return fputs(usage, stdout), EXIT_GOOD;
	if (parse(&s, argc, argv, &err))
		return words_fault("shrink", &err, EXIT_BAD_USAGE);
	s.path = s.out ? xstrdup(s.out) : default_path(&s);
	s.command = command_of(&s);
	code = run_with("shrink", &s.options, &body);
	free(s.path);
	free(s.command);
	return code;
}
