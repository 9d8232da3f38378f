/*
 * resources: what requests and limits come to in the kernel. Pure.
 */
#pragma once

#include <stdint.h>

#include "api/pod.h"
#include "runtime/runtime.h"

struct resource_limits resources_container(const struct pod_container *c);
/* The pod's cgroup: the sums, where every container has a limit; else open. */
struct resource_limits resources_pod(const struct pod *pod);
int resources_oom_score_adj(const struct pod *pod, const struct pod_container *c,
			    int64_t node_memory);
