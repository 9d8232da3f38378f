/*
 * node_usage: what the bound pods of each node take, kept up to date pod by pod.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "controllers/pod_demand.h"

struct node_usage; /* all nodes */

struct usage { /* of one node */
	struct resource_list taken;
	size_t pods;
	json_t *with_ports; /* the pods that have host ports, by uid */
};

struct node_usage *node_usage_new(void);
struct node_usage *node_usage_free(struct node_usage *u); /* takes NULL, returns NULL */
DEFINE_CLEANUP_FUNC(struct node_usage *, node_usage_free)

/* Counts the pod where it is bound; one that is unbound or finished counts nowhere. Replaces what was known. */
void node_usage_put(struct node_usage *u, json_t *pod);
void node_usage_drop(struct node_usage *u, const json_t *pod);
/* Borrowed; of a node without pods an empty one. Valid until the next change. */
const struct usage *node_usage_of(struct node_usage *u, const char *node);
