/*
 * run: `podtest run`: from a command line to an exit code.
 *
 * Order: options, fixtures, catalogue; the subject (a podd of our own unless one is named); images; the sentinels; all cases; leaks; the
 * subject's end; reports. Whatever fails on the way, what was begun is ended again, in reverse, and the exit code says void. One
 * interrupt cleans up the cases in flight; a second one ends at once.
 */
#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>

#include "audit_make.h"
#include "commands.h"
#include "expectations.h"
#include "feature.h"
#include "leaks.h"
#include "load.h"
#include "options_table.h"
#include "own_subject.h"
#include "reports.h"
#include "record/recording.h"
#include "run.h"
#include "runner.h"
#include "select.h"
#include "sentinel.h"
#include "undeclared.h"
#include "util/clock.h"
#include "util/fsutil.h"
#include "util/json.h"
#include "util/paths.h"

struct run {
	struct options options;
	struct fixture_list fixtures;
	const struct fixture **chosen;
	size_t n_chosen;
	struct session session;
	struct own_subject *own;
	struct reports reports;
	struct expectations *expectations;
	struct load *load;
	struct event *signals[2];
	const struct run_body *body; /* NULL: of `podtest run` */
	int body_code;
	struct run_result result;
	char *fault;
	bool opened, stopped;
};

/* ---- the subject ---- */

static void on_died(void *userdata, const char *why)
{
	struct run *r = userdata;

	if (!r->result.void_reason)
		r->result.void_reason = xstrdup(why);
	runner_stop(&r->session, why);
}

static void on_lost(void *session, const char *why)
{
	struct session *s = session;
	_cleanup_free_ char *text = xasprintf("the subject was lost: %s", why);

	runner_stop(s, text);
}

static void on_opened(void *userdata, struct subject *s, const char *fault)
{
	struct run *r = userdata;

	(void)s;
	r->opened = !fault;
	r->fault = xstrdup(fault);
	loop_quit(r->session.loop);
}

static void restart_own(void *own, restarted_fn done, void *userdata)
{
	own_subject_restart(own, done, userdata);
}

static void forget_restart(void *own)
{
	own_subject_restart_forget(own);
}

/* Cases of several nodes find two to spare; without such cases they would only cost. */
static unsigned nodes_wanted(const struct run *r)
{
	for (size_t i = 0; i < r->n_chosen; i++)
		if (strv_has(r->chosen[i]->needs, "nodes"))
			return 3;
	return 1;
}

static int start_own(struct run *r, struct error *err)
{
	if (own_subject_new(r->session.loop, &r->options, on_died, r, &r->own, err))
		return -1;
	own_subject_set_nodes(r->own, nodes_wanted(r));
	if (leaks_begin(&r->session, own_subject_root(r->own), err) ||
	    own_subject_start(r->own, err))
		return -1;
	r->result.subject_spec = xasprintf("unix:%s", own_subject_socket(r->own));
	return 0;
}

/* A word that is no feature is a slip, or a feature that this podtest cannot judge by: its cases would silently be left out. */
static int check_features(const struct subject *s, struct error *err)
{
	for (size_t i = 0; s->features && s->features[i]; i++)
		if (!feature_known(s->features[i]))
			return error_set(
				err, "the subject declares \"%s\", which is no feature (fixtures/README.md)",
				s->features[i]);
	return 0;
}

static int open_subject(struct run *r, struct error *err)
{
	struct session *s = &r->session;

	if (r->options.subject)
		r->result.subject_spec = xstrdup(r->options.subject);
	else if (start_own(r, err))
		return -1;
	if (subject_open(s->loop, r->result.subject_spec, r->options.patience * s->slack, on_opened,
			 r, &s->subject, err))
		return -1;
	loop_run(s->loop);
	if (!r->opened)
		return error_set(err, "%s", r->fault ? r->fault : "interrupted");
	if (check_features(s->subject, err))
		return -1;
	s->subject->disruptive = r->options.disruptive;
	s->subject->userdata = s;
	s->subject->events.object = runner_object;
	s->subject->events.lost = on_lost;
	if (r->own)
		s->subject->control = (struct agent_control){ restart_own, forget_restart, r->own };
	session_opened(s);
	r->result.subject = xasprintf("%s %s", s->subject->name, s->subject->version);
	r->result.clock_rate = s->subject->rate;
	return 0;
}

static void on_image(void *userdata, const struct reply *reply)
{
	struct run *r = userdata;

	if (reply->code != REPLY_OK && reply->code != REPLY_UNSUPPORTED &&
	    reply->code != REPLY_NOT_FOUND)
		r->fault = xstrdup(reply->message ? reply->message : "refused");
	loop_quit(r->session.loop);
}

/* The build's images, for subjects of this machine; others got them by `podtest image`. */
static int load_images(struct run *r, struct error *err)
{
	static const char *const names[] = { "guest.tar", "guest-quit.tar", "busybox.tar" };

	for (size_t i = 0; r->session.subject->local && i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *path = paths_image(names[i]);
		struct request req = REQUEST(VERB_LOAD_IMAGE);

		if (!path)
			return error_set(err, "image archive %s not found", names[i]);
		req.path = path;
		subject_request(r->session.subject, &req, on_image, r);
		loop_run(r->session.loop);
		if (r->fault)
			return error_set(err, "image %s: %s", path, r->fault);
	}
	return 0;
}

/* ---- set-up ---- */

static void on_interrupt(evutil_socket_t sig, short what, void *userdata)
{
	struct run *r = userdata;

	(void)sig;
	(void)what;
	if (r->stopped)
		_exit(130);
	r->stopped = true;
	fputs("\npodtest: interrupted, cleaning up (once more to leave at once)\n", stderr);
	if (!r->result.void_reason)
		r->result.void_reason = xstrdup("interrupted");
	runner_stop(&r->session, "interrupted");
	if (!r->opened)
		loop_quit(r->session.loop);
}

static void catch_signals(struct run *r)
{
	static const int signals[] = { SIGINT, SIGTERM };

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		r->signals[i] =
			evsignal_new(loop_base(r->session.loop), signals[i], on_interrupt, r);
		event_add(r->signals[i], NULL);
	}
}

static int load_catalogue(struct run *r, struct error *err)
{
	_cleanup_free_ char *dir = r->options.catalogue ? xstrdup(r->options.catalogue) :
							  paths_data("conformance/requirements");

	return dir ? catalog_load(dir, &r->session.catalog, err) : 0;
}

static int prepare(struct run *r, struct error *err)
{
	if (select_load(&r->options, &r->fixtures, err))
		return -1;
	r->chosen = select_fixtures(&r->fixtures, &r->options, &r->n_chosen);
	if (!r->n_chosen)
		return error_set(err, "no case fits the selection");
	if (r->body && r->body->chosen(r->body->userdata, r->chosen, r->n_chosen, err))
		return -1;
	if (load_catalogue(r, err))
		return -1;
	return reports_open(&r->reports, &r->options, err);
}

static void make_session(struct run *r)
{
	session_init(&r->session, &r->options);
	r->result.slack = r->options.slack;
	r->result.seed = r->options.seed;
	r->result.began = time(NULL);
	r->result.strict = r->options.strict;
}

/* ---- the run ---- */

/* --expectations, or harness/expectations/SUBJECT.yaml where there is one. */
static int load_expectations(struct run *r, struct error *err)
{
	_cleanup_free_ char *name =
		xasprintf("harness/expectations/%s.yaml", r->session.subject->name);
	_cleanup_free_ char *path = r->options.expectations ? xstrdup(r->options.expectations) :
							      paths_data(name);

	return expectations_load(path, &r->expectations, err);
}

static bool declares(void *subject, const char *feature)
{
	return subject_has(subject, feature);
}

static void make_audit(struct run *r)
{
	struct run_result tried = { 0 };

	if (!r->result.void_reason)
		undeclared_try(&r->session, r->chosen, r->n_chosen, &tried);
	audit_make(&r->result.audit, &r->result, &tried, declares, r->session.subject);
	run_result_clear(&tried);
}

static void run_cases(struct run *r)
{
	bool record = r->options.report && !streq(r->options.record, "none");
	_cleanup_free_ char *histories = record ? xasprintf("%s/histories", r->options.report) :
						  NULL;
	struct runner_plan plan = { .fixtures = r->chosen,
				    .n = r->n_chosen,
				    .repeat = r->options.repeat,
				    .rerun = true,
				    .expectations = r->expectations,
				    .reporters = r->reports.list,
				    .histories = histories,
				    .record_all = streq(r->options.record, "all"),
				    .disruptive = r->options.disruptive || r->own };

	if (histories)
		recordings_clear(histories);
	if (r->options.load)
		r->load = load_start();
	runner_run(&r->session, &plan, &r->result);
	r->load = load_stop(r->load);
}

static void run_body(struct run *r)
{
	if (r->body) {
		r->body_code = r->body->body(r->body->userdata, &r->session, &r->result.void_reason);
		return;
	}
	run_cases(r);
	make_audit(r);
}

static int perform(struct run *r, struct error *err)
{
	struct report_begin begin = { .run = &r->result,
				      .n_cases = r->n_chosen * r->options.repeat,
				      .report_dir = r->options.report };
	int64_t began = clock_now();
	int rc;

	if (open_subject(r, err) || load_images(r, err) || load_expectations(r, err))
		return -1;
	begin.catalog = r->session.catalog;
	if (!r->own) /* ours has a host root of its own, where it is made */
		mkdir(r->session.scratch, 0777);
	reports_begin(&r->reports, &begin);
	rc = r->options.no_sentinel ? 0 : sentinel_run(&r->session, &r->result, err);
	if (!rc && !r->result.void_reason)
		run_body(r);
	leaks_after_cases(&r->session, &r->result);
	r->result.wall_seconds = clock_seconds(clock_now() - began);
	return rc;
}

static void end_subject(struct run *r)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	subject_free(take_ptr(r->session.subject));
	if (r->own && r->options.keep) {
		fprintf(stderr,
			"podtest: podd goes on at %s (end it with: podd --cleanup --root %s)\n",
			own_subject_socket(r->own), own_subject_root(r->own));
		own_subject_leave(take_ptr(r->own));
	} else if (own_subject_stop(take_ptr(r->own), &err))
		fprintf(stderr, "podtest: %s\n", error_text(&err));
	fsutil_remove_tree(r->session.scratch);
	leaks_after_run(&r->session, &r->result);
}

static void release(struct run *r)
{
	for (size_t i = 0; i < ARRAY_SIZE(r->signals); i++)
		if (r->signals[i])
			event_free(r->signals[i]);
	reports_close(&r->reports);
	run_result_clear(&r->result);
	expectations_free(r->expectations);
	free(r->chosen);
	fixture_list_clear(&r->fixtures);
	session_clear(&r->session);
	free(r->fault);
}

static int conclude(struct run *r)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	int code = run_result_exit(&r->result);

	if (r->body)
		return r->result.void_reason && !r->stopped ? EXIT_VOID : r->body_code;
	if (reports_end(&r->reports, &r->result, &err)) {
		fprintf(stderr, "podtest: %s\n", error_text(&err));
		code = EXIT_VOID;
	}
	return code;
}

static int help(void)
{
	puts("podtest run [OPTION…] [CASE…]\n\nRuns the cases against a subject. Exit code: 0 "
	     "good, 1 a case failed, "
	     "2 broken, void or nothing run, 64 usage.\n");
	options_help(stdout);
	return EXIT_GOOD;
}

/* From a session to an exit code; o's words and texts are borrowed. */
static int run_all(struct run *r, const char *word)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	int code = EXIT_VOID;

	make_session(r);
	catch_signals(r);
	if (prepare(r, &err)) {
		fprintf(stderr, "%s: %s\n", word, error_text(&err));
	} else {
		if (perform(r, &err)) {
			fprintf(stderr, "%s: %s\n", word, error_text(&err));
			if (!r->result.void_reason)
				r->result.void_reason = xstrdup(error_text(&err));
		}
		if (r->body && r->result.void_reason && !err.message)
			fprintf(stderr, "%s: %s\n", word, r->result.void_reason);
		end_subject(r);
		code = conclude(r);
	}
	release(r);
	return code;
}

int run_with(const char *word, const struct options *o, const struct run_body *body)
{
	struct run r = { .options = *o, .body = body, .body_code = EXIT_VOID };
	_cleanup_free_ char *name = xasprintf("podtest %s", word);

	r.options.format = "none";
	r.options.quiet = true;
	return run_all(&r, name);
}

int cmd_run(int argc, char **argv)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct run r = { 0 };
	int code = options_parse(&r.options, argc, argv, &err);

	if (code > 0)
		return help();
	if (code < 0) {
		fprintf(stderr, "podtest run: %s (see podtest run --help)\n", error_text(&err));
		return EXIT_BAD_USAGE;
	}
	return run_all(&r, "podtest");
}
