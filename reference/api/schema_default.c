/*
 * schema_default: the normal form of an object.
 *
 * What the field's serializer would not write is dropped: nulls everywhere, and zero values ("", 0, false,
 * empty lists and maps) of fields that are not pointers there; so "absent" has one spelling, and an update
 * that only spells it differently changes nothing. Quantities become canonical and are rounded up to
 * thousandths. Then missing fields get their defaults, also inside objects that a default created.
 */
#include "api/schema.h"

#include <stdlib.h>
#include <string.h>

#include "api/quantity.h"
#include "base/defs.h"

static bool is_zero(const struct field *f, const json_t *value)
{
	if (f->shape == SHAPE_LIST)
		return json_array_size(value) == 0;
	if (f->shape == SHAPE_MAP)
		return json_object_size(value) == 0;
	switch (json_typeof(value)) {
	case JSON_STRING:
		return json_string_length(value) == 0;
	case JSON_INTEGER:
		return json_integer_value(value) == 0;
	case JSON_FALSE:
		return true;
	default:
		return false;
	}
}

static bool is_absent(const struct field *f, const json_t *value)
{
	if (value == NULL || json_is_null(value))
		return true;
	return !(f->flags & (FIELD_PTR | FIELD_REQUIRED)) && f->type != T_ANY && is_zero(f, value);
}

static json_t *default_value(const struct field *f)
{
	if (f->shape == SHAPE_LIST)
		return json_array();
	if (f->shape == SHAPE_MAP || f->type == T_OBJECT)
		return json_object();
	if (f->type == T_BOOL)
		return json_boolean(streq(f->dflt, "true"));
	if (f->type == T_INT32 || f->type == T_INT64)
		return json_integer(strtoll(f->dflt, NULL, 10));
	return json_string(f->dflt);
}

/* New reference, or NULL: the value is no quantity and stays as it is. */
static json_t *canonical_quantity(const json_t *value)
{
	_cleanup_free_ char *number = NULL;
	const char *text = json_string_value(value);
	char canonical[QUANTITY_STRING_MAX];
	struct quantity q;
	int64_t milli;

	if (json_is_number(value))
		text = number = json_dumps(value, JSON_ENCODE_ANY);
	if (text == NULL || quantity_parse(text, &q, NULL) < 0)
		return NULL;
	milli = quantity_milli(&q);
	if (milli != INT64_MAX && milli != INT64_MIN)
		q = quantity_from_milli(milli, q.format);
	quantity_format(&q, canonical);
	return json_string(canonical);
}

static void default_map(const struct field *f, json_t *map)
{
	const char *key;
	json_t *value;
	void *next;

	json_object_foreach_safe(map, next, key, value) {
		if (f->type == T_OBJECT)
			schema_default(f->sub, value);
		else if (json_is_null(value))
			json_object_set_new(map, key, json_string(f->type == T_QUANTITY ? "0" : ""));
		else if (f->type == T_QUANTITY)
			json_object_set_new(map, key, canonical_quantity(value));
	}
}

static void default_inside(const struct field *f, json_t *obj, json_t *value)
{
	json_t *item;
	size_t i;

	if (f->shape == SHAPE_MAP) {
		default_map(f, value);
	} else if (f->shape == SHAPE_LIST) {
		if (f->type == T_OBJECT)
			json_array_foreach(value, i, item)
				schema_default(f->sub, item);
	} else if (f->type == T_OBJECT) {
		schema_default(f->sub, value);
	} else if (f->type == T_QUANTITY) {
		json_object_set_new(obj, f->name, canonical_quantity(value));
	}
}

void schema_default(const struct schema *s, json_t *obj)
{
	if (!json_is_object(obj))
		return;
	for (const struct field *f = s->fields; f->name != NULL; f++) {
		json_t *value = json_object_get(obj, f->name);

		if (is_absent(f, value)) {
			if (value != NULL)
				json_object_del(obj, f->name);
			if (f->dflt == NULL)
				continue;
			value = default_value(f);
			json_object_set_new(obj, f->name, value);
		}
		default_inside(f, obj, value);
	}
}
