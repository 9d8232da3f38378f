/*
 * decode: bytes to objects whose kind is known and whose types are right.
 *
 * JSON when the text begins with '{', YAML otherwise. A body is one object; a manifest may hold several
 * documents and lists. What decoding refuses is a bad request, with the kind in front and the path in it;
 * unknown and duplicate fields are faults, warnings or nothing, by the caller's choice, and never
 * survive.
 */
#include <ctype.h>
#include <string.h>

#include "api/meta.h"
#include "api/retired.h"
#include "api/scheme.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "base/yaml.h"

static bool looks_like_json(const char *data, size_t len)
{
	while (len > 0 && isspace((unsigned char)*data)) {
		data++;
		len--;
	}
	return len > 0 && *data == '{';
}

static json_t *warning_new(const char *what, const char *path)
{
	return json_sprintf("%s field \"%s\"", what, path);
}

/* Parses JSON; a duplicate key goes to `warnings` (the last value wins) unless strict. */
static int parse_json(const char *data, size_t len, enum scheme_strictness strict, json_t *warnings,
		      json_t **ret, struct error *err)
{
	_cleanup_error_ struct error why = ERROR_INIT;
	int r = json_parse(data, len, ret, &why);

	if (r >= 0)
		return r;
	if (!streq(why.reason, "DuplicateField"))
		return error_move(err, &why);
	if (strict == SCHEME_STRICT)
		return error_set(err, ERR_BAD_REQUEST, "BadRequest",
				 "strict decoding error: duplicate field \"%s\"", why.field);
	if (strict == SCHEME_WARN)
		json_array_append_new(warnings, warning_new("duplicate", why.field));
	*ret = json_loadb(data, len, 0, NULL);
	return *ret != NULL ? 0 : error_move(err, &why);
}

static int parse(const char *data, size_t len, enum scheme_strictness strict, json_t *warnings,
		 json_t **ret, struct error *err)
{
	if (looks_like_json(data, len))
		return parse_json(data, len, strict, warnings, ret, err);
	return yaml_load(data, len, NULL, ret, err);
}

static int strict_error(const json_t *unknown, struct error *err)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	json_t *path;
	size_t i;

	json_array_foreach((json_t *)unknown, i, path)
		strbuf_addf(&text, "%sunknown field \"%s\"", i == 0 ? "" : ", ",
			    json_string_value(path));
	error_set(err, ERR_BAD_REQUEST, "BadRequest", "strict decoding error: %s",
		  strbuf_str(&text));
	error_field(err, "%s", json_string_value(json_array_get(unknown, 0)));
	return -ERR_BAD_REQUEST;
}

/* Types and fields of an object of kind k; what is unknown goes. */
static int check_object(const struct kind *k, json_t *obj, enum scheme_strictness strict,
			json_t *warnings, struct error *err)
{
	_cleanup_json_ json_t *unknown = schema_unknown_fields(k->schema, obj);
	json_t *path;
	size_t i;
	int r = schema_check_types(k->schema, obj, err);

	if (r >= 0 && json_array_size(unknown) > 0 && strict == SCHEME_STRICT)
		r = strict_error(unknown, err);
	if (r < 0) {
		error_wrap(err, "%s in version \"%s\" cannot be handled as a %s", k->kind,
			   k->version, k->kind);
		return r;
	}
	if (strict == SCHEME_WARN)
		json_array_foreach(unknown, i, path)
			json_array_append_new(warnings,
					      warning_new("unknown", json_string_value(path)));
	schema_prune(k->schema, obj);
	return 0;
}

static int no_match(const char *version, const char *kind, struct error *err)
{
	_cleanup_free_ char *advice = retired_advice(version, kind);

	return error_set(err, ERR_BAD_REQUEST, "BadRequest",
			 "no matches for kind \"%s\" in version \"%s\"%s%s", kind, version,
			 advice ? ": " : "", advice ? advice : "");
}

/* Which kind an object claims to be. want fills in what is missing and must not be contradicted. */
static int find_kind(json_t *obj, const struct kind *want, const struct kind **ret,
		     struct error *err)
{
	const char *kind, *version;

	if (!json_is_object(obj))
		return error_set(err, ERR_BAD_REQUEST, "BadRequest",
				 "couldn't get version/kind; the document is not an object");
	if (want != NULL && json_str(obj, "kind") == NULL)
		json_object_set_new(obj, "kind", json_string(want->kind));
	if (want != NULL && json_str(obj, "apiVersion") == NULL)
		json_object_set_new(obj, "apiVersion", json_string(want->api_version));
	kind = json_str(obj, "kind");
	version = json_str(obj, "apiVersion");
	if (kind == NULL || *kind == '\0')
		return error_set(err, ERR_BAD_REQUEST, "BadRequest", "Object 'Kind' is missing");
	if (version == NULL || *version == '\0')
		return error_set(err, ERR_BAD_REQUEST, "BadRequest",
				 "Object 'apiVersion' is missing (kind \"%s\")", kind);
	*ret = scheme_kind(version, kind);
	if (*ret == NULL)
		return no_match(version, kind, err);
	if (want != NULL && *ret != want)
		return error_set(err, ERR_BAD_REQUEST, "BadRequest",
				 "the API version in the data (%s, Kind=%s) does not match the "
				 "expected API version (%s, Kind=%s)",
				 version, kind, want->api_version, want->kind);
	return 0;
}

int scheme_check(const struct kind *k, json_t *obj, enum scheme_strictness strict,
		 json_t **ret_warnings, struct error *err)
{
	_cleanup_json_ json_t *warnings = json_array();
	const struct kind *found = NULL;
	int r = find_kind(obj, k, &found, err);

	if (r >= 0)
		r = check_object(found, obj, strict, warnings, err);
	if (r >= 0 && ret_warnings != NULL)
		*ret_warnings = take_ptr(warnings);
	return r;
}

int scheme_decode_as(const char *data, size_t len, const struct kind *want,
		     enum scheme_strictness strict, json_t **ret_obj, json_t **ret_warnings,
		     struct error *err)
{
	_cleanup_json_ json_t *warnings = json_array(), *obj = NULL;
	const struct kind *k = NULL;
	int r = parse(data, len, strict, warnings, &obj, err);

	if (r >= 0)
		r = find_kind(obj, want, &k, err);
	if (r >= 0)
		r = check_object(k, obj, strict, warnings, err);
	if (r < 0)
		return r;
	*ret_obj = take_ptr(obj);
	if (ret_warnings != NULL)
		*ret_warnings = take_ptr(warnings);
	return 0;
}

int scheme_decode(const char *data, size_t len, json_t **ret_obj, struct error *err)
{
	return scheme_decode_as(data, len, NULL, SCHEME_STRICT, ret_obj, NULL, err);
}

/* ---- manifests ---- */

static int add_document(json_t *doc, const struct kind *want, json_t *out, struct error *err);

/* The kind of a typed list's items ("PodList"), or NULL for a plain List. */
static const struct kind *item_kind(const json_t *doc)
{
	const char *kind = json_str_or(doc, "kind", "");
	_cleanup_free_ char *item = xstrndup(kind, strlen(kind) - strlen("List"));

	return scheme_kind(json_str_or(doc, "apiVersion", ""), item);
}

static bool is_list(const json_t *doc)
{
	const char *kind = json_str(doc, "kind");

	return kind != NULL && str_ends(kind, "List") && json_arr(doc, "items") != NULL;
}

static int add_items(json_t *doc, json_t *out, struct error *err)
{
	const struct kind *want = item_kind(doc);
	json_t *item;
	size_t i;

	json_each(doc, "items", i, item) {
		int r = add_document(item, want, out, err);

		if (r < 0) {
			error_wrap(err, "items[%zu]", i);
			return r;
		}
	}
	return 0;
}

static int add_document(json_t *doc, const struct kind *want, json_t *out, struct error *err)
{
	const struct kind *k = NULL;
	int r;

	if (is_list(doc))
		return add_items(doc, out, err);
	r = find_kind(doc, want, &k, err);
	if (r >= 0)
		r = check_object(k, doc, SCHEME_STRICT, NULL, err);
	if (r < 0)
		return r;
	json_array_append(out, doc);
	return 0;
}

static int parse_all(const char *data, size_t len, const char *filename, json_t **ret,
		     struct error *err)
{
	_cleanup_json_ json_t *one = NULL;
	int r;

	if (!looks_like_json(data, len))
		return yaml_load_all(data, len, filename, ret, err);
	r = parse_json(data, len, SCHEME_STRICT, NULL, &one, err);
	if (r < 0) {
		if (filename != NULL)
			error_wrap(err, "%s", filename);
		return r;
	}
	*ret = json_pack("[O]", one);
	return 0;
}

int scheme_decode_all(const char *data, size_t len, const char *filename, json_t **ret_array,
		      struct error *err)
{
	_cleanup_json_ json_t *docs = NULL, *out = json_array();
	json_t *doc;
	size_t i;
	int r = parse_all(data, len, filename, &docs, err);

	if (r < 0)
		return r;
	json_array_foreach(docs, i, doc) {
		r = add_document(doc, NULL, out, err);
		if (r < 0) {
			error_wrap(err, "%s: document %zu", filename != NULL ? filename : "input",
				   i + 1);
			return r;
		}
	}
	*ret_array = take_ptr(out);
	return 0;
}
