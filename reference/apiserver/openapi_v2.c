/*
 * OpenAPI v2 as protobuf: what kubectl before 1.27 validates, explains and merges by. It understands no JSON here.
 *
 * The same schemas as in v3 (openapi_schema.c), of all group versions in one document, encoded as a message of
 * gnostic's OpenAPIv2.proto; beside them only what clients look up: whether a kind's PATCH knows dryRun.
 */
#include "apiserver/openapi.h"

#include "apiserver/server.h"
#include "base/json.h"
#include "base/str.h"
#include "base/strbuf.h"

DEFINE_CLEANUP_FUNC(struct openapi *, openapi_free)

#define V3_PREFIX "#/components/schemas/"

/* The numbers that are used of each message. */
enum { DOCUMENT_SWAGGER = 1, DOCUMENT_INFO = 2, DOCUMENT_PATHS = 8, DOCUMENT_DEFINITIONS = 9 };
enum { NAMED_NAME = 1, NAMED_VALUE = 2 }; /* of every Named… */
enum { INFO_TITLE = 1, INFO_VERSION = 2 };
enum { PATHS_PATH = 2, ITEM_PATCH = 8 };
enum { OPERATION_PARAMETERS = 8, OPERATION_EXTENSION = 13 };
enum { QUERY_IN = 2, QUERY_NAME = 4, QUERY_TYPE = 6 };
enum { ANY_YAML = 2, ONLY_MEMBER = 1 };
enum {
	SCHEMA_REF = 1,
	SCHEMA_FORMAT = 2,
	SCHEMA_DESCRIPTION = 4,
	SCHEMA_REQUIRED = 19,
	SCHEMA_ADDITIONAL = 21,
	SCHEMA_TYPE = 22,
	SCHEMA_ITEMS = 23,
	SCHEMA_PROPERTIES = 25,
	SCHEMA_EXTENSION = 31,
};

/* ---- the wire ---- */

static void add_varint(struct strbuf *b, size_t v)
{
	for (; v > 0x7f; v >>= 7)
		strbuf_addc(b, (char)(v | 0x80));
	strbuf_addc(b, (char)v);
}

static void add_bytes(struct strbuf *b, unsigned number, const char *data, size_t len)
{
	add_varint(b, number << 3 | 2);
	add_varint(b, len);
	strbuf_add(b, data, len);
}

static void add_text(struct strbuf *b, unsigned number, const char *text)
{
	if (text && *text)
		add_bytes(b, number, text, strlen(text));
}

/* message goes into b and is gone. */
static void add_message(struct strbuf *b, unsigned number, struct strbuf *message)
{
	add_bytes(b, number, strbuf_str(message), message->len);
	strbuf_deinit(message);
	*message = (struct strbuf)STRBUF_INIT;
}

/* value, wrapped in messages of one member each, from the inside out. */
static void wrap(struct strbuf *value, unsigned number)
{
	struct strbuf outer = STRBUF_INIT;

	add_message(&outer, number, value);
	*value = outer;
}

static void add_named(struct strbuf *b, unsigned number, const char *name, struct strbuf *value)
{
	struct strbuf named = STRBUF_INIT;

	add_text(&named, NAMED_NAME, name);
	add_message(&named, NAMED_VALUE, value);
	add_message(b, number, &named);
}

/* An extension: any value, as YAML, which JSON is. */
static void add_extension(struct strbuf *b, unsigned number, const char *name, const json_t *value)
{
	_cleanup_free_ char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	struct strbuf any = STRBUF_INIT;

	add_text(&any, ANY_YAML, text);
	add_named(b, number, name, &any);
}

/* ---- schemas ---- */

static void add_schema(struct strbuf *b, const json_t *v);

static void add_child(struct strbuf *b, unsigned number, const json_t *v)
{
	struct strbuf child = STRBUF_INIT;

	if (!v)
		return;
	add_schema(&child, v);
	wrap(&child, ONLY_MEMBER);
	add_message(b, number, &child);
}

static void add_reference(struct strbuf *b, const json_t *v)
{
	const char *ref = json_str(v, "allOf[0].$ref");
	_cleanup_free_ char *text =
		ref ? str_printf("#/definitions/%s", str_after(ref, V3_PREFIX)) : NULL;

	add_text(b, SCHEMA_REF, text);
}

static void add_members(struct strbuf *b, const json_t *v)
{
	struct strbuf all = STRBUF_INIT;
	const char *name;
	json_t *member;

	json_object_foreach(json_object_get(v, "properties"), name, member) {
		struct strbuf value = STRBUF_INIT;

		add_schema(&value, member);
		add_named(&all, ONLY_MEMBER, name, &value);
	}
	if (all.len)
		add_message(b, SCHEMA_PROPERTIES, &all);
}

static void add_type(struct strbuf *b, const json_t *v)
{
	/* v2 knows no oneOf: what is text or a number there is text here. */
	const char *type = json_has(v, "oneOf") ? "string" : json_str(v, "type");
	struct strbuf item = STRBUF_INIT;

	if (!type)
		return;
	add_text(&item, ONLY_MEMBER, type);
	add_message(b, SCHEMA_TYPE, &item);
}

static void add_schema(struct strbuf *b, const json_t *v)
{
	const char *key;
	json_t *value;
	size_t i;

	add_reference(b, v);
	add_text(b, SCHEMA_FORMAT, json_str(v, "format"));
	add_text(b, SCHEMA_DESCRIPTION, json_str(v, "description"));
	json_array_foreach(json_object_get(v, "required"), i, value)
		add_text(b, SCHEMA_REQUIRED, json_string_value(value));
	add_child(b, SCHEMA_ADDITIONAL, json_object_get(v, "additionalProperties"));
	add_type(b, v);
	add_child(b, SCHEMA_ITEMS, json_object_get(v, "items"));
	add_members(b, v);
	json_object_foreach((json_t *)(uintptr_t)v, key, value) {
		if (str_starts(key, "x-"))
			add_extension(b, SCHEMA_EXTENSION, key, value);
	}
}

/* ---- the document ---- */

static void add_definitions(struct strbuf *b)
{
	_cleanup_json_ json_t *all = json_object();
	struct strbuf out = STRBUF_INIT;
	const char *name;
	json_t *schema;

	for (const struct kind *k = scheme_next(NULL); k; k = scheme_next(k)) {
		_cleanup_(openapi_freep) struct openapi *o = openapi_new(k->group, k->version);
		_cleanup_json_ json_t *schemas = NULL;

		openapi_add_kind(o, k);
		schemas = openapi_take(o);
		json_object_update(all, schemas);
	}
	json_object_foreach(all, name, schema) {
		struct strbuf value = STRBUF_INIT;

		add_schema(&value, schema);
		add_named(&out, ONLY_MEMBER, name, &value);
	}
	add_message(b, DOCUMENT_DEFINITIONS, &out);
}

static void add_path(struct strbuf *paths, const struct kind *k)
{
	_cleanup_free_ char *path =
		*k->group ? str_printf("/apis/%s/%s/%s/{name}", k->group, k->version, k->plural) :
			    str_printf("/api/%s/%s/{name}", k->version, k->plural);
	_cleanup_json_ json_t *gvk = openapi_gvk(k);
	struct strbuf query = STRBUF_INIT, operation = STRBUF_INIT;

	add_text(&query, QUERY_IN, "query");
	add_text(&query, QUERY_NAME, "dryRun");
	add_text(&query, QUERY_TYPE, "string");
	wrap(&query, 3); /* NonBodyParameter.query_parameter_sub_schema */
	wrap(&query, 2); /* Parameter.non_body_parameter */
	wrap(&query, 1); /* ParametersItem.parameter */
	add_message(&operation, OPERATION_PARAMETERS, &query);
	add_extension(&operation, OPERATION_EXTENSION, "x-kubernetes-group-version-kind", gvk);
	wrap(&operation, ITEM_PATCH);
	add_named(paths, PATHS_PATH, path, &operation);
}

static void add_document(struct strbuf *b)
{
	struct strbuf info = STRBUF_INIT, paths = STRBUF_INIT;

	add_text(b, DOCUMENT_SWAGGER, "2.0");
	add_text(&info, INFO_TITLE, "podd");
	add_text(&info, INFO_VERSION, "v1");
	add_message(b, DOCUMENT_INFO, &info);
	for (const struct kind *k = scheme_next(NULL); k; k = scheme_next(k))
		add_path(&paths, k);
	add_message(b, DOCUMENT_PATHS, &paths);
	add_definitions(b);
}

int openapi_v2_serve(struct request *req, struct error *err)
{
	const char *accept = request_header(req, "Accept");
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

	if (accept && !strstr(accept, "protobuf") && !strstr(accept, "*/*"))
		return error_set(
			err, ERR_NOT_ACCEPTABLE, NULL,
			"only the following media types are accepted: "
			"application/com.github.proto-openapi.spec.v2@v1.0+protobuf; JSON is "
			"at /openapi/v3");
	add_document(&b);
	/* Clients ask for "…v2@v1.0…", which is no media type by the grammar. */
	return reply_text(req, 200, "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
			  b.data, b.len);
}
