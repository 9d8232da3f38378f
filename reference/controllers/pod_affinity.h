/*
 * pod_affinity: where may a pod go for the sake of other pods? Required terms alone. Pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/defs.h"

struct pod_affinity;

/* Does the pod demand something of other pods, or keep some away? */
bool pod_affinity_is_used(const json_t *pod);

/*
 * For placing pod among bound (an array of pods with a node) on nodes. All arrays are borrowed and outlive the result. NULL when
 * nobody demands anything: then every node will do.
 */
struct pod_affinity *pod_affinity_new(const json_t *pod, const json_t *bound, const json_t *nodes,
				      const json_t *namespaces);
struct pod_affinity *pod_affinity_free(struct pod_affinity *a); /* takes NULL, returns NULL */
DEFINE_CLEANUP_FUNC(struct pod_affinity *, pod_affinity_free)

/* Why the pod may not go to node, in Kubernetes' words; NULL: it may. a may be NULL. */
const char *pod_affinity_refusal(const struct pod_affinity *a, const json_t *node);
