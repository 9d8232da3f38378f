/*
 * pod_term: does a pod belong to those that a term of (anti-)affinity between pods speaks of? Pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/defs.h"

struct pod_term; /* one PodAffinityTerm of one pod, read once and asked about many */

/* Of owner's term; namespaces (an array, for namespaceSelector) is borrowed and outlives the result. */
struct pod_term *pod_term_new(const json_t *owner, const json_t *term, const json_t *namespaces);
struct pod_term *pod_term_free(struct pod_term *t); /* takes NULL, returns NULL */
DEFINE_CLEANUP_FUNC(struct pod_term *, pod_term_free)

bool pod_term_selects(const struct pod_term *t, const json_t *pod);
/* The node's label that makes it one place with others; NULL: it is none. Borrowed. */
const char *pod_term_place(const struct pod_term *t, const json_t *node);
const char *pod_term_key(const struct pod_term *t); /* topologyKey */
