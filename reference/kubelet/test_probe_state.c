/*
 * Thresholds and crash back-off.
 */
#include "kubelet/probe_state.h"

#include "base/test.h"
#include "kubelet/crash_backoff.h"

#define S INT64_C(1000000000)

static struct probe_state state;

static bool feed(enum probe_type type, int success, int failure, const char *row)
{
	struct pod_probe probe = { .success_threshold = success, .failure_threshold = failure };
	bool changed = false;

	for (; *row; row++)
		changed = probe_state_feed(&state, type, &probe,
					   *row == 'o' ? OUTCOME_SUCCESS :
					   *row == 'x' ? OUTCOME_FAILURE :
							 OUTCOME_ERROR);
	return changed;
}

static void test_liveness_fails_at_its_threshold_and_not_before(void)
{
	for (int n = 1; n <= 5; n++) {
		probe_state_reset(&state, PROBE_LIVENESS);
		for (int i = 1; i < n; i++)
			CHECK(!feed(PROBE_LIVENESS, 1, n, "x"));
		CHECK(feed(PROBE_LIVENESS, 1, n, "x"));
		CHECK_INT(state.result, PROBE_RESULT_FAILURE);
	}
}

static void test_a_success_between_begins_the_count_anew(void)
{
	probe_state_reset(&state, PROBE_LIVENESS);
	feed(PROBE_LIVENESS, 1, 3, "xxoxxoxxo");
	CHECK_INT(state.result, PROBE_RESULT_SUCCESS);
}

static void test_an_error_proves_nothing(void)
{
	probe_state_reset(&state, PROBE_LIVENESS);
	feed(PROBE_LIVENESS, 1, 1, "eeee");
	CHECK_INT(state.result, PROBE_RESULT_SUCCESS);
	feed(PROBE_LIVENESS, 1, 2, "xex");
	CHECK_INT(state.result, PROBE_RESULT_FAILURE);
}

static void test_readiness_needs_its_successes_from_the_start(void)
{
	probe_state_reset(&state, PROBE_READINESS);
	CHECK_INT(state.result, PROBE_RESULT_FAILURE);
	CHECK(!feed(PROBE_READINESS, 3, 1, "oo"));
	CHECK(feed(PROBE_READINESS, 3, 1, "o"));
	CHECK(feed(PROBE_READINESS, 3, 1, "x"));
	CHECK(!feed(PROBE_READINESS, 3, 1, "oo"));
}

static void test_a_failed_liveness_holds_its_tongue(void)
{
	probe_state_reset(&state, PROBE_LIVENESS);
	feed(PROBE_LIVENESS, 1, 1, "x");
	CHECK(state.on_hold);
	CHECK(!feed(PROBE_LIVENESS, 1, 1, "o"));
	CHECK_INT(state.result, PROBE_RESULT_FAILURE);
}

static void test_back_off_is_none_then_10_20_40_up_to_300(void)
{
	static const int want[] = { 0, 10, 20, 40, 80, 160, 300, 300 };
	struct crash_backoff b = { 0 };
	int64_t exit_ns = 1000 * S;

	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		int64_t until = crash_backoff_until(&b, exit_ns);

		CHECK_INT((until - exit_ns) / S, want[i]);
		crash_backoff_next(&b, exit_ns, until);
		exit_ns = until + S;
	}
}

static void test_back_off_is_forgotten_after_ten_good_minutes(void)
{
	struct crash_backoff b = { .delay_ns = 160 * S, .updated_ns = 1000 * S };

	CHECK_INT(crash_backoff_until(&b, 1600 * S), 1760 * S);
	CHECK_INT(crash_backoff_until(&b, 1601 * S), 1601 * S);
	crash_backoff_next(&b, 1601 * S, 1601 * S);
	CHECK_INT(b.delay_ns, 10 * S);
}

int main(void)
{
	TEST(test_liveness_fails_at_its_threshold_and_not_before);
	TEST(test_a_success_between_begins_the_count_anew);
	TEST(test_an_error_proves_nothing);
	TEST(test_readiness_needs_its_successes_from_the_start);
	TEST(test_a_failed_liveness_holds_its_tongue);
	TEST(test_back_off_is_none_then_10_20_40_up_to_300);
	TEST(test_back_off_is_forgotten_after_ten_good_minutes);
	return test_end();
}
