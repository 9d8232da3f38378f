/*
 * workload: ReplicaSet (apps/v1) and ReplicationController (v1), and what both share.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "api/scheme.h"
#include "api/selector.h"
#include "base/error.h"

extern const struct kind kind_replicaset, kind_replicationcontroller;

int64_t workload_replicas(const json_t *obj); /* spec.replicas, 1 when absent */
/* The selector of either kind; the caller frees. */
int workload_selector(const json_t *obj, struct selector **ret, struct error *err);
/* A new pod of spec.template: generateName "NAME-", namespace, labels, annotations, finalizers, controller reference. */
json_t *workload_pod_from_template(const json_t *owner);

/* Scale (autoscaling/v1) of an object; new reference. */
json_t *workload_scale_get(const json_t *obj);
/* Checks a Scale and puts its spec.replicas into obj. ERR_INVALID, ERR_BAD_REQUEST. */
int workload_scale_apply(json_t *obj, const json_t *scale, struct error *err);
