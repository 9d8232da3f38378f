/*
 * types: what several headers of the runtime's interface use; see runtime.h.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct runtime;
struct sandbox;
struct container;

/* err is NULL on success; its reason is what a status shows (RunContainerError, StartError, …). */
typedef void (*runtime_done_fn)(void *userdata, const struct error *err);

struct resource_limits { /* 0: none */
	int64_t memory_bytes;
	int64_t cpu_shares; /* v1 scale, 2..262144 */
	int64_t cpu_quota_us, cpu_period_us;
	int64_t pids;
};
