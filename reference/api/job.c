/*
 * job: pods that run to their end, so many times.
 *
 * A Job selects by its own uid: the server writes that label into the template and the selector, so no two
 * Jobs ever meet, unless manualSelector says that the selector is the user's. What may be set and changed is in
 * job_rules.c.
 */
#include "api/job.h"

#include "api/columns.h"
#include "api/job_rules.h"
#include "api/meta.h"
#include "api/pod.h"
#include "api/schema_rows.h"
#include "api/selector.h"
#include "api/workload.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"

#define _cleanup_selector_ _cleanup_(selector_freep)

#define OUR_NAME "kubernetes.io/job-controller"

#define COUNT(n, ...) INT32(n, .flags = FIELD_PTR | FIELD_RANGE, AT_LEAST(0), ##__VA_ARGS__)
#define FIXED_COUNT(n) INT32(n, .flags = FIELD_PTR | FIELD_RANGE | FIELD_IMMUTABLE, AT_LEAST(0))
#define SWITCH(n) BOOL(n, .flags = FIELD_PTR, .dflt = "false")

static SCHEMA(schema_exit_codes, "PodFailurePolicyOnExitCodesRequirement",
	      STR("containerName", .flags = FIELD_PTR),
	      STR("operator", .flags = FIELD_REQUIRED, ONE_OF("In", "NotIn")), INTS("values"));

static SCHEMA(schema_pod_condition_pattern, "PodFailurePolicyOnPodConditionsPattern",
	      STR("type", .flags = FIELD_REQUIRED | FIELD_NAMED, .rule = NAME_QUALIFIED),
	      STR("status", .dflt = "True", ONE_OF("False", "True", "Unknown")));

static SCHEMA(schema_failure_rule, "PodFailurePolicyRule",
	      STR("action", .flags = FIELD_REQUIRED,
		  ONE_OF("Count", "FailIndex", "FailJob", "Ignore")),
	      OBJ("onExitCodes", schema_exit_codes),
	      LIST("onPodConditions", schema_pod_condition_pattern));

static SCHEMA(schema_failure_policy, "PodFailurePolicy", LIST("rules", schema_failure_rule));

static SCHEMA(schema_success_rule, "SuccessPolicyRule", STR("succeededIndexes", .flags = FIELD_PTR),
	      INT32("succeededCount", .flags = FIELD_PTR));

static SCHEMA(schema_success_policy, "SuccessPolicy", LIST("rules", schema_success_rule));

SCHEMA(schema_job_spec, "JobSpec", COUNT("parallelism"), COUNT("completions"),
       STR("completionMode", .flags = FIELD_IMMUTABLE, .dflt = "NonIndexed",
	   ONE_OF("Indexed", "NonIndexed")),
       COUNT("backoffLimit"), FIXED_COUNT("backoffLimitPerIndex"), COUNT("maxFailedIndexes"),
       COUNT("ttlSecondsAfterFinished"),
       INT64("activeDeadlineSeconds", .flags = FIELD_PTR | FIELD_RANGE, AT_LEAST(0)),
       STR("podReplacementPolicy", ONE_OF("Failed", "TerminatingOrFailed")), SWITCH("suspend"),
       SWITCH("manualSelector"), STR("managedBy", .flags = FIELD_PTR | FIELD_IMMUTABLE),
       OBJ("podFailurePolicy", schema_failure_policy, .flags = FIELD_IMMUTABLE),
       OBJ("successPolicy", schema_success_policy, .flags = FIELD_IMMUTABLE),
       OBJ("selector", schema_label_selector, .flags = FIELD_IMMUTABLE),
       OBJ("template", schema_pod_template, .dflt = "{}"));

static SCHEMA(schema_uncounted, "UncountedTerminatedPods", STRS("succeeded"), STRS("failed"));

static SCHEMA(schema_status, "JobStatus", LIST("conditions", schema_condition, .merge_key = "type"),
	      TIME("startTime"), TIME("completionTime"), INT32("active"), INT32("succeeded"),
	      INT32("failed"), INT32("ready", .flags = FIELD_PTR),
	      INT32("terminating", .flags = FIELD_PTR), STR("completedIndexes"),
	      STR("failedIndexes", .flags = FIELD_PTR),
	      OBJ("uncountedTerminatedPods", schema_uncounted));

static SCHEMA(schema_job, "Job", TYPE_META, OBJ("metadata", schema_object_meta),
	      OBJ("spec", schema_job_spec, .dflt = "{}"),
	      OBJ("status", schema_status, .dflt = "{}"));

/* ---- questions ---- */

bool job_is_indexed(const json_t *job)
{
	return streq(json_str(job, "spec.completionMode"), "Indexed");
}

bool job_is_suspended(const json_t *job)
{
	return json_bool(job, "spec.suspend", false);
}

bool job_is_finished(const json_t *job)
{
	return condition_is_true(job, "Complete") || condition_is_true(job, "Failed");
}

bool job_waits_for_ends(const json_t *job)
{
	return streq(json_str(job, "spec.podReplacementPolicy"), "Failed");
}

bool job_is_foreign(const json_t *job)
{
	return !streq(json_str_or(job, "spec.managedBy", OUR_NAME), OUR_NAME);
}

/* ---- what the server adds ---- */

static void label_if_missing(json_t *labels, const char *key, const char *value)
{
	if (json_object_get(labels, key) == NULL)
		json_take_set(labels, key, json_string(value));
}

void job_generate_selector(json_t *job)
{
	json_t *labels, *selected;

	if (json_bool(job, "spec.manualSelector", false))
		return;
	labels = json_make_obj(job, "spec.template.metadata.labels");
	selected = json_make_obj(job, "spec.selector.matchLabels");
	label_if_missing(labels, JOB_UID_LABEL, meta_uid(job));
	label_if_missing(labels, "controller-uid", meta_uid(job));
	label_if_missing(labels, JOB_NAME_LABEL, meta_name(job));
	label_if_missing(labels, "job-name", meta_name(job));
	label_if_missing(selected, JOB_UID_LABEL, meta_uid(job));
}

void job_spec_default(json_t *spec)
{
	pod_template_default(json_obj(spec, "template"));
	if (!json_has(spec, "parallelism") && !json_has(spec, "completions"))
		json_set_int(spec, "completions", 1);
	if (!json_has(spec, "parallelism"))
		json_set_int(spec, "parallelism", 1);
	if (!json_has(spec, "backoffLimit"))
		json_set_int(spec, "backoffLimit",
			     json_has(spec, "backoffLimitPerIndex") ? INT32_MAX : 6);
	if (!json_has(spec, "podReplacementPolicy"))
		json_set_str(spec, "podReplacementPolicy",
			     json_has(spec, "podFailurePolicy") ? "Failed" : "TerminatingOrFailed");
}

static void set_defaults(json_t *job)
{
	json_t *labels = json_obj(job, "spec.template.metadata.labels");

	job_spec_default(json_obj(job, "spec"));
	if (labels != NULL && meta_labels(job) == NULL)
		json_object_set_new(meta_ensure(job), "labels", json_dup(labels));
}

/* ---- columns ---- */

static json_t *cell_status(const json_t *job, int64_t now_ns)
{
	static const char *const late[] = { "Suspended", "FailureTarget", "SuccessCriteriaMet" };

	(void)now_ns;
	if (condition_is_true(job, "Complete"))
		return json_string("Complete");
	if (condition_is_true(job, "Failed"))
		return json_string("Failed");
	if (meta_deletion_timestamp(job))
		return json_string("Terminating");
	for (size_t i = 0; i < ARRAY_SIZE(late); i++)
		if (condition_is_true(job, late[i]))
			return json_string(late[i]);
	return json_string("Running");
}

static json_t *cell_completions(const json_t *job, int64_t now_ns)
{
	long long done = json_int(job, "status.succeeded", 0);
	long long parallel = json_int(job, "spec.parallelism", 1);

	(void)now_ns;
	if (json_has(job, "spec.completions"))
		return json_sprintf("%lld/%lld", done,
				    (long long)json_int(job, "spec.completions", 0));
	return parallel > 1 ? json_sprintf("%lld/1 of %lld", done, parallel) :
			      json_sprintf("%lld/1", done);
}

static json_t *cell_duration(const json_t *job, int64_t now_ns)
{
	const char *begun = json_str(job, "status.startTime");
	const char *ended = json_str(job, "status.completionTime");
	_cleanup_free_ char *words = NULL;
	int64_t end_ns = now_ns;

	if (begun == NULL)
		return json_string("");
	if (ended != NULL && clock_parse(ended, &end_ns) < 0)
		end_ns = now_ns;
	words = age_words(begun, end_ns);
	return json_string(words);
}

static json_t *cell_containers(const json_t *job, int64_t now_ns)
{
	(void)now_ns;
	return column_template(job, "name");
}

static json_t *cell_images(const json_t *job, int64_t now_ns)
{
	(void)now_ns;
	return column_template(job, "image");
}

static json_t *cell_selector(const json_t *job, int64_t now_ns)
{
	_cleanup_selector_ struct selector *selector = NULL;
	_cleanup_free_ char *text = NULL;

	(void)now_ns;
	if (workload_selector(job, &selector, NULL) == 0)
		text = selector_format(selector);
	return column_text(text);
}

static const struct printer_column columns[] = {
	{ "Name", "string", "name", 0, column_name },
	{ "Status", "string", "", 0, cell_status },
	{ "Completions", "string", "", 0, cell_completions },
	{ "Duration", "string", "", 0, cell_duration },
	{ "Age", "string", "", 0, column_age },
	{ "Containers", "string", "", 1, cell_containers },
	{ "Images", "string", "", 1, cell_images },
	{ "Selector", "string", "", 1, cell_selector },
	{ 0 },
};

const struct kind kind_job = {
	KIND_NAMES("batch", "v1", "Job", "jobs", "job"),
	.categories = (const char *const[]){ "all", NULL },
	.namespaced = true,
	.subresources = SUB_STATUS,
	.name_rule = NAME_DNS1123_SUBDOMAIN,
	.default_propagation = "Orphan",
	.delete_warning = "child pods are preserved by default when jobs are deleted; set "
			  "propagationPolicy=Background to remove them or set "
			  "propagationPolicy=Orphan to suppress this warning",
	.schema = &schema_job,
	.set_defaults = set_defaults,
	.validate = job_validate,
	.validate_update = job_validate_update,
	.columns = columns,
};
