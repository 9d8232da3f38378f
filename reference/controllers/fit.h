/*
 * fit: may a pod run on a node, and if not, what does Kubernetes say? Pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "controllers/node_usage.h"

struct pod_affinity;

/*
 * Whether pod may be bound to node on which usage is taken; affinity: what other pods have to do with it (may be NULL). If not, the
 * reasons are appended to *reasons: those of the first filter that refuses, "Insufficient cpu" and "Insufficient memory" may come
 * together.
 */
bool fit_node(const json_t *pod, const json_t *node, const struct usage *usage,
	      const struct pod_affinity *affinity, char ***reasons);

/*
 * "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable." from the reasons of
 * all nodes; "no nodes available to schedule pods" for none. The caller frees.
 */
char *fit_message(char *const *reasons, size_t n_nodes);
