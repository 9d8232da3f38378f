/*
 * pod_validate_env: environment entries and the references that env and volumes share.
 *
 * A value comes from one place: a literal, or exactly one reference. Field paths are those that the
 * field's downward API offers, other sets for env and for volumes.
 */
#include <string.h>

#include "api/pod_rules.h"
#include "api/quantity.h"
#include "base/json.h"
#include "base/str.h"

/* Paths that convert at all; whether they are offered depends on the place. */
static bool is_field_path(const char *path)
{
	static const char *const paths[] = {
		"metadata.annotations", "metadata.labels",
		"metadata.name",	"metadata.namespace",
		"metadata.uid",		"spec.nodeName",
		"spec.restartPolicy",	"spec.serviceAccountName",
		"spec.schedulerName",	"spec.hostNetwork",
		"status.phase",		"status.hostIP",
		"status.hostIPs",	"status.podIP",
		"status.podIPs",	"status.nominatedNodeName",
	};

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (streq(paths[i], path))
			return true;
	return false;
}

/* The key of metadata.labels['key'] or annotations; NULL: no such form. The caller frees. */
static char *subscript_of(const char *path)
{
	const char *rest = str_after(path, "metadata.labels['");

	if (rest == NULL)
		rest = str_after(path, "metadata.annotations['");
	if (rest == NULL || !str_ends(rest, "']"))
		return NULL;
	return xstrndup(rest, strlen(rest) - 2);
}

void pod_rules_field_ref(const json_t *ref, const char *const *allowed, const struct fpath *path,
			 struct violations *v)
{
	const struct fpath at = { .up = path, .name = "fieldPath" };
	const char *text = json_str_or(ref, "fieldPath", "");
	_cleanup_free_ char *key = subscript_of(text);

	if (*text == '\0')
		return;
	if (!streq(json_str_or(ref, "apiVersion", "v1"), "v1")) {
		violate_invalid_str(v, &at, text, "unsupported pod version: %s",
				    json_str_or(ref, "apiVersion", ""));
		return;
	}
	if (key != NULL) {
		violate_name(v, &at, NAME_QUALIFIED, key);
		return;
	}
	if (!is_field_path(text)) {
		violate_invalid_str(v, &at, text,
				    "error converting fieldPath: field label not supported: %s",
				    text);
		return;
	}
	for (size_t i = 0; allowed[i] != NULL; i++)
		if (streq(allowed[i], text))
			return;
	violate_unsupported(v, &at, text, allowed);
}

static bool divisor_fits(const char *resource, const char *divisor)
{
	static const char *const whole[] = { "0",  "1",	  "1k",	 "1M",	"1G",  "1T",  "1P",
					     "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei" };

	if (str_ends(resource, ".cpu"))
		return streq(divisor, "0") || streq(divisor, "1") || streq(divisor, "1m");
	for (size_t i = 0; i < ARRAY_SIZE(whole); i++)
		if (streq(whole[i], divisor))
			return true;
	return false;
}

void pod_rules_resource_ref(const json_t *ref, bool in_volume, const struct fpath *path,
			    struct violations *v)
{
	static const char *const names[] = { "limits.cpu",
					     "limits.ephemeral-storage",
					     "limits.memory",
					     "requests.cpu",
					     "requests.ephemeral-storage",
					     "requests.memory",
					     NULL };
	const char *resource = json_str_or(ref, "resource", "");
	const char *divisor = json_str_or(ref, "divisor", "0");
	bool known = str_starts(resource, "limits.hugepages-") ||
		     str_starts(resource, "requests.hugepages-");

	if (in_volume && *json_str_or(ref, "containerName", "") == '\0')
		violate_required(v, FPATH(path, "containerName"), NULL);
	for (size_t i = 0; names[i] != NULL; i++)
		known = known || streq(names[i], resource);
	if (!known && *resource != '\0')
		violate_unsupported(v, FPATH(path, "resource"), resource, names);
	else if (known && !divisor_fits(resource, divisor))
		violate_invalid_str(v, FPATH(path, "divisor"), divisor,
				    str_ends(resource, ".cpu") ?
					    "only divisor's values 1m and 1 are supported with the "
					    "cpu resource" :
					    "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, "
					    "1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the "
					    "memory resource");
}

static void rules_source(const char *name, const json_t *source, const struct fpath *path,
			 struct violations *v)
{
	static const char *const fields[] = { "metadata.name",
					      "metadata.namespace",
					      "metadata.uid",
					      "spec.nodeName",
					      "spec.serviceAccountName",
					      "status.hostIP",
					      "status.hostIPs",
					      "status.podIP",
					      "status.podIPs",
					      NULL };

	if (streq(name, "fieldRef"))
		pod_rules_field_ref(source, fields, path, v);
	else if (streq(name, "resourceFieldRef"))
		pod_rules_resource_ref(source, false, path, v);
	else if (!streq(name, "fileKeyRef") && *json_str_or(source, "name", "") == '\0')
		violate_required(v, FPATH(path, "name"), NULL);
}

static void rules_value_from(const json_t *env, const struct fpath *path, struct violations *v)
{
	static const char *const names[] = { "fieldRef", "resourceFieldRef", "configMapKeyRef",
					     "secretKeyRef", "fileKeyRef" };
	const struct fpath at = { .up = path, .name = "valueFrom" };
	const json_t *from = json_obj(env, "valueFrom");
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const json_t *source = json_obj(from, names[i]);

		if (source == NULL)
			continue;
		n++;
		rules_source(names[i], source, FPATH(&at, names[i]), v);
	}
	if (n == 0)
		violate_invalid_str(v, &at, "",
				    "must specify one of: `configMapKeyRef`, `fieldRef`, "
				    "`fileKeyRef`, `resourceFieldRef`, or `secretKeyRef`");
	if (n > 0 && *json_str_or(env, "value", "") != '\0')
		violate_invalid_str(v, &at, "", "may not be specified when `value` is not empty");
	if (n > 1)
		violate_invalid_str(v, &at, "",
				    "may not have more than one field specified at a time");
}

static void rules_env_from(const json_t *from, const struct fpath *path, struct violations *v)
{
	static const char *const names[] = { "configMapRef", "secretRef" };
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const json_t *ref = json_obj(from, names[i]);
		const struct fpath at = { .up = path, .name = names[i] };

		if (ref == NULL)
			continue;
		n++;
		if (*json_str_or(ref, "name", "") == '\0')
			violate_required(v, FPATH(&at, "name"), NULL);
	}
	if (n == 0)
		violate_invalid_str(v, path, "",
				    "must specify one of: `configMapRef` or `secretRef`");
	if (n > 1)
		violate_invalid_str(v, path, "",
				    "may not have more than one field specified at a time");
}

void pod_rules_env(const json_t *c, const struct fpath *path, struct violations *v)
{
	const struct fpath env = { .up = path, .name = "env" };
	const struct fpath from = { .up = path, .name = "envFrom" };
	json_t *item;
	size_t i;

	json_each(c, "env", i, item) {
		if (json_obj(item, "valueFrom") != NULL)
			rules_value_from(item, FPATH_INDEX(&env, i), v);
	}
	json_each(c, "envFrom", i, item)
		rules_env_from(item, FPATH_INDEX(&from, i), v);
}
