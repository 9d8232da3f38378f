/*
 * job: pods that run to their end, so many times.
 *
 * A Job selects by its own uid: the server writes that label into the template and the selector, so no two
 * Jobs ever meet. The spec is fixed but for parallelism and backoffLimit.
 *
 * What no controller here carries out is no field here (podFailurePolicy, successPolicy, activeDeadlineSeconds,
 * ttlSecondsAfterFinished, …), or its other values are refused (suspend, completionMode, manualSelector).
 */
#include "api/job.h"

#include "api/columns.h"
#include "api/meta.h"
#include "api/meta_rules.h"
#include "api/pod.h"
#include "api/schema_rows.h"
#include "api/selector.h"
#include "api/workload.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"

DEFINE_CLEANUP_FUNC(struct selector *, selector_free)
#define _cleanup_selector_ _cleanup_(selector_freep)

#define UID_LABEL "batch.kubernetes.io/controller-uid"
#define NAME_LABEL "batch.kubernetes.io/job-name"

#define COUNT(n, ...) INT32(n, .flags = FIELD_PTR | FIELD_RANGE, AT_LEAST(0), ##__VA_ARGS__)
#define SWITCH(n) BOOL(n, .flags = FIELD_PTR, .dflt = "false")

static SCHEMA(schema_spec, "JobSpec", COUNT("parallelism"), COUNT("backoffLimit", .dflt = "6"),
	      INT32("completions", .flags = FIELD_PTR | FIELD_RANGE | FIELD_IMMUTABLE, AT_LEAST(0)),
	      STR("completionMode", .dflt = "NonIndexed", ONE_OF("NonIndexed")),
	      STR("podReplacementPolicy", .dflt = "TerminatingOrFailed",
		  ONE_OF("TerminatingOrFailed")),
	      SWITCH("suspend"), SWITCH("manualSelector"),
	      OBJ("selector", schema_label_selector, .flags = FIELD_REQUIRED | FIELD_IMMUTABLE),
	      OBJ("template", schema_pod_template, .flags = FIELD_IMMUTABLE, .dflt = "{}"));

static SCHEMA(schema_status, "JobStatus", LIST("conditions", schema_condition, .merge_key = "type"),
	      TIME("startTime"), TIME("completionTime"), INT32("active"), INT32("succeeded"),
	      INT32("failed"), INT32("ready", .flags = FIELD_PTR),
	      INT32("terminating", .flags = FIELD_PTR));

static SCHEMA(schema_job, "Job", TYPE_META, OBJ("metadata", schema_object_meta),
	      OBJ("spec", schema_spec, .dflt = "{}"), OBJ("status", schema_status, .dflt = "{}"));

/* ---- what the server adds ---- */

static void label_if_missing(json_t *labels, const char *key, const char *value)
{
	if (json_object_get(labels, key) == NULL)
		json_take_set(labels, key, json_string(value));
}

void job_generate_selector(json_t *job)
{
	json_t *labels = json_make_obj(job, "spec.template.metadata.labels");
	json_t *selected = json_make_obj(job, "spec.selector.matchLabels");

	label_if_missing(labels, UID_LABEL, meta_uid(job));
	label_if_missing(labels, "controller-uid", meta_uid(job));
	label_if_missing(labels, NAME_LABEL, meta_name(job));
	label_if_missing(labels, "job-name", meta_name(job));
	label_if_missing(selected, UID_LABEL, meta_uid(job));
}

static void set_defaults(json_t *job)
{
	json_t *labels = json_obj(job, "spec.template.metadata.labels");

	pod_template_default(json_obj(job, "spec.template"));
	if (!json_has(job, "spec.parallelism") && !json_has(job, "spec.completions"))
		json_set_int(job, "spec.completions", 1);
	if (!json_has(job, "spec.parallelism"))
		json_set_int(job, "spec.parallelism", 1);
	if (labels != NULL && meta_labels(job) == NULL)
		json_object_set_new(meta_ensure(job), "labels", json_dup(labels));
}

/* ---- rules ---- */

static void validate_label(const json_t *job, const char *key, const char *want,
			   const struct fpath *path, struct violations *v)
{
	const json_t *labels = json_obj(job, "spec.template.metadata.labels");
	const char *value = json_string_value(json_object_get(labels, key));

	if (value == NULL)
		violate_required(v, FPATH_KEY(path, key), "must be '%s'", want);
	else if (!streq(value, want))
		violate_invalid(v, FPATH_KEY(path, key), labels, "must be '%s'", want);
}

static void validate_generated(const json_t *job, const struct fpath *spec,
			       const struct fpath *template, struct violations *v)
{
	const struct fpath meta = { .up = template, .name = "metadata" };
	const struct fpath at = { .up = &meta, .name = "labels" };
	const char *uid = meta_uid(job) ?: "", *name = meta_name(job) ?: "";
	_cleanup_selector_ struct selector *selector = NULL;
	_cleanup_json_ json_t *expected = json_pack("{ss,ss,ss,ss}", UID_LABEL, uid,
						    "controller-uid", uid, NAME_LABEL, name,
						    "job-name", name);

	validate_label(job, UID_LABEL, uid, &at, v);
	validate_label(job, "controller-uid", uid, &at, v);
	validate_label(job, NAME_LABEL, name, &at, v);
	validate_label(job, "job-name", name, &at, v);
	if (workload_selector(job, &selector, NULL) == 0 && !selector_matches(selector, expected))
		violate_invalid(v, FPATH(spec, "selector"), json_obj(job, "spec.selector"),
				"`selector` not auto-generated");
}

static void validate_switches(const json_t *job, const struct fpath *spec, struct violations *v)
{
	static const char *const off[] = { "suspend", "manualSelector" };

	for (size_t i = 0; i < ARRAY_SIZE(off); i++)
		if (json_bool(json_obj(job, "spec"), off[i], false))
			violate_forbidden(v, FPATH(spec, off[i]), "not served here");
}

static void validate_restart_policy(const json_t *job, const struct fpath *pod_spec,
				    struct violations *v)
{
	if (streq(json_str(job, "spec.template.spec.restartPolicy"), "Always"))
		violate_required(v, FPATH(pod_spec, "restartPolicy"),
				 "valid values: \"OnFailure\", \"Never\"");
}

static void validate(const json_t *job, struct violations *v)
{
	const struct fpath spec = { .name = "spec" };
	const struct fpath template = { .up = &spec, .name = "template" };
	const struct fpath pod_spec = { .up = &template, .name = "spec" };

	meta_validate_selector(json_obj(job, "spec.selector"), FPATH(&spec, "selector"), v);
	validate_switches(job, &spec, v);
	validate_generated(job, &spec, &template, v);
	pod_template_validate(json_obj(job, "spec.template"), 0, &template, v);
	validate_restart_policy(job, &pod_spec, v);
}

/* ---- columns ---- */

static json_t *cell_status(const json_t *job, int64_t now_ns)
{
	static const char *const late[] = { "FailureTarget", "SuccessCriteriaMet" };

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
	.schema = &schema_job,
	.set_defaults = set_defaults,
	.validate = validate,
	.columns = columns,
};
