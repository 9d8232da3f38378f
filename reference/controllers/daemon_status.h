/*
 * daemon_status: what a DaemonSet says of itself; pure.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "controllers/daemon_facts.h"

/* A new status object. */
json_t *daemon_status_make(const struct daemon_facts *f);
/* Nominal time until a pod that is ready becomes available; -1: none does by the clock alone. */
int64_t daemon_status_next_change(const struct daemon_facts *f);
