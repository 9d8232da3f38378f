/*
 * rollout_plan: what a Deployment does next to its ReplicaSets; pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "controllers/rollout.h"

enum rollout_verb {
	ROLLOUT_CREATE, /* a new set */
	ROLLOUT_EDIT, /* its annotations or minReadySeconds */
	ROLLOUT_SCALE,
	ROLLOUT_DELETE, /* an old set that is no history any more */
};

struct rollout_action {
	enum rollout_verb verb;
	json_t *set; /* as it is to be written; owned */
	int64_t from, to; /* replicas */
};

struct rollout_plan {
	struct rollout_action *actions;
	size_t n;
	bool rolls; /* neither paused nor only resized: how it comes along is to be judged */
};

void rollout_plan_make(const struct rollout *ro, struct rollout_plan *ret);
void rollout_plan_deinit(struct rollout_plan *p);

/* For rollout_plan.c and rollout_resize.c. */
void rollout_plan_add(struct rollout_plan *p, enum rollout_verb verb, json_t *set, int64_t from,
		      int64_t to);
void rollout_plan_scale(struct rollout_plan *p, const struct rollout *ro, const json_t *set,
			int64_t to);
/* The wanted number has changed: the live sets share the difference. */
void rollout_plan_resize(struct rollout_plan *p, const struct rollout *ro);
