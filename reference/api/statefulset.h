/*
 * statefulset: StatefulSet (apps/v1).
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/scheme.h"

extern const struct kind kind_statefulset;

#define STS_POD_NAME_LABEL "statefulset.kubernetes.io/pod-name"
#define STS_POD_INDEX_LABEL "apps.kubernetes.io/pod-index"

int64_t statefulset_start(const json_t *sts); /* the first ordinal */
bool statefulset_is_ordered(const json_t *sts); /* podManagementPolicy OrderedReady */
bool statefulset_is_rolling(const json_t *sts); /* not OnDelete */
int64_t statefulset_partition(const json_t *sts);
/* Whether claims go with the StatefulSet; with a pod that scaling down removes. */
bool statefulset_drops_claims_when_deleted(const json_t *sts);
bool statefulset_drops_claims_when_scaled(const json_t *sts);
