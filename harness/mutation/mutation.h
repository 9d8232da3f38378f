/* mutation: what the parts of `podtest mutants` share. */
#pragma once

#include "fixture.h"
#include "mutation/child.h"
#include "mutation/mutant.h"
#include "mutation/tap_watch.h"

enum fate {
	FATE_WAITING,
	FATE_KILLED,
	FATE_SURVIVED,
	FATE_BROKEN, /* cases could not be set up, but no claimed assertion failed */
	FATE_VOID, /* the run said nothing: the changed podd did not even start */
	FATE_UNBUILT, /* does not apply, or does not compile */
	FATE_EQUIVALENT, /* its list says why no case can tell it: not built, not counted */
	FATE_UNCLAIMED, /* no case cites the requirement, or none passes without the mutant */
	N_FATES,
};
const char *fate_name(enum fate f);

struct mutation {
	char *root; /* of the source tree */
	char *podtest, *podd;
	struct fixture_list *fixtures;
	json_t *base; /* "area/name" of cases that passed without any mutant; set */
	double clock_rate;
	int lock; /* held on out/mutants: one run at a time builds there */
	const volatile sig_atomic_t *interrupted;
};

struct trial {
	const struct mutant *mutant;
	struct mutation *all;
	enum { STAGE_WAITING, STAGE_BUILD, STAGE_RUN, STAGE_OVER } stage;
	enum fate fate;
	char *dir, *log, *case_name, *message;
	struct child child;
	struct tap_watch watch;
	int64_t began;
	double seconds;
	bool stopping; /* killed already: the run was told to end */
};

/* trial.c: one mutant from its text to its fate. */
void trial_init(struct trial *t, const struct mutant *m, struct mutation *all);
void trial_clear(struct trial *t);
void trial_start(struct trial *t);
/* The run was interrupted: its child is told to end, and trial_step() will see that. */
void trial_stop(struct trial *t);
/* Its child's output has come, or its end. */
void trial_step(struct trial *t);

/* claims.c: the cases that claim a mutant's requirement. */
bool mutant_claims(const struct mutant *m, const struct fixture *f);
/* argv of `podtest run` over the given mutants' cases (a case once), NULL-terminated; the caller frees by strv_free(). */
char **claims_argv(const struct mutation *all, const struct mutant *mutants, size_t n,
		   const char *podd, const char *report);
/* Runs every claiming case once without a mutant and fills all->base. */
int claims_base(struct mutation *all, const struct mutant_list *list, struct error *err);

/* mutation_report.c */
struct score {
	size_t total, of[N_FATES]; /* controls left out */
	const char *void_reason; /* NULL: the report says something */
};
struct score mutation_score(const struct trial *trials, size_t n);
void mutation_print(const struct trial *trials, size_t n, const struct score *s);
/* What of the report at `path` still belongs to mutants of the tree that were not tried now: a part is added to the rest. */
json_t *mutation_earlier(const char *path, const struct mutant_list *tree,
			 const struct mutant_list *now);
/* Writes the trials and, behind them, those earlier entries (borrowed; may be NULL); the sums are over both. */
int mutation_write(const char *path, const struct trial *trials, size_t n, const json_t *earlier,
		   const struct score *s, struct error *err);
