/*
 * replica_status: the status of a ReplicaSet or ReplicationController from its pods; pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct replica_facts {
	const json_t *active; /* the owner's pods that are neither finished nor being deleted */
	size_t terminating; /* the owner's pods that are being deleted and not finished */
	bool shows_terminating; /* the kind has status.terminatingReplicas */
	const char *failure_reason; /* FailedCreate | FailedDelete; NULL: all went well */
	const char *failure_message;
	int64_t now_ns; /* nominal */
};

/* A new status object; conditions are carried over from the owner's present one. */
json_t *replica_status_make(const json_t *owner, const struct replica_facts *f);
/* Nominal ns until one more ready pod counts as available; -1: none is on its way. */
int64_t replica_status_next_change(const json_t *owner, const struct replica_facts *f);
