/*
 * proxy: what a node does for Services: their addresses lead to endpoints, their names are answered.
 */
#pragma once

#include <jansson.h>

#include "base/error.h"

struct clock;
struct loop;
struct proxy;
struct runtime;
struct store;

/* Where pods ask for names; every node has this address, for its own pods. */
#define PROXY_DNS_ADDRESS "169.254.20.10"

struct proxy_config {
	struct store *store;
	struct loop *loop;
	struct clock *clock;
	struct runtime *rt; /* rules and sockets are made in its network; outlives the proxy */
	const char *node_name; /* borrowed; outlives the proxy */
};

/* What the node held of an earlier life is replaced. Rules stay when the proxy ends: pods go on. */
int proxy_new(const struct proxy_config *cfg, struct proxy **ret, struct error *err);
struct proxy *proxy_free(struct proxy *p); /* takes NULL, returns NULL */

/* The Services of the cluster as this node knows them: "NS/NAME" -> Service. Borrowed. */
const json_t *proxy_services(const struct proxy *p);
