/*
 * score: of the nodes that will do, which is the best? Pure.
 */
#pragma once

#include <jansson.h>

#include "controllers/node_usage.h"

/* Does the pod prefer, or avoid, the company of others? */
bool score_is_social(const json_t *pod);

/*
 * The best of nodes (an array, all of which will do) for pod; NULL for none. all: every node, since company in the same place counts
 * wherever it is; usage: what each holds; bound: the pods that may matter by what they prefer or by being preferred (an array);
 * namespaces: for their selectors. All borrowed.
 */
const json_t *score_best(const json_t *pod, const json_t *nodes, const json_t *all,
			 struct node_usage *usage, const json_t *bound, const json_t *namespaces);
