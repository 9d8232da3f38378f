/*
 * meta_validate: names, labels, annotations, owners and finalizers, for objects and templates.
 *
 * Label errors name the map and not the key in their path, as in the field: the value shown is the part
 * that is wrong. On an update identity (name, namespace, uid, creation) is immutable, and an object that
 * is being deleted takes no new finalizer.
 */
#include "api/meta_rules.h"

#include <string.h>

#include "api/meta.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"

#define ANNOTATIONS_MAX (256 * 1024)

void meta_validate_labels(const json_t *labels, const struct fpath *path, struct violations *v)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)labels, key, value) {
		violate_name(v, path, NAME_QUALIFIED, key);
		violate_name(v, path, NAME_LABEL_VALUE, json_string_value(value));
	}
}

static char *lower(const char *s)
{
	char *copy = xstrdup(s);

	for (char *c = copy; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return copy;
}

void meta_validate_annotations(const json_t *annotations, const struct fpath *path,
			       struct violations *v)
{
	const char *key;
	json_t *value;
	size_t total = 0;

	json_object_foreach((json_t *)annotations, key, value) {
		_cleanup_free_ char *folded = lower(key);

		violate_name(v, path, NAME_QUALIFIED, folded);
		total += strlen(key) + json_string_length(value);
	}
	if (total > ANNOTATIONS_MAX)
		violate_too_long(v, path, ANNOTATIONS_MAX);
}

static void validate_requirement(const json_t *req, const struct fpath *path, struct violations *v)
{
	const char *op = json_str_or(req, "operator", "");
	size_t n = json_len(req, "values"), i;
	json_t *value;

	if (streq(op, "In") || streq(op, "NotIn")) {
		if (n == 0)
			violate_required(v, FPATH(path, "values"),
					 "must be specified when `operator` is 'In' or 'NotIn'");
	} else if (streq(op, "Exists") || streq(op, "DoesNotExist")) {
		if (n > 0)
			violate_forbidden(v, FPATH(path, "values"),
					  "may not be specified when `operator` is 'Exists' or "
					  "'DoesNotExist'");
	} else if (*op != '\0') {
		violate_invalid_str(v, FPATH(path, "operator"), op, "not a valid selector operator");
	}
	json_each(req, "values", i, value)
		violate_name(v, FPATH_INDEX(FPATH(path, "values"), i), NAME_LABEL_VALUE,
			     json_string_value(value));
}

void meta_validate_selector(const json_t *selector, const struct fpath *path, struct violations *v)
{
	const struct fpath at = { .up = path, .name = "matchExpressions" };
	json_t *req;
	size_t i;

	meta_validate_labels(json_obj(selector, "matchLabels"), FPATH(path, "matchLabels"), v);
	json_each(selector, "matchExpressions", i, req)
		validate_requirement(req, FPATH_INDEX(&at, i), v);
}

static void validate_name(const struct kind *k, const json_t *obj, const struct fpath *meta,
			  struct violations *v)
{
	const char *name = json_str_or(obj, "metadata.name", "");
	const char *generate = json_str_or(obj, "metadata.generateName", "");
	const char *ns = json_str_or(obj, "metadata.namespace", "");

	if (*name != '\0')
		violate_name(v, FPATH(meta, "name"), k->name_rule, name);
	else if (*generate == '\0')
		violate_required(v, FPATH(meta, "name"), "name or generateName is required");
	else {
		_cleanup_free_ char *made = meta_make_name(generate);
		const char *problems[NAME_MAX_PROBLEMS];

		for (size_t i = 0, n = name_check(k->name_rule, made, problems); i < n; i++)
			violate_invalid_str(v, FPATH(meta, "generateName"), generate, "%s",
					    problems[i]);
	}
	if (!k->namespaced && *ns != '\0')
		violate_forbidden(v, FPATH(meta, "namespace"), "not allowed on this type");
	else if (*ns != '\0')
		violate_name(v, FPATH(meta, "namespace"), NAME_DNS1123_LABEL, ns);
}

static void validate_owners(const json_t *obj, const struct fpath *meta, struct violations *v)
{
	const char *first = NULL;
	json_t *ref;
	size_t i;

	json_each(obj, "metadata.ownerReferences", i, ref) {
		const char *name = json_str_or(ref, "name", "");

		if (!json_bool(ref, "controller", false))
			continue;
		if (first != NULL)
			violate_invalid(v, FPATH(meta, "ownerReferences"), meta_owner_refs(obj),
					"Only one reference can have Controller set to true. Found "
					"\"true\" in references for %s and %s",
					first, name);
		first = name;
	}
}

/* A name without a prefix is one of the system's own. */
static void validate_finalizer(const json_t *item, const struct fpath *path, size_t i,
			       struct violations *v)
{
	static const char *const own[] = { "kubernetes", "orphan", "foregroundDeletion" };
	const char *name = json_string_value(item);

	if (!violate_name(v, path, NAME_QUALIFIED, name) || strchr(name, '/'))
		return;
	for (size_t k = 0; k < ARRAY_SIZE(own); k++)
		if (streq(name, own[k]))
			return;
	violate_invalid_str(v, FPATH_INDEX(path, i), name,
			    "name is neither a standard finalizer name nor is it fully qualified");
}

void meta_validate(const struct kind *k, const json_t *obj, struct violations *v)
{
	const struct fpath meta = { .name = "metadata" };
	const struct fpath finalizers = { .up = &meta, .name = "finalizers" };
	json_t *item;
	size_t i;

	validate_name(k, obj, &meta, v);
	meta_validate_labels(meta_labels(obj), FPATH(&meta, "labels"), v);
	meta_validate_annotations(meta_annotations(obj), FPATH(&meta, "annotations"), v);
	validate_owners(obj, &meta, v);
	json_each(obj, "metadata.finalizers", i, item)
		validate_finalizer(item, &finalizers, i, v);
}

static void validate_finalizers_update(const json_t *new_obj, const json_t *old_obj,
				       struct violations *v)
{
	const struct fpath meta = { .name = "metadata" };
	_cleanup_strv_ char **old = NULL;
	json_t *item;
	size_t i;

	if (meta_deletion_timestamp(old_obj) == NULL)
		return;
	old = strv_from_json(json_arr(old_obj, "metadata.finalizers"));
	json_each(new_obj, "metadata.finalizers", i, item) {
		const char *name = json_string_value(item);

		if (name != NULL && !strv_contains(old, name))
			violate_forbidden(v, FPATH(&meta, "finalizers"),
					  "no new finalizers can be added if the object is being "
					  "deleted, found new finalizers []string{\"%s\"}",
					  name);
	}
}

void meta_validate_update(const json_t *new_obj, const json_t *old_obj, struct violations *v)
{
	static const char *const fixed[] = { "name", "namespace", "uid", "creationTimestamp" };
	const struct fpath meta = { .name = "metadata" };

	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++) {
		const json_t *now = json_object_get(json_obj(new_obj, "metadata"), fixed[i]);
		const json_t *old = json_object_get(json_obj(old_obj, "metadata"), fixed[i]);

		if (now != NULL && old != NULL && !json_equal(now, old))
			violate_invalid(v, FPATH(&meta, fixed[i]), now, "field is immutable");
	}
	validate_finalizers_update(new_obj, old_obj, v);
}
