/*
 * service: a name and an address in front of the pods that a selector chooses.
 *
 * The address (clusterIP) is given once, by the store, which knows those that are taken (store/service_ip.c); clusterIPs is
 * the same as a list, and the two are kept alike here. Only IPv4 is served. What may be said and changed is in
 * service_rules.c.
 */
#include "api/service.h"

#include "api/columns.h"
#include "api/schema_rows.h"
#include "api/selector.h"
#include "api/service_rules.h"
#include "base/json.h"
#include "base/strbuf.h"

#define _cleanup_selector_ _cleanup_(selector_freep)

#define AFFINITY_SECONDS "10800"

#define PORT_NUMBER(n) INT32(n, .flags = FIELD_RANGE, .dflt = "0", BETWEEN(1, 65535))

static SCHEMA(schema_port, "ServicePort",
	      STR("name", .flags = FIELD_NAMED, .rule = NAME_DNS1123_LABEL),
	      STR("protocol", .dflt = "TCP", ONE_OF("SCTP", "TCP", "UDP")),
	      STR("appProtocol", .flags = FIELD_PTR | FIELD_NAMED, .rule = NAME_QUALIFIED),
	      PORT_NUMBER("port"), INT_OR_STR("targetPort"), INT32("nodePort"));

static SCHEMA(schema_client_ip, "ClientIPConfig",
	      INT32("timeoutSeconds", .flags = FIELD_PTR | FIELD_RANGE, .dflt = AFFINITY_SECONDS,
		    BETWEEN(1, 86400)));

static SCHEMA(schema_affinity, "SessionAffinityConfig", OBJ("clientIP", schema_client_ip));

static SCHEMA(schema_spec, "ServiceSpec", LIST("ports", schema_port, .merge_key = "port"),
	      STR_MAP("selector", .flags = FIELD_ATOMIC), STR("clusterIP"), STRS("clusterIPs"),
	      STR("type", .dflt = "ClusterIP",
		  ONE_OF("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")),
	      STRS("externalIPs"),
	      STR("sessionAffinity", .dflt = "None", ONE_OF("ClientIP", "None")),
	      STR("loadBalancerIP"), STRS("loadBalancerSourceRanges"), STR("externalName"),
	      STR("externalTrafficPolicy", ONE_OF("Cluster", "Local")),
	      INT32("healthCheckNodePort"), BOOL("publishNotReadyAddresses"),
	      OBJ("sessionAffinityConfig", schema_affinity), STRS("ipFamilies"),
	      STR("ipFamilyPolicy", ONE_OF("PreferDualStack", "RequireDualStack", "SingleStack")),
	      BOOL("allocateLoadBalancerNodePorts", .flags = FIELD_PTR),
	      STR("loadBalancerClass", .flags = FIELD_PTR | FIELD_NAMED, .rule = NAME_QUALIFIED),
	      STR("internalTrafficPolicy", ONE_OF("Cluster", "Local")),
	      STR("trafficDistribution", ONE_OF("PreferClose", "PreferSameNode", "PreferSameZone")));

static SCHEMA(schema_port_status, "PortStatus", INT32("port", .flags = FIELD_PTR), STR("protocol"),
	      STR("error", .flags = FIELD_PTR));

static SCHEMA(schema_ingress, "LoadBalancerIngress", STR("ip"), STR("hostname"),
	      STR("ipMode", .flags = FIELD_PTR), LIST("ports", schema_port_status));

static SCHEMA(schema_balancer, "LoadBalancerStatus", LIST("ingress", schema_ingress));

static SCHEMA(schema_status, "ServiceStatus", OBJ("loadBalancer", schema_balancer, .dflt = "{}"),
	      LIST("conditions", schema_condition, .merge_key = "type"));

static SCHEMA(schema_service, "Service", TYPE_META, OBJ("metadata", schema_object_meta),
	      OBJ("spec", schema_spec, .dflt = "{}"), OBJ("status", schema_status, .dflt = "{}"));

/* ---- questions ---- */

static bool has_type(const json_t *service, const char *type)
{
	return streq(json_str(service, "spec.type"), type);
}

bool service_is_external(const json_t *service)
{
	return has_type(service, "ExternalName");
}

bool service_is_headless(const json_t *service)
{
	return streq(json_str(service, "spec.clusterIP"), "None");
}

const char *service_address(const json_t *service)
{
	if (service_is_external(service) || service_is_headless(service))
		return NULL;
	return json_str(service, "spec.clusterIP");
}

bool service_wants_node_ports(const json_t *service)
{
	return has_type(service, "NodePort") ||
	       (has_type(service, "LoadBalancer") &&
		json_bool(service, "spec.allocateLoadBalancerNodePorts", true));
}

static int named_port(const json_t *containers, const char *name, const char *protocol,
		      bool sidecars_only)
{
	json_t *c, *p;
	size_t i, j;

	json_array_foreach((json_t *)containers, i, c) {
		if (sidecars_only && !streq(json_str(c, "restartPolicy"), "Always"))
			continue;
		json_each(c, "ports", j, p)
			if (streq(json_str(p, "name"), name) &&
			    streq(json_str_or(p, "protocol", "TCP"), protocol))
				return (int)json_int(p, "containerPort", 0);
	}
	return 0;
}

int service_target_port(const json_t *port, const json_t *pod)
{
	const char *name = json_str(port, "targetPort");
	const char *protocol = json_str_or(port, "protocol", "TCP");
	int number;

	if (!name)
		return (int)json_int(port, "targetPort", json_int(port, "port", 0));
	number = named_port(json_arr(pod, "spec.containers"), name, protocol, false);
	return number ? number :
			named_port(json_arr(pod, "spec.initContainers"), name, protocol, true);
}

/* ---- what the server adds ---- */

static void default_port(json_t *port)
{
	const json_t *target = json_object_get(port, "targetPort");
	bool given = json_is_string(target) ? json_string_length(target) > 0 :
					      json_integer_value(target) != 0;

	if (!given)
		json_set_int(port, "targetPort", json_int(port, "port", 0));
}

static void default_affinity(json_t *spec)
{
	if (streq(json_str(spec, "sessionAffinity"), "None"))
		json_object_del(spec, "sessionAffinityConfig");
	else if (!json_has(spec, "sessionAffinityConfig.clientIP.timeoutSeconds"))
		json_set_path(spec, "sessionAffinityConfig.clientIP.timeoutSeconds",
			      json_integer(atoll(AFFINITY_SECONDS)));
}

static void default_policies(json_t *service, json_t *spec)
{
	bool outside = has_type(service, "NodePort") || has_type(service, "LoadBalancer");

	if (service_is_external(service))
		return;
	if (!json_has(spec, "internalTrafficPolicy"))
		json_set_str(spec, "internalTrafficPolicy", "Cluster");
	if (outside && !json_has(spec, "externalTrafficPolicy"))
		json_set_str(spec, "externalTrafficPolicy", "Cluster");
	if (has_type(service, "LoadBalancer") && !json_has(spec, "allocateLoadBalancerNodePorts"))
		json_set_bool(spec, "allocateLoadBalancerNodePorts", true);
	if (!json_has(spec, "ipFamilies"))
		json_set_path(spec, "ipFamilies", json_pack("[s]", "IPv4"));
	if (!json_has(spec, "ipFamilyPolicy"))
		json_set_str(spec, "ipFamilyPolicy", "SingleStack");
}

static void set_defaults(json_t *service)
{
	json_t *spec = json_obj(service, "spec"), *port;
	size_t i;

	json_each(spec, "ports", i, port)
		default_port(port);
	default_affinity(spec);
	default_policies(service, spec);
	if (json_has(spec, "clusterIP") && !json_has(spec, "clusterIPs"))
		json_set_path(spec, "clusterIPs", json_pack("[s]", json_str(spec, "clusterIP")));
}

/* ---- what an update leaves out ---- */

static void copy_missing(json_t *to, const json_t *from, const char *key)
{
	json_t *value = json_object_get(from, key);

	if (value && !json_has(to, key))
		json_object_set_new(to, key, json_dup(value));
}

/* A caller who changes one of the two spellings means both. */
static void align_addresses(json_t *now, const json_t *before)
{
	const char *was = json_str_or(before, "clusterIP", ""),
		   *is = json_str_or(now, "clusterIP", "");
	bool list_untouched = json_same(json_object_get(now, "clusterIPs"),
					json_object_get(before, "clusterIPs"));

	if (!streq(was, is) && list_untouched)
		json_object_del(now, "clusterIPs");
}

static void carry_node_ports(json_t *now, const json_t *before)
{
	json_t *port, *old;
	size_t i, j;

	json_each(now, "ports", i, port) {
		json_each(before, "ports", j, old)
			if (json_int(port, "port", 0) == json_int(old, "port", -1) &&
			    streq(json_str_or(port, "protocol", "TCP"),
				  json_str(old, "protocol")) &&
			    !json_int(port, "nodePort", 0))
				copy_missing(port, old, "nodePort");
	}
}

void service_carry_over(json_t *now, const json_t *before)
{
	json_t *spec = json_obj(now, "spec"), *port;
	const json_t *old = json_obj(before, "spec");
	bool same_type = streq(json_str(spec, "type"), json_str(old, "type"));
	size_t i;

	align_addresses(spec, old);
	if (service_is_external(now)) {
		if (!same_type && streq(json_str(spec, "clusterIP"), json_str(old, "clusterIP"))) {
			json_object_del(spec, "clusterIP");
			json_object_del(spec, "clusterIPs");
		}
		return;
	}
	if (!json_string_length(json_object_get(spec, "clusterIP"))) {
		json_object_del(spec, "clusterIP");
		copy_missing(spec, old, "clusterIP");
	}
	if (service_wants_node_ports(now)) {
		carry_node_ports(spec, old);
		return;
	}
	if (!same_type)
		json_each(spec, "ports", i, port)
			json_object_del(port, "nodePort");
}

/* ---- columns ---- */

static json_t *cell_type(const json_t *service, int64_t now_ns)
{
	(void)now_ns;
	return column_text(json_str(service, "spec.type"));
}

static json_t *cell_address(const json_t *service, int64_t now_ns)
{
	(void)now_ns;
	return column_text(json_str(service, "spec.clusterIPs[0]"));
}

static void add_joined(struct strbuf *b, const char *text)
{
	strbuf_addf(b, "%s%s", b->len ? "," : "", text);
}

static json_t *cell_external(const json_t *service, int64_t now_ns)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	json_t *e;
	size_t i;

	(void)now_ns;
	if (service_is_external(service))
		return column_text(json_str(service, "spec.externalName"));
	json_each(service, "status.loadBalancer.ingress", i, e)
		add_joined(&b, json_str_or(e, "ip", json_str_or(e, "hostname", "")));
	json_each(service, "spec.externalIPs", i, e)
		add_joined(&b, json_string_value(e));
	if (!b.len && has_type(service, "LoadBalancer"))
		return json_string("<pending>");
	return column_text(strbuf_str(&b));
}

static json_t *cell_ports(const json_t *service, int64_t now_ns)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	json_t *p;
	size_t i;

	(void)now_ns;
	json_each(service, "spec.ports", i, p) {
		strbuf_addf(&b, "%s%lld", b.len ? "," : "", (long long)json_int(p, "port", 0));
		if (json_int(p, "nodePort", 0))
			strbuf_addf(&b, ":%lld", (long long)json_int(p, "nodePort", 0));
		strbuf_addf(&b, "/%s", json_str_or(p, "protocol", "TCP"));
	}
	return column_text(strbuf_str(&b));
}

static json_t *cell_selector(const json_t *service, int64_t now_ns)
{
	_cleanup_selector_ struct selector *selector = NULL;
	_cleanup_free_ char *text = NULL;

	(void)now_ns;
	if (selector_from_map(json_obj(service, "spec.selector"), &selector, NULL) == 0)
		text = selector_format(selector);
	return column_text(text);
}

static const struct printer_column columns[] = {
	{ "Name", "string", "name", 0, column_name },
	{ "Type", "string", "", 0, cell_type },
	{ "Cluster-IP", "string", "", 0, cell_address },
	{ "External-IP", "string", "", 0, cell_external },
	{ "Port(s)", "string", "", 0, cell_ports },
	{ "Age", "string", "", 0, column_age },
	{ "Selector", "string", "", 1, cell_selector },
	{ 0 },
};

const struct kind kind_service = {
	KIND_CORE_NAMES("Service", "services", "service"),
	.short_names = (const char *const[]){ "svc", NULL },
	.categories = (const char *const[]){ "all", NULL },
	.namespaced = true,
	.subresources = SUB_STATUS,
	.name_rule = NAME_DNS1035_LABEL,
	.default_propagation = "Background",
	.schema = &schema_service,
	.set_defaults = set_defaults,
	.validate = service_validate,
	.validate_update = service_validate_update,
	.field_labels = (const char *const[]){ "spec.clusterIP", "spec.type", NULL },
	.columns = columns,
};
