/*
 * job_policy_rules: what podFailurePolicy and successPolicy may say.
 */
#include "api/index_set.h"
#include "api/job_rules.h"
#include "base/json.h"

#define RULES_MAX 20
#define VALUES_MAX 255

/* ---- podFailurePolicy ---- */

static bool has_container(const json_t *spec, const char *name)
{
	return json_find(json_arr(spec, "template.spec.containers"), "name", name) ||
	       json_find(json_arr(spec, "template.spec.initContainers"), "name", name);
}

static void validate_value(const json_t *codes, size_t i, const struct fpath *path, bool *ordered,
			   struct violations *v)
{
	const json_t *values = json_arr(codes, "values");
	int64_t code = json_integer_value(json_array_get(values, i));
	char text[24];

	if (code == 0 && streq(json_str(codes, "operator"), "In"))
		violate_invalid_int(v, path, code, "must not be 0 for the In operator");
	if (i == 0)
		return;
	if (json_integer_value(json_array_get(values, i - 1)) == code) {
		snprintf(text, sizeof(text), "%lld", (long long)code);
		violate_duplicate(v, path, text);
	}
	if (json_integer_value(json_array_get(values, i - 1)) > code)
		*ordered = false;
}

static void validate_exit_codes(const json_t *spec, const json_t *codes, const struct fpath *path,
				struct violations *v)
{
	const struct fpath at = { .up = path, .name = "values" };
	const char *container = json_str(codes, "containerName");
	size_t n = json_len(codes, "values");
	bool ordered = true;

	if (container && !has_container(spec, container))
		violate_invalid_str(v, FPATH(path, "containerName"), container,
				    "must be one of the container or initContainer names in the "
				    "pod template");
	if (n == 0)
		violate_invalid(v, &at, json_arr(codes, "values"), "at least one value is required");
	if (n > VALUES_MAX)
		violate_too_many(v, &at, n, VALUES_MAX);
	for (size_t i = 0; i < n; i++)
		validate_value(codes, i, FPATH_INDEX(&at, i), &ordered, v);
	if (!ordered)
		violate_invalid(v, &at, json_arr(codes, "values"), "must be ordered");
}

static void validate_failure_rule(const json_t *spec, const json_t *rule, const struct fpath *path,
				  struct violations *v)
{
	bool codes = json_has(rule, "onExitCodes"), conditions = json_len(rule, "onPodConditions");

	if (streq(json_str(rule, "action"), "FailIndex") && !json_has(spec, "backoffLimitPerIndex"))
		violate_invalid_str(v, FPATH(path, "action"), "FailIndex",
				    "requires the backoffLimitPerIndex to be set");
	if (codes && conditions)
		violate_invalid(v, path, rule,
				"specifying both OnExitCodes and OnPodConditions is not supported");
	if (!codes && !conditions)
		violate_invalid(v, path, rule,
				"specifying one of OnExitCodes and OnPodConditions is required");
	if (codes)
		validate_exit_codes(spec, json_obj(rule, "onExitCodes"), FPATH(path, "onExitCodes"),
				    v);
}

void job_rules_failure_policy(const json_t *spec, const struct fpath *path, struct violations *v)
{
	const struct fpath policy = { .up = path, .name = "podFailurePolicy" };
	const struct fpath rules = { .up = &policy, .name = "rules" };
	size_t n = json_len(spec, "podFailurePolicy.rules"), i;
	json_t *rule;

	if (n > RULES_MAX)
		violate_too_many(v, &rules, n, RULES_MAX);
	json_each(spec, "podFailurePolicy.rules", i, rule)
		validate_failure_rule(spec, rule, FPATH_INDEX(&rules, i), v);
}

/* ---- successPolicy ---- */

static void validate_success_rule(const json_t *spec, const json_t *rule, const struct fpath *path,
				  struct violations *v)
{
	_cleanup_(index_set_deinit) struct index_set set = { 0 };
	_cleanup_error_ struct error err = ERROR_INIT;
	const char *indexes = json_str(rule, "succeededIndexes");
	int64_t most = json_int(spec, "completions", 0),
		count = json_int(rule, "succeededCount", 1);
	const char *of = "completions";

	if (!indexes && !json_has(rule, "succeededCount"))
		violate_required(v, path,
				 "at least one of succeededCount or succeededIndexes must be "
				 "specified");
	if (indexes && index_set_parse(indexes, most, &set, &err) < 0)
		violate_invalid_str(v, FPATH(path, "succeededIndexes"), indexes,
				    "error parsing succeededIndexes: %s", error_text(&err));
	if (set.n) {
		most = index_set_count(&set);
		of = "indexes in the specified succeededIndexes field";
	}
	if (count < 1)
		violate_invalid_int(v, FPATH(path, "succeededCount"), count,
				    "must be greater than or equal to 1");
	else if (json_has(rule, "succeededCount") && count > most)
		violate_invalid_int(v, FPATH(path, "succeededCount"), count,
				    "must be less than or equal to %lld (the number of %s)",
				    (long long)most, of);
}

void job_rules_success_policy(const json_t *spec, const struct fpath *path, struct violations *v)
{
	const struct fpath policy = { .up = path, .name = "successPolicy" };
	const struct fpath rules = { .up = &policy, .name = "rules" };
	size_t n = json_len(spec, "successPolicy.rules"), i;
	json_t *rule;

	if (!json_has(spec, "successPolicy"))
		return;
	if (n == 0)
		violate_required(v, &rules,
				 "at least one rules must be specified when the successPolicy is "
				 "specified");
	if (n > RULES_MAX)
		violate_too_many(v, &rules, n, RULES_MAX);
	json_each(spec, "successPolicy.rules", i, rule)
		validate_success_rule(spec, rule, FPATH_INDEX(&rules, i), v);
}
