/*
 * Dotted paths over jansson.
 *
 * A path is walked part by part without copies: next_part() cuts off a key or an index. Getters are total
 * functions: whatever is missing or of another type gives the default. Setters make objects on the way, and
 * replace a scalar that stands in the way of an object.
 *
 * References: getters borrow; json_set_path() and json_take_*() own the value that is given to them whatever
 * happens; json_dup() and the parsers give new references.
 */
#include "base/json.h"

#include "base/str.h"

/* One step of a path: a key (len > 0) or, with key == NULL, an index. */
struct part {
	const char *key;
	size_t len;
	size_t index;
};

/* Cuts the first part off *path; false at the end or at something that is no path. */
static bool next_part(const char **path, struct part *ret)
{
	const char *p = *path;
	char *end;

	if (*p == '[') {
		*ret = (struct part){ .index = strtoul(p + 1, &end, 10) };
		if (end == p + 1 || *end != ']')
			return false;
		*path = end + 1;
		return true;
	}
	if (*p == '.')
		p++;
	*ret = (struct part){ .key = p, .len = strcspn(p, ".[") };
	*path = p + ret->len;
	return ret->len > 0;
}

static json_t *step(const json_t *v, const struct part *part)
{
	if (!part->key)
		return json_array_get(v, part->index);
	return json_object_getn(v, part->key, part->len);
}

json_t *json_at(const json_t *v, const char *path)
{
	struct part part;

	while (v && path && *path)
		v = next_part(&path, &part) ? step(v, &part) : NULL;
	return (json_t *)v;
}

const char *json_str(const json_t *v, const char *path)
{
	return json_string_value(json_at(v, path));
}

const char *json_str_or(const json_t *v, const char *path, const char *dflt)
{
	const char *s = json_str(v, path);

	return s ? s : dflt;
}

int64_t json_int(const json_t *v, const char *path, int64_t dflt)
{
	const json_t *at = json_at(v, path);

	return json_is_integer(at) ? json_integer_value(at) : dflt;
}

bool json_bool(const json_t *v, const char *path, bool dflt)
{
	const json_t *at = json_at(v, path);

	return json_is_boolean(at) ? json_is_true(at) : dflt;
}

json_t *json_arr(const json_t *v, const char *path)
{
	json_t *at = json_at(v, path);

	return json_is_array(at) ? at : NULL;
}

json_t *json_obj(const json_t *v, const char *path)
{
	json_t *at = json_at(v, path);

	return json_is_object(at) ? at : NULL;
}

bool json_has(const json_t *v, const char *path)
{
	const json_t *at = json_at(v, path);

	return at && !json_is_null(at);
}

size_t json_len(const json_t *v, const char *path)
{
	const json_t *at = json_at(v, path);

	return json_is_array(at) ? json_array_size(at) : json_object_size(at);
}

/* The container of the last part of path, with objects made on the way if `make`; NULL: cannot be. */
static json_t *walk_to_parent(json_t *v, const char *path, bool make, struct part *ret_last)
{
	struct part part;

	if (!v || !next_part(&path, &part))
		return NULL;
	while (*path) {
		json_t *next = step(v, &part);
		bool fits = *path == '[' ? json_is_array(next) : json_is_object(next);

		if (!fits && make && part.key && *path != '[') {
			next = json_object();
			if (json_object_setn_new(v, part.key, part.len, next) < 0)
				return NULL;
		} else if (!fits) {
			return NULL;
		}
		v = next;
		if (!next_part(&path, &part))
			return NULL;
	}
	*ret_last = part;
	return v;
}

int json_set_path(json_t *v, const char *path, json_t *value)
{
	struct part last;
	json_t *parent = walk_to_parent(v, path, true, &last);

	if (!parent) {
		json_decref(value);
		return -1;
	}
	if (!last.key)
		return json_array_set_new(parent, last.index, value);
	return json_object_setn_new(parent, last.key, last.len, value);
}

void json_del_path(json_t *v, const char *path)
{
	struct part last;
	json_t *parent = walk_to_parent(v, path, false, &last);

	if (parent && last.key)
		json_object_deln(parent, last.key, last.len);
	else if (parent)
		json_array_remove(parent, last.index);
}

int json_set_str(json_t *v, const char *path, const char *s)
{
	if (s)
		return json_set_path(v, path, json_string(s));
	json_del_path(v, path);
	return 0;
}

int json_set_int(json_t *v, const char *path, int64_t n)
{
	return json_set_path(v, path, json_integer(n));
}

int json_set_bool(json_t *v, const char *path, bool b)
{
	return json_set_path(v, path, json_boolean(b));
}

json_t *json_make_obj(json_t *v, const char *path)
{
	if (!json_obj(v, path))
		json_set_path(v, path, json_object());
	return json_obj(v, path);
}

json_t *json_make_arr(json_t *v, const char *path)
{
	if (!json_arr(v, path))
		json_set_path(v, path, json_array());
	return json_arr(v, path);
}

int json_take_set(json_t *obj, const char *key, json_t *value)
{
	return json_object_set_new(obj, key, value);
}

int json_take_append(json_t *arr, json_t *value)
{
	return json_array_append_new(arr, value);
}

json_t *json_dup(const json_t *v)
{
	return json_deep_copy(v);
}

bool json_same(const json_t *a, const json_t *b)
{
	return (!a && !b) || json_equal(a, b);
}

json_t *json_find(const json_t *arr, const char *key, const char *value)
{
	size_t i;
	json_t *e;

	json_array_foreach((json_t *)arr, i, e)
		if (streq(json_string_value(json_object_get(e, key)), value))
			return e;
	return NULL;
}
