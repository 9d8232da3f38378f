/*
 * schema_validate: what one row alone can say: required, one of, in range, in the grammar, immutable.
 *
 * All violations are collected. The objects have passed schema_check_types, so types are not looked at
 * again; a value of a wrong type is simply not judged.
 */
#include "api/schema.h"

#include <string.h>

#include "base/defs.h"

static bool is_missing(const struct field *f, const json_t *value)
{
	if (value == NULL || json_is_null(value))
		return true;
	if (f->shape == SHAPE_LIST)
		return json_array_size(value) == 0;
	if (f->shape == SHAPE_MAP)
		return json_object_size(value) == 0;
	return json_is_string(value) && json_string_length(value) == 0;
}

static bool is_one_of(const char *value, const char *const *values)
{
	for (size_t i = 0; values[i] != NULL; i++)
		if (streq(value, values[i]))
			return true;
	return false;
}

static void validate_range(const struct field *f, const json_t *value, const struct fpath *path,
			   struct violations *v)
{
	json_int_t n = json_integer_value(value);

	if (!json_is_integer(value) || (n >= f->min && n <= f->max))
		return;
	if (f->max == INT64_MAX)
		violate_invalid_int(v, path, n, "must be greater than or equal to %lld",
				    (long long)f->min);
	else
		violate_invalid_int(v, path, n, "must be between %lld and %lld, inclusive",
				    (long long)f->min, (long long)f->max);
}

static void validate_scalar(const struct field *f, const json_t *value, const struct fpath *path,
			    struct violations *v)
{
	const char *text = json_string_value(value);

	if (f->values != NULL && text != NULL && !is_one_of(text, f->values))
		violate_unsupported(v, path, text, f->values);
	if ((f->flags & FIELD_NAMED) && text != NULL)
		violate_name(v, path, f->rule, text);
	if (f->flags & FIELD_RANGE)
		validate_range(f, value, path, v);
}

static void validate_one(const struct field *f, const json_t *value, const struct fpath *path,
			 struct violations *v)
{
	if (f->type == T_OBJECT)
		schema_validate(f->sub, value, path, v);
	else
		validate_scalar(f, value, path, v);
}

static void validate_field(const struct field *f, const json_t *value, const struct fpath *path,
			   struct violations *v)
{
	const char *key;
	json_t *item;
	size_t i;

	if (f->shape == SHAPE_LIST)
		json_array_foreach((json_t *)value, i, item)
			validate_one(f, item, FPATH_INDEX(path, i), v);
	else if (f->shape == SHAPE_MAP)
		json_object_foreach((json_t *)value, key, item)
			validate_one(f, item, FPATH_KEY(path, key), v);
	else
		validate_one(f, value, path, v);
}

void schema_validate(const struct schema *s, const json_t *obj, const struct fpath *path,
		     struct violations *v)
{
	for (const struct field *f = s->fields; f->name != NULL; f++) {
		const json_t *value = json_object_get(obj, f->name);
		const struct fpath at = { .up = path, .name = f->name };

		if (is_missing(f, value)) {
			if (f->flags & FIELD_REQUIRED)
				violate_required(v, &at, NULL);
			else if (json_is_string(value) && f->values != NULL)
				violate_unsupported(v, &at, "", f->values);
			continue;
		}
		validate_field(f, value, &at, v);
	}
}

static bool same(const json_t *a, const json_t *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return json_equal(a, b);
}

void schema_validate_update(const struct schema *s, const json_t *new_obj, const json_t *old_obj,
			    const struct fpath *path, struct violations *v)
{
	for (const struct field *f = s->fields; f->name != NULL; f++) {
		const json_t *now = json_object_get(new_obj, f->name);
		const json_t *before = json_object_get(old_obj, f->name);
		const struct fpath at = { .up = path, .name = f->name };

		if ((f->flags & FIELD_IMMUTABLE) && !same(now, before))
			violate_invalid(v, &at, now, "field is immutable");
		else if (f->type == T_OBJECT && f->shape == SHAPE_ONE && now != NULL &&
			 before != NULL)
			schema_validate_update(f->sub, now, before, &at, v);
	}
}
