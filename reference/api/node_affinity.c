/*
 * node_affinity: the matching between pods and the labels, fields and taints of nodes.
 *
 * nodeSelector and required affinity must both hold. Terms of the affinity are alternatives, the
 * expressions of one term must all hold, and a term without any expression matches no node. NotIn and
 * DoesNotExist hold for a label that is absent; Gt and Lt compare whole numbers and hold for nothing else.
 */
#include "api/node_affinity.h"

#include "api/meta.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"

static bool is_among(const json_t *values, const char *value)
{
	json_t *v;
	size_t i;

	json_array_foreach((json_t *)values, i, v)
		if (streq(json_string_value(v), value))
			return true;
	return false;
}

static bool compares(const char *value, const char *bound, bool greater)
{
	int64_t a, b;

	if (!value || !bound || str_to_int64(value, INT64_MIN, INT64_MAX, &a) < 0 ||
	    str_to_int64(bound, INT64_MIN, INT64_MAX, &b) < 0)
		return false;
	return greater ? a > b : a < b;
}

static bool expression_holds(const json_t *expr, const char *value)
{
	const char *op = json_str_or(expr, "operator", "");
	const json_t *values = json_arr(expr, "values");

	if (streq(op, "In"))
		return value && is_among(values, value);
	if (streq(op, "NotIn"))
		return !value || !is_among(values, value);
	if (streq(op, "Exists"))
		return value != NULL;
	if (streq(op, "DoesNotExist"))
		return value == NULL;
	return compares(value, json_str(expr, "values[0]"), streq(op, "Gt"));
}

static const char *field_of(const json_t *node, const char *key)
{
	return streq(key, "metadata.name") ? meta_name(node) : NULL;
}

bool node_term_matches(const json_t *term, const json_t *node)
{
	json_t *expr;
	size_t i;

	if (!json_len(term, "matchExpressions") && !json_len(term, "matchFields"))
		return false;
	json_each(term, "matchExpressions", i, expr)
		if (!expression_holds(expr, meta_label(node, json_str_or(expr, "key", ""))))
			return false;
	json_each(term, "matchFields", i, expr)
		if (!expression_holds(expr, field_of(node, json_str_or(expr, "key", ""))))
			return false;
	return true;
}

bool node_selector_matches(const json_t *selector, const json_t *node)
{
	json_t *term;
	size_t i;

	json_each(selector, "nodeSelectorTerms", i, term)
		if (node_term_matches(term, node))
			return true;
	return false;
}

bool node_affinity_matches(const json_t *pod, const json_t *node)
{
	const json_t *required = json_at(pod, "spec.affinity.nodeAffinity."
					      "requiredDuringSchedulingIgnoredDuringExecution");
	json_t *selector = json_obj(pod, "spec.nodeSelector"), *value;
	const char *key;

	json_object_foreach(selector, key, value)
		if (!streq(meta_label(node, key), json_string_value(value)))
			return false;
	if (!json_is_object(required))
		return true;
	return node_selector_matches(required, node);
}

bool toleration_covers(const json_t *toleration, const json_t *taint)
{
	const char *key = json_str_or(toleration, "key", "");
	const char *effect = json_str_or(toleration, "effect", "");

	if (*effect && !streq(effect, json_str(taint, "effect")))
		return false;
	if (*key && !streq(key, json_str(taint, "key")))
		return false;
	if (streq(json_str(toleration, "operator"), "Exists"))
		return true;
	return *key && streq(json_str_or(toleration, "value", ""), json_str_or(taint, "value", ""));
}

static bool is_tolerated(const json_t *pod, const json_t *taint)
{
	json_t *toleration;
	size_t i;

	json_each(pod, "spec.tolerations", i, toleration)
		if (toleration_covers(toleration, taint))
			return true;
	return false;
}

static bool keeps_away(const json_t *pod, const json_t *taint, const char *const *effects)
{
	return strv_contains((char *const *)effects, json_str_or(taint, "effect", "")) &&
	       !is_tolerated(pod, taint);
}

const json_t *node_untolerated_taint(const json_t *pod, const json_t *node,
				     const char *const *effects)
{
	json_t *taint;
	size_t i;

	json_each(node, "spec.taints", i, taint)
		if (keeps_away(pod, taint, effects))
			return taint;
	return NULL;
}

size_t node_untolerated_taints(const json_t *pod, const json_t *node, const char *const *effects)
{
	json_t *taint;
	size_t i, n = 0;

	json_each(node, "spec.taints", i, taint)
		n += keeps_away(pod, taint, effects);
	return n;
}
