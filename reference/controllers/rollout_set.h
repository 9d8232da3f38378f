/*
 * rollout_set: one ReplicaSet of a Deployment: its name, its template, its revision; pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/deployment.h"

#define HASH_LABEL "pod-template-hash"
#define REVISION_ANNOTATION "deployment.kubernetes.io/revision"

/* Whether set has the template of d, but for the hash label. */
bool rollout_set_is_of(const json_t *set, const json_t *d);
int64_t rollout_set_revision(const json_t *set); /* 0: none */
/* The wanted number that set was last scaled for; -1: unknown. */
int64_t rollout_set_desired(const json_t *set);
/* wanted number and surge of that time together; -1: unknown. */
int64_t rollout_set_max(const json_t *set);

/* A new ReplicaSet for the template of d. New reference. */
json_t *rollout_set_new(const json_t *d, int64_t replicas, int64_t revision);
/* Copies: as the current set of d with at least that revision; with so many replicas. New references. */
json_t *rollout_set_synced(const json_t *set, const json_t *d, int64_t revision);
json_t *rollout_set_scaled(const json_t *set, const json_t *d, int64_t replicas);
