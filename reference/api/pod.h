/*
 * pod: the Pod kind, and a typed view of a pod for those who run it.
 *
 * The view is made once of a valid and defaulted object, keeps a reference to it and borrows its strings
 * from it: it stays good as long as nobody changes that object in place. See also api/pod_status.h.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/pod_container.h"
#include "api/pod_volume.h"
#include "api/scheme.h"
#include "base/defs.h"
#include "base/error.h"

extern const struct kind kind_pod;
extern const struct schema schema_pod_spec, schema_pod_template;

/* ---- for every kind that holds a pod template ---- */

enum pod_spec_flags { POD_SPEC_TEMPLATE_ALWAYS = 1 << 0 /* restartPolicy must be Always */ };
void pod_spec_default(json_t *spec);
void pod_spec_validate(const json_t *spec, unsigned flags, const struct fpath *path,
		       struct violations *v);
void pod_template_default(json_t *pod_template);
void pod_template_validate(const json_t *pod_template, unsigned flags, const struct fpath *path,
			   struct violations *v);

/* ---- view ---- */

struct pod_host_alias {
	const char *ip;
	char **hostnames; /* NULL-terminated */
};

struct pod_dns_option {
	const char *name, *value; /* value may be NULL */
};

struct pod {
	json_t *object; /* the reference that holds the strings */
	const char *name, *ns, *uid;
	int64_t generation;
	json_t *labels, *annotations; /* borrowed; may be NULL */
	const char *deletion_timestamp; /* NULL: not being deleted */
	int64_t deletion_grace_seconds; /* -1 */

	enum pod_restart_policy restart_policy;
	int64_t grace_seconds; /* terminationGracePeriodSeconds */
	int64_t active_deadline_seconds; /* -1: none */
	const char *node_name, *hostname, *hostname_override, *subdomain, *service_account,
		*priority_class;
	bool set_hostname_as_fqdn;
	bool host_network, host_pid, host_ipc, share_process_namespace, enable_service_links;
	bool host_users; /* false: a user namespace of its own */
	const char *dns_policy;
	char **dns_nameservers, **dns_searches; /* NULL-terminated or NULL */
	struct pod_dns_option *dns_options;
	size_t n_dns_options;
	struct pod_host_alias *host_aliases;
	size_t n_host_aliases;
	char **readiness_gates; /* condition types; NULL-terminated or NULL */
	char **sysctls; /* "name=value"; NULL-terminated or NULL */

	int64_t run_as_user, run_as_group, fs_group; /* -1 */
	bool run_as_non_root;
	bool fs_group_on_root_mismatch; /* fsGroupChangePolicy OnRootMismatch */
	int64_t *supplemental_groups;
	size_t n_supplemental_groups;
	struct pod_resources resources; /* pod level */

	struct pod_container *init_containers, *containers; /* init: plain and sidecar, in order */
	size_t n_init_containers, n_containers;
	struct pod_volume *volumes;
	size_t n_volumes;
};

int pod_view_new(json_t *obj, struct pod **ret_pod, struct error *err);
struct pod *pod_view_free(struct pod *pod); /* takes NULL, returns NULL */

struct pod_container *pod_find_container(const struct pod *pod, const char *name); /* any list */
const struct pod_volume *pod_find_volume(const struct pod *pod, const char *name);
/* A probe's or hook's port: the number, or the name among this container's own ports; -1: unknown. */
int pod_handler_port(const struct pod_container *c, const struct pod_handler *h);

enum pod_qos { POD_QOS_GUARANTEED, POD_QOS_BURSTABLE, POD_QOS_BEST_EFFORT };
enum pod_qos pod_qos_class(const struct pod *pod);
const char *pod_qos_name(enum pod_qos qos);
/* What the scheduler counts: max(sum of apps + sidecars, each init + the sidecars before it); 0 when not given. */
void pod_requests(const struct pod *pod, int64_t *ret_cpu_milli, int64_t *ret_memory);
