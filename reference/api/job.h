/*
 * job: Job (batch/v1).
 */
#pragma once

#include <jansson.h>

#include "api/scheme.h"

extern const struct kind kind_job;

/* The labels and the selector by which a new Job, which has its name and uid, knows its own pods. */
void job_generate_selector(json_t *job);
