/*
 * daemon_pod: the pod of a DaemonSet for one node, and which nodes get one; pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* A new pod of spec.template for this node. hash: of the revision that it is of. */
json_t *daemon_pod_new(const json_t *ds, const char *node, const char *hash);
/* The node that a daemon's pod is bound or meant for; borrowed, NULL: none. */
const char *daemon_pod_node(const json_t *pod);
bool daemon_pod_is_of(const json_t *pod, const char *hash);

struct daemon_fit {
	bool should_run; /* a pod is to be there */
	bool may_stay; /* one that is there may stay */
};

/* A pod of the set for no node in particular, to be judged on each. A new reference. */
json_t *daemon_pod_probe(const json_t *ds);
struct daemon_fit daemon_fit_node(const json_t *probe, const json_t *node);
