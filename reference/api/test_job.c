/*
 * Tests of the Job kind: what the server adds, what it refuses, what it prints.
 */
#include "api/job.h"

#include "api/meta.h"
#include "api/test_kind.h"
#include "base/clock.h"
#include "base/json.h"

#define NOW (INT64_C(1767312000) * NSEC_PER_SEC) /* 2026-01-02T00:00:00Z */

#define JOB_OF(spec, meta, policy)                                              \
	"apiVersion: batch/v1\nkind: Job\nmetadata: {name: j, uid: u}\nspec:\n" \
	"  template: {metadata: {" meta "}, spec: {" policy                     \
	"containers: [{name: c, image: i}]}}\n" spec
#define JOB(spec) JOB_OF(spec, "", "restartPolicy: Never, ")

static json_t *job_decoded(const char *text)
{
	json_t *obj = decoded(text);

	job_generate_selector(obj);
	scheme_default(obj); /* the Job takes the labels that its template has got */
	return obj;
}

static const char *job_verdict(const char *text)
{
	_cleanup_json_ json_t *obj = job_decoded(text);

	return verdict_of(obj);
}

static void test_labels_and_selector_are_made(void)
{
	_cleanup_json_ json_t *job = job_decoded(JOB(""));
	const json_t *labels = json_obj(job, "spec.template.metadata.labels");
	const json_t *selected = json_obj(job, "spec.selector.matchLabels");

	CHECK_INT(json_object_size(labels), 4);
	CHECK_INT(json_object_size(selected), 1);
	CHECK_STR(
		json_string_value(json_object_get(selected, "batch.kubernetes.io/controller-uid")),
		"u");
	CHECK_STR(meta_label(job, "batch.kubernetes.io/job-name"), "j");
	CHECK_STR(job_verdict(JOB("")), "");
}

static void test_defaults(void)
{
	_cleanup_json_ json_t *one = job_decoded(JOB("")),
			      *queue = job_decoded(JOB("  parallelism: 2\n"));

	CHECK_INT(json_int(one, "spec.completions", -1), 1);
	CHECK_INT(json_int(one, "spec.parallelism", -1), 1);
	CHECK_INT(json_int(one, "spec.backoffLimit", -1), 6);
	CHECK(!json_has(queue, "spec.completions"));
}

static void test_pods_of_a_job_end(void)
{
	CHECK_STR(job_verdict(JOB_OF("", "", "")),
		  "Job.batch \"j\" is invalid: spec.template.spec.restartPolicy: Required value: "
		  "valid values: \"OnFailure\", \"Never\"");
	CHECK_STR(job_verdict(JOB_OF("", "", "restartPolicy: OnFailure, ")), "");
}

static void test_somebody_elses_selector_is_refused(void)
{
	CHECK_CONTAINS(job_verdict(JOB("  selector: {matchLabels: {a: b}}\n")),
		       "`selector` not auto-generated");
	CHECK_CONTAINS(job_verdict(JOB_OF("", "labels: {job-name: k}", "restartPolicy: Never, ")),
		       "spec.template.metadata.labels[job-name]: Invalid value: ");
}

static void test_defaults_that_depend(void)
{
	_cleanup_json_ json_t *per_index =
		job_decoded(JOB("  completionMode: Indexed\n  backoffLimitPerIndex: 1\n"));
	_cleanup_json_ json_t *policy = job_decoded(JOB(
		"  podFailurePolicy: {rules: [{action: Count, onPodConditions: [{type: X}]}]}\n"));

	CHECK_INT(json_int(per_index, "spec.backoffLimit", -1), INT32_MAX);
	CHECK_STR(json_str(per_index, "spec.podReplacementPolicy"), "TerminatingOrFailed");
	CHECK_STR(json_str(policy, "spec.podReplacementPolicy"), "Failed");
	CHECK_STR(json_str(policy, "spec.podFailurePolicy.rules[0].onPodConditions[0].status"),
		  "True");
}

static void test_a_selector_of_ones_own(void)
{
	CHECK_STR(job_verdict(JOB_OF("  manualSelector: true\n  selector: {matchLabels: {a: b}}\n",
				     "labels: {a: b}", "restartPolicy: Never, ")),
		  "");
	CHECK_CONTAINS(
		job_verdict(JOB("  manualSelector: true\n  selector: {matchLabels: {a: b}}\n")),
		"spec.template.metadata.labels: Invalid value: {}: `selector` does not match");
	CHECK_CONTAINS(job_verdict(JOB("  manualSelector: true\n")),
		       "spec.selector: Required value");
}

static void test_what_indexes_demand(void)
{
	CHECK_CONTAINS(job_verdict(JOB("  completionMode: Indexed\n  parallelism: 2\n")),
		       "spec.completions: Required value: when completion mode is Indexed");
	CHECK_STR(job_verdict(JOB("  completionMode: Indexed\n")), "");
	CHECK_CONTAINS(job_verdict(JOB("  backoffLimitPerIndex: 1\n")),
		       "spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion");
	CHECK_CONTAINS(job_verdict(JOB("  completionMode: Indexed\n  maxFailedIndexes: 2\n")),
		       "spec.maxFailedIndexes: Invalid value: 2: must be less than or equal to");
	CHECK_CONTAINS(job_verdict(JOB("  completionMode: Odd\n")),
		       "spec.completionMode: Unsupported value: \"Odd\": supported values: "
		       "\"Indexed\", \"NonIndexed\"");
	CHECK_CONTAINS(job_verdict(JOB("  backoffLimit: -1\n")),
		       "spec.backoffLimit: Invalid value");
}

#define RULES(text) JOB("  podFailurePolicy: {rules: [{" text "}]}\n")

static void test_rules_about_failures(void)
{
	CHECK_STR(
		job_verdict(RULES("action: FailJob, onExitCodes: {operator: In, values: [3, 4]}")),
		"");
	CHECK_CONTAINS(job_verdict(RULES("action: Ignore")), "rules[0]: Invalid value");
	CHECK_CONTAINS(
		job_verdict(RULES("action: Count, onExitCodes: {operator: In, values: [4, 3]}")),
		"rules[0].onExitCodes.values: Invalid value: [4,3]: must be ordered");
	CHECK_CONTAINS(
		job_verdict(RULES("action: Count, onExitCodes: {operator: In, values: [0]}")),
		"values[0]: Invalid value: 0: must not be 0 for the In operator");
	CHECK_CONTAINS(job_verdict(RULES("action: FailIndex, "
					 "onExitCodes: {operator: In, values: [1]}")),
		       "rules[0].action: Invalid value: \"FailIndex\": requires the backoffLimit");
	CHECK_CONTAINS(job_verdict(RULES("action: Count, onExitCodes: {containerName: odd, "
					 "operator: NotIn, values: [0]}")),
		       "onExitCodes.containerName: Invalid value: \"odd\": must be one of");
	CHECK_CONTAINS(job_verdict(JOB_OF("  podReplacementPolicy: TerminatingOrFailed\n"
					  "  podFailurePolicy: {rules: []}\n",
					  "", "restartPolicy: OnFailure, ")),
		       "spec.podReplacementPolicy: Unsupported value");
}

static void test_rules_about_success(void)
{
#define SUCCESS(text) \
	JOB("  completionMode: Indexed\n  completions: 3\n  successPolicy: {rules: [" text "]}\n")
	CHECK_STR(job_verdict(SUCCESS("{succeededIndexes: \"0,2\", succeededCount: 1}")), "");
	CHECK_CONTAINS(job_verdict(SUCCESS("{succeededIndexes: \"0-3\"}")),
		       "succeededIndexes: Invalid value: \"0-3\": error parsing succeededIndexes: "
		       "too large index");
	CHECK_CONTAINS(job_verdict(SUCCESS("{succeededCount: 4}")),
		       "rules[0].succeededCount: Invalid");
	CHECK_CONTAINS(job_verdict(SUCCESS("{}")), "rules[0]: Required value: at least one of");
	CHECK_CONTAINS(job_verdict(SUCCESS("")), "spec.successPolicy.rules: Required value");
}

static void test_the_manager_has_a_domain(void)
{
	CHECK_STR(job_verdict(JOB("  managedBy: example.com/mine\n")), "");
	CHECK_CONTAINS(job_verdict(JOB("  managedBy: mine\n")), "spec.managedBy: Invalid value");
}

/* The message of the rules for a change; "" when they are content. */
static const char *change(const char *before, const char *after, int64_t active)
{
	static char buf[2048];
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *was = job_decoded(before), *now = job_decoded(after);

	buf[0] = '\0';
	meta_set_rv(now, 1);
	if (active)
		json_set_int(was, "status.active", active);
	if (scheme_validate_update(now, was, &err) < 0)
		snprintf(buf, sizeof(buf), "%s", err.message);
	return buf;
}

static void test_what_may_change(void)
{
#define NODE(spec) JOB_OF(spec, "labels: {a: b}", "nodeSelector: {a: b}, restartPolicy: Never, ")
	CHECK_STR(change(JOB("  parallelism: 2\n"), JOB("  parallelism: 3\n"), 0), "");
	CHECK_CONTAINS(change(JOB("  completions: 2\n"), JOB("  completions: 3\n"), 0),
		       "spec.completions: Invalid value: 3: field is immutable");
	CHECK_STR(change(JOB("  completionMode: Indexed\n  completions: 2\n  parallelism: 2\n"),
			 JOB("  completionMode: Indexed\n  completions: 3\n  parallelism: 3\n"), 0),
		  "");
	CHECK_CONTAINS(change(JOB("  completionMode: Indexed\n  completions: 2\n"),
			      JOB("  completionMode: Indexed\n  completions: 3\n"), 0),
		       "can only be modified in tandem with spec.parallelism");
	CHECK_CONTAINS(change(JOB(""), NODE(""), 0), "spec.template: Invalid value");
	CHECK_STR(change(JOB("  suspend: true\n"), NODE("  suspend: true\n"), 0), "");
	CHECK_CONTAINS(change(JOB("  suspend: true\n"), NODE("  suspend: true\n"), 1),
		       "spec.template: Invalid value");
	CHECK_CONTAINS(change(JOB("  suspend: true\n"),
			      JOB_OF("  suspend: true\n", "", "restartPolicy: OnFailure, "), 0),
		       "spec.template: Invalid value");
}

static const char *cell(json_t *job, size_t i)
{
	static char text[100];
	_cleanup_json_ json_t *value = kind_job.columns[i].cell(job, NOW);

	snprintf(text, sizeof(text), "%s", json_string_value(value) ?: "no text");
	return text;
}

static void test_columns(void)
{
	_cleanup_json_ json_t *job = job_decoded(JOB(""));

	CHECK_STR(cell(job, 1), "Running");
	CHECK_STR(cell(job, 2), "0/1");
	CHECK_STR(cell(job, 3), "");
	json_set_str(job, "status.startTime", "2026-01-01T23:59:00Z");
	CHECK_STR(cell(job, 3), "60s");
	json_set_str(job, "status.completionTime", "2026-01-01T23:59:07Z");
	json_set_int(job, "status.succeeded", 1);
	condition_set(job, "Complete", "True", NULL, NULL, "2026-01-01T23:59:07Z");
	CHECK_STR(cell(job, 1), "Complete");
	CHECK_STR(cell(job, 2), "1/1");
	CHECK_STR(cell(job, 3), "7s");
}

int main(void)
{
	TEST(test_labels_and_selector_are_made);
	TEST(test_defaults);
	TEST(test_pods_of_a_job_end);
	TEST(test_somebody_elses_selector_is_refused);
	TEST(test_defaults_that_depend);
	TEST(test_a_selector_of_ones_own);
	TEST(test_what_indexes_demand);
	TEST(test_rules_about_failures);
	TEST(test_rules_about_success);
	TEST(test_the_manager_has_a_domain);
	TEST(test_what_may_change);
	TEST(test_columns);
	return test_end();
}
