/*
 * runner: all cases of a run in one event loop.
 *
 * Every case is an entry: waiting, running, or due to be run again alone. Admission looks at the waiting entries from the longest
 * wait to the shortest (equals in an order that the seed gives) and starts what fits: pods within the subject's capacity, locks
 * not held, nothing beside an exclusive case. An entry whose only fault was lateness is run again when everything else is over, with
 * nothing beside it, and is `slow` if it then passes. A namespace's name leads to its case (a hash), since one watch serves all.
 */
#include "runner.h"

#include "case_judge.h"
#include "case_watch.h"

#include <uthash.h>

#include "record/recording.h"
#include "util/clock.h"
#include "util/json.h"

enum entry_state { ENTRY_WAITING, ENTRY_RUNNING, ENTRY_LATE, ENTRY_OVER };

struct entry {
	UT_hash_handle hh; /* by namespace, while it runs */
	struct runner *runner;
	const struct fixture *fixture;
	unsigned round;
	enum entry_state state;
	bool second; /* the run alone */
	double wait; /* seconds: its timers */
	uint64_t luck;
	struct case_run *run;
	char *ns;
	char *first_message; /* why the first run was late */
};

struct runner {
	struct session *session;
	const struct runner_plan *plan;
	struct run_result *result;
	struct entry *entries;
	size_t n, over;
	struct entry *by_ns;
	unsigned pods, running;
	bool stopping;
};

/* One runner at a time belongs to a session; its watch callback has to find it. */
static struct runner *active;

static uint64_t random_next(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->wait != y->wait)
		return x->wait < y->wait ? 1 : -1;
	return x->luck < y->luck ? -1 : x->luck > y->luck;
}

static void make_entries(struct runner *r)
{
	uint64_t seed = r->session->options->seed;
	unsigned repeat = MAX(r->plan->repeat, 1u);

	r->entries = xcalloc(r->plan->n * repeat, sizeof(*r->entries));
	for (unsigned round = 0; round < repeat; round++)
		for (size_t i = 0; i < r->plan->n; i++) {
			const struct fixture *f = r->plan->fixtures[i];

			r->entries[r->n++] = (struct entry){
				.runner = r,
				.fixture = f,
				.round = r->plan->first_round + round,
				.luck = random_next(&seed),
				/* whole seconds: what differs by less is decided by luck */
				.wait = (double)(int64_t)(f->wait_nominal / r->session->bounds.rate +
							  f->wait_real)
			};
		}
	qsort(r->entries, r->n, sizeof(*r->entries), compare_entries);
}

static void tell_started(struct runner *r, const struct fixture *f)
{
	for (struct reporter **p = r->plan->reporters; p && *p; p++)
		if ((*p)->started)
			(*p)->started(*p, f);
}

static void settle_known(const struct runner *r, struct case_result *c)
{
	if (r->plan->expectations)
		expectations_apply(r->plan->expectations, c);
}

static void tell_done(struct runner *r, struct case_result *c)
{
	for (struct reporter **p = r->plan->reporters; p && *p; p++)
		if ((*p)->done)
			(*p)->done(*p, c);
	run_result_add(r->result, c);
}

static void entry_over(struct entry *e)
{
	e->state = ENTRY_OVER;
	e->runner->over++;
	timer_soon(e->runner->session->admit);
}

/* ---- not run at all ---- */

/* What somebody's cluster has, but not without being allowed to. */
static bool is_not_allowed(const struct subject *s, const char *feature)
{
	return !s->features && !s->disruptive && streq(feature, "nodes.made");
}

static char *unfit_reason(const struct runner *r, const struct fixture *f)
{
	const struct subject *s = r->session->subject;

	for (char **need = f->needs; *need && !r->plan->any_need; need++)
		if (!subject_has(s, *need))
			return is_not_allowed(s, *need) ?
				       xstrdup("makes nodes: needs --disruptive") :
				       xasprintf("the subject does not declare %s", *need);
	if (f->disruptive && !r->plan->disruptive)
		return xstrdup("disturbs the node: needs --disruptive");
	if (r->session->subject->capacity && f->pods > r->session->subject->capacity)
		return xasprintf("needs %u pods, the subject holds %u", f->pods,
				 r->session->subject->capacity);
	return NULL;
}

static void add_not_applicable(struct case_result *c, const struct fixture *f, const char *why)
{
	for (char **req = f->reqs; *req; req++) {
		struct assertion_result *a = case_result_add(c, *req);

		a->verdict = VERDICT_NOT_APPLICABLE;
		a->message = xstrdup(why);
	}
}

static bool skip_unfit(struct runner *r, struct entry *e)
{
	const struct fixture *f = e->fixture;
	_cleanup_free_ char *why = unfit_reason(r, f);
	struct case_result c = { 0 };

	if (!why)
		return false;
	c = (struct case_result){ .name = xstrdup(f->name),
				  .file = xstrdup(f->file),
				  .area = xstrdup(f->area),
				  .title = xstrdup(f->title),
				  .fixture = f,
				  .round = e->round,
				  .verdict = VERDICT_NOT_APPLICABLE,
				  .message = xstrdup(why) };
	add_not_applicable(&c, f, why);
	settle_known(r, &c);
	tell_done(r, &c);
	entry_over(e);
	return true;
}

/* ---- admission ---- */

static bool share_lock(const struct fixture *a, const struct fixture *b)
{
	for (char **l = a->locks; *l; l++)
		if (strv_has(b->locks, *l))
			return true;
	return false;
}

static unsigned parallel(const struct session *s)
{
	return s->options->parallel ? s->options->parallel : pace_window(&s->pace);
}

static bool fits(const struct runner *r, const struct entry *e)
{
	const struct options *o = r->session->options;
	unsigned capacity = o->capacity ? o->capacity : r->session->subject->capacity;

	if (!r->running)
		return true;
	if (e->second || e->fixture->exclusive || r->running >= parallel(r->session))
		return false;
	if (capacity && r->pods + e->fixture->pods > capacity)
		return false;
	for (size_t i = 0; i < r->n; i++) {
		const struct entry *other = &r->entries[i];

		if (other->state == ENTRY_RUNNING && (other->second || other->fixture->exclusive ||
						      share_lock(other->fixture, e->fixture)))
			return false;
	}
	return true;
}

static void on_case_done(struct case_run *c);

static void start_entry(struct runner *r, struct entry *e)
{
	e->state = ENTRY_RUNNING;
	r->running++;
	r->pods += e->fixture->pods;
	e->run = case_run_new(r->session, e->fixture, e->round, on_case_done, e);
	e->run->record = r->plan->histories != NULL;
	e->run->ns = xasprintf("%s-%u", r->session->run_id, r->session->made++);
	free(e->ns);
	e->ns = xstrdup(e->run->ns);
	HASH_ADD_KEYPTR(hh, r->by_ns, e->ns, strlen(e->ns), e);
	tell_started(r, e->fixture);
	case_run_start(e->run);
}

/* The first time everything else is over, what was only late gets its second run. */
static struct entry *next_entry(struct runner *r)
{
	bool all_over = true;

	for (size_t i = 0; i < r->n; i++) {
		struct entry *e = &r->entries[i];

		if (e->state == ENTRY_WAITING && fits(r, e))
			return e;
		all_over = all_over && (e->state == ENTRY_OVER || e->state == ENTRY_LATE);
	}
	for (size_t i = 0; all_over && i < r->n; i++)
		if (r->entries[i].state == ENTRY_LATE) {
			r->entries[i].second = true;
			return &r->entries[i];
		}
	return NULL;
}

static void admit(void *userdata)
{
	struct runner *r = userdata;
	struct entry *e;

	while (!r->stopping && (e = next_entry(r)))
		if (!skip_unfit(r, e))
			start_entry(r, e);
	if (r->over == r->n || (r->stopping && !r->running))
		loop_quit(r->session->loop);
}

static void mark_slow(struct case_result *c, const char *first)
{
	if (c->verdict != VERDICT_PASS)
		return;
	c->verdict = VERDICT_SLOW;
	c->message =
		xasprintf("in time when run alone; beside others: %s", first ? first : "too late");
}

static bool is_kept(const struct runner *r, const struct case_result *c)
{
	return r->plan->histories &&
	       (r->plan->record_all ||
		(c->verdict != VERDICT_PASS && c->verdict != VERDICT_NOT_APPLICABLE));
}

/* which: "late" for a first run that is repeated alone; else NULL. */
static void keep_recording(struct runner *r, struct case_run *c, const char *which)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *path = NULL;

	if (!is_kept(r, &c->result) || !c->tape)
		return;
	path = recording_path(r->plan->histories, &c->result, r->plan->repeat > 1, which);
	if (recording_write(c, path, &err))
		fprintf(stderr, "podtest: %s\n", error_text(&err));
	else
		c->result.recording = xasprintf("histories/%s", strrchr(path, '/') + 1);
}

static void tell_left(struct runner *r, const char *ns)
{
	_cleanup_free_ char *what = xasprintf("namespace %s could not be cleaned up", ns);

	run_result_leak(r->result, what);
}

static void on_case_done(struct case_run *c)
{
	struct entry *e = c->userdata;
	struct runner *r = e->runner;
	bool again = r->plan->rerun && !e->second && !r->stopping && case_only_late(c) &&
		     !expectations_cover(r->plan->expectations, &c->result);

	HASH_DEL(r->by_ns, e);
	r->running--;
	r->pods -= e->fixture->pods;
	if (again) {
		e->state = ENTRY_LATE;
		keep_recording(r, c, "late");
		e->first_message = take_ptr(c->result.message);
	} else {
		if (e->second)
			mark_slow(&c->result, e->first_message);
		settle_known(r, &c->result);
		keep_recording(r, c, NULL);
		tell_done(r, &c->result);
		entry_over(e);
	}
	if (!c->clean && !r->session->options->keep && !r->stopping)
		tell_left(r, e->ns);
	e->run = case_run_free(c);
	timer_soon(r->session->admit);
}

/* ---- the outside ---- */

void runner_object(void *session, char type, json_t *object, int64_t earliest, int64_t latest,
		   bool sampled)
{
	const char *ns = json_str(object, "metadata.namespace");
	struct entry *e = NULL;

	(void)session;
	if (!active || !ns)
		return;
	HASH_FIND_STR(active->by_ns, ns, e);
	if (e && e->run)
		case_take_object(e->run, type, object, earliest, latest, sampled);
}

void runner_stop(struct session *s, const char *why)
{
	struct runner *r = active;

	if (!r || r->stopping || r->session != s)
		return;
	r->stopping = true;
	if (!r->result->void_reason)
		r->result->void_reason = xstrdup(why);
	for (size_t i = 0; i < r->n; i++)
		if (r->entries[i].run)
			case_run_cancel(r->entries[i].run, why);
	timer_soon(r->session->admit);
}

void runner_run(struct session *s, const struct runner_plan *plan, struct run_result *run)
{
	struct runner r = { .session = s, .plan = plan, .result = run };

	if (run->void_reason)
		return;
	make_entries(&r);
	s->admit = timer_new(s->loop, admit, &r);
	active = &r;
	timer_soon(s->admit);
	loop_run(s->loop);
	active = NULL;
	for (size_t i = 0; i < r.n; i++) {
		case_run_free(r.entries[i].run);
		free(r.entries[i].ns);
		free(r.entries[i].first_message);
	}
	free(r.entries);
	timer_free(s->admit);
	s->admit = NULL;
}
