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
	const char *id, *kills, *file, *find, *replace,
		*why; /* borrowed from the list's documents */
	enum control control;
	char **cases; /* names or globs; NULL-terminated; empty: those that cite `kills` */
};

struct mutant_list {
	json_t *docs;
	struct mutant *items;
	size_t n;
};

/* harness/mutants/AREA.yaml of the tree at `root`, all of them with area NULL. A list without a mutant is a fault. */
int mutant_list_load(const char *root, const char *area, struct mutant_list *ret, struct error *err);
void mutant_list_clear(struct mutant_list *list);
/* The changed source as DIR/NAME.c; the caller frees *ret_path. `find` must stand in the file exactly once. */
int mutant_write(const struct mutant *m, const char *root, const char *dir, char **ret_path,
		 struct error *err);
