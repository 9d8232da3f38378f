/*
 * Tests of the typed view, QoS, requests, and the readings of a status.
 */
#include "api/columns.h"
#include "api/meta.h"
#include "api/pod.h"
#include "api/pod_rules.h"
#include "api/pod_status.h"
#include "base/json.h"
#include "base/test.h"

static const char manifest[] =
	"apiVersion: v1\n"
	"kind: Pod\n"
	"metadata: {name: x, namespace: ns1, uid: u, labels: {a: b}}\n"
	"spec:\n"
	"  restartPolicy: OnFailure\n"
	"  terminationGracePeriodSeconds: 7\n"
	"  securityContext: {runAsUser: 5, fsGroup: 6, supplementalGroups: [8, 9]}\n"
	"  dnsConfig: {nameservers: [1.1.1.1], options: [{name: ndots, value: '2'}]}\n"
	"  hostAliases: [{ip: 1.2.3.4, hostnames: [h, i]}]\n"
	"  initContainers:\n"
	"  - {name: one, image: i, resources: {requests: {cpu: 300m}}}\n"
	"  - {name: side, image: i, restartPolicy: Always, resources: {requests: {cpu: 50m}}}\n"
	"  containers:\n"
	"  - name: app\n"
	"    image: i\n"
	"    command: [/bin/a]\n"
	"    args: [b, c]\n"
	"    env:\n"
	"    - {name: L, value: v}\n"
	"    - {name: F, valueFrom: {fieldRef: {fieldPath: status.podIP}}}\n"
	"    - {name: R, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}\n"
	"    - {name: S, valueFrom: {secretKeyRef: {name: s, key: k, optional: true}}}\n"
	"    envFrom: [{prefix: P_, configMapRef: {name: c}}]\n"
	"    ports: [{name: web, containerPort: 80}]\n"
	"    resources: {limits: {cpu: 100m, memory: 1Mi}}\n"
	"    securityContext: {runAsUser: 1, capabilities: {add: [NET_ADMIN]}}\n"
	"    livenessProbe: {httpGet: {port: web, httpHeaders: [{name: H, value: w}]}, "
	"periodSeconds: 2}\n"
	"    readinessProbe: {grpc: {port: 90}}\n"
	"    lifecycle: {preStop: {sleep: {seconds: 3}}, postStart: {exec: {command: [p]}}}\n"
	"    volumeMounts: [{name: p, mountPath: /p, readOnly: true, subPath: s}]\n"
	"  volumes:\n"
	"  - {name: p, projected: {sources: [{configMap: {name: c}}, {downwardAPI: {items: "
	"[{path: f, fieldRef: {fieldPath: metadata.name}}]}}]}}\n"
	"  - {name: m, emptyDir: {medium: Memory, sizeLimit: 1Ki}}\n"
	"  - {name: s, secret: {secretName: t, defaultMode: 256, items: [{key: k, path: f, mode: "
	"7}]}}\n";

static struct pod *view(const char *yaml)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *obj = NULL;
	struct pod *pod = NULL;

	CHECK_OK(scheme_decode(yaml, strlen(yaml), &obj, &err), &err);
	scheme_default(obj);
	CHECK_OK(scheme_validate(obj, &err), &err);
	CHECK_OK(pod_view_new(obj, &pod, &err), &err);
	return pod;
}

static void test_scalars_and_lists(void)
{
	_cleanup_(pod_view_freep) struct pod *pod = view(manifest);

	CHECK_STR(pod->name, "x");
	CHECK_STR(pod->ns, "ns1");
	CHECK_INT(pod->restart_policy, POD_RESTART_ON_FAILURE);
	CHECK_INT(pod->grace_seconds, 7);
	CHECK_INT(pod->active_deadline_seconds, -1);
	CHECK_INT(pod->fs_group, 6);
	CHECK_INT(pod->n_supplemental_groups, 2);
	CHECK_INT(pod->supplemental_groups[1], 9);
	CHECK_STR(pod->dns_nameservers[0], "1.1.1.1");
	CHECK_STR(pod->dns_options[0].value, "2");
	CHECK_STR(pod->host_aliases[0].hostnames[1], "i");
	CHECK(pod->enable_service_links && pod->host_users);
}

static void test_containers(void)
{
	_cleanup_(pod_view_freep) struct pod *pod = view(manifest);
	const struct pod_container *c = pod_find_container(pod, "app");

	CHECK_INT(pod->n_init_containers, 2);
	CHECK_INT(pod->init_containers[0].kind, POD_CONTAINER_INIT);
	CHECK_INT(pod->init_containers[1].kind, POD_CONTAINER_SIDECAR);
	CHECK_INT(pod->init_containers[1].restart_policy, POD_RESTART_ALWAYS);
	CHECK_INT(c->restart_policy, -1);
	CHECK_STR(c->command[0], "/bin/a");
	CHECK_STR(c->args[1], "c");
	CHECK_INT(c->resources.cpu_request_milli, 100);
	CHECK_INT(c->resources.memory_limit, 1048576);
	CHECK_INT(c->security.run_as_user, 1);
	CHECK_INT(pod->init_containers[0].security.run_as_user, 5);
	CHECK_STR(c->security.cap_add[0], "NET_ADMIN");
	CHECK_STR(c->mounts[0].sub_path, "s");
	CHECK(c->mounts[0].read_only);
	CHECK(pod_find_container(pod, "nobody") == NULL);
}

static void test_env_sources(void)
{
	_cleanup_(pod_view_freep) struct pod *pod = view(manifest);
	const struct pod_container *c = &pod->containers[0];

	CHECK_INT(c->n_env, 4);
	CHECK_INT(c->env[0].source, ENV_LITERAL);
	CHECK_STR(c->env[0].value, "v");
	CHECK_INT(c->env[1].source, ENV_FIELD);
	CHECK_STR(c->env[1].key, "status.podIP");
	CHECK_INT(c->env[2].source, ENV_RESOURCE);
	CHECK_STR(c->env[2].key, "limits.cpu");
	CHECK_STR(c->env[2].divisor, "0");
	CHECK_INT(c->env[3].source, ENV_SECRET);
	CHECK_STR(c->env[3].ref, "s");
	CHECK(c->env[3].optional);
	CHECK_STR(c->env_from[0].prefix, "P_");
	CHECK_INT(c->env_from[0].source, ENV_CONFIG_MAP);
}

static void test_probes_and_hooks(void)
{
	_cleanup_(pod_view_freep) struct pod *pod = view(manifest);
	const struct pod_container *c = &pod->containers[0];

	CHECK_INT(c->liveness->handler.type, HANDLER_HTTP_GET);
	CHECK_STR(c->liveness->handler.port_name, "web");
	CHECK_INT(pod_handler_port(c, &c->liveness->handler), 80);
	CHECK_INT(pod_handler_port(&pod->init_containers[0], &c->liveness->handler), -1);
	CHECK_STR(c->liveness->handler.headers[0].value, "w");
	CHECK_INT(c->liveness->period_seconds, 2);
	CHECK_INT(c->liveness->failure_threshold, 3);
	CHECK_INT(c->liveness->grace_seconds, -1);
	CHECK_INT(pod_handler_port(c, &c->readiness->handler), 90);
	CHECK(c->startup == NULL);
	CHECK_INT(c->pre_stop->sleep_seconds, 3);
	CHECK_STR(c->post_start->argv[0], "p");
}

static void test_volumes(void)
{
	_cleanup_(pod_view_freep) struct pod *pod = view(manifest);
	const struct pod_volume *p = pod_find_volume(pod, "p"), *s = pod_find_volume(pod, "s");

	CHECK_INT(p->type, VOLUME_PROJECTED);
	CHECK_INT(p->n_projections, 2);
	CHECK(p->projections[0].all_keys);
	CHECK_STR(p->projections[1].items[0].key, "metadata.name");
	CHECK_INT(p->default_mode, 0644);
	CHECK_INT(pod->volumes[1].size_limit, 1024);
	CHECK_STR(pod->volumes[1].medium, "Memory");
	CHECK_STR(s->projections[0].ref, "t");
	CHECK_INT(s->default_mode, 0400);
	CHECK_INT(s->projections[0].items[0].mode, 7);
}

static void test_requests_count_sidecars_and_init_steps(void)
{
	_cleanup_(pod_view_freep) struct pod *pod = view(manifest);
	int64_t cpu, memory;

	pod_requests(pod, &cpu, &memory);
	CHECK_INT(cpu, 300);
	CHECK_INT(memory, 1048576);
}

#define POD(resources)                                                                             \
	"apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: a, image: i, " \
	"resources: {" resources "}}]}\n"

static const char *qos(const char *yaml)
{
	_cleanup_(pod_view_freep) struct pod *pod = view(yaml);

	return pod_qos_name(pod_qos_class(pod));
}

static void test_qos_classes(void)
{
	CHECK_STR(qos(POD("")), "BestEffort");
	CHECK_STR(qos(POD("limits: {cpu: 1, memory: 1Mi}")), "Guaranteed");
	CHECK_STR(qos(POD("limits: {cpu: 1, memory: 1Mi}, requests: {cpu: 500m}")), "Burstable");
	CHECK_STR(qos(POD("limits: {cpu: 1}")), "Burstable");
	CHECK_STR(qos(manifest), "Burstable");
}

static void status_is(const char *status, const char *want)
{
	_cleanup_json_ json_t *pod = json_pack("{s:{s:[{s:s}],s:[{s:s}]}}", "spec", "containers",
					       "name", "a", "initContainers", "name", "i");
	_cleanup_free_ char *word = NULL;

	json_object_set_new(pod, "status", json_loads(status, 0, NULL));
	word = pod_status_word(pod);
	CHECK_STR(word, want);
}

static void test_status_words(void)
{
	status_is("{\"phase\":\"Pending\"}", "Pending");
	status_is("{\"phase\":\"Pending\",\"initContainerStatuses\":[{\"name\":\"i\",\"state\":"
		  "{\"running\":{}}}]}",
		  "Init:0/1");
	status_is("{\"phase\":\"Pending\",\"initContainerStatuses\":[{\"name\":\"i\",\"state\":"
		  "{\"terminated\":{\"exitCode\":1,\"reason\":\"Error\"}}}]}",
		  "Init:Error");
	status_is("{\"phase\":\"Running\",\"containerStatuses\":[{\"name\":\"a\",\"state\":"
		  "{\"waiting\":{\"reason\":\"CrashLoopBackOff\"}}}]}",
		  "CrashLoopBackOff");
	status_is("{\"phase\":\"Running\",\"containerStatuses\":[{\"name\":\"a\",\"ready\":true,"
		  "\"state\":{\"running\":{}}}]}",
		  "Running");
	status_is("{\"phase\":\"Failed\",\"reason\":\"DeadlineExceeded\"}", "DeadlineExceeded");
	status_is("{\"phase\":\"Succeeded\",\"containerStatuses\":[{\"name\":\"a\",\"state\":"
		  "{\"terminated\":{\"exitCode\":0,\"reason\":\"Completed\"}}}]}",
		  "Completed");
}

static void test_conditions_keep_their_transition_time(void)
{
	_cleanup_json_ json_t *pod = json_object();

	CHECK(condition_set(pod, "Ready", "False", "Why", NULL, "2026-01-02T00:00:00Z"));
	CHECK(!condition_set(pod, "Ready", "False", "Why", NULL, "2026-01-02T00:00:01Z"));
	CHECK(condition_set(pod, "Ready", "False", "Else", NULL, "2026-01-02T00:00:02Z"));
	CHECK_STR(json_str(condition_get(pod, "Ready"), "lastTransitionTime"),
		  "2026-01-02T00:00:00Z");
	CHECK(condition_set(pod, "Ready", "True", NULL, NULL, "2026-01-02T00:00:03Z"));
	CHECK_STR(json_str(condition_get(pod, "Ready"), "lastTransitionTime"),
		  "2026-01-02T00:00:03Z");
	CHECK(json_str(condition_get(pod, "Ready"), "reason") == NULL);
}

static void test_durations_in_words(void)
{
	static const struct {
		int64_t seconds;
		const char *words;
	} cases[] = {
		{ 0, "0s" },	  { 119, "119s" },    { 120, "2m" },	 { 200, "3m20s" },
		{ 600, "10m" },	  { 10800, "3h" },    { 11000, "3h3m" }, { 36000, "10h" },
		{ 172800, "2d" }, { 180000, "2d2h" }, { 900000, "10d" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *words = duration_words(cases[i].seconds * 1000000000);

		CHECK_STR(words, cases[i].words);
	}
}

int main(void)
{
	TEST(test_scalars_and_lists);
	TEST(test_containers);
	TEST(test_env_sources);
	TEST(test_probes_and_hooks);
	TEST(test_volumes);
	TEST(test_requests_count_sidecars_and_init_steps);
	TEST(test_qos_classes);
	TEST(test_status_words);
	TEST(test_conditions_keep_their_transition_time);
	TEST(test_durations_in_words);
	return test_end();
}
