/*
 * service_rules: see the header. The type decides what else may stand there: an ExternalName has a name and no address, the
 * headless one has an address None and may have no ports, ports on nodes are for NodePort and LoadBalancer.
 */
#include "api/service_rules.h"

#include <arpa/inet.h>

#include "api/meta_rules.h"
#include "api/service.h"
#include "base/json.h"

void service_validate_ip(const char *ip, const struct fpath *path, struct violations *v)
{
	unsigned char buf[sizeof(struct in6_addr)];

	if (!ip || (inet_pton(AF_INET, ip, buf) != 1 && inet_pton(AF_INET6, ip, buf) != 1))
		violate_invalid_str(v, path, ip ? ip : "", "must be a valid IP address");
}

/* ---- ports ---- */

static void validate_target(const json_t *port, const struct fpath *path, struct violations *v)
{
	const json_t *target = json_object_get(port, "targetPort");
	const char *name = json_string_value(target);
	json_int_t n = json_integer_value(target);

	if (name)
		violate_name(v, FPATH(path, "targetPort"), NAME_PORT, name);
	else if (n < 1 || n > 65535)
		violate_invalid_int(v, FPATH(path, "targetPort"), n,
				    "must be between 1 and 65535, inclusive");
}

static void validate_node_port(const json_t *service, const json_t *port, const struct fpath *path,
			       struct violations *v)
{
	int64_t n = json_int(port, "nodePort", 0);
	const char *type = json_str_or(service, "spec.type", "");

	if (n == 0)
		return;
	if (streq(type, "ClusterIP") || streq(type, "ExternalName"))
		violate_forbidden(v, FPATH(path, "nodePort"), "may not be used when `type` is '%s'",
				  type);
	else if (n < 1 || n > 65535)
		violate_invalid_int(v, FPATH(path, "nodePort"), n,
				    "must be between 1 and 65535, inclusive");
}

static bool same_number(const json_t *a, const json_t *b)
{
	return json_int(a, "port", 0) == json_int(b, "port", -1) &&
	       streq(json_str(a, "protocol"), json_str(b, "protocol"));
}

static void validate_twins(const json_t *ports, size_t i, const struct fpath *path,
			   struct violations *v)
{
	const json_t *port = json_array_get(ports, i);
	const char *name = json_str(port, "name");

	for (size_t j = 0; j < i; j++) {
		const json_t *other = json_array_get(ports, j);

		if (name && *name && streq(name, json_str(other, "name")))
			violate_duplicate(v, FPATH(path, "name"), name);
		if (same_number(port, other)) {
			violate_duplicate(v, path, json_str_or(port, "protocol", ""));
			return;
		}
	}
}

static void validate_ports(const json_t *service, const struct fpath *spec, struct violations *v)
{
	const json_t *ports = json_arr(service, "spec.ports");
	const struct fpath list = { .up = spec, .name = "ports" };
	bool may_be_none = service_is_headless(service) || service_is_external(service);
	json_t *port;
	size_t i;

	if (json_array_size(ports) == 0 && !may_be_none)
		violate_required(v, &list, NULL);
	json_array_foreach((json_t *)ports, i, port) {
		const struct fpath at = { .up = &list, .index = i };

		if (json_array_size(ports) > 1 && !json_has(port, "name"))
			violate_required(v, FPATH(&at, "name"), NULL);
		validate_target(port, &at, v);
		validate_node_port(service, port, &at, v);
		validate_twins(ports, i, &at, v);
	}
}

/* ---- addresses ---- */

static void validate_external(const json_t *service, const struct fpath *spec, struct violations *v)
{
	const char *name = json_str_or(service, "spec.externalName", "");
	_cleanup_free_ char *bare = xstrdup(name);
	size_t len = strlen(bare);

	if (json_len(service, "spec.clusterIPs") || json_has(service, "spec.clusterIP"))
		violate_forbidden(v, FPATH(spec, "clusterIPs"),
				  "may not be set for ExternalName services");
	if (len && bare[len - 1] == '.')
		bare[len - 1] = '\0';
	if (*bare)
		violate_name(v, FPATH(spec, "externalName"), NAME_DNS1123_SUBDOMAIN, bare);
	else
		violate_required(v, FPATH(spec, "externalName"), NULL);
}

static void validate_address(const json_t *service, const struct fpath *spec, struct violations *v)
{
	const struct fpath list = { .up = spec, .name = "clusterIPs" };
	const char *one = json_str_or(service, "spec.clusterIP", ""), *type;
	const char *first = json_str(service, "spec.clusterIPs[0]");

	if (!*one && first) {
		violate_required(v, FPATH(spec, "clusterIP"), "must be set when clusterIPs is set");
		return;
	}
	if (*one && !streq(one, first))
		violate_invalid_str(v, &list, first, "first value must match `clusterIP`");
	if (json_len(service, "spec.clusterIPs") > 1)
		violate_invalid(v, &list, json_arr(service, "spec.clusterIPs"),
				"may only hold one value for a single-stack service");
	type = json_str_or(service, "spec.type", "");
	if (!service_is_headless(service) && *one)
		service_validate_ip(one, FPATH_INDEX(&list, 0), v);
	else if (*one && !streq(type, "ClusterIP"))
		violate_invalid_str(v, FPATH_INDEX(&list, 0), one,
				    "may not be set to 'None' for %s services", type);
}

static void validate_families(const json_t *service, const struct fpath *spec, struct violations *v)
{
	const struct fpath list = { .up = spec, .name = "ipFamilies" };
	json_t *family;
	size_t i;

	json_each(service, "spec.ipFamilies", i, family) {
		const char *text = json_string_value(family);

		if (streq(text, "IPv6"))
			violate_invalid_str(v, FPATH_INDEX(&list, i), text,
					    "not configured on this cluster");
		else if (!streq(text, "IPv4"))
			violate_unsupported(v, FPATH_INDEX(&list, i), text,
					    (const char *const[]){ "IPv4", "IPv6", NULL });
	}
	if (streq(json_str(service, "spec.ipFamilyPolicy"), "RequireDualStack"))
		violate_invalid_str(v, FPATH(spec, "ipFamilyPolicy"), "RequireDualStack",
				    "this cluster is not configured for dual-stack services");
}

static void validate_external_ips(const json_t *service, const struct fpath *spec,
				  struct violations *v)
{
	const struct fpath list = { .up = spec, .name = "externalIPs" };
	json_t *ip;
	size_t i;

	json_each(service, "spec.externalIPs", i, ip)
		service_validate_ip(json_string_value(ip), FPATH_INDEX(&list, i), v);
}

/* ---- the whole ---- */

static void validate_policy(const json_t *service, const struct fpath *spec, struct violations *v)
{
	const char *type = json_str_or(service, "spec.type", "");
	bool outside = streq(type, "NodePort") || streq(type, "LoadBalancer");

	if (json_has(service, "spec.externalTrafficPolicy") && !outside &&
	    !json_len(service, "spec.externalIPs"))
		violate_invalid_str(v, FPATH(spec, "externalTrafficPolicy"),
				    json_str(service, "spec.externalTrafficPolicy"),
				    "may only be set for externally-accessible services");
	if (json_has(service, "spec.loadBalancerClass") && !streq(type, "LoadBalancer"))
		violate_forbidden(v, FPATH(spec, "loadBalancerClass"),
				  "may only be used when `type` is 'LoadBalancer'");
}

void service_validate(const json_t *service, struct violations *v)
{
	const struct fpath spec = { .name = "spec" };

	validate_ports(service, &spec, v);
	meta_validate_labels(json_obj(service, "spec.selector"), FPATH(&spec, "selector"), v);
	if (service_is_external(service)) {
		validate_external(service, &spec, v);
	} else {
		validate_address(service, &spec, v);
		validate_families(service, &spec, v);
	}
	validate_external_ips(service, &spec, v);
	validate_policy(service, &spec, v);
}

void service_validate_update(const json_t *now, const json_t *before, struct violations *v)
{
	const struct fpath spec = { .name = "spec" };
	const struct fpath list = { .up = &spec, .name = "clusterIPs" };
	const char *was = json_str_or(before, "spec.clusterIP", "");

	if (service_is_external(now) || service_is_external(before))
		return;
	if (*was && !streq(was, json_str(now, "spec.clusterIP")))
		violate_invalid(v, FPATH_INDEX(&list, 0), json_arr(now, "spec.clusterIPs"),
				"may not change once set");
}
