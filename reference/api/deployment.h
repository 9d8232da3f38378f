/*
 * deployment: Deployment (apps/v1).
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/scheme.h"

extern const struct kind kind_deployment;

/* How far a rolling update may leave spec.replicas; 0 and 0 for Recreate. */
struct rolling_limits {
	int64_t surge; /* pods above */
	int64_t unavailable; /* pods below, at most spec.replicas */
};

bool deployment_is_rolling(const json_t *d);
void deployment_limits(const json_t *d, struct rolling_limits *ret);
/* Seconds; -1: progress is not watched. */
int64_t deployment_progress_deadline(const json_t *d);
