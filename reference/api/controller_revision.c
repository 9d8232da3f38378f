/*
 * controller_revision: a snapshot of a template that a DaemonSet or a StatefulSet had.
 *
 * `data` is what brings the owner back to it: a patch, never looked into here, and never changed once it is
 * there. `revision` orders the snapshots of one owner and goes up when an old one becomes the present one again.
 */
#include "api/controller_revision.h"

#include "api/columns.h"
#include "api/meta.h"
#include "api/schema_rows.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"

static SCHEMA(schema_controller_revision, "ControllerRevision", TYPE_META,
	      OBJ("metadata", schema_object_meta), ANY("data"),
	      INT64("revision", .flags = FIELD_PTR | FIELD_RANGE, .dflt = "0", AT_LEAST(0)));

static void validate(const json_t *obj, struct violations *v)
{
	const json_t *data = json_object_get(obj, "data");

	if (data == NULL || json_is_null(data))
		violate_required(v, FPATH(NULL, "data"), "data is mandatory");
}

static void validate_update(const json_t *new_obj, const json_t *old_obj, struct violations *v)
{
	const json_t *data = json_object_get(new_obj, "data");

	if (!json_same(data, json_object_get(old_obj, "data")))
		violate_invalid(v, FPATH(NULL, "data"), data, "field is immutable");
}

/* "daemonset.apps/web" */
static json_t *cell_controller(const json_t *obj, int64_t now_ns)
{
	const json_t *ref = meta_controller_ref(obj);
	const struct kind *k =
		scheme_kind(json_str_or(ref, "apiVersion", ""), json_str_or(ref, "kind", ""));
	_cleanup_free_ char *text = NULL;

	(void)now_ns;
	if (k != NULL)
		text = str_printf("%s%s%s/%s", k->singular, *k->group != '\0' ? "." : "", k->group,
				  json_str_or(ref, "name", ""));
	else if (ref != NULL)
		text = xstrdup(json_str_or(ref, "name", ""));
	return column_text(text);
}

static json_t *cell_revision(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return json_integer(json_int(obj, "revision", 0));
}

static const struct printer_column columns[] = {
	{ "Name", "string", "name", 0, column_name },
	{ "Controller", "string", "", 0, cell_controller },
	{ "Revision", "integer", "", 0, cell_revision },
	{ "Age", "string", "", 0, column_age },
	{ 0 },
};

const struct kind kind_controller_revision = {
	KIND_NAMES("apps", "v1", "ControllerRevision", "controllerrevisions", "controllerrevision"),
	.namespaced = true,
	.name_rule = NAME_DNS1123_SUBDOMAIN,
	.default_propagation = "Background",
	.schema = &schema_controller_revision,
	.validate = validate,
	.validate_update = validate_update,
	.columns = columns,
};
