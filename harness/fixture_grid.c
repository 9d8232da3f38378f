/*
 * fixture_grid: one requirement with parameters.
 *
 * A grid is a template text with `$[name]` holes and a set of combinations. Holes are filled in the text, before YAML is read, so
 * that they may stand anywhere: in a number, a key, a title. `$[n+1]` adds to whole numbers, for the value just
 * past a threshold. An unknown name is refused: a hole that stays open would make a case about nothing.
 */
#include "fixture_grid.h"

#include <ctype.h>

#include "util/json.h"

static json_t *with_value(const json_t *combination, const char *key, json_t *value)
{
	json_t *copy = json_copy((json_t *)combination);

	json_object_set(copy, key, value);
	return copy;
}

static json_t *multiply(const json_t *combinations, const char *key, const json_t *values)
{
	json_t *all = json_array(), *combination, *value;
	size_t i, j;

	json_array_foreach(combinations, i, combination)
		json_array_foreach(values, j, value)
			json_array_append_new(all, with_value(combination, key, value));
	return all;
}

int fixture_grid_expand(const json_t *with, json_t **ret, struct error *err)
{
	_cleanup_json_ json_t *all = json_array();
	const char *key;
	json_t *values;

	if (json_is_array(with)) {
		*ret = json_deep_copy(with);
		return 0;
	}
	if (!json_object_size(with))
		return error_set(err, "with: must be a map of lists or a list of maps");
	json_array_append_new(all, json_object());
	json_object_foreach((json_t *)with, key, values) {
		json_t *more;

		if (!json_array_size(values))
			return error_set(err, "with: %s must be a list of values", key);
		more = multiply(all, key, values);
		json_decref(all);
		all = more;
	}
	*ret = take_ptr(all);
	return 0;
}

/* A value that is one word, or begins with one and a colon: "5", "liveness", "httpGet: {…}". Its length; 0: neither. */
static size_t name_word(const char *text)
{
	size_t n = 0;

	while (isalnum((unsigned char)text[n]))
		n++;
	return text[n] == '\0' || text[n] == ':' ? n : 0;
}

char *fixture_grid_suffix(const json_t *combination)
{
	char *suffix = xstrdup("");
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)combination, key, value) {
		_cleanup_free_ char *text = json_scalar(value), *old = NULL;
		size_t n = name_word(text);

		if (!n)
			continue;
		for (size_t i = 0; i < n; i++)
			text[i] = (char)tolower((unsigned char)text[i]);
		old = suffix;
		suffix = xasprintf("%s-%.*s", old, (int)n, text);
	}
	return suffix;
}

static char *hole_value(const char *name, const json_t *combination)
{
	size_t len = strcspn(name, "+-");
	_cleanup_free_ char *key = strndup(name, len);
	const json_t *v = json_object_get(combination, key);

	if (v && name[len] && json_is_integer(v))
		return xasprintf("%lld", json_integer_value(v) + strtoll(name + len, NULL, 10));
	if (json_object_get(combination, name))
		v = json_object_get(combination, name);
	else if (name[len])
		v = NULL;
	return v ? json_scalar(v) : NULL;
}

int fixture_grid_fill(const char *text, const json_t *combination, char **ret, struct error *err)
{
	_cleanup_free_ char *filled = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&filled, &len);
	const char *hole, *end;

	while ((hole = strstr(text, "$[")) && (end = strchr(hole, ']'))) {
		_cleanup_free_ char *name = strndup(hole + 2, (size_t)(end - hole) - 2);
		_cleanup_free_ char *value = hole_value(name, combination);

		if (!value) {
			fclose(out);
			return error_set(err, "$[%s]: the grid has no such value", name);
		}
		fprintf(out, "%.*s%s", (int)(hole - text), text, value);
		text = end + 1;
	}
	fputs(text, out);
	fclose(out);
	*ret = take_ptr(filled);
	return 0;
}
