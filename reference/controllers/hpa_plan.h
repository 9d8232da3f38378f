/*
 * hpa_plan: one look at a HorizontalPodAutoscaler: what its metrics ask for, what follows, and what its status says
 * of it; pure, but for the memory that it takes notes in.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "controllers/hpa_rate.h"

struct hpa_facts {
	const json_t *hpa;
	const json_t *target; /* what is scaled; NULL: why_no_target says why it cannot be */
	const char *why_no_target;
	const char *selector; /* the target's, as text */
	const json_t *pods; /* those that it selects */
	const json_t *metrics; /* PodMetrics; NULL: why_no_metrics says why there are none */
	const char *why_no_metrics;
	const char *rivals; /* this and other HPAs that scale the same pods, as a list; NULL: none */
	int64_t now_ns; /* nominal */
};

struct hpa_plan {
	json_t *status; /* the new one */
	json_t *events; /* of {type, reason, message} */
	bool rescale;
	int64_t from, to;
	char *why; /* of a rescale */
};

void hpa_plan_make(const struct hpa_facts *f, struct hpa_memory *m, struct hpa_plan *ret);
/* The rescale was done, or failed with a message. */
void hpa_plan_done(struct hpa_plan *p, int64_t now_ns);
void hpa_plan_failed(struct hpa_plan *p, const char *message, int64_t now_ns);
void hpa_plan_deinit(struct hpa_plan *p);
