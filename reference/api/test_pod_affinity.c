/*
 * Tests of the rules of spec.affinity: what is refused, at which field, and what is not.
 */
#include "api/pod.h"
#include "base/json.h"
#include "base/str.h"
#include "api/test_kind.h"

/* The verdict of a pod with this affinity. */
static const char *verdict_with(const char *affinity)
{
	_cleanup_free_ char *yaml =
		str_printf("apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n"
			   "  containers: [{name: a, image: i}]\n"
			   "  affinity: %s\n",
			   affinity);

	return verdict(yaml);
}

#define NODE(term)                                                         \
	"{nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: " \
	"{nodeSelectorTerms: [" term "]}}}"
#define EXPR(text) NODE("{matchExpressions: [" text "]}")
#define FIELD(text) NODE("{matchFields: [" text "]}")
#define AT                                                  \
	"Pod \"x\" is invalid: spec.affinity.nodeAffinity." \
	"requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]."

static void test_expressions(void)
{
	CHECK_STR(verdict_with(EXPR("{key: a, operator: In, values: [b]}")), "");
	CHECK_STR(verdict_with(EXPR("{key: a, operator: Gt, values: ['5']}")), "");
	CHECK_STR(verdict_with(EXPR("{key: a, operator: In}")),
		  AT "matchExpressions[0].values: Required value: must be specified when "
		     "`operator` is 'In' or 'NotIn'");
	CHECK_STR(verdict_with(EXPR("{key: a, operator: Exists, values: [b]}")),
		  AT "matchExpressions[0].values: Forbidden: may not be specified when "
		     "`operator` is 'Exists' or 'DoesNotExist'");
	CHECK_STR(verdict_with(EXPR("{key: a, operator: Lt, values: ['1', '2']}")),
		  AT "matchExpressions[0].values: Required value: must be specified single "
		     "value when `operator` is 'Lt' or 'Gt'");
	CHECK_CONTAINS(verdict_with(EXPR("{key: '-a', operator: Exists}")),
		       AT "matchExpressions[0].key: Invalid value: \"-a\"");
	CHECK_CONTAINS(verdict_with(EXPR("{key: a, operator: Near}")),
		       "operator: Unsupported value");
}

static void test_fields(void)
{
	CHECK_STR(verdict_with(FIELD("{key: metadata.name, operator: In, values: [n1]}")), "");
	CHECK_STR(verdict_with(FIELD("{key: metadata.uid, operator: In, values: [n1]}")),
		  AT "matchFields[0].key: Invalid value: \"metadata.uid\": not a valid field "
		     "selector key");
	CHECK_STR(verdict_with(FIELD("{key: metadata.name, operator: Exists}")),
		  AT "matchFields[0].operator: Invalid value: \"Exists\": not a valid selector "
		     "operator");
	CHECK_STR(verdict_with(FIELD("{key: metadata.name, operator: In, values: [a, b]}")),
		  AT "matchFields[0].values: Required value: must be only one value when "
		     "`operator` is 'In' or 'NotIn' for node field selector");
}

static void test_weights_and_terms_are_required(void)
{
	CHECK_CONTAINS(verdict_with(
			       "{nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: "
			       "[{preference: {}}]}}"),
		       "[0].weight: Invalid value: 0: must be in the range 1-100");
	CHECK_CONTAINS(
		verdict_with(
			"{nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {}}}"),
		"nodeSelectorTerms: Required value");
	CHECK_CONTAINS(verdict_with(
			       "{nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: "
			       "[{weight: 101, preference: {}}]}}"),
		       "[0].weight: Invalid value: 101: must be in the range 1-100");
	CHECK_CONTAINS(verdict_with(
			       "{podAffinity: {preferredDuringSchedulingIgnoredDuringExecution: "
			       "[{weight: 0, podAffinityTerm: {topologyKey: a}}]}}"),
		       "[0].weight: Invalid value: 0: must be in the range 1-100");
}

#define APART(term) \
	"{podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [" term "]}}"

static void test_terms_about_pods(void)
{
	CHECK_STR(verdict_with(APART("{topologyKey: kubernetes.io/hostname, labelSelector: {}}")),
		  "");
	CHECK_CONTAINS(verdict_with(APART("{labelSelector: {}}")),
		       "[0].topologyKey: Required value");
	CHECK_CONTAINS(verdict_with(APART("{topologyKey: 'a b'}")),
		       "[0].topologyKey: Invalid value: \"a b\"");
	CHECK_CONTAINS(verdict_with(APART("{topologyKey: a, namespaces: [A]}")),
		       "[0].namespaces[0]: Invalid value: \"A\"");
	CHECK_CONTAINS(verdict_with(APART("{topologyKey: a, labelSelector: {matchExpressions: "
					  "[{key: b, operator: In}]}}")),
		       "[0].labelSelector.matchExpressions[0].values: Required value");
}

/* What is said about a gated pod whose affinity changes from one to another. Static buffer. */
static const char *changed(const char *from, const char *to)
{
	static char text[4096];
	_cleanup_error_ struct error err = ERROR_INIT;
	json_t *pods[2] = { NULL, NULL };
	const char *const affinities[] = { from, to };

	text[0] = '\0';
	for (size_t i = 0; i < 2; i++) {
		_cleanup_free_ char *yaml = str_printf("apiVersion: v1\nkind: Pod\nmetadata: "
						       "{name: x, resourceVersion: '1'}\nspec:\n"
						       "  schedulingGates: [{name: a.b/c}]\n"
						       "  containers: [{name: a, image: i}]\n"
						       "  affinity: %s\n",
						       affinities[i]);

		if (scheme_decode(yaml, strlen(yaml), &pods[i], &err) == 0)
			scheme_default(pods[i]);
	}
	if (pods[0] && pods[1])
		scheme_validate_update(pods[1], pods[0], &err);
	if (error_is_set(&err))
		snprintf(text, sizeof text, "%s", err.message);
	json_decref(pods[0]);
	json_decref(pods[1]);
	return text;
}

#define A "{key: a, operator: Exists}"
#define B "{key: b, operator: Exists}"

static void test_a_gated_pod_is_only_narrowed(void)
{
	CHECK_STR(changed("{}", EXPR(A)), "");
	CHECK_STR(changed(EXPR(A), EXPR(A ", " B)), "");
	CHECK_CONTAINS(changed(EXPR(A), EXPR(B)), "nodeSelectorTerms[0]: Invalid value: ");
	CHECK_CONTAINS(changed(EXPR(A ", " B), EXPR(A)), "only additions are allowed");
	CHECK_CONTAINS(changed(EXPR(A), "{}"), "nodeSelectorTerms: Invalid value");
	CHECK_CONTAINS(changed(EXPR(A),
			       NODE("{matchExpressions: [" A "]}, {matchExpressions: [" B "]}")),
		       "no additions/deletions to non-empty NodeSelectorTerms list are allowed");
	CHECK_CONTAINS(changed(NODE("{}"), EXPR(A)), "only additions are allowed");
	CHECK_STR(changed(EXPR(A),
			  "{nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
			  "{nodeSelectorTerms: [{matchExpressions: [" A "]}]}, "
			  "preferredDuringSchedulingIgnoredDuringExecution: "
			  "[{weight: 1, preference: {matchExpressions: [" B "]}}]}}"),
		  "");
	/* pods are no nodes */
	CHECK_CONTAINS(changed("{}", APART("{topologyKey: a, labelSelector: {}}")),
		       "pod updates may not change fields");
}

int main(void)
{
	TEST(test_expressions);
	TEST(test_fields);
	TEST(test_weights_and_terms_are_required);
	TEST(test_terms_about_pods);
	TEST(test_a_gated_pod_is_only_narrowed);
	return test_end();
}
