/*
 * statefulset_status: the status of a StatefulSet from its pods; pure.
 */
#pragma once

#include <jansson.h>

#include "controllers/statefulset_plan.h"

/* A new status object; conditions and collisionCount are carried over from the present one. */
json_t *sts_status_make(const struct sts_facts *f);
/* Nominal ns until one more ready pod counts as available; -1: none is on its way. */
int64_t sts_status_next_change(const struct sts_facts *f);
