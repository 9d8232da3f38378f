/*
 * pod_validate_volume: volumes: one source each, paths that stay inside, modes, projections.
 */
#include <string.h>

#include "api/pod_rules.h"
#include "api/pod_tables.h"
#include "api/quantity.h"
#include "base/json.h"
#include "base/str.h"

/* Whether one of the parts between slashes is "..". */
static bool has_back_step(const char *path)
{
	_cleanup_strv_ char **parts = strv_split(path, '/');

	return strv_contains(parts, "..");
}

void pod_rules_local_path(const char *text, const struct fpath *path, struct violations *v)
{
	if (text[0] == '/')
		violate_invalid_str(v, path, text, "must be a relative path");
	if (has_back_step(text))
		violate_invalid_str(v, path, text, "must not contain '..'");
}

/* Of a file that a volume makes: nor may it look like the writer's own ("..data"). */
static void rules_file_path(const char *text, const struct fpath *path, struct violations *v)
{
	pod_rules_local_path(text, path, v);
	if (str_starts(text, "..") && !has_back_step(text))
		violate_invalid_str(v, path, text, "must not start with '..'");
}

static void rules_mode(const json_t *mode, const struct fpath *path, struct violations *v)
{
	json_int_t n = json_integer_value(mode);

	if (mode != NULL && (n < 0 || n > 0777))
		violate_invalid_int(v, path, n,
				    "must be a number between 0 and 0777 (octal), both inclusive");
}

static void rules_items(const json_t *source, const struct fpath *path, struct violations *v)
{
	const struct fpath at = { .up = path, .name = "items" };
	json_t *item;
	size_t i;

	json_each(source, "items", i, item) {
		const struct fpath own = { .up = &at, .index = i };

		rules_file_path(json_str_or(item, "path", ""), FPATH(&own, "path"), v);
		rules_mode(json_object_get(item, "mode"), FPATH(&own, "mode"), v);
	}
}

static void rules_downward_item(const json_t *item, const struct fpath *path, struct violations *v)
{
	static const char *const fields[] = { "metadata.annotations", "metadata.labels",
					      "metadata.name",	      "metadata.namespace",
					      "metadata.uid",	      NULL };
	const json_t *field = json_obj(item, "fieldRef");
	const json_t *resource = json_obj(item, "resourceFieldRef");

	if (field != NULL && resource != NULL)
		violate_invalid_str(v, path, "resource",
				    "fieldRef and resourceFieldRef can not be specified "
				    "simultaneously");
	else if (field != NULL)
		pod_rules_field_ref(field, fields, FPATH(path, "fieldRef"), v);
	else if (resource != NULL)
		pod_rules_resource_ref(resource, true, FPATH(path, "resourceFieldRef"), v);
	else
		violate_required(v, path, "one of fieldRef and resourceFieldRef is required");
}

static void rules_downward(const json_t *source, const struct fpath *path, struct violations *v)
{
	const struct fpath at = { .up = path, .name = "items" };
	json_t *item;
	size_t i;

	rules_items(source, path, v);
	json_each(source, "items", i, item)
		rules_downward_item(item, FPATH_INDEX(&at, i), v);
}

/* ---- projected ---- */

static void rules_token(const json_t *token, const struct fpath *path, struct violations *v)
{
	int64_t seconds = json_int(token, "expirationSeconds", 3600);

	if (seconds < 600)
		violate_invalid_int(v, FPATH(path, "expirationSeconds"), seconds,
				    "may not specify a duration less than 10 minutes");
	if (seconds > INT64_C(1) << 32)
		violate_invalid_int(v, FPATH(path, "expirationSeconds"), seconds,
				    "may not specify a duration larger than 2^32 seconds");
	rules_file_path(json_str_or(token, "path", ""), FPATH(path, "path"), v);
}

/* Paths named by the spec must differ over all sources. */
static void rules_unique_path(const char *text, char ***seen, const struct fpath *path,
			      struct violations *v)
{
	if (*text != '\0' && strv_contains(*seen, text))
		violate_invalid_str(v, path, text, "conflicting duplicate paths");
	strv_add(seen, text);
}

static void rules_source_paths(const json_t *source, char ***seen, const struct fpath *path,
			       struct violations *v)
{
	json_t *item;
	size_t i;

	rules_unique_path(json_str_or(source, "path", ""), seen, FPATH(path, "path"), v);
	json_each(source, "items", i, item)
		rules_unique_path(json_str_or(item, "path", ""), seen, path, v);
}

static void rules_projection(const json_t *projection, char ***seen, const struct fpath *path,
			     struct violations *v)
{
	static const char *const names[] = { "secret",
					     "configMap",
					     "downwardAPI",
					     "serviceAccountToken",
					     "clusterTrustBundle",
					     "podCertificate" };
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const json_t *source = json_object_get(projection, names[i]);
		const struct fpath at = { .up = path, .name = names[i] };

		if (source == NULL)
			continue;
		if (n++ > 0) {
			violate_forbidden(v, &at,
					  "may not specify more than 1 volume type per source");
			continue;
		}
		if (streq(names[i], "downwardAPI"))
			rules_downward(source, &at, v);
		else if (streq(names[i], "serviceAccountToken"))
			rules_token(source, &at, v);
		else
			rules_items(source, &at, v);
		rules_source_paths(source, seen, &at, v);
	}
}

static void rules_projected(const json_t *source, const struct fpath *path, struct violations *v)
{
	const struct fpath at = { .up = path, .name = "sources" };
	_cleanup_strv_ char **seen = NULL;
	json_t *projection;
	size_t i;

	json_each(source, "sources", i, projection)
		rules_projection(projection, &seen, FPATH_INDEX(&at, i), v);
}

/* ---- the others ---- */

static void rules_host_path(const json_t *source, const struct fpath *path, struct violations *v)
{
	static const char *const types[] = {
		"",	"BlockDevice",	"CharDevice", "Directory", "DirectoryOrCreate",
		"File", "FileOrCreate", "Socket",     NULL
	};
	const char *type = json_str_or(source, "type", ""), *text = json_str_or(source, "path", "");

	if (has_back_step(text))
		violate_invalid_str(v, FPATH(path, "path"), text, "must not contain '..'");
	for (size_t i = 0; types[i] != NULL; i++)
		if (streq(types[i], type))
			return;
	violate_unsupported(v, FPATH(path, "type"), type, types);
}

static void rules_empty_dir(const json_t *source, const struct fpath *path, struct violations *v)
{
	struct quantity q;
	const char *limit = json_str(source, "sizeLimit");

	if (limit != NULL && quantity_parse(limit, &q, NULL) == 0 && quantity_sign(&q) < 0)
		violate_forbidden(v, FPATH(path, "sizeLimit"),
				  "SizeLimit field must be a valid resource quantity");
}

static void rules_source(const char *name, const json_t *source, const struct fpath *path,
			 struct violations *v)
{
	rules_mode(json_object_get(source, "defaultMode"), FPATH(path, "defaultMode"), v);
	if (streq(name, "hostPath"))
		rules_host_path(source, path, v);
	else if (streq(name, "emptyDir"))
		rules_empty_dir(source, path, v);
	else if (streq(name, "configMap") || streq(name, "secret"))
		rules_items(source, path, v);
	else if (streq(name, "downwardAPI"))
		rules_downward(source, path, v);
	else if (streq(name, "projected"))
		rules_projected(source, path, v);
}

/* Exactly one source, in the order of the table; the later ones are forbidden. */
static void rules_volume(const json_t *volume, const struct fpath *path, struct violations *v)
{
	size_t n = 0;

	for (const struct field *f = schema_volume.fields; f->name != NULL; f++) {
		const json_t *source = json_object_get(volume, f->name);
		const struct fpath at = { .up = path, .name = f->name };

		if (source == NULL || streq(f->name, "name"))
			continue;
		if (n++ > 0)
			violate_forbidden(v, &at, "may not specify more than 1 volume type");
		else
			rules_source(f->name, source, &at, v);
	}
	if (n == 0)
		violate_required(v, path, "must specify a volume type");
}

void pod_rules_volumes(const json_t *spec, const struct fpath *path, struct violations *v)
{
	const struct fpath at = { .up = path, .name = "volumes" };
	_cleanup_strv_ char **names = NULL;
	json_t *volume;
	size_t i;

	json_each(spec, "volumes", i, volume) {
		const struct fpath item = { .up = &at, .index = i };
		const char *name = json_str_or(volume, "name", "");

		if (strv_contains(names, name))
			violate_duplicate(v, FPATH(&item, "name"), name);
		strv_add(&names, name);
		rules_volume(volume, &item, v);
	}
}
