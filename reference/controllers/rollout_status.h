/*
 * rollout_status: the status of a Deployment, and when it is to be looked at again; pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "controllers/rollout.h"

/* What this look has brought. */
struct rollout_news {
	bool rolls; /* see rollout_plan.h */
	const char *created; /* the name of a set that was made now, or NULL */
	const char *failure; /* why none could be made, or NULL */
	int64_t now_ns; /* nominal */
};

/* A new status object. */
json_t *rollout_status_make(const struct rollout *ro, const struct rollout_news *news);
/* Nominal ns until the rollout that status tells of may have run out of time; -1: it cannot. */
int64_t rollout_status_deadline(const struct rollout *ro, const json_t *status, int64_t now_ns);
