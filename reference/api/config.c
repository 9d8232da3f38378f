/*
 * config: ConfigMap and Secret: tables, rules and their values as bytes.
 *
 * A Secret's stringData is for writing alone: defaulting encodes it into data, where it wins. The limit of
 * 1 MiB counts the values of both maps. What is immutable stays so until it is deleted.
 */
#include "api/config.h"

#include <stdlib.h>
#include <string.h>

#include "api/columns.h"
#include "api/schema_rows.h"
#include "base/json.h"
#include "base/str.h"

static SCHEMA(schema_configmap, "ConfigMap", TYPE_META, OBJ("metadata", schema_object_meta),
	      STR_MAP("data"), BYTES_MAP("binaryData"), BOOL("immutable", .flags = FIELD_PTR));

static SCHEMA(schema_secret, "Secret", TYPE_META, OBJ("metadata", schema_object_meta),
	      BYTES_MAP("data"), STR_MAP("stringData"),
	      STR("type", .flags = FIELD_IMMUTABLE, .dflt = "Opaque"),
	      BOOL("immutable", .flags = FIELD_PTR));

/* ---- rules ---- */

static void check_keys(const json_t *map, const char *name, struct violations *v)
{
	const struct fpath at = { .name = name };
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)map, key, value)
		violate_name(v, FPATH_KEY(&at, key), NAME_CONFIG_KEY, key);
}

/* Decoded size of base64 text. */
static size_t bytes_of(const json_t *value)
{
	const char *text = json_string_value(value);
	size_t len = json_string_length(value);

	if (len < 4)
		return 0;
	return len / 4 * 3 - (size_t)(text[len - 1] == '=') - (size_t)(text[len - 2] == '=');
}

static size_t total_size(const json_t *map, bool base64)
{
	const char *key;
	json_t *value;
	size_t n = 0;

	json_object_foreach((json_t *)map, key, value)
		n += base64 ? bytes_of(value) : json_string_length(value);
	return n;
}

static void configmap_validate(const json_t *obj, struct violations *v)
{
	const json_t *data = json_obj(obj, "data"), *binary = json_obj(obj, "binaryData");
	const struct fpath at = { .name = "data" };
	const char *key;
	json_t *value;

	check_keys(data, "data", v);
	check_keys(binary, "binaryData", v);
	json_object_foreach((json_t *)data, key, value)
		if (json_object_get(binary, key) != NULL)
			violate_invalid_str(v, FPATH_KEY(&at, key), key,
					    "duplicate of key present in binaryData");
	if (total_size(data, false) + total_size(binary, true) > CONFIG_MAX_BYTES)
		violate_too_long(v, FPATH(NULL, "[]"), CONFIG_MAX_BYTES);
}

static void secret_validate(const json_t *obj, struct violations *v)
{
	const json_t *data = json_obj(obj, "data");

	check_keys(data, "data", v);
	if (total_size(data, true) > CONFIG_MAX_BYTES)
		violate_too_long(v, FPATH(NULL, "data"), CONFIG_MAX_BYTES);
}

static void validate_update(const json_t *new_obj, const json_t *old_obj, struct violations *v)
{
	static const char *const frozen[] = { "data", "binaryData" };

	if (!json_bool(old_obj, "immutable", false))
		return;
	if (!json_bool(new_obj, "immutable", false))
		violate_forbidden(v, FPATH(NULL, "immutable"),
				  "field is immutable when `immutable` is set");
	for (size_t i = 0; i < ARRAY_SIZE(frozen); i++)
		if (!json_same(json_object_get(new_obj, frozen[i]),
			       json_object_get(old_obj, frozen[i])))
			violate_forbidden(v, FPATH(NULL, frozen[i]),
					  "field is immutable when `immutable` is set");
}

static void secret_defaults(json_t *obj)
{
	json_t *plain = json_obj(obj, "stringData"), *data;
	const char *key;
	json_t *value;

	if (plain == NULL)
		return;
	data = json_make_obj(obj, "data");
	json_object_foreach(plain, key, value) {
		_cleanup_free_ char *text =
			base64_encode(json_string_value(value), json_string_length(value));

		json_object_set_new(data, key, json_string(text));
	}
	json_object_del(obj, "stringData");
}

/* ---- values ---- */

static bool is_secret(const json_t *obj)
{
	return streq(json_str(obj, "kind"), "Secret");
}

int config_value(const json_t *obj, const char *key, char **ret_data, size_t *ret_len,
		 struct error *err)
{
	const json_t *plain = json_object_get(json_obj(obj, "data"), key);
	const json_t *binary = json_object_get(json_obj(obj, "binaryData"), key);

	if (is_secret(obj)) {
		binary = plain;
		plain = NULL;
	}
	if (plain != NULL) {
		*ret_len = json_string_length(plain);
		*ret_data = xstrndup(json_string_value(plain), *ret_len);
		return 0;
	}
	if (binary == NULL)
		return CONFIG_NO_KEY;
	return base64_decode(json_string_value(binary), ret_data, ret_len, err);
}

static int compare_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **config_keys(const json_t *obj)
{
	static const char *const maps[] = { "data", "binaryData" };
	char **keys = xcalloc(1, sizeof *keys);
	const char *key;
	json_t *value;

	for (size_t i = 0; i < ARRAY_SIZE(maps); i++)
		json_object_foreach(json_obj(obj, maps[i]), key, value)
			strv_add(&keys, key);
	qsort(keys, strv_len(keys), sizeof *keys, compare_text);
	return keys;
}

/* ---- columns ---- */

static json_t *cell_data(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return json_integer((json_int_t)(json_len(obj, "data") + json_len(obj, "binaryData")));
}

static json_t *cell_type(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return json_string(json_str_or(obj, "type", ""));
}

static const struct printer_column configmap_columns[] = {
	{ "Name", "string", "name", 0, column_name },
	{ "Data", "integer", "", 0, cell_data },
	{ "Age", "string", "", 0, column_age },
	{ 0 },
};

static const struct printer_column secret_columns[] = {
	{ "Name", "string", "name", 0, column_name },
	{ "Type", "string", "", 0, cell_type },
	{ "Data", "integer", "", 0, cell_data },
	{ "Age", "string", "", 0, column_age },
	{ 0 },
};

const struct kind kind_configmap = {
	KIND_CORE_NAMES("ConfigMap", "configmaps", "configmap"),
	.short_names = (const char *const[]){ "cm", NULL },
	.namespaced = true,
	.name_rule = NAME_DNS1123_SUBDOMAIN,
	.default_propagation = "Background",
	.schema = &schema_configmap,
	.validate = configmap_validate,
	.validate_update = validate_update,
	.columns = configmap_columns,
};

const struct kind kind_secret = {
	KIND_CORE_NAMES("Secret", "secrets", "secret"),
	.namespaced = true,
	.name_rule = NAME_DNS1123_SUBDOMAIN,
	.default_propagation = "Background",
	.schema = &schema_secret,
	.set_defaults = secret_defaults,
	.validate = secret_validate,
	.validate_update = validate_update,
	.field_labels = (const char *const[]){ "type", NULL },
	.columns = secret_columns,
};
