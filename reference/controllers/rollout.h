/*
 * rollout: a Deployment and its ReplicaSets as they are now, and what follows from that; pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/deployment.h"

struct rollout {
	const json_t *d; /* borrowed */
	json_t *sets; /* all ReplicaSets, oldest first; owned */
	json_t *old; /* those of other templates; owned */
	json_t *current; /* the one of the present template, in sets; NULL: there is none yet */
	bool old_pods_run; /* a pod of an old set has not ended */
	int64_t want; /* spec.replicas */
	struct rolling_limits limits;
};

/* sets: the Deployment's own ReplicaSets. pods: those of its namespace; looked at for Recreate alone. */
void rollout_init(struct rollout *ro, const json_t *d, const json_t *sets, const json_t *pods);
void rollout_deinit(struct rollout *ro);

int64_t set_replicas(const json_t *set); /* spec.replicas */
int64_t set_available(const json_t *set); /* status.availableReplicas */
/* The sum of an int field ("spec.replicas") over an array of ReplicaSets. */
int64_t sets_sum(const json_t *sets, const char *path);

/* Whether all pods are there, new, and available, as the status says that was written for this spec. */
bool rollout_is_complete(const struct rollout *ro, const json_t *status);
