/*
 * pod_claims: what the claims of a pod say about where it may run; pure but for the informers that it reads.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct informer;

struct claim_world {
	struct informer *claims, *volumes; /* lent */
};

/* Why the pod can run nowhere yet, in Kubernetes' words; NULL: its claims are bound. The caller frees. */
char *pod_claims_refusal(const struct claim_world *w, const json_t *pod);
/* Whether all volumes of the pod, which are bound, can be reached from node. */
bool pod_claims_reach(const struct claim_world *w, const json_t *pod, const json_t *node);
/* The pod has a volume by this claim. */
bool pod_has_claim(const json_t *pod, const char *claim);
#define CLAIMS_OUT_OF_REACH "node(s) didn't match PersistentVolume's node affinity"
