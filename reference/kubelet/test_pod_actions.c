/*
 * The kubelet's central decision, a sentence per test.
 */
#include "kubelet/pod_actions.h"

#include "base/test.h"

#define S INT64_C(1000000000)
#define APP POD_CONTAINER_APP
#define INIT POD_CONTAINER_INIT
#define SIDECAR POD_CONTAINER_SIDECAR

static struct ctr_facts ctrs[4];
static enum ctr_action acts[4];
static struct pod_actions todo;
static struct pod_facts facts;

static void given(enum pod_restart_policy policy, size_t n)
{
	memset(ctrs, 0, sizeof(ctrs));
	facts = (struct pod_facts){ .policy = policy,
				    .sandbox = SB_READY,
				    .volumes_ready = true,
				    .now_ns = 100 * S,
				    .n_ctrs = n,
				    .ctrs = ctrs };
}

static void ctr(size_t i, enum pod_container_kind kind, enum ctr_state state)
{
	struct pod_container spec = { .kind = kind, .restart_policy = -1 };

	ctrs[i].kind = kind;
	ctrs[i].state = state;
	ctrs[i].policy = ctr_effective_policy(&spec, facts.policy);
}

static void decide(void)
{
	compute_pod_actions(&facts, acts, &todo);
}

static void test_volumes_come_before_the_sandbox(void)
{
	given(POD_RESTART_ALWAYS, 1);
	ctr(0, APP, CTR_NONE);
	facts.sandbox = SB_NONE;
	facts.volumes_ready = false;
	decide();
	CHECK(!todo.create_sandbox);
	facts.volumes_ready = true;
	decide();
	CHECK(todo.create_sandbox);
	CHECK_INT(acts[0], ACT_NONE);
}

static void test_init_containers_start_one_at_a_time(void)
{
	given(POD_RESTART_ALWAYS, 3);
	ctr(0, INIT, CTR_NONE);
	ctr(1, INIT, CTR_NONE);
	ctr(2, APP, CTR_NONE);
	decide();
	CHECK_INT(acts[0], ACT_START);
	CHECK_INT(acts[1], ACT_NONE);
	ctr(0, INIT, CTR_RUNNING);
	decide();
	CHECK_INT(acts[1], ACT_NONE);
	ctr(0, INIT, CTR_EXITED);
	decide();
	CHECK_INT(acts[1], ACT_START);
	CHECK_INT(acts[2], ACT_NONE);
	CHECK(!todo.initialized);
}

static void test_a_failed_init_container_is_retried_and_holds_up_the_rest(void)
{
	given(POD_RESTART_ALWAYS, 2);
	ctr(0, INIT, CTR_EXITED);
	ctr(1, APP, CTR_NONE);
	ctrs[0].exit_code = 1;
	decide();
	CHECK_INT(acts[0], ACT_START);
	ctrs[0].retry_ns = 110 * S;
	decide();
	CHECK_INT(acts[0], ACT_BACK_OFF);
	CHECK_INT(acts[1], ACT_NONE);
	CHECK_INT(todo.wake_ns, 110 * S);
}

static void test_a_failed_init_container_ends_a_pod_that_never_restarts(void)
{
	given(POD_RESTART_NEVER, 2);
	ctr(0, INIT, CTR_EXITED);
	ctr(1, APP, CTR_NONE);
	ctrs[0].exit_code = 1;
	decide();
	CHECK(todo.finished);
	CHECK_INT(acts[1], ACT_NONE);
}

static void test_a_sidecar_must_be_started_before_the_next(void)
{
	given(POD_RESTART_NEVER, 2);
	ctr(0, SIDECAR, CTR_RUNNING);
	ctr(1, APP, CTR_NONE);
	decide();
	CHECK_INT(acts[1], ACT_NONE);
	ctrs[0].started = true;
	decide();
	CHECK_INT(acts[1], ACT_START);
}

static void test_a_sidecar_in_back_off_that_was_started_holds_up_nobody(void)
{
	given(POD_RESTART_NEVER, 2);
	ctr(0, SIDECAR, CTR_EXITED);
	ctr(1, APP, CTR_NONE);
	ctrs[0].was_started = true;
	ctrs[0].retry_ns = 200 * S;
	decide();
	CHECK_INT(acts[0], ACT_BACK_OFF);
	CHECK_INT(acts[1], ACT_START);
}

static void test_apps_start_in_order_and_wait_for_a_start_under_way(void)
{
	given(POD_RESTART_ALWAYS, 2);
	ctr(0, APP, CTR_NONE);
	ctr(1, APP, CTR_NONE);
	decide();
	CHECK_INT(acts[0], ACT_START);
	CHECK_INT(acts[1], ACT_NONE);
	ctr(0, APP, CTR_STARTING);
	decide();
	CHECK_INT(acts[1], ACT_NONE);
	ctr(0, APP, CTR_RUNNING);
	decide();
	CHECK_INT(acts[1], ACT_START);
}

static void test_an_app_that_cannot_start_yet_does_not_hold_up_its_siblings(void)
{
	given(POD_RESTART_ALWAYS, 2);
	ctr(0, APP, CTR_NONE);
	ctr(1, APP, CTR_NONE);
	ctrs[0].retry_ns = 110 * S;
	decide();
	CHECK_INT(acts[0], ACT_BACK_OFF);
	CHECK_INT(acts[1], ACT_START);
}

static void test_init_containers_are_not_run_again_when_an_app_restarts(void)
{
	given(POD_RESTART_ALWAYS, 2);
	ctr(0, INIT, CTR_EXITED);
	ctr(1, APP, CTR_EXITED);
	ctrs[0].exit_code = 3;
	decide();
	CHECK_INT(acts[0], ACT_NONE);
	CHECK_INT(acts[1], ACT_START);
}

static void test_restart_follows_the_policy(void)
{
	static const struct {
		enum pod_restart_policy policy;
		int code;
		enum ctr_action want;
	} rows[] = {
		{ POD_RESTART_ALWAYS, 0, ACT_START },	 { POD_RESTART_ALWAYS, 1, ACT_START },
		{ POD_RESTART_ON_FAILURE, 0, ACT_NONE }, { POD_RESTART_ON_FAILURE, 1, ACT_START },
		{ POD_RESTART_NEVER, 0, ACT_NONE },	 { POD_RESTART_NEVER, 1, ACT_NONE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		given(rows[i].policy, 2);
		ctr(0, APP, CTR_EXITED);
		ctr(1, APP, CTR_RUNNING);
		ctrs[0].exit_code = rows[i].code;
		decide();
		CHECK_INT(acts[0], rows[i].want);
		CHECK(!todo.finished);
	}
}

static void test_a_forced_restart_looks_at_no_exit_code(void)
{
	given(POD_RESTART_ON_FAILURE, 1);
	ctr(0, APP, CTR_EXITED);
	ctrs[0].forced = true;
	decide();
	CHECK_INT(acts[0], ACT_START);
}

static void test_the_pod_is_finished_when_every_app_is_though_a_sidecar_runs(void)
{
	given(POD_RESTART_NEVER, 3);
	ctr(0, SIDECAR, CTR_RUNNING);
	ctr(1, APP, CTR_EXITED);
	ctr(2, APP, CTR_EXITED);
	ctrs[2].exit_code = 1;
	decide();
	CHECK(todo.finished);
}

static void test_failed_probes_and_new_images_stop_the_container(void)
{
	given(POD_RESTART_ALWAYS, 2);
	ctr(0, APP, CTR_RUNNING);
	ctr(1, APP, CTR_RUNNING);
	ctrs[0].probe_failed = true;
	ctrs[1].changed = true;
	decide();
	CHECK_INT(acts[0], ACT_KILL_PROBE);
	CHECK_INT(acts[1], ACT_KILL_CHANGED);
}

static void test_a_lost_sandbox_is_made_again_unless_the_pod_never_restarts(void)
{
	given(POD_RESTART_NEVER, 1);
	ctr(0, APP, CTR_EXITED);
	facts.sandbox = SB_NONE;
	facts.had_sandbox = true;
	decide();
	CHECK(todo.finished);
	CHECK(!todo.create_sandbox);
	facts.policy = ctrs[0].policy = POD_RESTART_ALWAYS;
	decide();
	CHECK(todo.create_sandbox);
}

static void test_the_first_rule_that_matches_decides(void)
{
	int seven[] = { 7 }, few[] = { 1, 2 };
	struct pod_restart_rule rules[] = {
		{ .action = RULE_RESTART, .codes = seven, .n_codes = 1 },
		{ .action = RULE_RESTART_ALL, .not_in = true, .codes = few, .n_codes = 2 },
	};
	struct pod_container spec = { .rules = rules, .n_rules = 2 };

	CHECK_INT(ctr_rule(&spec, 7), RULE_RESTART);
	CHECK_INT(ctr_rule(&spec, 0), RULE_RESTART_ALL);
	CHECK_INT(ctr_rule(&spec, 2), RULE_NONE);
	rules[1].n_codes = 0;
	CHECK_INT(ctr_rule(&spec, 2), RULE_RESTART_ALL);
	rules[1].not_in = false;
	CHECK_INT(ctr_rule(&spec, 2), RULE_NONE);
}

static void test_a_rule_comes_before_the_policy(void)
{
	given(POD_RESTART_NEVER, 1);
	ctr(0, APP, CTR_EXITED);
	ctrs[0].rule = RULE_RESTART;
	decide();
	CHECK_INT(acts[0], ACT_START);
	CHECK(!todo.finished);
}

static void test_all_are_stopped_before_all_are_begun_anew(void)
{
	given(POD_RESTART_NEVER, 3);
	ctr(0, INIT, CTR_EXITED);
	ctr(1, APP, CTR_EXITED);
	ctr(2, APP, CTR_RUNNING);
	ctrs[1].rule = RULE_RESTART_ALL;
	decide();
	CHECK(todo.restart_all);
	CHECK_INT(acts[1], ACT_NONE);
	facts.restarting_all = true;
	decide();
	CHECK_INT(acts[2], ACT_KILL_ALL);
	CHECK(!todo.reset_all);
	ctr(2, APP, CTR_STOPPING);
	decide();
	CHECK_INT(acts[2], ACT_NONE);
	CHECK(!todo.reset_all);
	ctr(2, APP, CTR_EXITED);
	decide();
	CHECK(todo.reset_all);
	CHECK(!todo.finished);
}

int main(void)
{
	TEST(test_the_first_rule_that_matches_decides);
	TEST(test_a_rule_comes_before_the_policy);
	TEST(test_all_are_stopped_before_all_are_begun_anew);
	TEST(test_volumes_come_before_the_sandbox);
	TEST(test_init_containers_start_one_at_a_time);
	TEST(test_a_failed_init_container_is_retried_and_holds_up_the_rest);
	TEST(test_a_failed_init_container_ends_a_pod_that_never_restarts);
	TEST(test_a_sidecar_must_be_started_before_the_next);
	TEST(test_a_sidecar_in_back_off_that_was_started_holds_up_nobody);
	TEST(test_apps_start_in_order_and_wait_for_a_start_under_way);
	TEST(test_an_app_that_cannot_start_yet_does_not_hold_up_its_siblings);
	TEST(test_init_containers_are_not_run_again_when_an_app_restarts);
	TEST(test_restart_follows_the_policy);
	TEST(test_a_forced_restart_looks_at_no_exit_code);
	TEST(test_the_pod_is_finished_when_every_app_is_though_a_sidecar_runs);
	TEST(test_failed_probes_and_new_images_stop_the_container);
	TEST(test_a_lost_sandbox_is_made_again_unless_the_pod_never_restarts);
	return test_end();
}
