/*
 * pod_tables: the tables of a pod's parts, as its files see each other. Private to api/pod_*.c.
 */
#pragma once

#include "api/schema_rows.h"

extern const struct schema schema_container, schema_ephemeral_container, schema_resources;
extern const struct schema schema_container_status, schema_volume, schema_affinity;
extern const struct schema schema_node_selector;
extern const struct schema schema_pod_status, schema_object_field_ref, schema_resource_field_ref;
extern const struct schema schema_selinux_options, schema_seccomp_profile, schema_windows_options;
extern const struct schema schema_apparmor_profile, schema_resource_claim_status;
