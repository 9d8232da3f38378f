/*
 * pod_demand: what a pod asks of a node: resources and host ports; pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/defs.h"

struct resource_amount {
	char *name;
	int64_t amount; /* millicores for cpu, whole units for everything else */
};

/* A small set of amounts by resource name; zero it to begin with. */
struct resource_list {
	struct resource_amount *items;
	size_t n;
};

int64_t resource_list_get(const struct resource_list *l, const char *name); /* 0 when absent */
void resource_list_add(struct resource_list *l, const char *name, int64_t amount);
void resource_list_add_all(struct resource_list *l, const struct resource_list *other, int sign);
/* Each amount at least that of other. */
void resource_list_raise(struct resource_list *l, const struct resource_list *other);
/* From a map of quantities ({"cpu": "1", …}); NULL is none. */
void resource_list_read(struct resource_list *l, const json_t *map);
void resource_list_deinit(struct resource_list *l);

/*
 * The pod's effective requests: the larger of (apps + sidecars) and of each init container with the
 * sidecars before it; pod-level requests replace cpu and memory; plus the overhead. l starts empty.
 */
void pod_demand_read(const json_t *pod, struct resource_list *l);

/* Do a and b want the same host port? Different protocols or different addresses do not meet. */
bool pod_ports_conflict(const json_t *a, const json_t *b);
