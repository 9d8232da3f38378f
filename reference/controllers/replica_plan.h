/*
 * replica_plan: how many pods to make and which to delete; pure.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#define REPLICA_BURST 500

struct replica_plan {
	size_t create;
	json_t *surplus; /* array, in the order of deletion; never NULL after replica_plan_make() */
};

/*
 * active: the owner's pods that are neither finished nor being deleted. related: those of its controller's other
 * ReplicaSets and its own; NULL: none. now_ns: nominal.
 */
void replica_plan_make(const json_t *owner, const json_t *active, const json_t *related,
		       int64_t now_ns, struct replica_plan *ret);
void replica_plan_deinit(struct replica_plan *p);

/* A new array of the first n of active in the order of deletion. */
json_t *replica_victims(const json_t *active, const json_t *related, size_t n, int64_t now_ns);
/* <0: a goes before b when there are too many pods. */
int replica_rank(const json_t *a, const json_t *b, const json_t *related, int64_t now_ns);
