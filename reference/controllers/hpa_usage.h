/*
 * hpa_usage: how many pods one resource metric asks for; pure.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/error.h"

struct hpa_question {
	const json_t *pods; /* those of the target's selector */
	const json_t *metrics; /* PodMetrics of its namespace */
	const char *resource; /* "cpu", "memory" */
	const char *container; /* the only one that counts; NULL: all of a pod */
	int64_t percent; /* wanted share of the requests; 0: average_milli counts */
	int64_t average_milli; /* wanted mean per pod, in thousandths */
	int64_t replicas; /* the target's now */
	double up,
		down; /* tolerances: a ratio of use to target within [1 - down, 1 + up] changes nothing */
	int64_t now_ns; /* nominal */
};

struct hpa_answer {
	int64_t replicas;
	int64_t percent; /* of the pods that were counted; meaningless without q.percent */
	int64_t average_milli;
};

/* Negative: err says why nothing can be said, in Kubernetes' words. */
int hpa_usage_answer(const struct hpa_question *q, struct hpa_answer *ret, struct error *err);
