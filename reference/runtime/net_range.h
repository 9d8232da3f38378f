/*
 * net_range: the pod ranges of several nodes on one machine. Pure.
 */
#pragma once

#include "base/error.h"

#define NET_RANGES_MAX 9

/*
 * Node i (from 0) of n out of the network cidr, "ADDRESS/BITS"; the caller frees. The first of several has its lower half,
 * each other one a sixteenth, so that a node keeps its range when others come and go.
 */
int net_range(const char *cidr, unsigned n, unsigned i, char **ret, struct error *err);
/* The node's own address in its range: the first. */
int net_range_node(const char *range, char **ret, struct error *err);
