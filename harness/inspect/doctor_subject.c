/*
 * doctor_subject: `podtest doctor --subject SPEC`: can it be tested, and what is missing?
 *
 * First what it says of itself, then what a handful of pods show: the two sentinels, and the cases of harness/doctor (exec and the other
 * images). They run as in any run, in namespaces of their own that are removed again, also when it is interrupted.
 */
#include "inspect/doctor_subject.h"

#include <event2/event.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>

#include "feature.h"
#include "inspect/doctor_row.h"
#include "runner.h"
#include "sentinel.h"
#include "util/clock.h"
#include "util/fsutil.h"
#include "util/json.h"
#include "util/paths.h"

struct doctor {
	struct session session;
	struct run_result result;
	bool opened, interrupted;
	char *fault;
	time_t began;
	double offset; /* the subject's clock less ours, seconds; 0 when they may be the same */
	bool has_offset;
};

/* ---- what it says ---- */

static void on_opened(void *userdata, struct subject *s, const char *fault)
{
	struct doctor *d = userdata;

	(void)s;
	d->opened = !fault;
	d->fault = xstrdup(fault);
	loop_quit(d->session.loop);
}

static int reach(struct doctor *d, const struct options *o, struct error *err)
{
	struct session *s = &d->session;

	if (subject_open(s->loop, o->subject, o->patience * o->slack, on_opened, d, &s->subject,
			 err))
		return -1;
	loop_run(s->loop);
	if (!d->opened)
		return error_set(err, "%s", d->fault ? d->fault : "interrupted");
	return 0;
}

/* " a b c": those that are declared, or those that are not. The caller frees. */
static char *features_text(const struct subject *s, bool declared, size_t *ret_n)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	*ret_n = 0;
	for (size_t i = 0; feature_at(i); i++)
		if (subject_has(s, feature_at(i)) == declared) {
			fprintf(out, " %s", feature_at(i));
			(*ret_n)++;
		}
	fclose(out);
	return text;
}

static void look_at_features(const struct subject *s)
{
	size_t n_has, n_not;
	_cleanup_free_ char *has = features_text(s, true, &n_has),
			    *not = features_text(s, false, &n_not);

	if (!s->features)
		doctor_row(DOCTOR_LESS, "features", "it does not tell: every case is tried");
	else if (!n_not)
		doctor_row(DOCTOR_OK, "features", "all %zu", n_has);
	else
		doctor_row(DOCTOR_OK, "features", "%zu of %zu%s%s", n_has, n_has + n_not,
			   n_has < n_not ? ":" : ", not", n_has < n_not ? has : not );
	for (size_t i = 0; s->features && s->features[i]; i++)
		if (!feature_known(s->features[i]))
			doctor_row(DOCTOR_MISSING, "features", "%s is none (fixtures/README.md)",
				   s->features[i]);
}

static void look_at_words(const struct subject *s)
{
	look_at_features(s);
	if (s->sampled)
		doctor_row(DOCTOR_LESS, "changes",
			   "asked for ten times a second: what must never be in between stays "
			   "undecided");
	else
		doctor_row(DOCTOR_OK, "changes", "watched");
	if (s->capacity)
		doctor_row(DOCTOR_OK, "pods at once", "%u", s->capacity);
	if (s->has_rate)
		doctor_row(DOCTOR_OK, "timers", "run %g times as fast", s->rate);
	if (subject_is_here(s))
		doctor_row(DOCTOR_OK, "boot id", "this machine's: guests' stamps are exact");
	else if (s->local)
		doctor_row(DOCTOR_MISSING, "boot id",
			   "it says local, but not this machine's boot id");
	else
		doctor_row(DOCTOR_LESS, "boot id",
			   "not this machine's: guests are compared with guests");
}

static void on_loaded(void *userdata, const struct reply *reply)
{
	struct doctor *d = userdata;

	if (reply->code != REPLY_OK && reply->code != REPLY_UNSUPPORTED)
		d->fault = xstrdup(reply->message ? reply->message : reply_code_name(reply->code));
	loop_quit(d->session.loop);
}

/* A subject of this machine is given the images first, as a run does. */
static void load_images(struct doctor *d)
{
	static const char *const names[] = { "guest.tar", "guest-quit.tar", "busybox.tar" };

	for (size_t i = 0; d->session.subject->local && i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *path = paths_image(names[i]), *fault = NULL;
		struct request req = REQUEST(VERB_LOAD_IMAGE);

		if (!path) {
			doctor_row(DOCTOR_MISSING, names[i], "not beside podtest");
			continue;
		}
		req.path = path;
		subject_request(d->session.subject, &req, on_loaded, d);
		loop_run(d->session.loop);
		if ((fault = take_ptr(d->fault)))
			doctor_row(DOCTOR_MISSING, names[i], "%s", fault);
	}
}

/* ---- what pods show ---- */

/* The first pod's creationTimestamp, which the subject's clock wrote since we began (unless that runs faster than time). */
static void on_object(void *session, char type, json_t *object, int64_t earliest, int64_t latest,
		      bool sampled)
{
	struct session *s = session;
	struct doctor *d = (struct doctor *)s; /* its first member */
	const char *stamp = json_str(object, "metadata.creationTimestamp");
	struct tm tm = { 0 };

	if (type == 'A' && !d->has_offset && s->bounds.rate == 1 && stamp &&
	    streq(json_str(object, "kind"), "Pod") && strptime(stamp, "%Y-%m-%dT%H:%M:%SZ", &tm)) {
		time_t then = timegm(&tm), now = time(NULL);

		d->offset = then < d->began - 1 ? difftime(then, d->began) :
			    then > now + 1	? difftime(then, now) :
						  0;
		d->has_offset = true;
	}
	runner_object(session, type, object, earliest, latest, sampled);
}

static void on_lost(void *session, const char *why)
{
	runner_stop(session, why);
}

static const struct {
	const char *name, *what;
	enum verdict want;
} looks[] = {
	{ "must-pass", "a pod runs and is heard", VERDICT_PASS },
	{ "must-fail", "what is false is seen", VERDICT_FAIL },
	{ "exec", "exec", VERDICT_PASS },
	{ "guest-quit", "image guest-quit", VERDICT_PASS },
	{ "busybox", "image busybox", VERDICT_PASS },
};

static void tell_case(const struct case_result *c, const char *what, enum verdict want)
{
	const char *message;
	enum verdict verdict = sentinel_verdict(c, &message);

	if (!message)
		message = verdict_name(verdict);
	if (verdict == want)
		doctor_row(DOCTOR_OK, what, "in %.1f s", c->seconds);
	else if (verdict == VERDICT_NOT_APPLICABLE || verdict == VERDICT_UNDECIDED)
		doctor_row(DOCTOR_LESS, what, "%s", message);
	else
		doctor_row(DOCTOR_MISSING, what, "%.400s", message);
}

static void tell_cases(const struct doctor *d)
{
	const struct run_result *r = &d->result;

	for (size_t k = 0; k < ARRAY_SIZE(looks); k++)
		for (size_t i = 0; i < r->n_cases; i++)
			if (streq(r->cases[i].name, looks[k].name))
				tell_case(&r->cases[i], looks[k].what, looks[k].want);
	if (d->offset != 0)
		doctor_row(DOCTOR_LESS, "clock", "%.0f s from this machine's", d->offset);
	else if (d->has_offset)
		doctor_row(DOCTOR_OK, "clock", "as this machine's");
	for (size_t i = 0; r->leaks && r->leaks[i]; i++)
		doctor_row(DOCTOR_MISSING, "clean-up", "%s", r->leaks[i]);
	if (r->void_reason)
		doctor_row(DOCTOR_MISSING, "to the end", "%s", r->void_reason);
}

static int load_cases(struct fixture_list *list, struct error *err)
{
	static const char *const dirs[] = { "harness/sentinel", "harness/doctor" };

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		_cleanup_free_ char *dir = paths_data(dirs[i]);

		if (!dir)
			return error_set(err, "%s is missing", dirs[i]);
		if (fixture_load_dir(dir, list, err))
			return -1;
	}
	return 0;
}

static void on_interrupt(evutil_socket_t sig, short what, void *userdata)
{
	struct doctor *d = userdata;

	(void)sig;
	(void)what;
	if (d->interrupted)
		_exit(130);
	d->interrupted = true;
	runner_stop(&d->session, "interrupted");
	if (!d->opened)
		loop_quit(d->session.loop);
}

static int look_at_pods(struct doctor *d, struct error *err)
{
	_cleanup_(fixture_list_clear) struct fixture_list list = { 0 };
	const struct fixture *chosen[8];
	struct runner_plan plan = { .fixtures = chosen, .repeat = 1 };

	if (load_cases(&list, err))
		return -1;
	for (; plan.n < list.n && plan.n < ARRAY_SIZE(chosen); plan.n++)
		chosen[plan.n] = &list.items[plan.n];
	d->session.subject->userdata = &d->session;
	d->session.subject->events.object = on_object;
	d->session.subject->events.lost = on_lost;
	session_opened(&d->session);
	runner_run(&d->session, &plan, &d->result);
	tell_cases(d);
	return 0;
}

static int examine(struct doctor *d, const struct options *o, struct error *err)
{
	int64_t began = clock_now();
	struct subject *s;

	if (reach(d, o, err))
		return -1;
	s = d->session.subject;
	doctor_row(DOCTOR_OK, "reached", "%s %s, in %.2f s", s->name, s->version,
		   clock_seconds(clock_now() - began));
	look_at_words(s);
	load_images(d);
	mkdir(d->session.scratch, 0777);
	return look_at_pods(d, err);
}

int doctor_subject(const struct options *o)
{
	static const int signals[] = { SIGINT, SIGTERM };
	_cleanup_error_ struct error err = ERROR_INIT;
	struct event *events[ARRAY_SIZE(signals)];
	struct doctor d = { .began = time(NULL) };
	int rc;

	session_init(&d.session, o);
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		events[i] = evsignal_new(loop_base(d.session.loop), signals[i], on_interrupt, &d);
		event_add(events[i], NULL);
	}
	rc = examine(&d, o, &err);
	if (rc)
		doctor_row(DOCTOR_MISSING, d.opened ? "cases" : "reached", "%s", error_text(&err));
	subject_free(d.session.subject);
	fsutil_remove_tree(d.session.scratch);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		event_free(events[i]);
	run_result_clear(&d.result);
	session_clear(&d.session);
	free(d.fault);
	return rc;
}
