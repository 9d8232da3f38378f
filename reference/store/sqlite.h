/*
 * sqlite: opens the embedded engine of the store.
 *
 * The first open makes the cluster: its birth (the nominal clock) and the namespaces default, kube-system and
 * kube-public. Later opens take everything up again where it was.
 */
#pragma once

#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/loop.h"
#include "store/store.h"

struct sqlite_store_config {
	const char *path; /* of the file; NULL: in memory, for tests */
	struct loop *loop; /* delivers watches; outlives the store */
	/*
	 * Set here, so that nominal time goes on from the cluster's birth and never back, also when the
	 * rate has changed or the machine was booted since. A hand-driven clock is left as it is.
	 */
	struct clock *clock;
	double rate; /* of the clock; 0: as before (1 at first) */
	uint64_t history; /* changes kept for watches; 0: 5000 */
	const char *service_cidr; /* Services get their addresses from it; NULL: 10.96.0.0/16 */
};

/* ERR_UNAVAILABLE when another process holds the file. store_free() closes it. */
int sqlite_store_open(const struct sqlite_store_config *cfg, struct store **ret, struct error *err);
