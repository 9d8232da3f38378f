/*
 * json: reading jansson trees by dotted paths.
 *
 * The harness keeps objects of the subject, guest lines and fixtures as jansson trees, and asks them by path. A
 * path that leads nowhere is no fault: the getters answer NULL or the fallback. A key with a dot in it cannot be
 * reached by a path; labels and annotations are asked by json_object_get().
 */
#include "util/json.h"

static json_t *step_into(const json_t *o, const char *word, size_t len)
{
	char key[256];

	if (len >= sizeof(key))
		return NULL;
	memcpy(key, word, len);
	key[len] = '\0';
	if (json_is_object(o))
		return json_object_get(o, key);
	if (json_is_array(o) && key[0] >= '0' && key[0] <= '9')
		return json_array_get(o, strtoul(key, NULL, 10));
	return NULL;
}

json_t *json_path(const json_t *o, const char *path)
{
	while (o && path && *path) {
		size_t len = strcspn(path, ".");

		o = step_into(o, path, len);
		path += len + (path[len] == '.');
	}
	return (json_t *)o;
}

const char *json_str(const json_t *o, const char *path)
{
	return json_string_value(json_path(o, path));
}

int64_t json_int(const json_t *o, const char *path, int64_t fallback)
{
	const json_t *v = json_path(o, path);

	if (json_is_integer(v))
		return json_integer_value(v);
	if (json_is_real(v))
		return (int64_t)json_real_value(v);
	return fallback;
}

double json_num(const json_t *o, const char *path, double fallback)
{
	const json_t *v = json_path(o, path);

	return json_is_number(v) ? json_number_value(v) : fallback;
}

bool json_truth(const json_t *o, const char *path, bool fallback)
{
	const json_t *v = json_path(o, path);

	return json_is_boolean(v) ? json_is_true(v) : fallback;
}

json_t *json_entry(const json_t *list, const char *key, const char *value)
{
	json_t *v;
	size_t i;

	json_array_foreach((json_t *)list, i, v)
		if (streq(json_str(v, key), value))
			return v;
	return NULL;
}

char *json_line(const json_t *o)
{
	char *s = o ? json_dumps(o, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS) : NULL;

	return s ? s : xstrdup("nothing");
}

char *json_scalar(const json_t *o)
{
	return json_is_string(o) ? xstrdup(json_string_value(o)) : json_line(o);
}

char **json_strv(const json_t *list)
{
	size_t n = json_is_array(list) ? json_array_size(list) : json_is_string(list);
	char **v = xcalloc(n + 1, sizeof(*v));

	for (size_t i = 0; i < n; i++)
		v[i] = json_scalar(json_is_array(list) ? json_array_get(list, i) : list);
	return v;
}

char **strv_split(const char *text, const char *separators)
{
	_cleanup_json_ json_t *list = json_array();
	_cleanup_free_ char *copy = xstrdup(text);
	char *save = NULL;

	for (char *w = strtok_r(copy, separators, &save); w; w = strtok_r(NULL, separators, &save))
		json_array_append_new(list, json_string(w));
	return json_strv(list);
}

void strv_free(char **v)
{
	for (size_t i = 0; v && v[i]; i++)
		free(v[i]);
	free(v);
}

size_t strv_len(char *const *v)
{
	size_t n = 0;

	while (v && v[n])
		n++;
	return n;
}

bool strv_has(char *const *v, const char *s)
{
	for (size_t i = 0; v && v[i]; i++)
		if (streq(v[i], s))
			return true;
	return false;
}

json_t *json_read(const char *text, size_t len)
{
	return json_loadb(text, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
}
