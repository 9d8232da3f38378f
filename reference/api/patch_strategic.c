/*
 * patch_strategic: the merge patch that knows the tables.
 *
 * Objects merge as in a merge patch. A list of objects with a merge key is merged item by item: an item of
 * the patch goes into the one with the same key, or is appended; `$patch: delete` removes it. Lists without
 * a key and without the set mark are replaced. Directives ($patch, $retainKeys, $deleteFromPrimitiveList/x,
 * $setElementOrder/x) are obeyed and never stored.
 */
#include <string.h>

#include "api/patch.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"

#define DELETE_PREFIX "$deleteFromPrimitiveList/"
#define ORDER_PREFIX "$setElementOrder/"

static int merge_object(const struct schema *s, json_t *target, const json_t *patch,
			struct error *err);

static const char *directive(const json_t *patch)
{
	const char *word = json_string_value(json_object_get(patch, "$patch"));

	return word != NULL ? word : "";
}

/* Equal merge keys: strings and numbers alike. */
static bool same_key(const json_t *a, const json_t *b, const char *key)
{
	const json_t *x = json_object_get(a, key), *y = json_object_get(b, key);

	return x != NULL && y != NULL && json_equal(x, y);
}

static size_t find_item(const json_t *list, const json_t *like, const char *key)
{
	size_t n = json_array_size(list);

	for (size_t i = 0; i < n; i++)
		if (same_key(json_array_get(list, i), like, key))
			return i;
	return n;
}

/* A copy of a value of the patch as it is stored: merged into nothing, so that directives vanish. */
static int clean_copy(const struct schema *s, const json_t *patch, json_t **ret, struct error *err)
{
	_cleanup_json_ json_t *copy = json_object();
	int r = merge_object(s, copy, patch, err);

	if (r >= 0)
		*ret = take_ptr(copy);
	return r;
}

static int merge_item(const struct field *f, json_t *list, const json_t *item, struct error *err)
{
	size_t at = find_item(list, item, f->merge_key), n = json_array_size(list);
	json_t *copy = NULL;
	int r;

	if (!json_is_object(item) || json_object_get(item, f->merge_key) == NULL)
		return error_set(err, ERR_BAD_REQUEST, "BadRequest",
				 "map: %s does not contain declared merge key: %s", f->name,
				 f->merge_key);
	if (streq(directive(item), "delete")) {
		if (at < n)
			json_array_remove(list, at);
		return 0;
	}
	if (at < n && !streq(directive(item), "replace"))
		return merge_object(f->sub, json_array_get(list, at), item, err);
	r = clean_copy(f->sub, item, &copy, err);
	if (r < 0)
		return r;
	if (at < n)
		json_array_set_new(list, at, copy);
	else
		json_array_append_new(list, copy);
	return 0;
}

/* Whether one of the items says that the list is to be replaced as a whole. */
static bool replaces_list(const json_t *patch)
{
	json_t *item;
	size_t i;

	json_array_foreach((json_t *)patch, i, item) {
		if (streq(directive(item), "replace") && json_object_size(item) == 1)
			return true;
	}
	return false;
}

static int merge_keyed(const struct field *f, json_t *list, const json_t *patch, struct error *err)
{
	json_t *item;
	size_t i;

	if (replaces_list(patch))
		json_array_clear(list);
	json_array_foreach((json_t *)patch, i, item) {
		int r;

		if (streq(directive(item), "replace") && json_object_size(item) == 1)
			continue;
		r = merge_item(f, list, item, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static bool contains(const json_t *list, const json_t *value)
{
	json_t *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item) {
		if (json_equal(item, value))
			return true;
	}
	return false;
}

static void merge_set(json_t *list, const json_t *patch)
{
	json_t *item;
	size_t i;

	json_array_foreach((json_t *)patch, i, item) {
		if (!contains(list, item))
			json_array_append(list, item);
	}
}

static json_t *ensure(json_t *target, const char *key, json_t *empty)
{
	json_t *value = json_object_get(target, key);

	if (value != NULL && json_typeof(value) == json_typeof(empty)) {
		json_decref(empty);
		return value;
	}
	json_object_set_new(target, key, empty);
	return empty;
}

static int merge_field(const struct field *f, json_t *target, const char *key, const json_t *value,
		       struct error *err)
{
	bool list = f != NULL && f->shape == SHAPE_LIST && json_is_array(value);

	if (list && f->merge_key != NULL)
		return merge_keyed(f, ensure(target, key, json_array()), value, err);
	if (list && (f->flags & FIELD_SET)) {
		merge_set(ensure(target, key, json_array()), value);
		return 0;
	}
	if (json_is_object(value) && !(f != NULL && (f->flags & FIELD_ATOMIC)))
		return merge_object(f != NULL && f->shape == SHAPE_ONE ? f->sub : NULL,
				    ensure(target, key, json_object()), value, err);
	json_object_set_new(target, key, json_dup(value));
	return 0;
}

/* ---- directives ---- */

static void delete_values(json_t *target, const char *field, const json_t *values)
{
	json_t *list = json_object_get(target, field);

	for (size_t i = json_array_size(list); i-- > 0;)
		if (contains(values, json_array_get(list, i)))
			json_array_remove(list, i);
}

/* Moves what the order names to the front, in that order; the rest keeps its own. */
static void set_order(const struct field *f, json_t *target, const json_t *order)
{
	json_t *list = f != NULL ? json_object_get(target, f->name) : NULL, *want;
	size_t next = 0, i;

	if (!json_is_array(list) || !json_is_array(order))
		return;
	json_array_foreach((json_t *)order, i, want) {
		for (size_t j = next; j < json_array_size(list); j++) {
			json_t *item = json_array_get(list, j);
			bool hit = f->merge_key != NULL ? same_key(item, want, f->merge_key) :
							  json_equal(item, want);

			if (!hit)
				continue;
			json_incref(item);
			json_array_remove(list, j);
			json_array_insert_new(list, next++, item);
			break;
		}
	}
}

static void retain_keys(json_t *target, const json_t *keys)
{
	_cleanup_strv_ char **keep = strv_from_json(keys);
	const char *key;
	json_t *value;
	void *next;

	json_object_foreach_safe(target, next, key, value) {
		if (!strv_contains(keep, key))
			json_object_del(target, key);
	}
}

/* Orders are applied last, when everything that is to be there is there. */
static void apply_orders(const struct schema *s, json_t *target, const json_t *patch)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)patch, key, value) {
		const char *name = str_after(key, ORDER_PREFIX);

		if (name != NULL && s != NULL)
			set_order(schema_field(s, name), target, value);
	}
}

static int merge_member(const struct schema *s, json_t *target, const char *key,
			const json_t *value, struct error *err)
{
	const char *field = str_after(key, DELETE_PREFIX);

	if (field != NULL) {
		delete_values(target, field, value);
		return 0;
	}
	if (key[0] == '$')
		return 0;
	if (json_is_null(value)) {
		json_object_del(target, key);
		return 0;
	}
	return merge_field(s != NULL ? schema_field(s, key) : NULL, target, key, value, err);
}

static int merge_object(const struct schema *s, json_t *target, const json_t *patch,
			struct error *err)
{
	const char *key, *word = directive(patch);
	json_t *value;

	if (streq(word, "replace") || streq(word, "delete"))
		json_object_clear(target);
	if (streq(word, "delete"))
		return 0;
	if (*word != '\0' && !streq(word, "replace") && !streq(word, "merge"))
		return error_set(err, ERR_BAD_REQUEST, "BadRequest",
				 "unknown patch directive \"%s\"", word);
	if (json_object_get(patch, "$retainKeys") != NULL)
		retain_keys(target, json_object_get(patch, "$retainKeys"));
	json_object_foreach((json_t *)patch, key, value) {
		int r = merge_member(s, target, key, value, err);

		if (r < 0)
			return r;
	}
	apply_orders(s, target, patch);
	return 0;
}

int patch_strategic(const struct schema *schema, const json_t *target, const json_t *patch,
		    json_t **ret, struct error *err)
{
	_cleanup_json_ json_t *copy = NULL;
	int r;

	if (!json_is_object(patch))
		return error_set(err, ERR_BAD_REQUEST, "BadRequest",
				 "a strategic merge patch must be a JSON object");
	copy = json_dup(target);
	r = merge_object(schema, copy, patch, err);
	if (r < 0)
		return r;
	*ret = take_ptr(copy);
	return 0;
}
