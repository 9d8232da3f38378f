/*
 * Tests of windows, policies and bounds: a script of what is asked for when, and the numbers that come of it.
 */
#include "controllers/hpa_rate.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "base/test.h"

#define BEGIN (1000000 * NSEC_PER_SEC)

static json_t *hpa_of(const char *spec)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *text = str_printf("{\"spec\":{%s}}", spec);
	json_t *v = NULL;

	CHECK_OK(json_parse(text, strlen(text), &v, &err), &err);
	return v;
}

/* The numbers after each look, every 15 s, beginning with `from`; asked: "10 10 2". */
static const char *run(const char *spec, int64_t from, const char *asked,
		       struct hpa_limited *ret_last)
{
	static char text[300];
	_cleanup_json_ json_t *hpa = hpa_of(spec);
	_cleanup_strv_ char **words = strv_split(asked, ' ');
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	struct hpa_memory m = { 0 };
	struct hpa_limited l = { 0 };
	int64_t now_ns = BEGIN;

	hpa_memory_begin(&m, from, now_ns);
	for (char **w = words; *w; w++, now_ns += 15 * NSEC_PER_SEC) {
		hpa_rate_limit(hpa, &m, from, atoll(*w), now_ns, &l);
		if (l.replicas != from)
			hpa_memory_note(&m, hpa, from, l.replicas, now_ns);
		from = l.replicas;
		strbuf_addf(&out, "%s%lld", w == words ? "" : " ", (long long)from);
	}
	if (ret_last)
		*ret_last = l;
	hpa_memory_deinit(&m);
	snprintf(text, sizeof(text), "%s", strbuf_str(&out));
	return text;
}

#define BOUNDS(min, max) "\"minReplicas\":" #min ",\"maxReplicas\":" #max
#define UP(rules) "\"scaleUp\":{" rules "}"
#define DOWN(rules) "\"scaleDown\":{" rules "}"
#define BEHAVIOR(rules) ",\"behavior\":{" rules "}"
#define WINDOW(s) "\"stabilizationWindowSeconds\":" #s ","
#define POLICY(type, value, period) \
	"{\"type\":\"" type "\",\"value\":" #value ",\"periodSeconds\":" #period "}"
#define POLICIES(select, ...) "\"selectPolicy\":\"" select "\",\"policies\":[" __VA_ARGS__ "]"
#define USUAL_UP UP(WINDOW(0) POLICIES("Max", POLICY("Pods", 4, 15) "," POLICY("Percent", 100, 15)))
#define USUAL_DOWN DOWN(POLICIES("Max", POLICY("Percent", 100, 15)))
#define AT_ONCE_DOWN DOWN(WINDOW(0) POLICIES("Max", POLICY("Percent", 100, 15)))

static void test_the_usual_policies_add_four_or_double(void)
{
	const char *spec = BOUNDS(1, 100) BEHAVIOR(USUAL_UP "," USUAL_DOWN);

	CHECK_STR(run(spec, 1, "100 100 100 100 100 100", NULL), "5 10 20 40 80 100");
	CHECK_STR(run(spec, 3, "6", NULL), "6");
}

static void test_without_a_behavior_it_doubles_or_makes_four(void)
{
	CHECK_STR(run(BOUNDS(1, 100), 1, "100 100 100", NULL), "4 8 16");
	CHECK_STR(run(BOUNDS(1, 6), 1, "100 100 100", NULL), "4 6 6");
}

static void test_bounds(void)
{
	struct hpa_limited l;

	CHECK_STR(run(BOUNDS(2, 3), 2, "9", &l), "3");
	CHECK(l.is_limited);
	CHECK_STR(l.limit_reason, "TooManyReplicas");
	CHECK_STR(run(BOUNDS(2, 9) BEHAVIOR(USUAL_UP "," AT_ONCE_DOWN), 5, "1", &l), "2");
	CHECK_STR(l.limit_reason, "TooFewReplicas");
	CHECK_STR(run(BOUNDS(2, 9), 3, "4", &l), "4");
	CHECK(!l.is_limited);
	CHECK_STR(l.limit_reason, "DesiredWithinRange");
	CHECK_STR(run(BOUNDS(1, 100), 1, "90", &l), "4");
	CHECK_STR(l.limit_reason, "ScaleUpLimit");
}

static void test_down_waits_for_the_window(void)
{
	struct hpa_limited l;

	/* 300 s are twenty looks; at the first one what there is counts as asked for */
	CHECK_STR(run(BOUNDS(1, 10), 5, "2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2", &l),
		  "5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5");
	CHECK_STR(l.able_reason, "ScaleDownStabilized");
	CHECK_STR(run(BOUNDS(1, 10), 5, "2 2 2 2 2 2 2 2 2 2 3 2 2 2 2 2 2 2 2 2 2 2", &l),
		  "5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 3 3");
	CHECK_STR(l.able_reason, "ScaleDownStabilized");
	CHECK_STR(run(BOUNDS(1, 10) BEHAVIOR(USUAL_UP "," AT_ONCE_DOWN), 5, "2", &l), "2");
	CHECK_STR(l.able_reason, "ReadyForNewScale");
}

static void test_a_window_of_its_own(void)
{
	struct hpa_limited l;

	CHECK_STR(run(BOUNDS(1, 10) BEHAVIOR(USUAL_UP "," DOWN(
			      WINDOW(30) POLICIES("Max", POLICY("Percent", 100, 15)))),
		      5, "2 2 2", NULL),
		  "5 5 2");
	CHECK_STR(run(BOUNDS(1, 10) BEHAVIOR(
			      UP(WINDOW(30) POLICIES("Max", POLICY("Pods", 9, 15))) "," USUAL_DOWN),
		      2, "8 7 9", &l),
		  "2 2 7");
	CHECK_STR(l.able_reason, "ScaleUpStabilized");
}

static void test_policies_count_from_the_beginning_of_their_period(void)
{
	CHECK_STR(run(BOUNDS(1, 100) BEHAVIOR(
			      UP(WINDOW(0) POLICIES("Max", POLICY("Pods", 2, 60))) "," USUAL_DOWN),
		      1, "9 9 9 9 9 9", NULL),
		  "3 3 3 3 5 5");
	CHECK_STR(run(BOUNDS(1, 100) BEHAVIOR(
			      USUAL_UP "," DOWN(WINDOW(0) POLICIES("Max", POLICY("Pods", 1, 30)))),
		      9, "1 1 1 1 1", NULL),
		  "8 8 7 7 6");
	CHECK_STR(run(BOUNDS(1, 100) BEHAVIOR(USUAL_UP "," DOWN(
			      WINDOW(0) POLICIES("Max", POLICY("Percent", 50, 15)))),
		      9, "1 1 1 1", NULL),
		  "4 2 1 1");
}

static void test_the_farthest_policy_or_the_nearest_or_none(void)
{
	struct hpa_limited l;

#define TWO POLICY("Pods", 1, 15) "," POLICY("Percent", 100, 15)
	CHECK_STR(run(BOUNDS(1, 100) BEHAVIOR(UP(WINDOW(0) POLICIES("Min", TWO)) "," USUAL_DOWN), 5,
		      "50 50", NULL),
		  "6 7");
	CHECK_STR(run(BOUNDS(1, 100) BEHAVIOR(USUAL_UP "," DOWN(WINDOW(0) POLICIES("Min", TWO))), 5,
		      "1 1", NULL),
		  "4 3");
	CHECK_STR(run(BOUNDS(1, 100) BEHAVIOR(USUAL_UP "," DOWN(WINDOW(0) POLICIES("Max", TWO))), 5,
		      "1", NULL),
		  "1");
	CHECK_STR(run(BOUNDS(1, 100)
			      BEHAVIOR(USUAL_UP "," DOWN(WINDOW(0) POLICIES("Disabled", TWO))),
		      5, "1 1", &l),
		  "5 5");
	CHECK_STR(l.limit_reason, "ScaleDownLimit");
}

int main(void)
{
	TEST(test_the_usual_policies_add_four_or_double);
	TEST(test_without_a_behavior_it_doubles_or_makes_four);
	TEST(test_bounds);
	TEST(test_down_waits_for_the_window);
	TEST(test_a_window_of_its_own);
	TEST(test_policies_count_from_the_beginning_of_their_period);
	TEST(test_the_farthest_policy_or_the_nearest_or_none);
	return test_end();
}
