/*
 * Tests of the arithmetic of one resource metric: pods in a line of text, the answer in another.
 */
#include "controllers/hpa_usage.h"

#include "api/meta.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "base/test.h"

#define NOW "2026-01-02T10:00:00Z"
#define LONG_AGO "2026-01-02T09:00:00Z"
#define JUST_NOW "2026-01-02T09:59:58Z"

static struct {
	const char *resource, *container;
	int percent;
	int average_milli;
	int replicas;
	double up, down;
	const char *started, *ready; /* stamps of the pods */
} with;

static void reset(void)
{
	with.resource = "cpu";
	with.container = NULL;
	with.percent = 50;
	with.average_milli = 0;
	with.replicas = 0;
	with.up = with.down = 0.1;
	with.started = with.ready = LONG_AGO;
}

static json_t *pod_new(const char *name, const char *request, char flag)
{
	json_t *pod = json_pack("{s{ss}, s{s[{ss, s{s{}}}]}, s{ss, ss, s[{ss, ss, ss}]}}",
				"metadata", "name", name, "spec", "containers", "name", "c",
				"resources", "requests", "status", "phase",
				flag == 'p' ? "Pending" :
				flag == 'f' ? "Failed" :
					      "Running",
				"startTime", with.started, "conditions", "type", "Ready", "status",
				flag == 'n' ? "False" : "True", "lastTransitionTime", with.ready);

	if (flag == 't')
		meta_set(pod, "deletionTimestamp", NOW);
	if (flag != 'x')
		json_object_set_new(json_obj(pod, "spec.containers[0].resources.requests"),
				    with.resource, json_sprintf("%sm", request));
	return pod;
}

static json_t *metrics_new(const char *name, const char *used)
{
	json_t *m = json_pack("{s{ss}, ss, ss, s[{ss, s{}}]}", "metadata", "name", name, "timestamp",
			      NOW, "window", "15.000s", "containers", "name", "c", "usage");

	json_object_set_new(json_obj(m, "containers[0].usage"), with.resource,
			    json_sprintf("%sm", used));
	return m;
}

/* "USED/REQUEST…": USED - is not known; behind it p(ending), f(ailed), t(erminating), n(ot ready), x (no request). */
static const char *ask(const char *line)
{
	static char text[300];
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_strv_ char **words = strv_split(line, ' ');
	_cleanup_json_ json_t *pods = json_array(), *metrics = json_array();
	struct hpa_question q = { .pods = pods, .metrics = metrics };
	struct hpa_answer a;
	int n = 0;

	for (char **w = words; *w; w++) {
		_cleanup_free_ char *name = str_printf("p%d", n++);
		char used[20], request[20], flag = 0;

		if (sscanf(*w, "%19[^/]/%19[0-9]%c", used, request, &flag) < 2)
			abort();
		json_take_append(pods, pod_new(name, request, flag));
		if (used[0] != '-')
			json_take_append(metrics, metrics_new(name, used));
	}
	q.resource = with.resource;
	q.container = with.container;
	q.percent = with.percent;
	q.average_milli = with.average_milli;
	q.replicas = with.replicas ? with.replicas : n;
	q.up = with.up;
	q.down = with.down;
	clock_parse(NOW, &q.now_ns);
	if (hpa_usage_answer(&q, &a, &err) < 0)
		snprintf(text, sizeof(text), "%s", error_text(&err));
	else if (with.percent)
		snprintf(text, sizeof(text), "%lld at %lld%%, %lldm", (long long)a.replicas,
			 (long long)a.percent, (long long)a.average_milli);
	else
		snprintf(text, sizeof(text), "%lld at %lldm", (long long)a.replicas,
			 (long long)a.average_milli);
	return text;
}

static void test_the_ratio_times_the_pods_rounded_up(void)
{
	reset();
	CHECK_STR(ask("100/100"), "2 at 100%, 100m");
	CHECK_STR(ask("30/100 40/100 20/100"), "2 at 30%, 30m");
	CHECK_STR(ask("120/100 130/100"), "5 at 125%, 125m");
	CHECK_STR(ask("0/100 0/100"), "0 at 0%, 0m");
	CHECK_STR(ask("200/100 0/100"), "4 at 100%, 100m");
}

static void test_the_sum_of_the_requests_decides_not_the_mean_of_the_shares(void)
{
	reset();
	CHECK_STR(ask("90/100 30/300"), "2 at 30%, 60m"); /* the mean of 90% and 10% would be 50% */
	CHECK_STR(ask("200/400"), "1 at 50%, 200m");
}

static void test_near_one_nothing_changes(void)
{
	reset();
	CHECK_STR(ask("55/100 55/100"), "2 at 55%, 55m");
	CHECK_STR(ask("56/100 56/100"), "3 at 56%, 56m");
	CHECK_STR(ask("45/100 45/100 45/100"), "3 at 45%, 45m");
	with.replicas = 7; /* spec and pods differ for a while */
	CHECK_STR(ask("50/100 50/100"), "7 at 50%, 50m");
	reset();
	with.percent = 90;
	CHECK_STR(ask("91/100"), "1 at 91%, 91m");
	CHECK_STR(ask("99/100"), "1 at 99%, 99m");
	CHECK_STR(ask("100/100"), "2 at 100%, 100m");
}

static void test_tolerances_of_their_own(void)
{
	reset();
	with.up = 0.5;
	with.down = 0;
	CHECK_STR(ask("75/100 75/100"), "2 at 75%, 75m");
	CHECK_STR(ask("77/100 77/100"), "4 at 77%, 77m");
	CHECK_STR(ask("49/100 49/100 49/100"), "3 at 49%, 49m");
	CHECK_STR(ask("30/100 30/100 30/100"), "2 at 30%, 30m");
}

static void test_an_amount_per_pod(void)
{
	reset();
	with.percent = 0;
	with.average_milli = 100;
	CHECK_STR(ask("250/1 250/1"), "5 at 250m");
	CHECK_STR(ask("30/1x 30/1x 30/1x"), "1 at 30m");
	CHECK_STR(ask("109/1 109/1"), "2 at 109m");
}

static void test_pods_without_metrics_speak_against_a_change(void)
{
	reset();
	/* up: as if they used nothing: (300 + 0) of 200 is 150%, three times the target, of two pods */
	CHECK_STR(ask("300/100 -/100"), "6 at 300%, 300m");
	CHECK_STR(ask("80/100 -/100"), "2 at 80%, 80m"); /* 40%: would turn round */
	/* down: as if they used all of their request */
	CHECK_STR(ask("10/100 10/100 10/100 10/100 -/100"), "3 at 10%, 10m");
	CHECK_STR(ask("10/100 -/100"), "2 at 10%, 10m"); /* 55% */
	CHECK_STR(ask("50/100 -/100"), "2 at 50%, 50m");
}

static void test_missing_ones_count_as_a_target_above_all_of_the_request(void)
{
	reset();
	with.percent = 200;
	CHECK_STR(ask("20/100 -/100 -/100"), "3 at 20%, 20m");
}

static void test_missing_ones_count_as_the_target_for_an_amount(void)
{
	reset();
	with.percent = 0;
	with.average_milli = 100;
	CHECK_STR(ask("10/1 10/1 10/1 -/1"), "2 at 10m");
	CHECK_STR(ask("500/1 -/1"), "5 at 500m");
}

static void test_pods_that_are_not_ready_use_nothing_when_more_are_asked_for(void)
{
	reset();
	with.started = JUST_NOW;
	with.ready = "2026-01-02T09:59:30Z";
	CHECK_STR(ask("200/100 900/100n"), "4 at 200%, 200m");
	CHECK_STR(ask("60/100 900/100n"), "2 at 60%, 60m"); /* 30%: would turn round */
	CHECK_STR(ask("20/100 20/100 900/100n"), "1 at 20%, 20m");
	CHECK_STR(ask("200/100 -/100p"), "4 at 200%, 200m");
}

static void test_cpu_is_counted_a_window_after_the_pod_became_ready(void)
{
	reset();
	with.started = "2026-01-02T09:59:00Z";
	with.ready = "2026-01-02T09:59:46Z";
	CHECK_STR(ask("200/100"),
		  "did not receive metrics for targeted pods (pods might be unready)");
	with.ready = "2026-01-02T09:59:45Z";
	CHECK_STR(ask("200/100"), "4 at 200%, 200m");
	with.resource = "memory";
	with.ready = "2026-01-02T09:59:59Z";
	CHECK_STR(ask("200/100"), "4 at 200%, 200m");
}

static void test_an_old_pod_that_is_not_ready_counts_if_it_ever_was(void)
{
	reset();
	with.ready = "2026-01-02T09:30:00Z";
	CHECK_STR(ask("200/100n"), "4 at 200%, 200m");
	with.ready = "2026-01-02T09:00:10Z"; /* never: since its start */
	CHECK_STR(ask("200/100n"),
		  "did not receive metrics for targeted pods (pods might be unready)");
}

static void test_failed_and_terminating_pods_do_not_count(void)
{
	reset();
	CHECK_STR(ask("100/100 900/100f 900/100t"), "2 at 100%, 100m");
	CHECK_STR(ask("100/100 -/100f -/100t"), "2 at 100%, 100m");
}

static void test_what_cannot_be_said(void)
{
	reset();
	CHECK_STR(ask("-/100 -/100"), "unable to get metrics for resource cpu: no metrics returned "
				      "from resource metrics API");
	CHECK_STR(ask("100/100 50/1x"), "missing request for cpu in container c of Pod p1");
	with.container = "c";
	CHECK_STR(ask("100/100"), "2 at 100%, 100m");
	with.container = "d";
	CHECK_STR(ask("100/100"),
		  "did not receive metrics for targeted pods (pods might be unready)");
}

/* A pod of two containers: one asks for 100m and uses 200m, the other asks for 300m and uses none. */
static const char *ask_of_two(const char *container, const char *restart)
{
	static char text[200];
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *pods = json_array(), *metrics = json_array();
	struct hpa_question q = { .pods = pods,
				  .metrics = metrics,
				  .resource = "cpu",
				  .container = container,
				  .percent = 50,
				  .replicas = 1,
				  .up = 0.1,
				  .down = 0.1 };
	struct hpa_answer a;

	reset();
	json_take_append(pods, pod_new("p", "100", 0));
	json_take_append(metrics, metrics_new("p", "200"));
	json_set_path(json_array_get(pods, 0), "spec.initContainers",
		      json_pack("[{ss, ss*, s{s{ss}}}]", "name", "side", "restartPolicy", restart,
				"resources", "requests", "cpu", "300m"));
	json_take_append(json_arr(json_array_get(metrics, 0), "containers"),
			 json_pack("{ss, s{ss}}", "name", "side", "usage", "cpu", "0"));
	clock_parse(NOW, &q.now_ns);
	if (hpa_usage_answer(&q, &a, &err) < 0)
		return "nothing";
	snprintf(text, sizeof(text), "%lld at %lld%%", (long long)a.replicas, (long long)a.percent);
	return text;
}

static void test_containers_are_summed_unless_one_is_named(void)
{
	CHECK_STR(ask_of_two(NULL, "Always"), "1 at 50%");
	CHECK_STR(ask_of_two(NULL, NULL), "4 at 200%"); /* an init container that has ended */
	CHECK_STR(ask_of_two("c", "Always"), "4 at 200%");
	CHECK_STR(ask_of_two("side", "Always"), "0 at 0%");
}

int main(void)
{
	TEST(test_the_ratio_times_the_pods_rounded_up);
	TEST(test_the_sum_of_the_requests_decides_not_the_mean_of_the_shares);
	TEST(test_near_one_nothing_changes);
	TEST(test_tolerances_of_their_own);
	TEST(test_an_amount_per_pod);
	TEST(test_pods_without_metrics_speak_against_a_change);
	TEST(test_missing_ones_count_as_a_target_above_all_of_the_request);
	TEST(test_missing_ones_count_as_the_target_for_an_amount);
	TEST(test_pods_that_are_not_ready_use_nothing_when_more_are_asked_for);
	TEST(test_cpu_is_counted_a_window_after_the_pod_became_ready);
	TEST(test_an_old_pod_that_is_not_ready_counts_if_it_ever_was);
	TEST(test_failed_and_terminating_pods_do_not_count);
	TEST(test_what_cannot_be_said);
	TEST(test_containers_are_summed_unless_one_is_named);
	return test_end();
}
