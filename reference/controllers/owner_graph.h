/*
 * owner_graph: who owns whom, by uid.
 */
#pragma once

#include <jansson.h>

#include "base/defs.h"

struct kind;
struct owner_graph;

struct owner_graph *owner_graph_new(void);
struct owner_graph *owner_graph_free(struct owner_graph *g); /* takes NULL, returns NULL */
DEFINE_CLEANUP_FUNC(struct owner_graph *, owner_graph_free)

void owner_graph_put(struct owner_graph *g, const struct kind *k, json_t *obj); /* replaces */
void owner_graph_drop(struct owner_graph *g, const json_t *obj);
/* Borrowed, or NULL. ret_kind may be NULL. */
json_t *owner_graph_find(struct owner_graph *g, const char *uid, const struct kind **ret_kind);
/* The uids of the present objects that have a reference to uid: a new array of strings. */
json_t *owner_graph_dependents(struct owner_graph *g, const char *uid);
