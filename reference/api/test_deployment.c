/*
 * Tests of the Deployment kind: its defaults, what it refuses, how percentages are rounded.
 */
#include "api/deployment.h"

#include "api/meta.h"
#include "api/test_kind.h"
#include "base/json.h"

#define OF(selector, labels, spec)                                                           \
	"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n" selector       \
	"  template: {metadata: {labels: {" labels "}}, spec: {containers: [{name: c, image" \
	": i}]}}\n" spec
#define DEPLOYMENT(spec) OF("  selector: {matchLabels: {a: b}}\n", "a: b", spec)
#define ROLLING(unavailable, surge)                                            \
	DEPLOYMENT("  strategy: {rollingUpdate: {maxUnavailable: " unavailable \
		   ", maxSurge: " surge "}}\n")

static void test_defaults(void)
{
	_cleanup_json_ json_t *d = decoded(DEPLOYMENT("")), *again = json_deep_copy(d);

	CHECK_INT(json_int(d, "spec.replicas", -1), 1);
	CHECK_STR(json_str(d, "spec.strategy.type"), "RollingUpdate");
	CHECK_STR(json_str(d, "spec.strategy.rollingUpdate.maxUnavailable"), "25%");
	CHECK_STR(json_str(d, "spec.strategy.rollingUpdate.maxSurge"), "25%");
	CHECK_INT(json_int(d, "spec.revisionHistoryLimit", -1), 10);
	CHECK_INT(json_int(d, "spec.progressDeadlineSeconds", -1), 600);
	CHECK(!meta_labels(d));
	scheme_default(again);
	CHECK(json_same(d, again));
	CHECK_STR(verdict(DEPLOYMENT("")), "");
}

static void test_zero_and_zero_is_refused(void)
{
	CHECK_CONTAINS(verdict(ROLLING("0", "0")),
		       "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be "
		       "0 when `maxSurge` is 0");
	CHECK_CONTAINS(verdict(ROLLING("0%", "0")), "may not be 0 when");
	CHECK_CONTAINS(verdict(ROLLING("0", "0%")), "may not be 0 when");
	CHECK_STR(verdict(ROLLING("0", "1")), "");
	CHECK_STR(verdict(ROLLING("1", "0%")), "");
}

static void test_shares(void)
{
	CHECK_CONTAINS(verdict(ROLLING("101%", "1")), "must not be greater than 100%");
	CHECK_STR(verdict(ROLLING("100%", "200%")), "");
	CHECK_CONTAINS(verdict(ROLLING("-1", "1")), "must be greater than or equal to 0");
	CHECK_CONTAINS(verdict(ROLLING("0.5%", "1")), "a valid percent string must be");
	CHECK_CONTAINS(verdict(ROLLING("1", "x")), "spec.strategy.rollingUpdate.maxSurge");
}

static void test_strategies(void)
{
	CHECK_STR(verdict(DEPLOYMENT("  strategy: {type: Recreate}\n")), "");
	CHECK_CONTAINS(verdict(DEPLOYMENT("  strategy: {type: Recreate, rollingUpdate: "
					  "{maxSurge: 1}}\n")),
		       "spec.strategy.rollingUpdate: Forbidden: may not be specified when");
	CHECK_CONTAINS(verdict(DEPLOYMENT("  strategy: {type: Blue}\n")),
		       "spec.strategy: Unsupported value: \"Blue\"");
}

static void test_the_deadline_is_longer_than_min_ready(void)
{
	static const char refused[] = "spec.progressDeadlineSeconds: Invalid value: 600: must be "
				      "greater than minReadySeconds";

	CHECK_CONTAINS(verdict(DEPLOYMENT("  minReadySeconds: 600\n")), refused);
	CHECK_CONTAINS(verdict(DEPLOYMENT("  progressDeadlineSeconds: 0\n")),
		       "Invalid value: 0: must be greater than minReadySeconds");
	CHECK_STR(verdict(DEPLOYMENT("  minReadySeconds: 5\n  progressDeadlineSeconds: 6\n")), "");
}

static void test_selector_and_template(void)
{
	CHECK_CONTAINS(verdict(OF("", "a: b", "")), "spec.selector: Required value");
	CHECK_CONTAINS(verdict(OF("  selector: {}\n", "a: b", "")), "empty selector is invalid");
	CHECK_CONTAINS(verdict(OF("  selector: {matchLabels: {a: b}}\n", "a: c", "")),
		       "spec.template.metadata.labels: Invalid value");
}

static void limits(const char *text, int64_t replicas, struct rolling_limits *ret)
{
	_cleanup_json_ json_t *d = decoded(text);

	json_set_int(d, "spec.replicas", replicas);
	deployment_limits(d, ret);
}

static void test_rounding(void)
{
	struct rolling_limits l;

	limits(DEPLOYMENT(""), 3, &l);
	CHECK_INT(l.surge, 1);
	CHECK_INT(l.unavailable, 0);
	limits(DEPLOYMENT(""), 10, &l);
	CHECK_INT(l.surge, 3);
	CHECK_INT(l.unavailable, 2);
	limits(ROLLING("10%", "0"), 3, &l); /* would stand still */
	CHECK_INT(l.unavailable, 1);
	limits(ROLLING("5", "0"), 3, &l);
	CHECK_INT(l.unavailable, 3);
	limits(DEPLOYMENT("  strategy: {type: Recreate}\n"), 3, &l);
	CHECK_INT(l.surge + l.unavailable, 0);
}

int main(void)
{
	TEST(test_defaults);
	TEST(test_zero_and_zero_is_refused);
	TEST(test_shares);
	TEST(test_strategies);
	TEST(test_the_deadline_is_longer_than_min_ready);
	TEST(test_selector_and_template);
	TEST(test_rounding);
	return test_end();
}
