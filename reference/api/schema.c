/*
 * schema: types and unknown fields, by a walk over the table and the object side by side.
 *
 * A walk descends into a value by the shape of its row (one, list, map) and hands every sub-object
 * to the same function with its own table. JSON null is absence everywhere. The first wrong type ends
 * schema_check_types, since nothing below it can be judged; unknown fields are all collected.
 *
 * Messages are those of the field's decoder, but with indices in the path.
 */
#include "api/schema.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "api/config.h"
#include "api/quantity.h"
#include "base/clock.h"
#include "base/defs.h"

const struct field *schema_field(const struct schema *s, const char *name)
{
	for (const struct field *f = s->fields; f->name != NULL; f++)
		if (streq(f->name, name))
			return f;
	return NULL;
}

/* ---- types ---- */

struct type_check {
	const struct schema *root;
	struct error *err;
};

static const char *type_name(const struct field *f)
{
	static const char *const names[] = {
		[T_STRING] = "string",
		[T_BOOL] = "bool",
		[T_INT32] = "int32",
		[T_INT64] = "int64",
		[T_INT_OR_STRING] = "intstr.IntOrString",
		[T_QUANTITY] = "resource.Quantity",
		[T_TIME] = "string",
		[T_BYTES] = "string",
		[T_ANY] = "object",
	};

	return f->type == T_OBJECT ? f->sub->name : names[f->type];
}

static const char *json_word(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		return "string";
	case JSON_INTEGER:
	case JSON_REAL:
		return "number";
	case JSON_TRUE:
	case JSON_FALSE:
		return "bool";
	case JSON_ARRAY:
		return "array";
	default:
		return "object";
	}
}

static int wrong_type(const struct type_check *c, const struct field *f, const char *shape,
		      const json_t *value, const struct fpath *path)
{
	_cleanup_free_ char *where = fpath_format(path);
	_cleanup_free_ char *number = NULL;

	if (json_is_number(value))
		number = json_dumps(value, JSON_ENCODE_ANY);
	return error_set(c->err, ERR_BAD_REQUEST, "BadRequest",
			 "json: cannot unmarshal %s%s%s into Go struct field %s.%s of type %s%s",
			 json_word(value), number != NULL ? " " : "", number != NULL ? number : "",
			 c->root->name, where, shape, type_name(f));
}

static int bad_text(const struct type_check *c, const struct fpath *path, const char *what)
{
	_cleanup_free_ char *where = fpath_format(path);

	return error_set(c->err, ERR_BAD_REQUEST, "BadRequest", "%s.%s: %s", c->root->name, where,
			 what);
}

static int check_quantity(const struct type_check *c, const struct field *f, const json_t *value,
			  const struct fpath *path)
{
	_cleanup_error_ struct error why = ERROR_INIT;
	struct quantity q;

	if (json_is_number(value))
		return 0;
	if (!json_is_string(value))
		return wrong_type(c, f, "", value, path);
	if (quantity_parse(json_string_value(value), &q, &why) < 0)
		return bad_text(c, path, why.message);
	return 0;
}

static int check_text(const struct type_check *c, const struct field *f, const json_t *value,
		      const struct fpath *path)
{
	_cleanup_error_ struct error why = ERROR_INIT;
	_cleanup_free_ char *bytes = NULL;
	size_t len;
	int64_t ns;

	if (!json_is_string(value))
		return wrong_type(c, f, "", value, path);
	if (f->type == T_TIME && clock_parse(json_string_value(value), &ns) < 0)
		return bad_text(c, path, "time is not in the form 2006-01-02T15:04:05Z07:00");
	if (f->type == T_BYTES && base64_decode(json_string_value(value), &bytes, &len, &why) < 0)
		return bad_text(c, path, why.message);
	return 0;
}

static int check_integer(const struct type_check *c, const struct field *f, const json_t *value,
			 const struct fpath *path)
{
	json_int_t n = json_integer_value(value);

	if (f->type == T_INT_OR_STRING && json_is_string(value))
		return 0;
	if (!json_is_integer(value) || (f->type != T_INT64 && (n > INT32_MAX || n < INT32_MIN)))
		return wrong_type(c, f, "", value, path);
	return 0;
}

static int check_object(const struct type_check *c, const struct schema *s, const json_t *obj,
			const struct fpath *path);

static int check_one(const struct type_check *c, const struct field *f, const json_t *value,
		     const struct fpath *path)
{
	if (json_is_null(value))
		return 0;
	switch (f->type) {
	case T_STRING:
	case T_TIME:
	case T_BYTES:
		return check_text(c, f, value, path);
	case T_INT32:
	case T_INT64:
	case T_INT_OR_STRING:
		return check_integer(c, f, value, path);
	case T_QUANTITY:
		return check_quantity(c, f, value, path);
	case T_BOOL:
		return json_is_boolean(value) ? 0 : wrong_type(c, f, "", value, path);
	case T_OBJECT:
		if (!json_is_object(value))
			return wrong_type(c, f, "", value, path);
		return check_object(c, f->sub, value, path);
	case T_ANY:
		break;
	}
	return 0;
}

static int check_list(const struct type_check *c, const struct field *f, const json_t *value,
		      const struct fpath *path)
{
	const json_t *item;
	size_t i;
	int r = 0;

	if (!json_is_array(value))
		return wrong_type(c, f, "[]", value, path);
	json_array_foreach((json_t *)value, i, item) {
		const struct fpath at = { .up = path, .index = i };

		if (json_is_null(item))
			r = wrong_type(c, f, "", item, &at);
		else
			r = check_one(c, f, item, &at);
		if (r < 0)
			break;
	}
	return r;
}

static int check_map(const struct type_check *c, const struct field *f, const json_t *value,
		     const struct fpath *path)
{
	const char *key;
	json_t *item;
	int r = 0;

	if (!json_is_object(value))
		return wrong_type(c, f, "map[string]", value, path);
	json_object_foreach((json_t *)value, key, item) {
		const struct fpath at = { .up = path, .key = key };

		r = check_one(c, f, item, &at);
		if (r < 0)
			break;
	}
	return r;
}

static int check_object(const struct type_check *c, const struct schema *s, const json_t *obj,
			const struct fpath *path)
{
	const char *key;
	json_t *value;
	int r = 0;

	json_object_foreach((json_t *)obj, key, value) {
		const struct field *f = schema_field(s, key);
		const struct fpath at = { .up = path, .name = key };

		if (f == NULL || json_is_null(value))
			continue;
		if (f->shape == SHAPE_LIST)
			r = check_list(c, f, value, &at);
		else if (f->shape == SHAPE_MAP)
			r = check_map(c, f, value, &at);
		else
			r = check_one(c, f, value, &at);
		if (r < 0)
			break;
	}
	return r;
}

int schema_check_types(const struct schema *s, const json_t *obj, struct error *err)
{
	const struct type_check c = { .root = s, .err = err };

	if (!json_is_object(obj))
		return error_set(err, ERR_BAD_REQUEST, "BadRequest",
				 "json: cannot unmarshal %s into Go value of type %s",
				 json_word(obj), s->name);
	return check_object(&c, s, obj, NULL);
}

/* ---- unknown fields ---- */

typedef void object_fn(const struct schema *s, json_t *obj, const struct fpath *path, void *ctx);

/* Calls fn for the sub-objects of a value: one, each of a list, each of a map. */
static void each_object(const struct field *f, json_t *value, const struct fpath *path,
			object_fn *fn, void *ctx)
{
	const char *key;
	json_t *item;
	size_t i;

	if (f->type != T_OBJECT)
		return;
	if (f->shape == SHAPE_ONE)
		fn(f->sub, value, path, ctx);
	else if (f->shape == SHAPE_LIST)
		json_array_foreach(value, i, item)
			fn(f->sub, item, FPATH_INDEX(path, i), ctx);
	else
		json_object_foreach(value, key, item)
			fn(f->sub, item, FPATH_KEY(path, key), ctx);
}

static void collect_unknown(const struct schema *s, json_t *obj, const struct fpath *path, void *ctx)
{
	const char *key;
	json_t *value;

	json_object_foreach(obj, key, value) {
		const struct field *f = schema_field(s, key);
		const struct fpath at = { .up = path, .name = key };
		_cleanup_free_ char *text = NULL;

		if (f != NULL) {
			each_object(f, value, &at, collect_unknown, ctx);
			continue;
		}
		text = fpath_format(&at);
		json_array_append_new(ctx, json_string(text));
	}
}

json_t *schema_unknown_fields(const struct schema *s, const json_t *obj)
{
	json_t *list = json_array();

	collect_unknown(s, (json_t *)obj, NULL, list);
	return list;
}

static void prune(const struct schema *s, json_t *obj, const struct fpath *path, void *ctx)
{
	const char *key;
	json_t *value;
	void *next;

	json_object_foreach_safe(obj, next, key, value) {
		const struct field *f = schema_field(s, key);

		if (f == NULL)
			json_object_del(obj, key);
		else
			each_object(f, value, path, prune, ctx);
	}
}

void schema_prune(const struct schema *s, json_t *obj)
{
	prune(s, obj, NULL, NULL);
}
