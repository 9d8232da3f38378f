/*
 * pod_validate_affinity: the rules of spec.affinity.
 *
 * Of an expression the operator says how many values there are. Fields of nodes can be selected by too, but only by the name, and one
 * name at that. Terms about pods hold two label selectors and a topology key, which is a label's key.
 */
#include "api/meta_rules.h"
#include "api/pod_rules.h"
#include "base/json.h"
#include "base/str.h"

#define REQUIRED "requiredDuringSchedulingIgnoredDuringExecution"
#define PREFERRED "preferredDuringSchedulingIgnoredDuringExecution"

static void rules_expression(const json_t *expr, const struct fpath *path, struct violations *v)
{
	const char *op = json_str_or(expr, "operator", "");
	size_t n = json_len(expr, "values");

	if ((streq(op, "In") || streq(op, "NotIn")) && n == 0)
		violate_required(v, FPATH(path, "values"),
				 "must be specified when `operator` is 'In' or 'NotIn'");
	if ((streq(op, "Exists") || streq(op, "DoesNotExist")) && n > 0)
		violate_forbidden(v, FPATH(path, "values"),
				  "may not be specified when `operator` is 'Exists' or "
				  "'DoesNotExist'");
	if ((streq(op, "Gt") || streq(op, "Lt")) && n != 1)
		violate_required(v, FPATH(path, "values"),
				 "must be specified single value when `operator` is 'Lt' or 'Gt'");
	violate_name(v, FPATH(path, "key"), NAME_QUALIFIED, json_str_or(expr, "key", ""));
}

static void rules_field(const json_t *expr, const struct fpath *path, struct violations *v)
{
	const char *op = json_str_or(expr, "operator", ""), *key = json_str_or(expr, "key", "");

	if (!streq(op, "In") && !streq(op, "NotIn"))
		violate_invalid_str(v, FPATH(path, "operator"), op, "not a valid selector operator");
	else if (json_len(expr, "values") != 1)
		violate_required(v, FPATH(path, "values"),
				 "must be only one value when `operator` is 'In' or 'NotIn' for "
				 "node field selector");
	if (!streq(key, "metadata.name"))
		violate_invalid_str(v, FPATH(path, "key"), key, "not a valid field selector key");
}

static void rules_node_term(const json_t *term, const struct fpath *path, struct violations *v)
{
	const struct fpath labels = { .up = path, .name = "matchExpressions" };
	const struct fpath fields = { .up = path, .name = "matchFields" };
	json_t *expr;
	size_t i;

	json_each(term, "matchExpressions", i, expr)
		rules_expression(expr, FPATH_INDEX(&labels, i), v);
	json_each(term, "matchFields", i, expr)
		rules_field(expr, FPATH_INDEX(&fields, i), v);
}

static void rules_weight(const json_t *preferred, const struct fpath *path, struct violations *v)
{
	int64_t weight = json_int(preferred, "weight", 0);

	if (weight < 1 || weight > 100)
		violate_invalid_int(v, FPATH(path, "weight"), weight, "must be in the range 1-100");
}

static void rules_node(const json_t *affinity, const struct fpath *path, struct violations *v)
{
	const struct fpath required = { .up = path, .name = REQUIRED };
	const struct fpath terms = { .up = &required, .name = "nodeSelectorTerms" };
	const struct fpath preferred = { .up = path, .name = PREFERRED };
	json_t *term;
	size_t i;

	json_each(affinity, REQUIRED ".nodeSelectorTerms", i, term)
		rules_node_term(term, FPATH_INDEX(&terms, i), v);
	json_each(affinity, PREFERRED, i, term) {
		const struct fpath at = { .up = &preferred, .index = i };

		rules_weight(term, &at, v);
		rules_node_term(json_obj(term, "preference"), FPATH(&at, "preference"), v);
	}
}

static void rules_pod_term(const json_t *term, const struct fpath *path, struct violations *v)
{
	const struct fpath namespaces = { .up = path, .name = "namespaces" };
	const char *key = json_str_or(term, "topologyKey", "");
	json_t *ns;
	size_t i;

	if (json_obj(term, "labelSelector"))
		meta_validate_selector(json_obj(term, "labelSelector"),
				       FPATH(path, "labelSelector"), v);
	if (json_obj(term, "namespaceSelector"))
		meta_validate_selector(json_obj(term, "namespaceSelector"),
				       FPATH(path, "namespaceSelector"), v);
	json_each(term, "namespaces", i, ns)
		violate_name(v, FPATH_INDEX(&namespaces, i), NAME_DNS1123_LABEL,
			     json_string_value(ns));
	if (*key != '\0')
		violate_name(v, FPATH(path, "topologyKey"), NAME_QUALIFIED, key);
}

static void rules_pods(const json_t *affinity, const struct fpath *path, struct violations *v)
{
	const struct fpath required = { .up = path, .name = REQUIRED };
	const struct fpath preferred = { .up = path, .name = PREFERRED };
	json_t *term;
	size_t i;

	json_each(affinity, REQUIRED, i, term)
		rules_pod_term(term, FPATH_INDEX(&required, i), v);
	json_each(affinity, PREFERRED, i, term) {
		const struct fpath at = { .up = &preferred, .index = i };

		rules_weight(term, &at, v);
		rules_pod_term(json_obj(term, "podAffinityTerm"), FPATH(&at, "podAffinityTerm"), v);
	}
}

void pod_rules_affinity(const json_t *spec, const struct fpath *path, struct violations *v)
{
	const struct fpath at = { .up = path, .name = "affinity" };

	rules_node(json_obj(spec, "affinity.nodeAffinity"), FPATH(&at, "nodeAffinity"), v);
	rules_pods(json_obj(spec, "affinity.podAffinity"), FPATH(&at, "podAffinity"), v);
	rules_pods(json_obj(spec, "affinity.podAntiAffinity"), FPATH(&at, "podAntiAffinity"), v);
}
