/*
 * cluster: Namespace, Node, Event (v1) and Lease (coordination.k8s.io/v1).
 */
#pragma once

#include <jansson.h>

#include "api/scheme.h"

extern const struct kind kind_namespace, kind_node, kind_event, kind_lease;

/*
 * A new Event about obj; type "Normal" | "Warning"; field_path may be NULL
 * ("spec.containers{web}"); now is RFC 3339. Its name is OBJ.HEX, its namespace the object's or "default".
 */
json_t *event_object_new(const json_t *obj, const char *field_path, const char *type,
			 const char *reason, const char *message, const char *component,
			 const char *host, const char *now);
/* Same source, object, type, reason and message: count + 1 and a new lastTimestamp, in place. */
void event_bump(json_t *event, const char *now);
