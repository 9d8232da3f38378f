/*
 * controllers: everything that turns one kind of object into others.
 *
 * The scheduler binds pods; the ReplicationController and ReplicaSet engine makes and deletes pods,
 * so does the Job controller until they have run to their end; the Deployment controller makes and scales
 * ReplicaSets, the CronJob controller makes Jobs; the DaemonSet controller keeps a pod on each node;
 * the StatefulSet controller makes pods that have a name and storage of their own; claims are bound to volumes, and
 * both are held while they are in use; the endpoints controller tells where Services lead to;
 * the HorizontalPodAutoscaler controller scales by what pods use;
 * the garbage collector follows ownerReferences; the namespace controller empties what is
 * Terminating; the node lifecycle controller judges the nodes' heartbeats and taints them, the taint eviction deletes pods from them,
 * and the pod garbage collector removes what has no agent. All of them meet the kubelet and the API server in the store and nowhere else.
 */
#pragma once

#include <stdint.h>

#include "base/error.h"

struct clock; /* base/clock.h */
struct controllers;
struct metrics_source; /* controllers/metrics_source.h */
struct loop; /* base/loop.h */
struct store; /* store/store.h */

struct controllers_config {
	int64_t ended_pods_kept; /* Succeeded and Failed pods beyond it are removed; 0 or less: none */
};

#define CONTROLLERS_CONFIG_INIT          \
	{                                \
		.ended_pods_kept = 12500 \
	}

/*
 * Start every controller: subscribe to the store and reconcile what is there. store, loop and clock
 * are borrowed and outlive the result. Nothing is written before the loop runs. Delays of the
 * controllers (back-off, minReadySeconds) are nominal: they run on clock, scaled by its rate.
 * cfg may be NULL.
 */
int controllers_new(struct store *store, struct loop *loop, struct clock *clock,
		    const struct controllers_config *cfg, struct controllers **ret,
		    struct error *err);

/* Whom they ask what pods use; copied. Without it there is no metrics API. */
void controllers_set_metrics(struct controllers *c, const struct metrics_source *source);

/* Stops all of them and drops what is queued; objects stay as they are. Takes NULL, returns NULL. */
struct controllers *controllers_free(struct controllers *c);
