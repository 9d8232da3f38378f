/*
 * hpa: HorizontalPodAutoscaler, one stored object with two versions: autoscaling/v2, and v1 as a view of it.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/scheme.h"

extern const struct kind kind_hpa, kind_hpa_v1;
extern const struct schema schema_cross_version_reference; /* private to api/ */

/* The member of a metric that says what it measures: "resource" of a Resource. NULL: no such type. */
const char *hpa_metric_source(const json_t *metric);

int64_t hpa_min_replicas(const json_t *hpa);
int64_t hpa_max_replicas(const json_t *hpa);
