/* search: delta debugging over the documents of a case: taking out what can go while it still fails in the same way. */
#pragma once

#include "shrink/trial.h"

struct search {
	struct trials *trials;
	json_t *docs; /* the smallest so far; owned */
	json_t *accepted; /* all before it, the first one first; owned */
	int64_t deadline; /* CLOCK_BOOTTIME, ns */
	size_t max_runs; /* 0: no limit */
	bool out; /* the budget is used up, or the run was broken off */
};

void search_init(struct search *s, struct trials *t, json_t *docs);
void search_clear(struct search *s);
/* Until nothing more can go, or the budget is used up. Progress goes to standard error. */
void search_run(struct search *s);
/* The smallest that fails when it runs alone becomes s->docs. False: none does but the first. */
bool search_confirm(struct search *s);
/* Of the manifests as block YAML. */
size_t docs_lines(const json_t *docs);
