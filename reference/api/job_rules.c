/*
 * job_rules: what a Job's spec may say, and what of it may change.
 *
 * The spec is fixed but for parallelism, backoffLimit, the deadline, the time to live and suspend. Completions follow
 * parallelism when they are indexed. Where a Job is suspended and none of its pods is left, its template takes
 * new directives for the scheduler, labels, annotations and resources, for a queue decides about these late.
 */
#include "api/job_rules.h"

#include <string.h>

#include "api/job.h"
#include "api/meta.h"
#include "api/meta_rules.h"
#include "api/pod.h"
#include "api/selector.h"
#include "api/workload.h"
#include "base/json.h"

#define INDEXES_MAX 100000
#define MANAGER_MAX 63

/* ---- the generated labels and the selector ---- */

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
			       const struct fpath *labels, const struct selector *selector,
			       struct violations *v)
{
	const char *uid = meta_uid(job) ?: "", *name = meta_name(job) ?: "";
	_cleanup_json_ json_t *expected = json_pack("{ss,ss,ss,ss}", JOB_UID_LABEL, uid,
						    "controller-uid", uid, JOB_NAME_LABEL, name,
						    "job-name", name);

	validate_label(job, JOB_UID_LABEL, uid, labels, v);
	validate_label(job, "controller-uid", uid, labels, v);
	validate_label(job, JOB_NAME_LABEL, name, labels, v);
	validate_label(job, "job-name", name, labels, v);
	if (!selector_matches(selector, expected))
		violate_invalid(v, FPATH(spec, "selector"), json_obj(job, "spec.selector"),
				"`selector` not auto-generated");
}

static void validate_selector(const json_t *job, const struct fpath *spec, struct violations *v)
{
	const struct fpath template = { .up = spec, .name = "template" };
	const struct fpath meta = { .up = &template, .name = "metadata" };
	const struct fpath at = { .up = &meta, .name = "labels" };
	const json_t *labels = json_obj(job, "spec.template.metadata.labels");
	_cleanup_(selector_freep) struct selector *selector = NULL;
	_cleanup_json_ json_t *none = json_object();

	if (!json_has(job, "spec.selector")) {
		violate_required(v, FPATH(spec, "selector"), NULL);
		return;
	}
	meta_validate_selector(json_obj(job, "spec.selector"), FPATH(spec, "selector"), v);
	if (workload_selector(job, &selector, NULL) < 0)
		return;
	if (!json_bool(job, "spec.manualSelector", false))
		validate_generated(job, spec, &at, selector, v);
	if (!selector_matches(selector, labels))
		violate_invalid(v, &at, labels ? labels : none,
				"`selector` does not match template `labels`");
}

/* ---- the spec ---- */

static void validate_only_indexed(const json_t *spec, const struct fpath *path, struct violations *v)
{
	static const char *const fields[] = { "backoffLimitPerIndex", "maxFailedIndexes",
					      "successPolicy" };

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (json_has(spec, fields[i]))
			violate_invalid(v, FPATH(path, fields[i]), json_at(spec, fields[i]),
					"requires indexed completion mode");
}

static void validate_indexed(const json_t *spec, const struct fpath *path, struct violations *v)
{
	int64_t parallel = json_int(spec, "parallelism", 1);
	int64_t most = json_int(spec, "maxFailedIndexes", 0);

	if (!json_has(spec, "completions"))
		violate_required(v, FPATH(path, "completions"), "when completion mode is Indexed");
	if (parallel > INDEXES_MAX)
		violate_invalid_int(v, FPATH(path, "parallelism"), parallel,
				    "must be less than or equal to %d when completion mode is "
				    "Indexed",
				    INDEXES_MAX);
	if (json_has(spec, "completions") && most > json_int(spec, "completions", 0))
		violate_invalid_int(v, FPATH(path, "maxFailedIndexes"), most,
				    "must be less than or equal to completions");
	if (json_has(spec, "maxFailedIndexes") && !json_has(spec, "backoffLimitPerIndex"))
		violate_required(v, FPATH(path, "backoffLimitPerIndex"),
				 "when maxFailedIndexes is specified");
}

static void validate_policies(const json_t *spec, const struct fpath *path, struct violations *v)
{
	static const char *const only[] = { "Failed", NULL };
	const char *policy = json_str_or(spec, "podReplacementPolicy", "Failed");

	if (json_has(spec, "podFailurePolicy") && !streq(policy, "Failed"))
		violate_unsupported(v, FPATH(path, "podReplacementPolicy"), policy, only);
	job_rules_failure_policy(spec, path, v);
	job_rules_success_policy(spec, path, v);
}

static void validate_manager(const json_t *spec, const struct fpath *path, struct violations *v)
{
	const char *manager = json_str(spec, "managedBy"), *slash = strchr(manager ?: "", '/');
	_cleanup_free_ char *domain = slash ? xstrndup(manager, (size_t)(slash - manager)) : NULL;

	if (manager == NULL)
		return;
	if (strlen(manager) > MANAGER_MAX)
		violate_too_long(v, FPATH(path, "managedBy"), MANAGER_MAX);
	if (slash == NULL || slash == manager || slash[1] == '\0')
		violate_invalid_str(v, FPATH(path, "managedBy"), manager,
				    "must be a domain-prefixed path (such as \"acme.io/foo\")");
	else
		violate_name(v, FPATH(path, "managedBy"), NAME_DNS1123_SUBDOMAIN, domain);
}

static void validate_restart_policy(const json_t *spec, const struct fpath *pod_spec,
				    struct violations *v)
{
	const char *policy = json_str_or(spec, "template.spec.restartPolicy", "Always");

	if (streq(policy, "Always"))
		violate_required(v, FPATH(pod_spec, "restartPolicy"),
				 "valid values: \"OnFailure\", \"Never\"");
	else if (json_has(spec, "podFailurePolicy") && !streq(policy, "Never"))
		violate_invalid_str(v, FPATH(pod_spec, "restartPolicy"), policy,
				    "only \"Never\" is supported when podFailurePolicy is "
				    "specified");
}

void job_spec_validate(const json_t *spec, const struct fpath *path, struct violations *v)
{
	const struct fpath template = { .up = path, .name = "template" };

	if (streq(json_str(spec, "completionMode"), "Indexed"))
		validate_indexed(spec, path, v);
	else
		validate_only_indexed(spec, path, v);
	validate_policies(spec, path, v);
	validate_manager(spec, path, v);
	pod_template_validate(json_obj(spec, "template"), 0, &template, v);
	validate_restart_policy(spec, FPATH(&template, "spec"), v);
}

/* The longest host name that a pod of an indexed Job will get. */
static void validate_host_names(const json_t *job, struct violations *v)
{
	const struct fpath meta = { .name = "metadata" };
	char last[600];
	const char *problems[NAME_MAX_PROBLEMS];

	if (!job_is_indexed(job) || json_int(job, "spec.completions", 0) < 1)
		return;
	snprintf(last, sizeof(last), "%s-%lld", meta_name(job) ?: "",
		 (long long)json_int(job, "spec.completions", 1) - 1);
	if (name_check(NAME_DNS1123_LABEL, last, problems) > 0)
		violate_invalid_str(v, FPATH(&meta, "name"), meta_name(job),
				    "will not able to create pod with invalid DNS label: %s", last);
}

void job_validate(const json_t *job, struct violations *v)
{
	const struct fpath spec = { .name = "spec" };

	validate_selector(job, &spec, v);
	job_spec_validate(json_obj(job, "spec"), &spec, v);
	validate_host_names(job, v);
}

/* ---- updates ---- */

static void validate_completions(const json_t *now, const json_t *before, const struct fpath *path,
				 struct violations *v)
{
	const json_t *completions = json_at(now, "spec.completions");

	if (json_same(completions, json_at(before, "spec.completions")))
		return;
	if (!job_is_indexed(before))
		violate_invalid(v, FPATH(path, "completions"), completions, "field is immutable");
	else if (!json_same(completions, json_at(now, "spec.parallelism")))
		violate_invalid(v, FPATH(path, "completions"), completions,
				"can only be modified in tandem with spec.parallelism");
}

static void take_back(json_t *copy, const json_t *from, const char *path)
{
	json_t *value = json_at(from, path);

	if (value != NULL)
		json_set_path(copy, path, json_dup(value));
	else
		json_del_path(copy, path);
}

static void take_back_resources(json_t *copy, const json_t *from, const char *list)
{
	json_t *c;
	size_t i;

	json_each(copy, list, i, c)
		take_back(c, json_array_get(json_arr(from, list), i), "resources");
}

/* What may change in the template of a Job that is suspended is put back in *copy. */
static void take_back_all(json_t *copy, const json_t *from)
{
	static const char *const paths[] = {
		"metadata.labels", "metadata.annotations", "spec.nodeSelector",
		"spec.affinity",   "spec.tolerations",	   "spec.schedulingGates",
	};

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		take_back(copy, from, paths[i]);
	take_back_resources(copy, from, "spec.containers");
	take_back_resources(copy, from, "spec.initContainers");
	if (json_len(copy, "metadata") == 0)
		json_del_path(copy, "metadata");
}

static void validate_template(const json_t *now, const json_t *before, const struct fpath *path,
			      struct violations *v)
{
	_cleanup_json_ json_t *copy = json_dup(json_obj(now, "spec.template"));
	_cleanup_json_ json_t *old = json_dup(json_obj(before, "spec.template"));

	if (job_is_suspended(before) && json_int(before, "status.active", 0) == 0) {
		take_back_all(copy, old);
		take_back_all(old, old);
	}
	if (!json_same(copy, old))
		violate_invalid(v, FPATH(path, "template"), json_at(now, "spec.template"),
				"field is immutable");
}

void job_validate_update(const json_t *new_job, const json_t *old_job, struct violations *v)
{
	const struct fpath spec = { .name = "spec" };

	validate_completions(new_job, old_job, &spec, v);
	validate_template(new_job, old_job, &spec, v);
}
