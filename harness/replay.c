/*
 * replay: `podtest replay HISTORY.json…`: recorded histories judged again, without a subject.
 *
 * Each file becomes a subject of its own that plays it back (subject/playback.h), on a pretended clock: the same runner performs the same
 * case, and whatever it would wait for has happened already. So a replay takes no time, tells the same each time, and ends with the reports and
 * exit codes of `run`. All files are read before the first is judged. Requirements come from the catalogue of this podtest: it is its own judgement.
 */
#include "commands.h"
#include "expectations.h"
#include "inspect/words.h"
#include "record/recording.h"
#include "reports.h"
#include "runner.h"
#include "subject/playback.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/paths.h"
#include "verdict.h"

static const char usage[] =
	"usage: podtest replay [OPTION…] HISTORY.json…\n\n"
	"Judges recorded histories (podtest run --report DIR writes them to DIR/histories) again, "
	"without a\n"
	"subject. Exit code as of run: 0 good, 1 a case failed, 2 broken or not readable, 64 "
	"usage.\n\n"
	"  --report DIR                 write results.json, junit.xml and report.html there\n"
	"  --record failed|all|none     whose histories --report keeps (none)\n"
	"  --format tap|progress|none   standard output\n"
	"  --strict                     not-applicable, miss and undecided are failures too\n"
	"  --catalogue DIR              where the requirements are\n"
	"  --expectations FILE          known failures, with their reasons\n"
	"  --quiet                      no summary\n";

struct replay {
	struct options options;
	struct recording *recordings;
	size_t n;
	struct catalog *catalog;
	struct reports reports;
	struct run_result result;
};

/* ---- the command line ---- */

static bool is_ours(const char *arg)
{
	static const char *const ours[] = { "report", "record",	      "format",	  "strict",
					    "quiet",  "expectations", "catalogue" };

	for (size_t i = 0; i < ARRAY_SIZE(ours); i++) {
		size_t len = strlen(ours[i]);

		if (!strncmp(arg + 2, ours[i], len) && (!arg[2 + len] || arg[2 + len] == '='))
			return true;
	}
	return false;
}

static int parse(struct replay *r, int argc, char **argv, struct error *err)
{
	for (int i = 1; i < argc; i++)
		if (has_prefix(argv[i], "--") && !is_ours(argv[i]))
			return error_set(err, "%s is no option of replay", argv[i]);
	if (options_parse(&r->options, argc, argv, err))
		return -1;
	if (!r->options.names[0])
		return error_set(err, "which history?");
	r->options.keep = true; /* there is nothing to clean up */
	return 0;
}

static int read_all(struct replay *r, struct error *err)
{
	r->recordings = xcalloc(strv_len(r->options.names), sizeof(*r->recordings));
	for (char **name = r->options.names; *name; name++) {
		if (recording_read(*name, &r->recordings[r->n], err))
			return -1;
		r->n++;
	}
	return 0;
}

/* ---- one history ---- */

static void on_cancelled(void *session, const char *why)
{
	runner_stop(session, why);
}

static void make_session(struct session *s, const struct replay *r, const struct recording *rec,
			 struct options *options)
{
	const char *ns = json_str(rec->root, "case.namespace"), *dash = strrchr(ns, '-');

	*options = r->options;
	options->subject = json_str(rec->root, "subject.spec");
	options->again = json_str(rec->root, "subject.again");
	*s = (struct session){ .loop = loop_new_pretended(),
			       .options = options,
			       .catalog = r->catalog,
			       .run_id = strndup(ns, (size_t)(dash - ns)),
			       .scratch = xstrdup("/nonexistent"),
			       .slack = json_num(rec->root, "runner.slack", 1),
			       .made = (unsigned)strtoul(dash + 1, NULL, 10) };
	s->subject = playback_new(s->loop, rec);
	s->subject->userdata = s;
	s->subject->events.object = runner_object;
	s->subject->events.lost = on_cancelled;
	s->bounds.rate = s->subject->rate;
	s->bounds.lag = json_num(rec->root, "runner.lag", 1);
	pace_init(&s->pace, 0, s->subject->rate);
}

static void release_session(struct session *s)
{
	subject_free(s->subject);
	free(s->run_id);
	free(s->scratch);
	loop_free(s->loop);
}

static int load_expectations(const struct replay *r, const struct session *s,
			     struct expectations **ret, struct error *err)
{
	_cleanup_free_ char *name = xasprintf("harness/expectations/%s.yaml", s->subject->name);
	_cleanup_free_ char *path = r->options.expectations ? xstrdup(r->options.expectations) :
							      paths_data(name);

	return expectations_load(path, ret, err);
}

static int judge(struct replay *r, const struct recording *rec, struct error *err)
{
	const struct fixture *fixture = &rec->fixtures.items[0];
	bool keep = r->options.report && r->options.record && !streq(r->options.record, "none");
	_cleanup_free_ char *dir = keep ? xasprintf("%s/histories", r->options.report) : NULL;
	struct runner_plan plan = { .fixtures = &fixture,
				    .n = 1,
				    .repeat = 1,
				    .first_round = (unsigned)json_int(rec->root, "case.round", 0),
				    .reporters = r->reports.list,
				    .disruptive = true,
				    .any_need = true,
				    .histories = dir,
				    .record_all = streq(r->options.record, "all") };
	struct expectations *known = NULL;
	struct options options;
	size_t before = r->result.n_cases;
	struct session s;
	int rc;

	clock_pretend(rec->began, json_str(rec->root, "runner.boot"));
	make_session(&s, r, rec, &options);
	rc = load_expectations(r, &s, &known, err);
	plan.expectations = known;
	if (!rc)
		runner_run(&s, &plan, &r->result);
	if (!rc && r->result.n_cases == before && !r->result.void_reason)
		r->result.void_reason = xasprintf("%s: it ends before its case does", rec->path);
	expectations_free(known);
	release_session(&s);
	clock_end_pretence();
	return rc;
}

/* ---- all of them ---- */

/* What a report says of the run: the subject's name where it is one. */
static void set_facts(struct replay *r)
{
	const json_t *first = json_object_get(r->recordings[0].root, "subject");
	bool same = true;

	for (size_t i = 1; i < r->n; i++)
		same = same && json_equal(json_object_get(first, "name"),
					  json_path(r->recordings[i].root, "subject.name"));
	r->result.subject =
		same ? xasprintf("%s %s", json_str(first, "name"), json_str(first, "version")) :
		       xstrdup("several");
	r->result.subject_spec = xstrdup("replay");
	r->result.clock_rate = json_num(first, "rate", 1);
	r->result.slack = json_num(r->recordings[0].root, "runner.slack", 1);
	r->result.seed = r->options.seed;
	r->result.strict = r->options.strict;
}

static int perform(struct replay *r, struct error *err)
{
	struct report_begin begin = { .run = &r->result,
				      .n_cases = r->n,
				      .report_dir = r->options.report };
	int64_t began = clock_now();

	set_facts(r);
	if (catalog_load_found(&r->options, &r->catalog, err) ||
	    reports_open(&r->reports, &r->options, err))
		return -1;
	begin.catalog = r->catalog;
	reports_begin(&r->reports, &begin);
	for (size_t i = 0; i < r->n && !r->result.void_reason; i++)
		if (judge(r, &r->recordings[i], err))
			return -1;
	r->result.wall_seconds = clock_seconds(clock_now() - began);
	return reports_end(&r->reports, &r->result, err);
}

static void release(struct replay *r)
{
	reports_close(&r->reports);
	run_result_clear(&r->result);
	catalog_free(r->catalog);
	for (size_t i = 0; i < r->n; i++)
		recording_clear(&r->recordings[i]);
	free(r->recordings);
}

int cmd_replay(int argc, char **argv)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct replay r = { 0 };
	int code = EXIT_VOID;

	if (words_help(argc, argv))
		return fputs(usage, stdout), EXIT_GOOD;
	if (parse(&r, argc, argv, &err))
		return words_fault("replay", &err, EXIT_BAD_USAGE);
	if (read_all(&r, &err) || perform(&r, &err))
		words_fault("replay", &err, EXIT_VOID);
	else
		code = run_result_exit(&r.result);
	release(&r);
	return code;
}
