/*
 * hpa_columns: cells of the two versions of HorizontalPodAutoscaler. Private to api/. Each takes the stored version.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

json_t *hpa_cell_reference(const json_t *hpa, int64_t now_ns);
json_t *hpa_cell_targets(const json_t *hpa, int64_t now_ns);
json_t *hpa_cell_min(const json_t *hpa, int64_t now_ns);
json_t *hpa_cell_max(const json_t *hpa, int64_t now_ns);
json_t *hpa_cell_replicas(const json_t *hpa, int64_t now_ns);
