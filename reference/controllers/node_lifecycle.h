/*
 * node_lifecycle: the node lifecycle controller: which nodes live, and what follows for their taints and pods.
 */
#pragma once

#include "base/error.h"

struct control;
struct node_lifecycle;

int node_lifecycle_new(struct control *c, struct node_lifecycle **ret, struct error *err);
struct node_lifecycle *node_lifecycle_free(struct node_lifecycle *n); /* takes NULL, returns NULL */
