/*
 * fixture: a case as it stands in its file (fixtures/README.md), checked for form but not yet filled in.
 *
 * Loading is strict: unknown keys, steps, operators and wrong types are refused with file and line. A grid gives
 * one fixture per combination. Variables (${ns}, …) stay as they are; fixture_fill() makes the copy for a run.
 */
#pragma once

#include "util/defs.h"
#include "util/error.h"

enum step_kind {
	STEP_APPLY,
	STEP_REJECT,
	STEP_PATCH,
	STEP_SCALE,
	STEP_DELETE,
	STEP_EXEC,
	STEP_TELL,
	STEP_DISRUPT,
	STEP_EVENTUALLY,
	STEP_HOLDS,
	STEP_HISTORY,
	N_STEPS,
};

struct step {
	enum step_kind kind;
	json_t *args; /* a map; for history a list of relations. Owned by the fixture's document */
	int line;
	int64_t began, over; /* of a recorded case: the instants, ns; 0 when there is none */
	int *lines; /* history: of each relation */
};

struct fixture {
	char *name, *title, *area, *file; /* file as found: DIR/AREA/NAME.yaml */
	char *template; /* of a grid: where its steps stand, and their lines count; else NULL */
	int line;
	char **needs, **locks; /* NULL-terminated */
	char **reqs; /* every id cited, sorted, once each; NULL-terminated */
	bool exclusive, disruptive, quick, uses_witness;
	struct step *steps;
	size_t n_steps;
	json_t *doc; /* the Case document */
	json_t *manifests; /* list of objects */
	unsigned pods; /* how many pods it has at once, the witness included: an estimate */
	double wait_nominal, wait_real; /* seconds: the sum of its timers on either clock */
};

struct fixture_list {
	struct fixture *items;
	size_t n;
};

/* One file (a grid gives several) or a whole directory; what was loaded before stays in the list. All faults of a
 * directory are told, one per line of the message. */
int fixture_load_file(const char *path, const char *area, struct fixture_list *list,
		      struct error *err);
int fixture_load_dir(const char *dir, struct fixture_list *list, struct error *err);
/* A case that is no file: docs are the Case and its manifests, `from` names them in faults. The docs are borrowed. */
int fixture_from_docs(json_t *docs, const char *from, const char *area, struct fixture_list *list,
		      struct error *err);
void fixture_list_clear(struct fixture_list *list);

/* Where an assertion of a step stands: for history that of its i-th relation. */
int step_line(const struct step *s, size_t i);
const char *step_name(enum step_kind kind);

/* A deep copy of `in` with every ${name} replaced; names without a value stay. vars: name, value, …, NULL. */
json_t *fixture_fill(const json_t *in, const char *const *vars);
/* The manifest "pod/a", or NULL. */
json_t *fixture_manifest(const json_t *manifests, const char *object);
