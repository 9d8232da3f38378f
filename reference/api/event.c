/*
 * event: the Event kind (v1): table, columns, and making one.
 *
 * An event's name is its object's and sixteen hex digits that never repeat. Who reports the same thing
 * again bumps the count of the event that is there instead of writing another.
 */
#include <string.h>
#include <sys/random.h>

#include "api/cluster.h"
#include "api/columns.h"
#include "api/meta.h"
#include "api/schema_rows.h"
#include "base/json.h"
#include "base/str.h"

static SCHEMA(schema_event_source, "EventSource", STR("component"), STR("host"));

static SCHEMA(schema_event_series, "EventSeries", INT32("count"), TIME("lastObservedTime"));

static SCHEMA(schema_event, "Event", TYPE_META, OBJ("metadata", schema_object_meta),
	      OBJ("involvedObject", schema_object_reference, .flags = FIELD_REQUIRED),
	      STR("reason"), STR("message"), OBJ("source", schema_event_source, .dflt = "{}"),
	      TIME("firstTimestamp"), TIME("lastTimestamp"), INT32("count"), STR("type"),
	      TIME("eventTime"), OBJ("series", schema_event_series), STR("action"),
	      OBJ("related", schema_object_reference),
	      STR("reportingComponent", .flags = FIELD_PTR, .dflt = ""),
	      STR("reportingInstance", .flags = FIELD_PTR, .dflt = ""));

static void event_validate(const json_t *obj, struct violations *v)
{
	const struct fpath ref = { .name = "involvedObject" };
	const char *ns = json_str_or(obj, "involvedObject.namespace", "");
	const char *own = json_str_or(obj, "metadata.namespace", "default");

	if (*ns == '\0' ? !streq(own, "default") : !streq(ns, own))
		violate_invalid_str(v, FPATH(&ref, "namespace"), ns,
				    "does not match event.namespace");
}

/* ---- columns ---- */

static json_t *cell_last_seen(const json_t *obj, int64_t now_ns)
{
	const char *stamp = json_str(obj, "lastTimestamp");
	_cleanup_free_ char *words =
		age_words(stamp != NULL ? stamp : json_str(obj, "eventTime"), now_ns);

	return json_string(words);
}

static json_t *cell_type(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return json_string(json_str_or(obj, "type", ""));
}

static json_t *cell_reason(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return json_string(json_str_or(obj, "reason", ""));
}

static json_t *cell_object(const json_t *obj, int64_t now_ns)
{
	_cleanup_free_ char *kind = xstrdup(json_str_or(obj, "involvedObject.kind", ""));

	(void)now_ns;
	for (char *c = kind; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return json_sprintf("%s/%s", kind, json_str_or(obj, "involvedObject.name", ""));
}

static json_t *cell_message(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return json_string(json_str_or(obj, "message", ""));
}

static const struct printer_column event_columns[] = {
	{ "Last Seen", "string", "", 0, cell_last_seen },
	{ "Type", "string", "", 0, cell_type },
	{ "Reason", "string", "", 0, cell_reason },
	{ "Object", "string", "", 0, cell_object },
	{ "Message", "string", "", 0, cell_message },
	{ "Name", "string", "name", 1, column_name },
	{ 0 },
};

static const char *const event_fields[] = {
	"involvedObject.kind",
	"involvedObject.namespace",
	"involvedObject.name",
	"involvedObject.uid",
	"involvedObject.apiVersion",
	"involvedObject.resourceVersion",
	"involvedObject.fieldPath",
	"reason",
	"reportingComponent",
	"source",
	"type",
	NULL,
};

const struct kind kind_event = {
	KIND_CORE_NAMES("Event", "events", "event"),
	.short_names = (const char *const[]){ "ev", NULL },
	.namespaced = true,
	.name_rule = NAME_ANY,
	.default_propagation = "Background",
	.schema = &schema_event,
	.validate = event_validate,
	.field_labels = event_fields,
	.columns = event_columns,
};

/* ---- making one ---- */

static json_t *reference_new(const json_t *obj, const char *field_path)
{
	const char *from[] = {
		meta_kind(obj), meta_namespace(obj),   meta_name(obj),
		meta_uid(obj),	meta_api_version(obj), json_str(obj, "metadata.resourceVersion"),
		field_path
	};
	static const char *const to[] = { "kind",	"namespace",	   "name",     "uid",
					  "apiVersion", "resourceVersion", "fieldPath" };
	json_t *ref = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(to); i++)
		if (from[i] != NULL && *from[i] != '\0')
			json_object_set_new(ref, to[i], json_string(from[i]));
	return ref;
}

json_t *event_object_new(const json_t *obj, const char *field_path, const char *type,
			 const char *reason, const char *message, const char *component,
			 const char *host, const char *now)
{
	const char *name = meta_name(obj) != NULL ? meta_name(obj) : "unknown";
	const char *ns = meta_namespace(obj) != NULL ? meta_namespace(obj) : "default";
	json_t *event = json_pack("{s:s,s:s}", "apiVersion", "v1", "kind", "Event");
	_cleanup_free_ char *own_name = NULL;
	unsigned long long id = 0;

	if (getrandom(&id, sizeof id, 0) != sizeof id)
		abort();
	own_name = str_printf("%.230s.%016llx", name, id);
	meta_set(event, "name", own_name);
	meta_set(event, "namespace", ns);
	json_object_set_new(event, "involvedObject", reference_new(obj, field_path));
	json_set_str(event, "reason", reason);
	json_set_str(event, "message", message);
	json_set_str(event, "type", type);
	json_set_str(event, "source.component", component);
	if (host != NULL)
		json_set_str(event, "source.host", host);
	json_set_str(event, "firstTimestamp", now);
	json_set_str(event, "lastTimestamp", now);
	json_set_int(event, "count", 1);
	json_set_str(event, "reportingComponent", component);
	json_set_str(event, "reportingInstance", host != NULL ? host : "");
	return event;
}

void event_bump(json_t *event, const char *now)
{
	json_set_int(event, "count", json_int(event, "count", 1) + 1);
	json_set_str(event, "lastTimestamp", now);
}
