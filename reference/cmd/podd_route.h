/*
 * podd_route: the nodes as the API server sees them: one table of node_ops for all.
 *
 * Streams and disruptions go to the node of the pod: our own, or another process by its socket (the Node's annotation). Images are our
 * own node's; the nodes that podd started use the same.
 */
#pragma once

#include "apiserver/node_ops.h"
#include "base/loop.h"
#include "cmd/podd_agents.h"
#include "cmd/podd_usage.h"
#include "store/store.h"

struct podd_route;

struct podd_route_config {
	struct store *store;
	struct loop *loop; /* both outlive the route */
	const struct node_ops *local; /* copied */
	const char *node_name; /* the local one */
	struct podd_usage *usage; /* of all nodes */
};

/* Where a node that is another process listens, or NULL; borrowed from node. */
const char *podd_route_socket(const json_t *node);

struct podd_route *podd_route_new(const struct podd_route_config *cfg);
struct podd_route *podd_route_free(struct podd_route *r); /* takes NULL, returns NULL */
/* Who is asked for stop-node and start-node; NULL: nobody. */
void podd_route_set_agents(struct podd_route *r, struct podd_agents *agents);
/* r outlives them. */
void podd_route_ops(struct podd_route *r, struct node_ops *ret);
