/*
 * metrics: PodMetrics and NodeMetrics (metrics.k8s.io/v1beta1): what is used now. Nobody stores them: they are made when
 * somebody asks.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "api/scheme.h"

extern const struct kind kind_pod_metrics, kind_node_metrics;

/* {cpu: "12345678n", memory: "2048Ki"}. cpu_nano below 0: not known, left out. New reference. */
json_t *metrics_usage_new(int64_t cpu_nano, int64_t memory_bytes);
/*
 * A new PodMetrics or NodeMetrics without usage: its metadata, timestamp (nominal) and window. labels may be NULL.
 * containers or usage is the caller's to add.
 */
json_t *metrics_new(const struct kind *k, const char *ns, const char *name, const json_t *labels,
		    int64_t at_ns, int64_t window_ns);
