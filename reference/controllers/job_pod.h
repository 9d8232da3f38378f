/*
 * job_pod: what one pod means to its Job; pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Carries the finalizer: how it ended is still to be written into the Job's status. */
bool job_pod_is_tracked(const json_t *pod);
bool job_pod_succeeded(const json_t *pod);
/* Failed, or being deleted where the Job does not wait for ends. */
bool job_pod_failed(const json_t *job, const json_t *pod);
/* -1: it has none below the Job's completions. */
int64_t job_pod_index(const json_t *job, const json_t *pod);
/* Of its containers, or of the request to delete it; nominal. */
int64_t job_pod_ended_ns(const json_t *pod);
/* How often pods of its index failed before it, with and without those that a rule ignores. */
int64_t job_pod_failures_before(const json_t *pod, bool ignored_too);

enum job_action { JOB_COUNT, JOB_IGNORE, JOB_FAIL_INDEX, JOB_FAIL_JOB };

/* What podFailurePolicy says of a failed pod. With JOB_FAIL_JOB *ret_why says it in words; the caller frees. */
enum job_action job_pod_action(const json_t *job, const json_t *pod, char **ret_why);

/*
 * A new pod. index: -1, or that of an Indexed Job; failed: the pod of this index whose count it carries on, or
 * NULL.
 */
json_t *job_pod_new(const json_t *job, int64_t index, const json_t *failed);
/* A copy that is no longer tracked. */
json_t *job_pod_untracked(const json_t *pod);
