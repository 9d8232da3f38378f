/*
 * pod_validate_gated: where a pod may go can still be narrowed while it is gated.
 *
 * Labels may be added to nodeSelector and expressions to the terms of required node affinity; nothing that is there may go, since who
 * gated the pod may have counted on it. A pod without required affinity may get some. Preferences may change at will.
 */
#include "api/pod_rules.h"
#include "base/json.h"

#define REQUIRED "requiredDuringSchedulingIgnoredDuringExecution"
#define TERMS "affinity.nodeAffinity." REQUIRED ".nodeSelectorTerms"
#define ONLY_ADDITIONS "only additions are allowed (no mutations or deletions)"

/* Whether every entry of before is still there, with its value. */
static bool has_all_labels(const json_t *now, const json_t *before)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)before, key, value)
		if (!json_same(json_object_get(now, key), value))
			return false;
	return true;
}

static bool begins_with(const json_t *now, const json_t *before)
{
	json_t *entry;
	size_t i;

	json_array_foreach((json_t *)before, i, entry)
		if (!json_same(json_array_get(now, i), entry))
			return false;
	return true;
}

/* An empty term matches nothing: any expression would widen it. */
static bool is_narrower_term(const json_t *now, const json_t *before)
{
	if (!json_len(before, "matchExpressions") && !json_len(before, "matchFields"))
		return !json_len(now, "matchExpressions") && !json_len(now, "matchFields");
	return begins_with(json_arr(now, "matchExpressions"),
			   json_arr(before, "matchExpressions")) &&
	       begins_with(json_arr(now, "matchFields"), json_arr(before, "matchFields"));
}

static void check_terms(const json_t *now, const json_t *before, const struct fpath *spec,
			struct violations *v)
{
	const struct fpath affinity = { .up = spec, .name = "affinity" };
	const struct fpath node = { .up = &affinity, .name = "nodeAffinity" };
	const struct fpath required = { .up = &node, .name = REQUIRED };
	const struct fpath terms = { .up = &required, .name = "nodeSelectorTerms" };
	const json_t *wanted = json_arr(now, TERMS);
	json_t *term;
	size_t i;

	if (!json_len(before, TERMS))
		return;
	if (json_array_size(wanted) != json_len(before, TERMS)) {
		violate_invalid(v, &terms, wanted,
				"no additions/deletions to non-empty NodeSelectorTerms list are "
				"allowed");
		return;
	}
	json_each(before, TERMS, i, term)
		if (!is_narrower_term(json_array_get(wanted, i), term))
			violate_invalid(v, FPATH_INDEX(&terms, i), json_array_get(wanted, i),
					ONLY_ADDITIONS);
}

void pod_rules_gated(const json_t *now, const json_t *before, const struct fpath *spec,
		     struct violations *v)
{
	const json_t *selector = json_obj(now, "nodeSelector");

	if (!has_all_labels(selector, json_obj(before, "nodeSelector")))
		violate_invalid(v, FPATH(spec, "nodeSelector"), selector, ONLY_ADDITIONS);
	check_terms(now, before, spec, v);
}
