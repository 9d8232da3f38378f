/*
 * rule_test: a table of histories by hand, one that each rule must find broken and one, as near to it as can be, that obeys.
 *
 * A history is written as edits of a pod that is in order: "PATH=JSON & PATH=JSON ; …", where ` ; ` begins the next version, "-PATH"
 * takes away, "GONE" says that this version is the last, and single quotes stand for double ones.
 */
#pragma once

#include "chronicle.h"
#include "invariants/invariants.h"

struct rule_row {
	const char *rule;
	const char *base; /* edits of the first version */
	const char *good, *bad; /* the versions behind it, or the events */
};

struct rule_world {
	struct history history;
	struct chronicle seen;
	json_t *pod; /* the last version told */
	int revision;
	struct invariant_marks marks;
	char broken[1000]; /* names of the rules that were found broken */
};

/* The pod as the first version shows it, with its edits; bare: without a status. */
void world_begin(struct rule_world *w, const char *edits, bool bare);
void world_edit(struct rule_world *w, const char *edits);
void world_judge(struct rule_world *w);
void world_end(struct rule_world *w);
/* Number of a rule, -1 without one. */
int rule_number(const char *name);
/* Every rule of pods that needs guests (or does not) has a row. Returns the name of one that has none, or NULL. */
const char *rule_without_row(const struct rule_row *rows, size_t n, bool needs_guest);
