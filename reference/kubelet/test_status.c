/*
 * Facts in, a pod's status out.
 */
#include "kubelet/status.h"

#include "base/json.h"
#include "base/test.h"

#define S INT64_C(1000000000)
#define NOW (INT64_C(1767312000) * S) /* 2026-01-02T00:00:00Z */

static struct pod_container specs[3];
static struct instance cur[3], last[3];
static struct ctr_status_facts ctrs[3];
static struct pod pod;
static struct status_facts facts;
static json_t *status;

static void given(size_t n_init, size_t n_apps)
{
	static const char *const names[] = { "one", "two", "app" };

	memset(specs, 0, sizeof(specs));
	memset(cur, 0, sizeof(cur));
	memset(last, 0, sizeof(last));
	memset(ctrs, 0, sizeof(ctrs));
	memset(&pod, 0, sizeof(pod));
	pod.generation = 1;
	pod.n_init_containers = n_init;
	pod.n_containers = n_apps;
	pod.init_containers = specs;
	pod.containers = specs + n_init;
	for (size_t i = 0; i < n_init + n_apps; i++) {
		specs[i].name = names[i];
		specs[i].image = "image";
		specs[i].kind = i < n_init ? POD_CONTAINER_INIT : POD_CONTAINER_APP;
		ctrs[i] = (struct ctr_status_facts){
			.spec = &specs[i], .cur = &cur[i], .last = &last[i], .ready = true
		};
	}
	facts = (struct status_facts){ .pod = &pod,
				       .ctrs = ctrs,
				       .n_ctrs = n_init + n_apps,
				       .sandbox_ready = true,
				       .initialized = n_init == 0,
				       .start_ns = NOW,
				       .now_ns = NOW };
}

static void runs(size_t i)
{
	cur[i] = (struct instance){ .valid = true, .running = true, .started_ns = NOW };
	ctrs[i].started = true;
}

static void ended(size_t i, int code)
{
	cur[i] = (struct instance){ .valid = true, .exit_code = code, .finished_ns = NOW };
	ctrs[i].started = false;
}

static const char *compute(const char *path)
{
	json_decref(status);
	status = status_compute(&facts);
	return json_str(status, path);
}

/* Conditions by their place: 0 ready to start, 1 Initialized, 2 Ready, 3 ContainersReady, 4 PodScheduled. */
static void test_a_pod_is_pending_while_one_container_has_never_run(void)
{
	given(0, 2);
	runs(0);
	CHECK_STR(compute("phase"), "Pending");
	runs(1);
	CHECK_STR(compute("phase"), "Running");
}

static void test_a_container_that_never_ran_waits_to_be_created(void)
{
	given(0, 1);
	CHECK_STR(compute("containerStatuses[0].state.waiting.reason"), "ContainerCreating");
	given(1, 1);
	CHECK_STR(compute("containerStatuses[0].state.waiting.reason"), "PodInitializing");
}

static void test_crash_loop_under_always_is_running(void)
{
	given(0, 1);
	ended(0, 1);
	ctrs[0].will_restart = true;
	ctrs[0].wait_reason = "CrashLoopBackOff";
	CHECK_STR(compute("phase"), "Running");
	CHECK_INT(json_int(status, "containerStatuses[0].lastState.terminated.exitCode", -1), 1);
	CHECK(!json_has(status, "containerStatuses[0].state.terminated"));
}

static void test_the_terminal_phase_waits_until_everything_is_stopped(void)
{
	_cleanup_json_ json_t *old = json_pack("{s:s}", "phase", "Running");

	given(0, 1);
	ended(0, 0);
	facts.old = old;
	facts.ending = true;
	CHECK_STR(compute("phase"), "Running");
	CHECK_STR(json_str(status, "conditions[2].reason"), "PodCompleted");
	facts.terminated = true;
	CHECK_STR(compute("phase"), "Succeeded");
	CHECK_STR(json_str(status, "conditions[0].status"), "False");
}

static void test_a_terminal_phase_never_changes(void)
{
	_cleanup_json_ json_t *old = json_pack("{s:s}", "phase", "Failed");

	given(0, 1);
	runs(0);
	facts.old = old;
	CHECK_STR(compute("phase"), "Failed");
}

static void test_one_failure_makes_the_pod_failed(void)
{
	given(0, 2);
	ended(0, 0);
	ended(1, 1);
	facts.terminated = true;
	CHECK_STR(compute("phase"), "Failed");
}

static void test_a_never_created_container_of_an_ended_pod_is_lost(void)
{
	given(0, 1);
	facts.terminated = true;
	CHECK_STR(compute("phase"), "Failed");
	CHECK_STR(json_str(status, "containerStatuses[0].state.terminated.reason"),
		  "ContainerStatusUnknown");
	CHECK_INT(json_int(status, "containerStatuses[0].state.terminated.exitCode", 0), 137);
	facts.initialized = false; /* not even a sandbox */
	compute("phase");
	CHECK_STR(json_str(status, "containerStatuses[0].state.terminated.reason"),
		  "ContainerStatusUnknown");
}

static void test_a_run_tells_the_signal_that_stops_it(void)
{
	given(0, 1);
	ctrs[0].stop_signal = "QUIT";
	compute("phase");
	CHECK(json_str(status, "containerStatuses[0].stopSignal") == NULL);
	runs(0);
	compute("phase");
	CHECK_STR(json_str(status, "containerStatuses[0].stopSignal"), "SIGQUIT");
}

static void test_a_running_sidecar_keeps_the_pod_running(void)
{
	given(1, 1);
	specs[0].kind = POD_CONTAINER_SIDECAR;
	runs(0);
	ended(1, 0);
	facts.initialized = true;
	CHECK_STR(compute("phase"), "Running");
	ended(0, 9);
	facts.terminated = true;
	CHECK_STR(compute("phase"), "Succeeded");
}

static void test_a_failed_init_container_that_is_final_fails_the_pod(void)
{
	given(1, 1);
	ended(0, 1);
	CHECK_STR(compute("phase"), "Pending");
	CHECK_STR(json_str(status, "conditions[2].reason"), "PodFailed");
	facts.terminated = true;
	CHECK_STR(compute("phase"), "Failed");
	CHECK_STR(json_str(status, "conditions[1].status"), "False");
}

static void test_initialized_names_what_is_incomplete(void)
{
	given(2, 1);
	ended(0, 0);
	runs(1);
	compute("phase");
	CHECK_STR(json_str(status, "conditions[1].reason"), "ContainersNotInitialized");
	CHECK_STR(json_str(status, "conditions[1].message"),
		  "containers with incomplete status: [two]");
	CHECK(json_bool(status, "initContainerStatuses[0].ready", false));
	CHECK(!json_bool(status, "initContainerStatuses[0].started", true));
	CHECK(json_bool(status, "initContainerStatuses[1].started", false));
}

static void test_ready_follows_every_container(void)
{
	given(0, 2);
	runs(0);
	runs(1);
	ctrs[1].ready = false;
	compute("phase");
	CHECK_STR(json_str(status, "conditions[2].status"), "False");
	CHECK_STR(json_str(status, "conditions[2].reason"), "ContainersNotReady");
	CHECK_STR(json_str(status, "conditions[3].message"),
		  "containers with unready status: [two]");
	ctrs[1].ready = true;
	compute("phase");
	CHECK_STR(json_str(status, "conditions[2].status"), "True");
}

static void test_readiness_gates_hold_ready_back(void)
{
	char gate[] = "example.com/gate", *gates[] = { gate, NULL };

	given(0, 1);
	runs(0);
	pod.readiness_gates = gates;
	compute("phase");
	CHECK_STR(json_str(status, "conditions[3].status"), "True");
	CHECK_STR(json_str(status, "conditions[2].reason"), "ReadinessGatesNotReady");
}

static void test_conditions_of_others_and_old_stamps_are_kept(void)
{
	_cleanup_json_ json_t *old = json_pack("{s:[{s:s,s:s,s:s},{s:s,s:s}]}", "conditions",
					       "type", "PodScheduled", "status", "True",
					       "lastTransitionTime", "2026-01-01T00:00:00Z", "type",
					       "example.com/x", "status", "True");

	given(0, 1);
	facts.old = old;
	compute("phase");
	CHECK_STR(json_str(status, "conditions[4].lastTransitionTime"), "2026-01-01T00:00:00Z");
	CHECK_STR(json_str(status, "conditions[2].lastTransitionTime"), "2026-01-02T00:00:00Z");
	CHECK_STR(json_str(status, "conditions[5].type"), "example.com/x");
}

static void test_only_pods_with_such_a_rule_tell_that_all_restart(void)
{
	struct pod_restart_rule rule = { .action = RULE_RESTART_ALL };

	given(0, 1);
	runs(0);
	compute("phase");
	CHECK_INT(json_array_size(json_arr(status, "conditions")), 5);
	specs[0].rules = &rule;
	specs[0].n_rules = 1;
	compute("phase");
	CHECK_STR(json_str(status, "conditions[5].type"), "AllContainersRestarting");
	CHECK_STR(json_str(status, "conditions[5].status"), "False");
	facts.restarting_all = true;
	compute("phase");
	CHECK_STR(json_str(status, "conditions[5].status"), "True");
	CHECK_STR(json_str(status, "conditions[5].reason"), "RestartAllContainersStarted");
}

static void test_app_statuses_are_sorted_by_name(void)
{
	given(0, 3);
	CHECK_STR(compute("containerStatuses[0].name"), "app");
	CHECK_STR(json_str(status, "containerStatuses[2].name"), "two");
}

static void test_a_deadline_fails_the_pod_whatever_its_containers_say(void)
{
	given(0, 1);
	ended(0, 0);
	facts.terminated = true;
	facts.fail_reason = "DeadlineExceeded";
	CHECK_STR(compute("phase"), "Failed");
	CHECK_STR(json_str(status, "reason"), "DeadlineExceeded");
}

static void test_what_fails_while_all_run_is_running_till_it_ends(void)
{
	_cleanup_json_ json_t *old = json_pack("{s:s}", "phase", "Pending");

	given(0, 1);
	runs(0);
	facts.old = old;
	facts.ending = true;
	facts.fail_reason = "Evicted";
	CHECK_STR(compute("phase"), "Running");
	ended(0, 0);
	facts.terminated = true;
	CHECK_STR(compute("phase"), "Failed");
}

int main(void)
{
	TEST(test_a_pod_is_pending_while_one_container_has_never_run);
	TEST(test_a_container_that_never_ran_waits_to_be_created);
	TEST(test_crash_loop_under_always_is_running);
	TEST(test_the_terminal_phase_waits_until_everything_is_stopped);
	TEST(test_a_terminal_phase_never_changes);
	TEST(test_one_failure_makes_the_pod_failed);
	TEST(test_a_never_created_container_of_an_ended_pod_is_lost);
	TEST(test_a_run_tells_the_signal_that_stops_it);
	TEST(test_a_running_sidecar_keeps_the_pod_running);
	TEST(test_a_failed_init_container_that_is_final_fails_the_pod);
	TEST(test_initialized_names_what_is_incomplete);
	TEST(test_ready_follows_every_container);
	TEST(test_readiness_gates_hold_ready_back);
	TEST(test_conditions_of_others_and_old_stamps_are_kept);
	TEST(test_only_pods_with_such_a_rule_tell_that_all_restart);
	TEST(test_app_statuses_are_sorted_by_name);
	TEST(test_a_deadline_fails_the_pod_whatever_its_containers_say);
	TEST(test_what_fails_while_all_run_is_running_till_it_ends);
	json_decref(status);
	return test_end();
}
