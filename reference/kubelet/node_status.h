/*
 * node_status: the Node object and its Lease.
 *
 * The lease is renewed every 10 s of nominal time: the one periodic wake-up of an idle kubelet.
 */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "kubelet/node.h"

#define KUBELET_VERSION "v1.36.0-podd"

/* Registers the node (or brings an earlier registration up to date) and begins to renew its lease. */
int node_status_new(struct kubelet *k, struct node_status **ret, struct error *err);
struct node_status *node_status_free(struct node_status *n);
int64_t node_cpu_milli(const struct node_status *n); /* allocatable */
int64_t node_memory(const struct node_status *n);
int64_t node_max_pods(const struct node_status *n);
