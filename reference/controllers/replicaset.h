/*
 * replicaset: the controller of ReplicaSets and ReplicationControllers, one engine for both.
 */
#pragma once

#include "base/error.h"

struct control;
struct kind;
struct replica_controller;

/* k: kind_replicaset or kind_replicationcontroller. */
int replica_controller_new(struct control *c, const struct kind *k, struct replica_controller **ret,
			   struct error *err);
struct replica_controller *replica_controller_free(struct replica_controller *rc);
