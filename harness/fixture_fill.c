/*
 * fixture_fill: a fixture's texts made ready for one run.
 *
 * `${name}` is replaced in every text of the tree; a name without a value stays as it is, so that a shell's own ${X} in an
 * argument survives. Kubernetes' $(VAR) is never looked at. The input is not changed: a fixture runs many times.
 */
#include "fixture.h"

#include "kinds.h"
#include "util/json.h"

static const char *value_of(const char *const *vars, const char *name, size_t len)
{
	for (; vars[0]; vars += 2)
		if (strlen(vars[0]) == len && !strncmp(vars[0], name, len))
			return vars[1];
	return NULL;
}

static json_t *fill_text(const char *text, const char *const *vars)
{
	_cleanup_free_ char *filled = NULL;
	const char *hole, *end, *value;
	size_t len = 0;
	FILE *out = open_memstream(&filled, &len);

	while ((hole = strstr(text, "${"))) {
		end = hole + strcspn(hole, "}");
		value = *end ? value_of(vars, hole + 2, (size_t)(end - hole) - 2) : NULL;
		fprintf(out, "%.*s%s", (int)(hole - text), text, value ? value : "${");
		text = value ? end + 1 : hole + 2;
	}
	fputs(text, out);
	fclose(out);
	return json_string(filled);
}

json_t *fixture_fill(const json_t *in, const char *const *vars)
{
	json_t *out, *value;
	const char *key;
	size_t i;

	if (json_is_string(in))
		return fill_text(json_string_value(in), vars);
	if (json_is_array(in)) {
		out = json_array();
		json_array_foreach((json_t *)in, i, value)
			json_array_append_new(out, fixture_fill(value, vars));
		return out;
	}
	if (!json_is_object(in))
		return json_deep_copy(in);
	out = json_object();
	json_object_foreach((json_t *)in, key, value)
		json_object_set_new(out, key, fixture_fill(value, vars));
	return out;
}

json_t *fixture_manifest(const json_t *manifests, const char *object)
{
	const char *slash = object ? strchr(object, '/') : NULL;
	_cleanup_free_ char *word = slash ? strndup(object, (size_t)(slash - object)) : NULL;
	const struct kind *kind = kind_find(word);
	json_t *m;
	size_t i;

	if (!kind)
		return NULL;
	json_array_foreach((json_t *)manifests, i, m) {
		if (kind_find(json_str(m, "kind")) == kind &&
		    streq(json_str(m, "metadata.name"), slash + 1))
			return m;
	}
	return NULL;
}
