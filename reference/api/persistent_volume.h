/*
 * persistent_volume: PersistentVolume and PersistentVolumeClaim (v1), and what both are asked.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/scheme.h"

extern const struct kind kind_persistentvolume, kind_persistentvolumeclaim;
/* For whoever makes claims out of a template. */
extern const struct schema schema_claim_spec, schema_claim_status;

#define PV_PROTECTION "kubernetes.io/pv-protection"
#define PVC_PROTECTION "kubernetes.io/pvc-protection"

/* "spec.storageClassName", "" for none. */
const char *volume_class(const json_t *obj);
/* Bytes of spec.capacity or spec.resources.requests; 0: none. */
int64_t volume_capacity(const json_t *pv);
int64_t claim_request(const json_t *claim);
/* Whether pv's reference names this claim; one without a uid (set by hand) means any of that name. */
bool volume_is_for(const json_t *pv, const json_t *claim);
/* The claim is bound: it names a volume, and its binding is complete. */
bool claim_is_bound(const json_t *claim);
