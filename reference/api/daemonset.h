/*
 * daemonset: DaemonSet (apps/v1).
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/scheme.h"

extern const struct kind kind_daemonset;

bool daemonset_is_rolling(const json_t *ds); /* else OnDelete */
/*
 * On how many of the nodes that are to have a pod there may be one too many, or none that works, during an
 * update. A share is rounded up. Both 0 for OnDelete; for RollingUpdate just one of them is above 0.
 */
int64_t daemonset_max_surge(const json_t *ds, int64_t nodes);
int64_t daemonset_max_unavailable(const json_t *ds, int64_t nodes);
