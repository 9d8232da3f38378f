/*
 * Tests of decoding, defaults and the rules that hold for every kind.
 */
#include "api/config.h"
#include "api/meta.h"
#include "api/pod.h"
#include "api/workload.h"
#include "api/test_kind.h"

#define POD                                                                                       \
	"apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers: [{name: a, image: " \
	"i}]\n"

static void test_unknown_fields_are_refused_by_path(void)
{
	CHECK_STR(
		verdict("{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"x\"},"
			"\"spec\":{\"foo\":1,\"containers\":[{\"name\":\"a\",\"imag\":\"i\"}]}}"),
		"Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: unknown "
		"field \"spec.foo\", unknown field \"spec.containers[0].imag\"");
}

static void test_duplicate_fields_are_refused_by_path(void)
{
	CHECK_CONTAINS(verdict("{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"hostPID\":true,"
			       "\"hostPID\":false}}"),
		       "strict decoding error: duplicate field \"spec.hostPID\"");
	CHECK_CONTAINS(verdict("kind: Pod\nkind: Pod\n"), "kind");
}

static void test_warnings_instead_of_refusals(void)
{
	static const char text[] = "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"x\":1,"
				   "\"data\":{\"a\":\"1\"},\"data\":{\"a\":\"2\"}}";
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *obj = NULL, *warnings = NULL;

	CHECK_OK(scheme_decode_as(text, strlen(text), NULL, SCHEME_WARN, &obj, &warnings, &err),
		 &err);
	CHECK_INT(json_array_size(warnings), 2);
	CHECK_STR(json_string_value(json_array_get(warnings, 0)), "duplicate field \"data\"");
	CHECK_STR(json_string_value(json_array_get(warnings, 1)), "unknown field \"x\"");
	CHECK_STR(json_str(obj, "data.a"), "2");
	CHECK(json_object_get(obj, "x") == NULL);
}

static void test_wrong_types_are_refused_by_path(void)
{
	CHECK_STR(verdict("apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, command: "
			  "sh}]}\n"),
		  "Pod in version \"v1\" cannot be handled as a Pod: json: cannot unmarshal string "
		  "into Go struct field Pod.spec.containers[0].command of type []string");
	CHECK_CONTAINS(
		verdict("apiVersion: v1\nkind: Pod\nmetadata: {labels: {a: yes}}\n"),
		"cannot unmarshal bool into Go struct field Pod.metadata.labels[a] of type string");
	CHECK_CONTAINS(verdict(POD "  terminationGracePeriodSeconds: 1.5\n"), "number 1.5");
	CHECK_CONTAINS(verdict(POD "  overhead: {cpu: abc}\n"),
		       "Pod.spec.overhead[cpu]: quantities must match the regular expression");
}

static void test_the_kind_is_known(void)
{
	CHECK_STR(verdict("apiVersion: v99\nkind: Pod\n"),
		  "no matches for kind \"Pod\" in version \"v99\"");
	CHECK_STR(verdict("apiVersion: v1\n"), "Object 'Kind' is missing");
	CHECK_CONTAINS(verdict("kind: Pod\n"), "Object 'apiVersion' is missing");
	CHECK_CONTAINS(verdict("- a\n"), "not an object");
	CHECK(scheme_word("po") == &kind_pod);
	CHECK(scheme_word("Pods") == &kind_pod);
	CHECK(scheme_word("rs.apps") == &kind_replicaset);
	CHECK(scheme_word("rs.batch") == NULL);
	CHECK(scheme_resource("apps", "v1", "replicasets") == &kind_replicaset);
}

static void test_broken_yaml_names_its_line(void)
{
	static const char text[] = "apiVersion: v1\nkind: [\n";
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *list = NULL;

	CHECK(scheme_decode_all(text, strlen(text), "f.yaml", &list, &err) < 0);
	CHECK_CONTAINS(err.message, "f.yaml:");
}

static void test_documents_and_lists_become_one_array(void)
{
	static const char text[] = POD
		"---\napiVersion: v1\nkind: List\nitems:\n"
		"- {apiVersion: v1, kind: ConfigMap, metadata: {name: c}}\n"
		"- {apiVersion: v1, kind: Secret, metadata: {name: s}}\n---\n"
		"apiVersion: v1\nkind: PodList\nitems: [{metadata: {name: z}}]\n";
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *list = NULL;

	CHECK_OK(scheme_decode_all(text, strlen(text), NULL, &list, &err), &err);
	CHECK_INT(json_array_size(list), 4);
	CHECK_STR(meta_kind(json_array_get(list, 3)), "Pod");
	CHECK_STR(meta_name(json_array_get(list, 3)), "z");
}

static void test_pod_defaults(void)
{
	_cleanup_json_ json_t *pod = decoded(POD);
	CHECK_STR(json_str(pod, "spec.restartPolicy"), "Always");
	CHECK_STR(json_str(pod, "spec.dnsPolicy"), "ClusterFirst");
	CHECK_INT(json_int(pod, "spec.terminationGracePeriodSeconds", 0), 30);
	CHECK_STR(json_str(pod, "spec.schedulerName"), "default-scheduler");
	CHECK_STR(json_str(pod, "spec.serviceAccountName"), "default");
	CHECK(json_obj(pod, "spec.securityContext") != NULL);
	CHECK(json_obj(pod, "spec.containers[0].resources") != NULL);
	CHECK(json_bool(pod, "spec.enableServiceLinks", false));
	CHECK_STR(json_str(pod, "spec.containers[0].terminationMessagePath"),
		  "/dev/termination-log");
	CHECK_STR(json_str(pod, "spec.containers[0].imagePullPolicy"), "Always");
	CHECK_INT(json_len(pod, "spec.tolerations"), 2);
	CHECK_STR(json_str(pod, "status.phase"), "Pending");
	CHECK_STR(json_str(pod, "status.qosClass"), "BestEffort");
}

static void test_probe_defaults_and_explicit_zeros(void)
{
	_cleanup_json_ json_t *pod =
		decoded("apiVersion: v1\nkind: Pod\nspec:\n  terminationGracePeriodSeconds: 0\n"
			"  containers:\n  - name: a\n    livenessProbe:\n      periodSeconds: 0\n"
			"      initialDelaySeconds: 0\n      httpGet: {port: 80}\n");
	const json_t *probe = json_obj(pod, "spec.containers[0].livenessProbe");

	CHECK_INT(json_int(probe, "periodSeconds", -1), 10);
	CHECK_INT(json_int(probe, "timeoutSeconds", -1), 1);
	CHECK_INT(json_int(probe, "successThreshold", -1), 1);
	CHECK_INT(json_int(probe, "failureThreshold", -1), 3);
	CHECK(!json_has(probe, "initialDelaySeconds"));
	CHECK_STR(json_str(probe, "httpGet.path"), "/");
	CHECK_STR(json_str(probe, "httpGet.scheme"), "HTTP");
	CHECK_INT(json_int(pod, "spec.terminationGracePeriodSeconds", -1), 0);
}

static void test_pull_policy_follows_the_tag(void)
{
	static const struct {
		const char *image, *policy;
	} cases[] = {
		{ "busybox", "Always" },
		{ "busybox:latest", "Always" },
		{ "busybox:1.36", "IfNotPresent" },
		{ "localhost:5000/a/b", "Always" },
		{ "localhost:5000/a/b:1", "IfNotPresent" },
		{ "b@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		  "IfNotPresent" },
		{ "b:latest@sha256:"
		  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		  "Always" },
		{ "UPPER", "IfNotPresent" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_json_ json_t *spec =
			json_pack("{s:[{s:s}]}", "containers", "image", cases[i].image);

		pod_spec_default(spec);
		CHECK_STR(json_str(spec, "containers[0].imagePullPolicy"), cases[i].policy);
	}
}

static void test_requests_follow_limits_and_quantities_are_canonical(void)
{
	_cleanup_json_ json_t *pod = decoded(
		"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    resources:\n"
		"      limits: {cpu: 0.5, memory: 1.5Gi}\n      requests: {cpu: 0.0005}\n");
	const json_t *r = json_obj(pod, "spec.containers[0].resources");

	CHECK_STR(json_str(r, "limits.cpu"), "500m");
	CHECK_STR(json_str(r, "limits.memory"), "1536Mi");
	CHECK_STR(json_str(r, "requests.cpu"), "1m");
	CHECK_STR(json_str(r, "requests.memory"), "1536Mi");
	CHECK_STR(json_str(pod, "status.qosClass"), "Burstable");
}

static void test_metadata_rules(void)
{
	CHECK_CONTAINS(verdict("apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n"),
		       "metadata.name: Required value: name or generateName is required");
	CHECK_CONTAINS(verdict("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a_b}\n"),
		       "ConfigMap \"a_b\" is invalid: metadata.name: Invalid value: \"a_b\": a "
		       "lowercase RFC 1123 subdomain must consist of");
	CHECK_CONTAINS(
		verdict("apiVersion: v1\nkind: ConfigMap\n"
			"metadata: {name: a, labels: {k: 'b c'}}\n"),
		"metadata.labels: Invalid value: \"b c\": a valid label must be an empty string");
	CHECK_CONTAINS(
		verdict("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, ownerReferences: ["
			"{apiVersion: v1, kind: K, name: p, uid: u, controller: true}, "
			"{apiVersion: v1, kind: K, name: q, uid: v, controller: true}]}\n"),
		"Only one reference can have Controller set to true. Found \"true\" in "
		"references for p and q");
}

static void test_config_keys_and_size(void)
{
	CHECK_CONTAINS(verdict("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
			       "data: {'a b': x}\n"),
		       "data[a b]: Invalid value: \"a b\": a valid config key must consist of");
	CHECK_CONTAINS(
		verdict("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {a: '*'}\n"),
		"illegal base64 data at input byte");
}

static void test_config_is_at_most_one_mebibyte(void)
{
	_cleanup_json_ json_t *cm =
		decoded("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
	_cleanup_free_ char *big = xcalloc(1, CONFIG_MAX_BYTES + 2);
	_cleanup_error_ struct error err = ERROR_INIT;

	memset(big, 'x', CONFIG_MAX_BYTES);
	json_set_path(cm, "data.k", json_string(big));
	CHECK_OK(scheme_validate(cm, &err), &err);
	big[CONFIG_MAX_BYTES] = 'x';
	json_set_path(cm, "data.k", json_string(big));
	CHECK(scheme_validate(cm, &err) < 0);
	CHECK_CONTAINS(err.message, "Too long: may not be more than 1048576 bytes");
}

static void test_string_data_is_encoded(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *secret =
		decoded("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n"
			"data: {a: eA==, b: eQ==}\nstringData: {a: hello}\n");
	_cleanup_free_ char *value = NULL;
	size_t len;

	CHECK_STR(json_str(secret, "data.a"), "aGVsbG8=");
	CHECK(!json_has(secret, "stringData"));
	CHECK_STR(json_str(secret, "type"), "Opaque");
	CHECK_OK(config_value(secret, "a", &value, &len, &err), &err);
	CHECK_STR(value, "hello");
	CHECK_INT(config_value(secret, "c", &value, &len, &err), CONFIG_NO_KEY);
}

/* The message of an update, "" when it is allowed. */
static const char *update(const char *before, const char *after)
{
	static char buf[2048];
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *old = decoded(before), *now = decoded(after);

	buf[0] = '\0';
	if (scheme_validate_update(now, old, &err) < 0)
		snprintf(buf, sizeof buf, "%s", err.message);
	return buf;
}

static void test_immutable_config(void)
{
#define CM "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nimmutable: true\n"
	CHECK_CONTAINS(update(CM "data: {a: x}\n", CM "data: {a: z}\n"),
		       "data: Forbidden: field is immutable when `immutable` is set");
	CHECK_CONTAINS(update(CM, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"),
		       "immutable: Forbidden: field is immutable when `immutable` is set");
	CHECK_STR(update(CM "data: {a: x}\n", CM "data: {a: x}\n"), "");
}

static void test_pod_updates(void)
{
	CHECK_STR(update(POD,
			 "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers: "
			 "[{name: a, image: j, imagePullPolicy: Always}]\n"),
		  "");
	CHECK_CONTAINS(update(POD, POD "  hostname: h\n"),
		       "spec: Forbidden: pod updates may not change fields other than "
		       "`spec.containers[*].image`");
	CHECK_CONTAINS(update(POD, "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n"
				   "  containers: [{name: a, image: i}, {name: b, image: i}]\n"),
		       "pod updates may not add or remove containers");
	CHECK_STR(update(POD "  activeDeadlineSeconds: 9\n", POD "  activeDeadlineSeconds: 8\n"),
		  "");
	CHECK_CONTAINS(update(POD "  activeDeadlineSeconds: 8\n",
			      POD "  activeDeadlineSeconds: 9\n"),
		       "must be less than or equal to previous value");
	CHECK_CONTAINS(update(POD "  activeDeadlineSeconds: 8\n", POD),
		       "must not update from a positive integer to nil value");
}

static void test_replicasets(void)
{
#define RS(sel, policy)                                                                       \
	"apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: r}\nspec:\n  selector: " sel \
	"\n  template: {metadata: {labels: {a: b}}, spec: {restartPolicy: " policy            \
	", containers: [{name: a, image: i}]}}\n"
	CHECK_STR(verdict(RS("{matchLabels: {a: b}}", "Always")), "");
	CHECK_STR(verdict(RS("{matchLabels: {a: c}}", "Always")),
		  "ReplicaSet.apps \"r\" is invalid: spec.template.metadata.labels: Invalid value: "
		  "{\"a\":\"b\"}: `selector` does not match template `labels`");
	CHECK_CONTAINS(verdict(RS("{}", "Always")), "spec.selector: Invalid value: {}");
	CHECK_CONTAINS(verdict(RS("{matchLabels: {a: b}}", "Never")),
		       "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported "
		       "values: \"Always\"");
	CHECK_CONTAINS(update(RS("{matchLabels: {a: b}}", "Always"),
			      RS("{matchExpressions: [{key: a, operator: Exists}]}", "Always")),
		       "field is immutable");
	CHECK_CONTAINS(verdict(RS("{matchExpressions: [{key: a, operator: Gt}]}", "Always")),
		       "not a valid selector operator");
}

static void test_replication_controllers(void)
{
	_cleanup_json_ json_t *rc =
		decoded("apiVersion: v1\nkind: ReplicationController\nmetadata: {name: r}\nspec:\n"
			"  template: {metadata: {labels: {a: b}}, spec: {containers: "
			"[{name: a, image: i}]}}\n");
	_cleanup_json_ json_t *pod = workload_pod_from_template(rc);

	CHECK_STR(json_str(rc, "spec.selector.a"), "b");
	CHECK_INT(workload_replicas(rc), 1);
	CHECK_STR(meta_generate_name(pod), "r-");
	CHECK_STR(meta_label(pod, "a"), "b");
	CHECK(json_bool(meta_controller_ref(pod), "controller", false));
	CHECK_CONTAINS(verdict("apiVersion: v1\nkind: ReplicationController\nmetadata: {name: r}\n"
			       "spec: {selector: {matchLabels: {a: b}}}\n"),
		       "cannot unmarshal object into Go struct field");
}

int main(void)
{
	TEST(test_unknown_fields_are_refused_by_path);
	TEST(test_duplicate_fields_are_refused_by_path);
	TEST(test_warnings_instead_of_refusals);
	TEST(test_wrong_types_are_refused_by_path);
	TEST(test_the_kind_is_known);
	TEST(test_broken_yaml_names_its_line);
	TEST(test_documents_and_lists_become_one_array);
	TEST(test_pod_defaults);
	TEST(test_probe_defaults_and_explicit_zeros);
	TEST(test_pull_policy_follows_the_tag);
	TEST(test_requests_follow_limits_and_quantities_are_canonical);
	TEST(test_metadata_rules);
	TEST(test_config_keys_and_size);
	TEST(test_config_is_at_most_one_mebibyte);
	TEST(test_string_data_is_encoded);
	TEST(test_immutable_config);
	TEST(test_pod_updates);
	TEST(test_replicasets);
	TEST(test_replication_controllers);
	return test_end();
}
