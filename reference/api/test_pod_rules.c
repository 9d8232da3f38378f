/*
 * Tests of the pod's rules: the sentence and path of each refusal, and what must not be refused.
 *
 * Each test states a manifest and the whole or the decisive part of the message. Manifests go through
 * decoding and defaulting first, as everything does that is stored.
 */
#include "api/pod.h"
#include "api/test_kind.h"
#include "base/json.h"

#define HEAD "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n"
#define ONE HEAD "  containers:\n  - name: a\n    image: i\n"

static void test_a_plain_pod_is_good(void)
{
	CHECK_STR(verdict(ONE), "");
}

static void test_containers_are_required(void)
{
	CHECK_STR(verdict("apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {}\n"),
		  "Pod \"x\" is invalid: spec.containers: Required value");
}

static void test_name_and_image_are_required(void)
{
	CHECK_STR(verdict(HEAD "  containers: [{}]\n"),
		  "Pod \"x\" is invalid: [spec.containers[0].name: Required value, "
		  "spec.containers[0].image: Required value]");
}

static void test_container_name_is_a_label(void)
{
	CHECK_STR(
		verdict(HEAD "  containers: [{name: A, image: i}]\n"),
		"Pod \"x\" is invalid: spec.containers[0].name: Invalid value: \"A\": a lowercase "
		"RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
		"must start and end with an alphanumeric character (e.g. 'my-name',  or "
		"'123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')");
}

static void test_names_are_unique_over_the_lists(void)
{
	CHECK_STR(verdict(ONE "  initContainers: [{name: a, image: i}]\n"),
		  "Pod \"x\" is invalid: spec.initContainers[0].name: Duplicate value: \"a\"");
}

static void test_restart_policy_is_one_of_three(void)
{
	CHECK_STR(verdict(ONE "  restartPolicy: Sometimes\n"),
		  "Pod \"x\" is invalid: spec.restartPolicy: Unsupported value: \"Sometimes\": "
		  "supported values: \"Always\", \"OnFailure\", \"Never\"");
	CHECK_STR(verdict(ONE "    restartPolicy: Bogus\n"),
		  "Pod \"x\" is invalid: spec.containers[0].restartPolicy: Unsupported value: "
		  "\"Bogus\": supported values: \"Always\", \"Never\", \"OnFailure\"");
}

static void test_image_has_no_blanks_around(void)
{
	CHECK_CONTAINS(
		verdict(HEAD "  containers: [{name: a, image: ' i'}]\n"),
		"image: Invalid value: \" i\": must not have leading or trailing whitespace");
}

static void test_ports(void)
{
	CHECK_CONTAINS(verdict(ONE "    ports: [{containerPort: 70000}]\n"),
		       "ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, "
		       "inclusive");
	CHECK_CONTAINS(verdict(ONE "    ports: [{name: h}]\n"),
		       "ports[0].containerPort: Required value");
	CHECK_CONTAINS(
		verdict(ONE "    ports: [{containerPort: 1, name: '12'}]\n"),
		"ports[0].name: Invalid value: \"12\": must contain at least one letter (a-z)");
	CHECK_CONTAINS(verdict(ONE "    ports: [{containerPort: 1, protocol: tcp}]\n"),
		       "supported values: \"SCTP\", \"TCP\", \"UDP\"");
	CHECK_CONTAINS(verdict(ONE "    ports: [{containerPort: 1, name: h}, "
				   "{containerPort: 2, name: h}]\n"),
		       "ports[1].name: Duplicate value: \"h\"");
	CHECK_CONTAINS(verdict(ONE "    ports: [{containerPort: 1, hostPort: 8080}, "
				   "{containerPort: 2, hostPort: 8080}]\n"),
		       "ports[1].hostPort: Duplicate value: \"TCP//8080\"");
	CHECK_STR(verdict(ONE "    ports: [{containerPort: 1}, {containerPort: 1}]\n"), "");
}

static void test_host_network_ports_are_equal(void)
{
	CHECK_CONTAINS(verdict(ONE "    ports: [{containerPort: 1, hostPort: 2}]\n"
				   "  hostNetwork: true\n"),
		       "ports[0].hostPort: Invalid value: 2: must match `containerPort` when "
		       "`hostNetwork` is true");
	CHECK_STR(verdict(ONE "    ports: [{containerPort: 1}]\n  hostNetwork: true\n"), "");
}

static void test_a_probe_has_exactly_one_handler(void)
{
	CHECK_CONTAINS(verdict(ONE "    livenessProbe: {}\n"),
		       "livenessProbe: Required value: must specify a handler type");
	CHECK_CONTAINS(
		verdict(ONE "    livenessProbe: {exec: {command: [a]}, "
			    "tcpSocket: {port: 1}}\n"),
		"livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type");
}

static void test_probe_numbers(void)
{
	CHECK_CONTAINS(verdict(ONE "    readinessProbe: {exec: {command: [a]}, "
				   "failureThreshold: -1}\n"),
		       "failureThreshold: Invalid value: -1: must be greater than or equal to 0");
	CHECK_CONTAINS(verdict(ONE
			       "    startupProbe: {exec: {command: [a]}, successThreshold: 2}\n"),
		       "startupProbe.successThreshold: Invalid value: 2: must be 1");
	CHECK_STR(verdict(ONE "    readinessProbe: {exec: {command: [a]}, successThreshold: 2}\n"),
		  "");
	CHECK_CONTAINS(verdict(ONE "    readinessProbe: {exec: {command: [a]}, "
				   "terminationGracePeriodSeconds: 5}\n"),
		       "must not be set for readinessProbes");
	CHECK_CONTAINS(verdict(ONE "    livenessProbe: {exec: {command: [a]}, "
				   "terminationGracePeriodSeconds: 0}\n"),
		       "must be greater than 0");
	CHECK_CONTAINS(verdict(ONE "    livenessProbe: {httpGet: {port: 0}}\n"),
		       "httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive");
}

static void test_init_containers_have_no_probes(void)
{
	CHECK_CONTAINS(verdict(ONE "  initContainers: [{name: b, image: i, lifecycle: {}}]\n"),
		       "spec.initContainers[0].lifecycle: Forbidden: may not be set for init "
		       "containers without restartPolicy=Always");
	CHECK_STR(verdict(ONE "  initContainers: [{name: b, image: i, restartPolicy: Always, "
			      "startupProbe: {tcpSocket: {port: 1}}}]\n"),
		  "");
}

static void test_hooks(void)
{
	CHECK_CONTAINS(verdict(ONE "    lifecycle: {preStop: {}}\n"),
		       "lifecycle.preStop: Required value: must specify a handler type");
	CHECK_CONTAINS(verdict(ONE "    lifecycle: {postStart: {exec: {command: [a]}, "
				   "sleep: {seconds: 1}}}\n"),
		       "postStart.sleep: Forbidden: may not specify more than 1 handler type");
	CHECK_CONTAINS(verdict(ONE "    lifecycle: {preStop: {sleep: {seconds: 31}}}\n"),
		       "preStop.sleep: Invalid value: 31: must be non-negative and less than "
		       "terminationGracePeriodSeconds (30)");
	CHECK_STR(verdict(ONE "    lifecycle: {preStop: {sleep: {seconds: 30}}}\n"), "");
	CHECK_STR(verdict(ONE "    lifecycle: {preStop: {sleep: {seconds: 0}}}\n"), "");
}

static void test_volumes_and_mounts(void)
{
	CHECK_CONTAINS(verdict(ONE "    volumeMounts: [{name: v, mountPath: /m}]\n"),
		       "spec.containers[0].volumeMounts[0].name: Not found: \"v\"");
	CHECK_CONTAINS(verdict(ONE "    volumeMounts: [{name: v, mountPath: /m}, "
				   "{name: v, mountPath: /m}]\n  volumes: [{name: v}]\n"),
		       "volumeMounts[1].mountPath: Invalid value: \"/m\": must be unique");
	CHECK_CONTAINS(verdict(ONE "    volumeMounts: [{name: v, mountPath: /m, subPath: ../a}]\n"
				   "  volumes: [{name: v}]\n"),
		       "spec.containers[0].volumeMounts.subPath: Invalid value: \"../a\": must not "
		       "contain '..'");
	CHECK_STR(verdict(ONE "    volumeMounts: [{name: v, mountPath: /m, subPath: ..a}]\n"
			      "  volumes: [{name: v}]\n"),
		  "");
	CHECK_CONTAINS(
		verdict(ONE "  volumes: [{name: v, hostPath: {path: /a}, emptyDir: {}}]\n"),
		"spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type");
	CHECK_CONTAINS(verdict(ONE "  volumes: [{name: v, hostPath: {path: /a, type: Odd}}]\n"),
		       "hostPath.type: Unsupported value: \"Odd\"");
	CHECK_CONTAINS(
		verdict(ONE "  volumes: [{name: v, configMap: {name: c, defaultMode: 512}}]\n"),
		"defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), "
		"both inclusive");
	CHECK_CONTAINS(verdict(ONE "  volumes: [{name: v}, {name: v}]\n"),
		       "spec.volumes[1].name: Duplicate value: \"v\"");
}

static void test_projected_paths_do_not_collide(void)
{
	CHECK_CONTAINS(verdict(ONE "  volumes: [{name: v, projected: {sources: ["
				   "{configMap: {name: c, items: [{key: a, path: p}]}}, "
				   "{secret: {name: s, items: [{key: a, path: p}]}}]}}]\n"),
		       "Invalid value: \"p\": conflicting duplicate paths");
}

static void test_env(void)
{
	CHECK_CONTAINS(
		verdict(ONE "    env: [{name: 'a=b'}]\n"),
		"env[0].name: Invalid value: \"a=b\": a valid environment variable name must "
		"consist only of printable ASCII characters other than '='");
	CHECK_CONTAINS(verdict(ONE "    env: [{value: b}]\n"), "env[0].name: Required value");
	CHECK_CONTAINS(
		verdict(ONE "    env: [{name: a, value: b, valueFrom: {fieldRef: "
			    "{fieldPath: metadata.name}}}]\n"),
		"valueFrom: Invalid value: \"\": may not be specified when `value` is not empty");
	CHECK_CONTAINS(verdict(ONE "    env: [{name: a, valueFrom: {fieldRef: "
				   "{fieldPath: metadata.labels}}}]\n"),
		       "fieldRef.fieldPath: Unsupported value: \"metadata.labels\"");
	CHECK_CONTAINS(verdict(ONE
			       "    env: [{name: a, valueFrom: {fieldRef: {fieldPath: foo}}}]\n"),
		       "error converting fieldPath: field label not supported: foo");
	CHECK_STR(verdict(ONE "    env: [{name: a, valueFrom: {fieldRef: "
			      "{fieldPath: \"metadata.labels['k']\"}}}]\n"),
		  "");
	CHECK_CONTAINS(verdict(ONE "    env: [{name: a, valueFrom: {resourceFieldRef: "
				   "{resource: limits.cpu, divisor: '3'}}}]\n"),
		       "only divisor's values 1m and 1 are supported with the cpu resource");
	CHECK_STR(verdict(ONE "    env: [{name: 'a b'}, {name: 1A}]\n"), "");
}

static void test_requests_are_below_limits(void)
{
	CHECK_CONTAINS(
		verdict(ONE "    resources: {limits: {cpu: 1}, requests: {cpu: 2}}\n"),
		"spec.containers[0].resources.requests: Invalid value: \"2\": must be less than "
		"or equal to cpu limit of 1");
	CHECK_CONTAINS(
		verdict(ONE "    resources: {limits: {cpu: -1}}\n"),
		"resources.limits[cpu]: Invalid value: \"-1\": must be greater than or equal to 0");
	CHECK_CONTAINS(
		verdict(ONE "    resources: {requests: {example.com/x: 1}}\n"),
		"limits: Required value: Limit must be set for non overcommitable resources");
	CHECK_CONTAINS(verdict(ONE "    resources: {limits: {foo: 1}}\n"),
		       "must be a standard resource type or fully qualified");
}

static void test_spans_and_ids(void)
{
	CHECK_CONTAINS(verdict(ONE "  activeDeadlineSeconds: 0\n"),
		       "spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and "
		       "2147483647, inclusive");
	CHECK_STR(verdict(ONE "  terminationGracePeriodSeconds: 0\n"), "");
	CHECK_CONTAINS(verdict(ONE "    securityContext: {runAsUser: -1}\n"),
		       "must be between 0 and 2147483647, inclusive");
}

static void test_namespaces_that_exclude_each_other(void)
{
	CHECK_CONTAINS(verdict(ONE "  hostPID: true\n  shareProcessNamespace: true\n"),
		       "ShareProcessNamespace and HostPID cannot both be enabled");
	CHECK_CONTAINS(verdict(ONE "  hostUsers: false\n  hostIPC: true\n"),
		       "spec.HostIPC: Forbidden: when `hostUsers` is false");
}

static void test_security(void)
{
	CHECK_CONTAINS(verdict(ONE "    securityContext: {privileged: true, "
				   "allowPrivilegeEscalation: false}\n"),
		       "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
	CHECK_CONTAINS(
		verdict(ONE "    securityContext: {seccompProfile: {type: Localhost}}\n"),
		"localhostProfile: Required value: must be set when seccomp type is Localhost");
	CHECK_CONTAINS(verdict(ONE "  securityContext: {sysctls: [{name: net.a, value: '1'}]}\n"
				   "  hostNetwork: true\n"),
		       "may not be specified when 'hostNetwork' is true");
}

static void test_grpc_port_is_a_number(void)
{
	CHECK_CONTAINS(verdict(ONE "    livenessProbe: {grpc: {port: web}}\n"),
		       "json: cannot unmarshal string into Go struct field "
		       "Pod.spec.containers[0].livenessProbe.grpc.port of type int32");
}

static void test_scheduling_and_addresses(void)
{
	CHECK_CONTAINS(verdict(ONE "  schedulingGates: [{name: g}]\n  nodeName: h\n"),
		       "spec.nodeName: Forbidden: cannot be set until all schedulingGates have "
		       "been cleared");
	CHECK_CONTAINS(verdict(ONE "  tolerations: [{value: a}]\n"),
		       "operator must be Exists when `key` is empty");
	CHECK_CONTAINS(
		verdict(ONE "  hostAliases: [{ip: 010.1.2.3}]\n"),
		"spec.hostAliases[0].ip: Invalid value: \"010.1.2.3\": must not have leading 0s");
	CHECK_CONTAINS(verdict(ONE "  hostAliases: [{ip: 300.1.2.3}]\n"),
		       "must be a valid IP address");
	CHECK_CONTAINS(verdict(ONE "  hostAliases: [{ip: '::ffff:10.1.2.3'}]\n"),
		       "must not be an IPv4-mapped IPv6 address");
	CHECK_CONTAINS(
		verdict(ONE "  dnsPolicy: None\n"),
		"spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is "
		"None");
	CHECK_STR(verdict(ONE "  hostAliases: [{ip: '::1', hostnames: [h.i]}]\n"), "");
}

int main(void)
{
	TEST(test_a_plain_pod_is_good);
	TEST(test_containers_are_required);
	TEST(test_name_and_image_are_required);
	TEST(test_container_name_is_a_label);
	TEST(test_names_are_unique_over_the_lists);
	TEST(test_restart_policy_is_one_of_three);
	TEST(test_image_has_no_blanks_around);
	TEST(test_ports);
	TEST(test_host_network_ports_are_equal);
	TEST(test_a_probe_has_exactly_one_handler);
	TEST(test_probe_numbers);
	TEST(test_init_containers_have_no_probes);
	TEST(test_hooks);
	TEST(test_volumes_and_mounts);
	TEST(test_projected_paths_do_not_collide);
	TEST(test_env);
	TEST(test_requests_are_below_limits);
	TEST(test_spans_and_ids);
	TEST(test_namespaces_that_exclude_each_other);
	TEST(test_security);
	TEST(test_grpc_port_is_a_number);
	TEST(test_scheduling_and_addresses);
	return test_end();
}
