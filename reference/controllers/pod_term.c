/*
 * pod_term: the pods that one term of podAffinity or podAntiAffinity means.
 *
 * They are those in the term's namespaces (the owner's own when it names none) whose labels its selector matches; no selector
 * matches nothing. matchLabelKeys and mismatchLabelKeys add what the owner itself carries: the same value, or another one.
 * A namespaceSelector is asked about the labels of the pod's namespace; {} means every namespace.
 */
#include "controllers/pod_term.h"

#include "api/meta.h"
#include "api/selector.h"
#include "base/json.h"
#include "base/str.h"

struct pod_term {
	const json_t *owner, *term, *namespaces;
	struct selector *labels, *of_namespaces; /* of_namespaces: NULL when there is none */
	bool is_valid;
};

struct pod_term *pod_term_new(const json_t *owner, const json_t *term, const json_t *namespaces)
{
	struct pod_term *t = xnew(t);
	const json_t *wanted = json_obj(term, "labelSelector"),
		     *by_label = json_obj(term, "namespaceSelector");

	t->owner = owner;
	t->term = term;
	t->namespaces = namespaces;
	t->is_valid = wanted && selector_from_object(wanted, &t->labels, NULL) == 0 &&
		      (!by_label || selector_from_object(by_label, &t->of_namespaces, NULL) == 0);
	return t;
}

struct pod_term *pod_term_free(struct pod_term *t)
{
	if (!t)
		return NULL;
	selector_free(t->labels);
	selector_free(t->of_namespaces);
	free(t);
	return NULL;
}

static const json_t *namespace_named(const json_t *namespaces, const char *name)
{
	json_t *ns;
	size_t i;

	json_array_foreach((json_t *)namespaces, i, ns)
		if (streq(meta_name(ns), name))
			return ns;
	return NULL;
}

static bool is_in_namespace(const struct pod_term *t, const json_t *pod)
{
	const char *ns = meta_namespace(pod);
	json_t *name;
	size_t i;

	if (!json_len(t->term, "namespaces") && !json_obj(t->term, "namespaceSelector"))
		return streq(ns, meta_namespace(t->owner));
	json_each(t->term, "namespaces", i, name)
		if (streq(json_string_value(name), ns))
			return true;
	return t->of_namespaces &&
	       selector_matches(t->of_namespaces, meta_labels(namespace_named(t->namespaces, ns)));
}

/* A key that the owner lacks demands nothing. */
static bool agrees_with_owner(const struct pod_term *t, const json_t *pod)
{
	json_t *key;
	size_t i;

	json_each(t->term, "matchLabelKeys", i, key) {
		const char *own = meta_label(t->owner, json_string_value(key));

		if (own && !streq(own, meta_label(pod, json_string_value(key))))
			return false;
	}
	json_each(t->term, "mismatchLabelKeys", i, key) {
		const char *own = meta_label(t->owner, json_string_value(key));

		if (own && streq(own, meta_label(pod, json_string_value(key))))
			return false;
	}
	return true;
}

bool pod_term_selects(const struct pod_term *t, const json_t *pod)
{
	return t->is_valid && is_in_namespace(t, pod) &&
	       selector_matches(t->labels, meta_labels(pod)) && agrees_with_owner(t, pod);
}

const char *pod_term_key(const struct pod_term *t)
{
	return json_str_or(t->term, "topologyKey", "");
}

const char *pod_term_place(const struct pod_term *t, const json_t *node)
{
	return meta_label(node, pod_term_key(t));
}
