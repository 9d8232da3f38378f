/*
 * node_affinity: does a node have what the pod's nodeSelector and required node affinity demand? Pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

bool node_affinity_matches(const json_t *pod, const json_t *node);
/* One term (or preference); one without any expression matches nothing. */
bool node_term_matches(const json_t *term, const json_t *node);
/* One of the terms of a NodeSelector holds for node. */
bool node_selector_matches(const json_t *selector, const json_t *node);

/* The first taint of node with one of the effects (NULL-terminated) that pod does not tolerate; borrowed. */
const json_t *node_untolerated_taint(const json_t *pod, const json_t *node,
				     const char *const *effects);
/* How many there are. */
size_t node_untolerated_taints(const json_t *pod, const json_t *node, const char *const *effects);
bool toleration_covers(const json_t *toleration, const json_t *taint);
