/*
 * Tests of the Job kind: what the server adds, what it refuses, what it prints.
 */
#include "api/job.h"

#include "api/meta.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/test.h"

#define NOW (INT64_C(1767312000) * NSEC_PER_SEC) /* 2026-01-02T00:00:00Z */

#define JOB_OF(spec, meta, policy)                                              \
	"apiVersion: batch/v1\nkind: Job\nmetadata: {name: j, uid: u}\nspec:\n" \
	"  template: {metadata: {" meta "}, spec: {" policy                     \
	"containers: [{name: c, image: i}]}}\n" spec
#define JOB(spec) JOB_OF(spec, "", "restartPolicy: Never, ")

static json_t *decoded(const char *text)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	json_t *obj = NULL;

	CHECK_OK(scheme_decode(text, strlen(text), &obj, &err), &err);
	job_generate_selector(obj);
	scheme_default(obj);
	return obj;
}

/* The message of the rules; "" when they are content. */
static const char *verdict(const char *text)
{
	static char buf[2048];
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *obj = decoded(text);

	buf[0] = '\0';
	if (scheme_validate(obj, &err) < 0)
		snprintf(buf, sizeof(buf), "%s", err.message);
	return buf;
}

static void test_labels_and_selector_are_made(void)
{
	_cleanup_json_ json_t *job = decoded(JOB(""));
	const json_t *labels = json_obj(job, "spec.template.metadata.labels");
	const json_t *selected = json_obj(job, "spec.selector.matchLabels");

	CHECK_INT(json_object_size(labels), 4);
	CHECK_INT(json_object_size(selected), 1);
	CHECK_STR(
		json_string_value(json_object_get(selected, "batch.kubernetes.io/controller-uid")),
		"u");
	CHECK_STR(meta_label(job, "batch.kubernetes.io/job-name"), "j");
	CHECK_STR(verdict(JOB("")), "");
}

static void test_defaults(void)
{
	_cleanup_json_ json_t *one = decoded(JOB("")), *queue = decoded(JOB("  parallelism: 2\n"));

	CHECK_INT(json_int(one, "spec.completions", -1), 1);
	CHECK_INT(json_int(one, "spec.parallelism", -1), 1);
	CHECK_INT(json_int(one, "spec.backoffLimit", -1), 6);
	CHECK(!json_has(queue, "spec.completions"));
}

static void test_pods_of_a_job_end(void)
{
	CHECK_STR(verdict(JOB_OF("", "", "")),
		  "Job.batch \"j\" is invalid: spec.template.spec.restartPolicy: Required value: "
		  "valid values: \"OnFailure\", \"Never\"");
	CHECK_STR(verdict(JOB_OF("", "", "restartPolicy: OnFailure, ")), "");
}

static void test_somebody_elses_selector_is_refused(void)
{
	CHECK_CONTAINS(verdict(JOB("  selector: {matchLabels: {a: b}}\n")),
		       "`selector` not auto-generated");
	CHECK_CONTAINS(verdict(JOB_OF("", "labels: {job-name: k}", "restartPolicy: Never, ")),
		       "spec.template.metadata.labels[job-name]: Invalid value: ");
}

static void test_what_is_not_served_is_refused(void)
{
	static const char later[] = JOB("  ttlSecondsAfterFinished: 5\n");
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *obj = NULL;

	CHECK_CONTAINS(verdict(JOB("  suspend: true\n")), "spec.suspend: Forbidden");
	CHECK_STR(verdict(JOB("  suspend: false\n  completionMode: NonIndexed\n")), "");
	CHECK_CONTAINS(verdict(JOB("  completionMode: Indexed\n")),
		       "spec.completionMode: Unsupported value: \"Indexed\"");
	CHECK_CONTAINS(verdict(JOB("  backoffLimit: -1\n")), "spec.backoffLimit: Invalid value");
	CHECK_INT(scheme_decode(later, strlen(later), &obj, &err), -ERR_BAD_REQUEST);
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
	_cleanup_json_ json_t *job = decoded(JOB(""));

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
	TEST(test_what_is_not_served_is_refused);
	TEST(test_columns);
	return test_end();
}
