/*
 * pod_validate: the rules of a pod spec as a whole; its parts have files of their own.
 *
 * The order is that of a reader: containers one by one, then what holds between them, then the pod's own
 * fields. The table's rules come first and are not repeated here. pod_spec_validate() does not walk the
 * table: whoever holds the spec in its own table has done so.
 */
#include <string.h>

#include "api/meta_rules.h"
#include "api/pod_rules.h"
#include "base/json.h"
#include "base/str.h"

static struct pod_facts facts_of(const json_t *spec, bool is_template)
{
	return (struct pod_facts){
		.spec = spec,
		.grace_seconds = json_int(spec, "terminationGracePeriodSeconds", 30),
		.host_network = json_bool(spec, "hostNetwork", false),
		.own_user_namespace = !json_bool(spec, "hostUsers", true),
		.is_template = is_template,
	};
}

static void validate_list(const struct pod_facts *f, const char *name, enum container_list list,
			  char ***seen, const struct fpath *path, struct violations *v)
{
	const struct fpath at = { .up = path, .name = name };
	json_t *c;
	size_t i;

	json_each(f->spec, name, i, c) {
		const struct fpath item = { .up = &at, .index = i };
		const char *own = json_str_or(c, "name", "");

		if (*own != '\0' && strv_contains(*seen, own))
			violate_duplicate(v, FPATH(&item, "name"), own);
		strv_add(seen, own);
		pod_rules_container(f, c, list, &item, v);
	}
}

/* "TCP/IP/PORT", as the field shows a conflict of host ports. */
static void validate_host_ports(const json_t *c, char ***seen, const struct fpath *path,
				struct violations *v)
{
	const struct fpath ports = { .up = path, .name = "ports" };
	json_t *port;
	size_t i;

	json_each(c, "ports", i, port) {
		const struct fpath item = { .up = &ports, .index = i };
		long long number = (long long)json_int(port, "hostPort", 0);
		_cleanup_free_ char *key = str_printf("%s/%s/%lld",
						      json_str_or(port, "protocol", "TCP"),
						      json_str_or(port, "hostIP", ""), number);

		if (number == 0)
			continue;
		if (strv_contains(*seen, key))
			violate_duplicate(v, FPATH(&item, "hostPort"), key);
		strv_add(seen, key);
	}
}

static void validate_between(const json_t *spec, const struct fpath *path, struct violations *v)
{
	const struct fpath at = { .up = path, .name = "containers" };
	_cleanup_strv_ char **seen = NULL;
	json_t *c;
	size_t i;

	json_each(spec, "containers", i, c)
		validate_host_ports(c, &seen, FPATH_INDEX(&at, i), v);
}

static void validate_namespaces(const json_t *spec, const struct fpath *path, struct violations *v)
{
	static const char *const fields[] = { "hostNetwork", "hostPID", "hostIPC" };
	static const char *const shown[] = { "hostNetwork", "HostPID", "HostIPC" };
	const struct fpath context = { .up = path, .name = "securityContext" };

	if (json_bool(spec, "hostPID", false) && json_bool(spec, "shareProcessNamespace", false))
		violate_invalid(v, FPATH(&context, "shareProcessNamespace"),
				json_at(spec, "shareProcessNamespace"),
				"ShareProcessNamespace and HostPID cannot both be enabled");
	if (json_bool(spec, "hostUsers", true))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (json_bool(spec, fields[i], false))
			violate_forbidden(v, FPATH(path, shown[i]), "when `hostUsers` is false");
}

static void validate_names(const json_t *spec, const struct fpath *path, struct violations *v)
{
	const char *override = json_str(spec, "hostnameOverride");

	if (override == NULL)
		return;
	violate_name(v, FPATH(path, "hostnameOverride"), NAME_DNS1123_SUBDOMAIN, override);
	if (strlen(override) > 64)
		violate_too_long(v, FPATH(path, "hostnameOverride"), 64);
	if (json_bool(spec, "setHostnameAsFQDN", false))
		violate_forbidden(v, FPATH(path, "setHostnameAsFQDN"),
				  "setHostnameAsFQDN and hostnameOverride are mutually exclusive "
				  "and cannot be used together");
	if (json_bool(spec, "hostNetwork", false))
		violate_forbidden(v, FPATH(path, "hostNetwork"),
				  "cannot be used together with hostnameOverride");
}

static void validate_readiness_gates(const json_t *spec, const struct fpath *path,
				     struct violations *v)
{
	const struct fpath at = { .up = path, .name = "readinessGates" };
	_cleanup_strv_ char **seen = NULL;
	json_t *gate;
	size_t i;

	json_each(spec, "readinessGates", i, gate) {
		const char *type = json_str_or(gate, "conditionType", "");
		const struct fpath item = { .up = &at, .index = i };

		if (strv_contains(seen, type))
			violate_duplicate(v, FPATH(&item, "conditionType"), type);
		strv_add(&seen, type);
	}
}

static void validate_spec(const json_t *spec, bool is_template, const struct fpath *path,
			  struct violations *v)
{
	const struct pod_facts f = facts_of(spec, is_template);
	_cleanup_strv_ char **seen = NULL;

	pod_rules_volumes(spec, path, v);
	validate_list(&f, "containers", LIST_APP, &seen, path, v);
	validate_list(&f, "initContainers", LIST_INIT, &seen, path, v);
	validate_list(&f, "ephemeralContainers", LIST_EPHEMERAL, &seen, path, v);
	validate_between(spec, path, v);
	validate_namespaces(spec, path, v);
	validate_names(spec, path, v);
	validate_readiness_gates(spec, path, v);
	pod_rules_pod_security(spec, path, v);
	pod_rules_scheduling(spec, path, v);
	pod_rules_affinity(spec, path, v);
	pod_rules_dns(spec, path, v);
	pod_rules_resources(json_obj(spec, "resources"), true, FPATH(path, "resources"), v);
}

static void validate_always(const json_t *spec, const struct fpath *path, struct violations *v)
{
	static const char *const always[] = { "Always", NULL };
	const char *policy = json_str_or(spec, "restartPolicy", "Always");

	if (!streq(policy, "Always"))
		violate_unsupported(v, FPATH(path, "restartPolicy"), policy, always);
}

void pod_spec_validate(const json_t *spec, unsigned flags, const struct fpath *path,
		       struct violations *v)
{
	validate_spec(spec, true, path, v);
	if (flags & POD_SPEC_TEMPLATE_ALWAYS)
		validate_always(spec, path, v);
	if (json_len(spec, "ephemeralContainers") > 0)
		violate_forbidden(v, FPATH(path, "ephemeralContainers"),
				  "ephemeral containers not allowed in pod template");
}

void pod_template_validate(const json_t *pod_template, unsigned flags, const struct fpath *path,
			   struct violations *v)
{
	const struct fpath meta = { .up = path, .name = "metadata" };

	meta_validate_labels(json_obj(pod_template, "metadata.labels"), FPATH(&meta, "labels"), v);
	meta_validate_annotations(json_obj(pod_template, "metadata.annotations"),
				  FPATH(&meta, "annotations"), v);
	pod_spec_validate(json_obj(pod_template, "spec"), flags, FPATH(path, "spec"), v);
}

static void validate_deletion_cost(const json_t *pod, struct violations *v)
{
	static const char key[] = "controller.kubernetes.io/pod-deletion-cost";
	const struct fpath meta = { .name = "metadata" };
	const struct fpath at = { .up = &meta, .name = "annotations" };
	const char *text =
		json_string_value(json_object_get(json_obj(pod, "metadata.annotations"), key));
	int64_t n;

	if (text != NULL && str_to_int64(text, INT32_MIN, INT32_MAX, &n) < 0)
		violate_invalid_str(v, FPATH_KEY(&at, key), text, "must be a 32bit integer");
}

void pod_validate(const json_t *pod, struct violations *v)
{
	const struct fpath spec = { .name = "spec" };

	validate_spec(json_obj(pod, "spec"), false, &spec, v);
	if (json_len(pod, "spec.ephemeralContainers") > 0)
		violate_forbidden(v, FPATH(&spec, "ephemeralContainers"), "cannot be set on create");
	validate_deletion_cost(pod, v);
}
