/*
 * trial: one mutant from its text to its fate.
 *
 *	waiting --write--> build --linked--> run --> over
 *
 * The changed source is compiled and linked with everybody else's objects by `make mutant-build`; then the cases that claim the
 * requirement run against that podd. When the first claimed assertion has failed the run is told to end, and cleans up behind
 * itself. Every end of a child moves the trial on; nothing here waits.
 */
#include <errno.h>
#include <sys/stat.h>

#include "mutation/mutation.h"
#include "util/clock.h"
#include "util/json.h"

const char *fate_name(enum fate f)
{
	static const char *const names[N_FATES] = {
		[FATE_WAITING] = "waiting",
		[FATE_KILLED] = "killed",
		[FATE_SURVIVED] = "survived",
		[FATE_BROKEN] = "broken",
		[FATE_VOID] = "void",
		[FATE_UNBUILT] = "unbuilt",
		[FATE_EQUIVALENT] = "equivalent",
		[FATE_UNCLAIMED] = "unclaimed",
	};
	return names[f];
}

static bool counts(void *userdata, const char *name)
{
	const struct trial *t = userdata;

	return json_object_get(t->all->base, name) != NULL;
}

void trial_init(struct trial *t, const struct mutant *m, struct mutation *all)
{
	*t = (struct trial){ .mutant = m, .all = all, .child = CHILD_INIT };
	t->dir = xasprintf("%s/out/mutants/%s", all->root, m->id);
	t->log = xasprintf("%s/log", t->dir);
	t->watch = (struct tap_watch){ .req = m->kills, .counts = counts, .userdata = t };
}

void trial_clear(struct trial *t)
{
	free(t->dir);
	free(t->log);
	free(t->case_name);
	free(t->message);
	tap_watch_clear(&t->watch);
}

static void over(struct trial *t, enum fate fate, const char *message)
{
	t->stage = STAGE_OVER;
	t->fate = fate;
	t->message = xstrdup(message);
	t->seconds = clock_seconds(clock_now() - t->began);
}

static bool has_claim(const struct trial *t)
{
	for (size_t i = 0; i < t->all->fixtures->n; i++) {
		const struct fixture *f = &t->all->fixtures->items[i];
		_cleanup_free_ char *name = xasprintf("%s/%s", f->area, f->name);

		if (mutant_claims(t->mutant, f) && counts((void *)t, name))
			return true;
	}
	return false;
}

static int build(struct trial *t, struct error *err)
{
	_cleanup_free_ char *source = NULL, *file = xasprintf("FILE=%s", t->mutant->file);
	_cleanup_free_ char *out = xasprintf("OUT=%s", t->dir), *replacement = NULL;

	if (mkdir(t->dir, 0755) && errno != EEXIST)
		return error_set_errno(err, errno, "%s", t->dir);
	unlink(t->log);
	if (mutant_write(t->mutant, t->all->root, t->dir, &source, err))
		return -1;
	replacement = xasprintf("REPLACEMENT=%s", source);

	/* what a mutant leaves unused is no reason to refuse it */
	char *argv[] = { (char *)"make",
			 (char *)"-s",
			 (char *)"-C",
			 t->all->root,
			 (char *)"mutant-build",
			 file,
			 replacement,
			 out,
			 (char *)"CFLAGS=-Wno-error",
			 NULL };

	return child_start(&t->child, argv, t->log, true, err);
}

void trial_start(struct trial *t)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	t->began = clock_now();
	t->stage = STAGE_BUILD;
	if (t->mutant->equivalent)
		over(t, FATE_EQUIVALENT, t->mutant->equivalent);
	else if (!has_claim(t))
		over(t, FATE_UNCLAIMED, "no case that cites it passes without the mutant");
	else if (build(t, &err))
		over(t, FATE_UNBUILT, error_text(&err));
}

static void run(struct trial *t)
{
	_cleanup_free_ char *podd = xasprintf("%s/podd", t->dir),
			    *report = xasprintf("%s/report", t->dir);
	_cleanup_strv_ char **argv = claims_argv(t->all, t->mutant, 1, podd, report);
	_cleanup_error_ struct error err = ERROR_INIT;

	t->stage = STAGE_RUN;
	if (child_start(&t->child, argv, t->log, true, &err))
		over(t, FATE_VOID, error_text(&err));
}

static void conclude(struct trial *t)
{
	_cleanup_free_ char *text = NULL;

	if (t->watch.killer) {
		t->case_name = xstrdup(t->watch.killer);
		over(t, FATE_KILLED, t->watch.message);
	} else if (!t->watch.passed && !t->watch.not_passed) {
		text = xasprintf("no case was evaluated; see %s", t->log);
		over(t, FATE_VOID, text);
	} else if (t->watch.not_passed) {
		text = xasprintf("%zu cases did not pass, but no assertion of %s failed",
				 t->watch.not_passed, t->mutant->kills);
		over(t, FATE_BROKEN, text);
	} else {
		text = xasprintf("%zu cases that claim %s pass", t->watch.passed, t->mutant->kills);
		over(t, FATE_SURVIVED, text);
	}
}

static void end_of_child(struct trial *t)
{
	int code = child_wait(&t->child, NULL);

	if (t->stage == STAGE_RUN && (t->watch.killer || !*t->all->interrupted)) {
		conclude(t);
	} else if (*t->all->interrupted) {
		t->stage = STAGE_OVER;
	} else if (code) {
		_cleanup_free_ char *text = xasprintf("does not compile; see %s", t->log);

		over(t, FATE_UNBUILT, text);
	} else {
		run(t);
	}
}

/* Once only: a second signal would make the run leave its podd behind. */
void trial_stop(struct trial *t)
{
	if (t->stopping || t->stage == STAGE_OVER)
		return;
	t->stopping = true;
	child_stop(&t->child);
}

void trial_step(struct trial *t)
{
	char data[16384];
	ssize_t n = t->child.out >= 0 ? read(t->child.out, data, sizeof(data)) : 0;

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0) {
		end_of_child(t);
		return;
	}
	tap_watch_feed(&t->watch, data, (size_t)n);
	/* its message has come, or the next case: nothing more to learn */
	if (t->watch.killer && (t->watch.message || !t->watch.here))
		trial_stop(t);
}
