/*
 * pod_view_volume: a volume as structs.
 *
 * ConfigMap, Secret and downward API volumes are read as a projected volume of one source, so that there
 * is one way to write files for all of them.
 */
#include "api/pod_tables.h"
#include "api/pod_view_parts.h"
#include "api/quantity.h"
#include "base/defs.h"
#include "base/json.h"

static void read_item(const json_t *item, struct pod_volume_item *ret)
{
	const json_t *resource = json_obj(item, "resourceFieldRef");

	ret->path = json_str_or(item, "path", "");
	ret->mode = (int)json_int(item, "mode", -1);
	ret->is_resource = resource != NULL;
	if (resource != NULL) {
		ret->key = json_str_or(resource, "resource", "");
		ret->container = json_str(resource, "containerName");
		ret->divisor = json_str(resource, "divisor");
	} else if (json_obj(item, "fieldRef") != NULL) {
		ret->key = json_str_or(item, "fieldRef.fieldPath", "");
	} else {
		ret->key = json_str_or(item, "key", "");
	}
}

static void read_items(const json_t *source, struct pod_projection *ret)
{
	json_t *item;
	size_t i;

	ret->n_items = json_len(source, "items");
	ret->all_keys = ret->n_items == 0;
	ret->items = xcalloc(ret->n_items + 1, sizeof *ret->items);
	json_each(source, "items", i, item)
		read_item(item, &ret->items[i]);
}

static void read_token(const json_t *source, struct pod_projection *ret)
{
	ret->n_items = 1;
	ret->items = xcalloc(1, sizeof *ret->items);
	ret->items[0] = (struct pod_volume_item){
		.key = "token",
		.path = json_str_or(source, "path", "token"),
		.mode = -1,
	};
	ret->expiration_seconds = json_int(source, "expirationSeconds", 3600);
}

static void read_projection(enum pod_projection_type type, const json_t *source,
			    struct pod_projection *ret)
{
	const char *name = json_str(source, "name");

	ret->type = type;
	ret->ref = name != NULL ? name : json_str(source, "secretName");
	ret->optional = json_bool(source, "optional", false);
	if (type == PROJECT_TOKEN)
		read_token(source, ret);
	else
		read_items(source, ret);
}

static void read_source(const json_t *source, struct pod_projection *ret)
{
	static const char *const names[] = {
		[PROJECT_CONFIG_MAP] = "configMap",
		[PROJECT_SECRET] = "secret",
		[PROJECT_DOWNWARD_API] = "downwardAPI",
		[PROJECT_TOKEN] = "serviceAccountToken",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const json_t *inner = json_obj(source, names[i]);

		if (inner == NULL)
			continue;
		read_projection((enum pod_projection_type)i, inner, ret);
		return;
	}
	ret->type = PROJECT_OTHER;
}

static void read_one(enum pod_projection_type type, const json_t *source, struct pod_volume *ret)
{
	ret->n_projections = 1;
	ret->projections = xcalloc(1, sizeof *ret->projections);
	read_projection(type, source, &ret->projections[0]);
}

static void read_projected(const json_t *source, struct pod_volume *ret)
{
	json_t *item;
	size_t i;

	ret->n_projections = json_len(source, "sources");
	ret->projections = xcalloc(ret->n_projections + 1, sizeof *ret->projections);
	json_each(source, "sources", i, item)
		read_source(item, &ret->projections[i]);
}

static enum pod_volume_type volume_type(const char *source)
{
	static const char *const names[] = {
		[VOLUME_EMPTY_DIR] = "emptyDir",	  [VOLUME_HOST_PATH] = "hostPath",
		[VOLUME_CONFIG_MAP] = "configMap",	  [VOLUME_SECRET] = "secret",
		[VOLUME_DOWNWARD_API] = "downwardAPI",	  [VOLUME_PROJECTED] = "projected",
		[VOLUME_CLAIM] = "persistentVolumeClaim",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (streq(names[i], source))
			return (enum pod_volume_type)i;
	return VOLUME_OTHER;
}

static void read_volume_source(const json_t *source, struct pod_volume *ret)
{
	switch (ret->type) {
	case VOLUME_EMPTY_DIR:
		ret->medium = json_str_or(source, "medium", "");
		ret->size_limit = quantity_text_value(json_str(source, "sizeLimit"), -1);
		break;
	case VOLUME_HOST_PATH:
		ret->host_path = json_str_or(source, "path", "");
		ret->host_path_type = json_str_or(source, "type", "");
		break;
	case VOLUME_CONFIG_MAP:
		read_one(PROJECT_CONFIG_MAP, source, ret);
		break;
	case VOLUME_SECRET:
		read_one(PROJECT_SECRET, source, ret);
		break;
	case VOLUME_DOWNWARD_API:
		read_one(PROJECT_DOWNWARD_API, source, ret);
		break;
	case VOLUME_PROJECTED:
		read_projected(source, ret);
		break;
	case VOLUME_CLAIM:
		ret->claim = json_str_or(source, "claimName", "");
		ret->read_only = json_bool(source, "readOnly", false);
		break;
	case VOLUME_OTHER:
		break;
	}
}

void pod_view_volume(const json_t *volume, struct pod_volume *ret)
{
	const json_t *source = NULL;

	ret->name = json_str_or(volume, "name", "");
	ret->source_name = "emptyDir";
	ret->size_limit = -1;
	for (const struct field *f = schema_volume.fields; f->name != NULL; f++) {
		if (streq(f->name, "name") || json_object_get(volume, f->name) == NULL)
			continue;
		source = json_object_get(volume, f->name);
		ret->source_name = f->name;
		break;
	}
	ret->type = volume_type(ret->source_name);
	ret->default_mode = (int)json_int(source, "defaultMode", 0644);
	read_volume_source(source, ret);
}

void pod_view_volume_deinit(struct pod_volume *volume)
{
	for (size_t i = 0; i < volume->n_projections; i++)
		free(volume->projections[i].items);
	free(volume->projections);
}
