/*
 * statefulset_pod: a pod of a StatefulSet: its ordinal, its identity, its claims; pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* The ordinal by which pod is a member of sts (its name is NAME-ORDINAL); -1: it is none. */
int64_t sts_pod_ordinal(const json_t *sts, const json_t *pod);
const char *sts_pod_revision(const json_t *pod); /* "" when it has none */
/* Running, Ready for minReadySeconds, and not being deleted. */
bool sts_pod_is_available(const json_t *sts, const json_t *pod, int64_t now_ns);

/* A pod of sts by the template that revision (a ControllerRevision) holds. New reference. */
json_t *sts_pod_new(const json_t *sts, const json_t *revision, int64_t ordinal);
/* A copy with the labels of its identity, NULL: it has them. */
json_t *sts_pod_relabelled(const json_t *sts, const json_t *pod);

/* The claims that this ordinal has, as they are made: a new array. */
json_t *sts_claims_new(const json_t *sts, int64_t ordinal);
/*
 * A copy of claim with the owners by which the retention policy has it kept or deleted; NULL: it has them.
 * condemned: scaling down takes its pod away.
 */
json_t *sts_claim_owned(const json_t *sts, const json_t *pod, const json_t *claim, bool condemned);
/* claim goes with an earlier pod of that name: it must be gone before the next one is made. */
bool sts_claim_is_stale(const json_t *sts, const json_t *claim, int64_t ordinal);
