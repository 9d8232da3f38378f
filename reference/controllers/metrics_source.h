/*
 * metrics_source: where controllers learn what pods use. They and the nodes do not know each other: cmd/podd fills this in.
 */
#pragma once

#include <jansson.h>

#include "base/error.h"

struct metrics_source {
	void *ctx;
	/* A new array of the PodMetrics of a namespace (api/metrics.h). NULL: there is no metrics API. */
	int (*pods)(void *ctx, const char *ns, json_t **ret_items, struct error *err);
};
