/*
 * pod_gc: removes the pods that no agent removes: those of absent nodes, and old ones that have ended.
 */
#pragma once

#include <stdint.h>

#include "base/error.h"

struct control;
struct pod_gc;

/* keep: how many Succeeded and Failed pods may stay; 0 or less: all. */
int pod_gc_new(struct control *c, int64_t keep, struct pod_gc **ret, struct error *err);
struct pod_gc *pod_gc_free(struct pod_gc *g); /* takes NULL, returns NULL */
