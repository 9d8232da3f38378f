/*
 * pod_status: questions about a pod's status that more than one part asks. On the JSON object.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

const char *pod_phase(const json_t *pod); /* "Pending" when there is none */
bool pod_is_terminal(const json_t *pod); /* Succeeded or Failed */
bool pod_is_active(const json_t *pod); /* neither terminal nor being deleted */
bool pod_is_ready(const json_t *pod); /* condition Ready is True */
/* Ready for at least min_ready_seconds at now_ns (nominal). */
bool pod_is_available(const json_t *pod, int64_t min_ready_seconds, int64_t now_ns);
const char *pod_node_name(const json_t *pod); /* NULL: not bound */
/* condition_set() (api/meta.h), with the fields that only a pod's conditions have. */
void pod_condition_set(json_t *pod, const char *type, const char *status, const char *reason,
		       const char *message, const char *now);
/* The entry of status.*ContainerStatuses with this name; borrowed or NULL. */
json_t *pod_container_status(const json_t *pod, const char *container);
/* kubectl's STATUS column: "Init:0/2", "CrashLoopBackOff", "Terminating", … The caller frees. */
char *pod_status_word(const json_t *pod);
