/*
 * hpa_metric: one entry of spec.metrics: its question, and the answer as status and words; pure.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/error.h"
#include "controllers/hpa_plan.h"

struct hpa_proposal {
	int64_t replicas;
	char *name; /* "cpu resource utilization (percentage of request)" */
	json_t *status; /* its entry of status.currentMetrics */
	const char *failure; /* the reason to tell when there is no answer; static */
};

/* Negative: there is none, err says why; ret->failure is set then, too. */
int hpa_metric_ask(const struct hpa_facts *f, const json_t *metric, struct hpa_proposal *ret,
		   struct error *err);
void hpa_proposal_deinit(struct hpa_proposal *p);
