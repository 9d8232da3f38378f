/* mutant: the reference with one plausible wrong behaviour, as harness/mutants/AREA.yaml lists it. */
#pragma once

#include "util/defs.h"
#include "util/error.h"

enum control {
	CONTROL_NONE,
	CONTROL_MUST_DIE, /* so wrong that a run which passes it sees nothing */
	CONTROL_MUST_SURVIVE, /* so right that a run which fails it judges at random */
};

struct mutant {
	const char *area; /* of its list */
	const char *id, *kills, *file, *find, *replace,
		*why; /* borrowed from the list's documents */
	const char *equivalent; /* why no case can tell it from the reference; NULL: one must */
	enum control control;
	char **cases; /* names or globs; NULL-terminated; empty: those that cite `kills` */
};

struct mutant_list {
	json_t *docs;
	const char *area; /* of the file being read */
	struct mutant *items;
	size_t n;
};

/* Which of them: both are lists with commas, NULL is all. */
struct mutant_choice {
	const char *areas; /* lists (file names without .yaml) or areas of the catalogue; case does not matter */
	const char *only; /* globs on an id, or the requirement that is to be killed */
};
/*
 * The chosen mutants of harness/mutants/AREA.yaml of the tree at `root`. The controls of every list come with a choice of areas, since
 * without them no report means anything. A list without a mutant is a fault, and so is a name that chooses none.
 */
int mutant_list_load(const char *root, const struct mutant_choice *choice, struct mutant_list *ret,
		     struct error *err);
/* The mutant of this id, or NULL. */
const struct mutant *mutant_list_find(const struct mutant_list *list, const char *id);
void mutant_list_clear(struct mutant_list *list);
/* The changed source as DIR/NAME.c; the caller frees *ret_path. `find` must stand in the file exactly once. */
int mutant_write(const struct mutant *m, const char *root, const char *dir, char **ret_path,
		 struct error *err);
