/*
 * cut: what can be taken out of a case.
 *
 * A case is its documents: a list of the Case and its manifests. A cut names one place in it: a step, a relation of a history, a manifest, or
 * a key or entry inside a manifest.
 */
#pragma once

#include "util/defs.h"

struct cut {
	json_t *path; /* keys and indices, from the list of documents */
	size_t size; /* how many values are below it */
};

struct cut_list {
	struct cut *items;
	size_t n;
};

/* All places of one depth, the largest first: 0 is steps, relations and whole manifests, 1 the keys of a manifest, and so on. */
void cuts_at(const json_t *docs, size_t depth, struct cut_list *ret);
/* The greatest depth at which there is anything. */
size_t cuts_depth(const json_t *docs);
void cut_list_clear(struct cut_list *list);

/* A copy without the cuts that `keep` does not spare (NULL: without all); what named a manifest that is gone is mended. The caller owns it. */
json_t *cuts_apply(const json_t *docs, const struct cut_list *list, const bool *take);
