/*
 * pod_rules: the rules of a pod across its fields, one function per part. Private to api/pod_*.c.
 *
 * Each takes the part, its path and the facts of the pod around it, and adds what is wrong to v. What one
 * row of a table says alone (required, enum, range) has been checked by schema_validate.
 */
#pragma once

#include "api/pod.h"
#include "api/violation.h"

DEFINE_CLEANUP_FUNC(struct pod *, pod_view_free)

/* Facts of the spec that the rules of its parts need. */
struct pod_facts {
	const json_t *spec;
	int64_t grace_seconds;
	bool host_network, own_user_namespace;
	bool is_template;
};

enum container_list { LIST_APP, LIST_INIT, LIST_EPHEMERAL };

void pod_set_defaults(json_t *pod);
void pod_validate(const json_t *pod, struct violations *v);
void pod_validate_update(const json_t *new_pod, const json_t *old_pod, struct violations *v);

void pod_rules_container(const struct pod_facts *f, const json_t *c, enum container_list list,
			 const struct fpath *path, struct violations *v);
void pod_rules_probes(const struct pod_facts *f, const json_t *c, const struct fpath *path,
		      struct violations *v);
void pod_rules_lifecycle(const struct pod_facts *f, const json_t *c, const struct fpath *path,
			 struct violations *v);
void pod_rules_env(const json_t *c, const struct fpath *path, struct violations *v);
void pod_rules_ports(const struct pod_facts *f, const json_t *c, const struct fpath *path,
		     struct violations *v);
void pod_rules_mounts(const struct pod_facts *f, const json_t *c, const struct fpath *path,
		      struct violations *v);
void pod_rules_resources(const json_t *resources, bool pod_level, const struct fpath *path,
			 struct violations *v);
void pod_rules_container_security(const struct pod_facts *f, const json_t *c,
				  const struct fpath *path, struct violations *v);
void pod_rules_pod_security(const json_t *spec, const struct fpath *path, struct violations *v);
void pod_rules_volumes(const json_t *spec, const struct fpath *path, struct violations *v);
void pod_rules_scheduling(const json_t *spec, const struct fpath *path, struct violations *v);
/* Of a pod that was gated: where it may go is only narrowed. */
void pod_rules_gated(const json_t *now, const json_t *before, const struct fpath *spec,
		     struct violations *v);
void pod_rules_affinity(const json_t *spec, const struct fpath *path, struct violations *v);
void pod_rules_dns(const json_t *spec, const struct fpath *path, struct violations *v);

/* A fieldRef: its path must convert and be one of `allowed` (NULL-terminated, sorted). */
void pod_rules_field_ref(const json_t *ref, const char *const *allowed, const struct fpath *path,
			 struct violations *v);
void pod_rules_resource_ref(const json_t *ref, bool in_volume, const struct fpath *path,
			    struct violations *v);
/* An IPv4 or IPv6 address in canonical numbers. */
void pod_rules_ip(const char *text, const struct fpath *path, struct violations *v);
/* A path inside a volume: relative, without "..". */
void pod_rules_local_path(const char *text, const struct fpath *path, struct violations *v);
