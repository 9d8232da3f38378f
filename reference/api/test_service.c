/*
 * Tests of the Service kind: what the server adds, what it keeps, what it refuses, what it prints.
 */
#include "api/service.h"

#include "api/endpoints.h"
#include "api/test_kind.h"
#include "base/clock.h"
#include "base/json.h"

#define NOW (INT64_C(1767312000) * NSEC_PER_SEC) /* 2026-01-02T00:00:00Z */
#define SERVICE(spec) "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {" spec "}\n"
#define PORT "ports: [{port: 80}]"

static void test_defaults(void)
{
	_cleanup_json_ json_t *s = decoded(SERVICE(PORT));
	_cleanup_json_ json_t *sticky = decoded(SERVICE("sessionAffinity: ClientIP, " PORT));

	CHECK_STR(json_str(s, "spec.type"), "ClusterIP");
	CHECK_STR(json_str(s, "spec.ports[0].protocol"), "TCP");
	CHECK_INT(json_int(s, "spec.ports[0].targetPort", 0), 80);
	CHECK_STR(json_str(s, "spec.sessionAffinity"), "None");
	CHECK_STR(json_str(s, "spec.internalTrafficPolicy"), "Cluster");
	CHECK(!json_has(s, "spec.sessionAffinityConfig"));
	CHECK_INT(json_int(sticky, "spec.sessionAffinityConfig.clientIP.timeoutSeconds", 0), 10800);
	CHECK_STR(verdict(SERVICE(PORT)), "");
}

static void test_refusals(void)
{
	CHECK_STR(verdict(SERVICE("")), "Service \"s\" is invalid: spec.ports: Required value");
	CHECK_STR(verdict(SERVICE("clusterIP: None")), "");
	CHECK_STR(verdict(SERVICE("ports: [{port: 0}]")),
		  "Service \"s\" is invalid: [spec.ports[0].port: Invalid value: 0: must be "
		  "between 1 and 65535, inclusive, spec.ports[0].targetPort: Invalid value: 0: "
		  "must be "
		  "between 1 and 65535, inclusive]");
	CHECK_STR(verdict(SERVICE("ports: [{port: 80, nodePort: 30080}]")),
		  "Service \"s\" is invalid: spec.ports[0].nodePort: Forbidden: may not be used "
		  "when `type` is 'ClusterIP'");
	CHECK_STR(
		verdict(SERVICE("type: NodePort, clusterIP: None, " PORT)),
		"Service \"s\" is invalid: spec.clusterIPs[0]: Invalid value: \"None\": may not be "
		"set to 'None' for NodePort services");
	CHECK_STR(verdict(SERVICE("ports: [{port: 80}, {port: 81, name: b}]")),
		  "Service \"s\" is invalid: spec.ports[0].name: Required value");
	CHECK_STR(verdict(SERVICE("ports: [{port: 80, name: a}, {port: 80, name: b}]")),
		  "Service \"s\" is invalid: spec.ports[1]: Duplicate value: \"TCP\"");
}

static void test_external_names(void)
{
	CHECK_STR(verdict(SERVICE("type: ExternalName, externalName: db.example")), "");
	CHECK_STR(verdict(SERVICE("type: ExternalName")),
		  "Service \"s\" is invalid: spec.externalName: Required value");
	CHECK_STR(verdict(SERVICE("type: ExternalName, externalName: a, clusterIP: 10.0.0.1")),
		  "Service \"s\" is invalid: spec.clusterIPs: Forbidden: may not be set for "
		  "ExternalName services");
}

/* An update of `before`; the verdict of the rules about it. */
static const char *change(const char *before, const char *now, json_t **ret)
{
	static char buf[1024];
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *old = decoded(before);
	json_t *obj = NULL;

	CHECK_OK(scheme_decode(now, strlen(now), &obj, &err), &err);
	service_carry_over(obj, old);
	scheme_default(obj);
	buf[0] = '\0';
	if (scheme_validate_update(obj, old, &err) < 0)
		snprintf(buf, sizeof(buf), "%s", err.message);
	*ret = obj;
	return buf;
}

#define AT_1 "clusterIP: 10.96.0.1, clusterIPs: [10.96.0.1], "

static void test_an_address_stays(void)
{
	_cleanup_json_ json_t *kept = NULL, *cleared = NULL, *moved = NULL;

	CHECK_STR(change(SERVICE(AT_1 PORT), SERVICE(PORT), &kept), "");
	CHECK_STR(json_str(kept, "spec.clusterIP"), "10.96.0.1");
	CHECK_STR(json_str(kept, "spec.clusterIPs[0]"), "10.96.0.1");
	CHECK_STR(change(SERVICE(AT_1 PORT),
			 SERVICE("clusterIP: \"\", clusterIPs: [10.96.0.1], " PORT), &cleared),
		  "");
	CHECK_STR(json_str(cleared, "spec.clusterIP"), "10.96.0.1");
	CHECK_STR(change(SERVICE(AT_1 PORT),
			 SERVICE("clusterIP: 10.96.0.2, clusterIPs: [10.96.0.1], " PORT), &moved),
		  "Service \"s\" is invalid: spec.clusterIPs[0]: Invalid value: "
		  "[\"10.96.0.2\"]: may not change once set");
}

static void test_node_ports_stay_with_their_type(void)
{
	_cleanup_json_ json_t *kept = NULL, *dropped = NULL;

#define WITH_PORT AT_1 "type: NodePort, ports: [{port: 80, nodePort: 30080}]"
	change(SERVICE(WITH_PORT), SERVICE("type: NodePort, " PORT), &kept);
	CHECK_INT(json_int(kept, "spec.ports[0].nodePort", 0), 30080);
	CHECK_STR(change(SERVICE(WITH_PORT),
			 SERVICE("type: ClusterIP, ports: [{port: 80, nodePort: 30080}]"), &dropped),
		  "");
	CHECK_INT(json_int(dropped, "spec.ports[0].nodePort", 0), 0);
}

static void test_target_ports(void)
{
	_cleanup_json_ json_t *s = decoded(SERVICE(
		"ports: [{port: 80, targetPort: web}, {name: x, port: 81, targetPort: 82}]"));
	_cleanup_json_ json_t *pod = json_pack("{s{s[{s[{sssssi},{sssssi}]}]}}", "spec",
					       "containers", "ports", "name", "web", "protocol",
					       "UDP", "containerPort", 1, "name", "web", "protocol",
					       "TCP", "containerPort", 8080);
	const json_t *ports = json_arr(s, "spec.ports");

	CHECK_INT(service_target_port(json_array_get(ports, 0), pod), 8080);
	CHECK_INT(service_target_port(json_array_get(ports, 1), pod), 82);
	json_set_str(pod, "spec.containers[0].ports[1].name", "other");
	CHECK_INT(service_target_port(json_array_get(ports, 0), pod), 0);
}

static const char *cell(const json_t *obj, const char *column)
{
	static char buf[256];

	for (const struct printer_column *c = scheme_kind_of(obj)->columns; c->name; c++) {
		_cleanup_json_ json_t *value = c->cell(obj, NOW);

		if (streq(c->name, column))
			snprintf(buf, sizeof(buf), "%s", json_string_value(value));
	}
	return buf;
}

static void test_columns(void)
{
	_cleanup_json_ json_t *s = decoded(
		SERVICE(AT_1 "type: NodePort, ports: [{name: a, port: 80, nodePort: 30080}, {name: "
			     "b, port: 53, protocol: UDP}]"));
	_cleanup_json_ json_t *e = decoded(
		"apiVersion: v1\nkind: Endpoints\nmetadata: {name: e}\nsubsets:\n- addresses: "
		"[{ip: "
		"10.0.0.1}, {ip: 10.0.0.2}]\n  ports: [{name: a, port: 1}, {name: b, port: 2}]\n");

	CHECK_STR(cell(s, "Port(s)"), "80:30080/TCP,53/UDP");
	CHECK_STR(cell(s, "Cluster-IP"), "10.96.0.1");
	CHECK_STR(cell(s, "External-IP"), "<none>");
	CHECK_STR(cell(e, "Endpoints"), "10.0.0.1:1,10.0.0.1:2,10.0.0.2:1 + 1 more...");
}

#define SLICE(rest) \
	"apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: e}\n" rest "\n"

static void test_slices(void)
{
	_cleanup_json_ json_t *e = decoded(SLICE("addressType: IPv4\nendpoints: [{addresses: "
						 "[10.0.0.1], conditions: {ready: false}}]"));

	CHECK(json_has(e, "endpoints[0].conditions.ready"));
	CHECK(json_is_array(json_object_get(e, "ports")));
	CHECK_STR(verdict(SLICE("addressType: IPv6\nendpoints: [{addresses: [10.0.0.1]}]")),
		  "EndpointSlice.discovery.k8s.io \"e\" is invalid: endpoints[0].addresses[0]: "
		  "Invalid value: \"10.0.0.1\": must be an IPv6 address");
	CHECK_STR(verdict(SLICE("endpoints: []")),
		  "EndpointSlice.discovery.k8s.io \"e\" is invalid: addressType: Required value");
}

int main(void)
{
	TEST(test_defaults);
	TEST(test_refusals);
	TEST(test_external_names);
	TEST(test_an_address_stays);
	TEST(test_node_ports_stay_with_their_type);
	TEST(test_target_ports);
	TEST(test_columns);
	TEST(test_slices);
	return test_end();
}
