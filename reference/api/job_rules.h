/*
 * job_rules: what holds for a Job. Private to api/job*.c.
 */
#pragma once

#include "api/violation.h"

#define JOB_UID_LABEL "batch.kubernetes.io/controller-uid"
#define JOB_NAME_LABEL "batch.kubernetes.io/job-name"

void job_validate(const json_t *job, struct violations *v);
void job_validate_update(const json_t *new_job, const json_t *old_job, struct violations *v);
/* spec.podFailurePolicy and spec.successPolicy, where there are any. */
void job_rules_failure_policy(const json_t *spec, const struct fpath *path, struct violations *v);
void job_rules_success_policy(const json_t *spec, const struct fpath *path, struct violations *v);
