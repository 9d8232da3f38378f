/*
 * job: Job (batch/v1).
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "api/scheme.h"

extern const struct kind kind_job;
extern const struct schema schema_job_spec;

#define JOB_FINALIZER "batch.kubernetes.io/job-tracking"
#define JOB_INDEX_KEY "batch.kubernetes.io/job-completion-index" /* label and annotation */

/* ---- questions about a Job ---- */

bool job_is_indexed(const json_t *job);
bool job_is_suspended(const json_t *job);
bool job_is_finished(const json_t *job); /* Complete or Failed */
/* A pod that is being deleted is neither failed nor replaced before it has ended. */
bool job_waits_for_ends(const json_t *job);
/* Somebody else's controller reconciles it. */
bool job_is_foreign(const json_t *job);

/* The labels and the selector by which a new Job, which has its name and uid, knows its own pods. */
void job_generate_selector(json_t *job);

/* ---- for a kind that holds a Job's spec ---- */

void job_spec_default(json_t *spec);
/* All but the selector. */
void job_spec_validate(const json_t *spec, const struct fpath *path, struct violations *v);
