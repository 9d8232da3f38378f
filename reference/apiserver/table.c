/*
 * Columns and cells come from the kind's own table (api/scheme.h); a kind without columns gets Name and Age. Each row
 * carries the object's metadata, which is how clients know what the row is about.
 */
#include "apiserver/table.h"

#include "api/columns.h"
#include "api/meta.h"
#include "base/json.h"
#include "base/str.h"

static const struct printer_column plain_columns[] = {
	{ "Name", "string", "name", 0, column_name },
	{ "Age", "string", "", 0, column_age },
	{ NULL, NULL, NULL, 0, NULL },
};

static const struct printer_column *columns_of(const struct kind *k)
{
	return k->columns ? k->columns : plain_columns;
}

/* ---- Accept ---- */

static bool has_parameter(char *const *parts, const char *wanted)
{
	for (; parts && *parts; parts++)
		if (streq(*parts + strspn(*parts, " "), wanted))
			return true;
	return false;
}

/* One media type with its parameters; ACCEPT_NOTHING: not ours. */
static int accepted_type(const char *text, enum table_version *ret)
{
	_cleanup_strv_ char **parts = strv_split(text, ';');
	const char *type = parts[0] + strspn(parts[0], " ");

	if (streq(type, "application/json") && has_parameter(parts, "as=Table")) {
		*ret = has_parameter(parts, "v=v1")	 ? TABLE_V1 :
		       has_parameter(parts, "v=v1beta1") ? TABLE_V1BETA1 :
							   TABLE_NONE;
		return *ret == TABLE_NONE ? ACCEPT_NOTHING : 0;
	}
	if (!streq(type, "application/json") && !streq(type, "*/*") &&
	    !streq(type, "application/*") && !streq(type, "application/yaml") &&
	    !streq(type, "text/yaml") && *type)
		return ACCEPT_NOTHING;
	if (has_parameter(parts, "as=PartialObjectMetadata") ||
	    has_parameter(parts, "as=PartialObjectMetadataList"))
		return ACCEPT_NOTHING;
	*ret = TABLE_NONE;
	return 0;
}

int table_accepted(const char *accept, enum table_version *ret)
{
	_cleanup_strv_ char **types = strv_split(accept ? accept : "", ',');

	for (char **t = types; *t; t++)
		if (accepted_type(*t, ret) == 0)
			return 0;
	return ACCEPT_NOTHING;
}

/* ---- the table ---- */

static json_t *column_definitions(const struct kind *k)
{
	json_t *out = json_array();

	for (const struct printer_column *c = columns_of(k); c->name; c++)
		json_take_append(out, json_pack("{ss, ss, ss, ss, si}", "name", c->name, "type",
						c->type, "format", c->format ? c->format : "",
						"description", c->name, "priority", c->priority));
	return out;
}

static json_t *row_object(const json_t *obj, const struct table_opts *opts, const char *version)
{
	if (streq(opts->include_object, "None"))
		return NULL;
	if (streq(opts->include_object, "Object"))
		return json_incref((json_t *)obj);
	return json_pack("{ss, ss, sO}", "kind", "PartialObjectMetadata", "apiVersion", version,
			 "metadata", json_object_get(obj, "metadata"));
}

static json_t *row_new(const struct kind *k, const json_t *obj, const struct table_opts *opts,
		       const char *version)
{
	json_t *row = json_object(), *cells = json_array(), *object;

	for (const struct printer_column *c = columns_of(k); c->name; c++)
		json_take_append(cells, c->cell(obj, opts->now_ns));
	json_object_set_new(row, "cells", cells);
	object = row_object(obj, opts, version);
	if (object)
		json_object_set_new(row, "object", object);
	return row;
}

json_t *table_new(const struct kind *k, const json_t *items, const json_t *list_meta,
		  const struct table_opts *opts)
{
	const char *version = opts->version == TABLE_V1 ? "meta.k8s.io/v1" : "meta.k8s.io/v1beta1";
	json_t *out = json_pack("{ss, ss}", "kind", "Table", "apiVersion", version);
	json_t *rows = json_array(), *obj;
	size_t i;

	json_object_set_new(out, "metadata",
			    list_meta ? json_incref((json_t *)list_meta) : json_object());
	json_object_set_new(out, "columnDefinitions",
			    opts->no_columns ? json_array() : column_definitions(k));
	json_array_foreach(items, i, obj)
		json_take_append(rows, row_new(k, obj, opts, version));
	json_object_set_new(out, "rows", rows);
	return out;
}
