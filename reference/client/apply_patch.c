/*
 * apply_patch: the walk that makes the patch.
 *
 * Two rules for every field: it is set when the wanted value is not the live one; it is removed when the last
 * applied configuration had it, the wanted one has not, and the live object still has. Everything else
 * belongs to somebody else. Lists whose elements have a merge key are walked element by element, other
 * lists are one value.
 */
#include "client/apply_patch.h"

#include "api/meta.h"
#include "api/schema.h"
#include "base/defs.h"
#include "base/json.h"

static json_t *diff_map(const struct schema *schema, const json_t *last, const json_t *wanted,
			const json_t *live);

json_t *apply_annotated(const json_t *manifest)
{
	json_t *copy = json_deep_copy(manifest);
	_cleanup_json_ json_t *bare = json_deep_copy(manifest);
	json_t *annotations = meta_annotations(bare);
	_cleanup_free_ char *text = NULL, *line = NULL;

	json_object_del(annotations, LAST_APPLIED);
	if (annotations && json_object_size(annotations) == 0)
		json_object_del(meta_ensure(bare), "annotations");
	text = json_dumps(bare, JSON_COMPACT | JSON_SORT_KEYS);
	line = xmalloc(strlen(text) + 2);
	strcpy(line, text);
	strcat(line, "\n");
	json_object_set_new(json_make_obj(copy, "metadata.annotations"), LAST_APPLIED,
			    json_string(line));
	return copy;
}

json_t *apply_last(const json_t *live)
{
	const char *text = meta_annotation(live, LAST_APPLIED);
	json_t *last = NULL;

	if (text && json_parse(text, strlen(text), &last, NULL) == 0 && json_is_object(last))
		return last;
	json_decref(last);
	return json_object();
}

static json_t *by_key(const json_t *list, const char *key, const json_t *value)
{
	json_t *e;
	size_t i;

	json_array_foreach((json_t *)list, i, e)
		if (json_equal(json_object_get(e, key), value))
			return e;
	return NULL;
}

static void add_element(json_t *patch, const struct field *f, const json_t *last,
			const json_t *wanted, const json_t *live)
{
	json_t *id = json_object_get(wanted, f->merge_key);
	const json_t *present = by_key(live, f->merge_key, id);
	json_t *change;

	if (!present) {
		json_array_append(patch, (json_t *)wanted);
		return;
	}
	change = diff_map(f->sub, by_key(last, f->merge_key, id), wanted, present);
	if (json_object_size(change)) {
		json_object_set(change, f->merge_key, id);
		json_array_append(patch, change);
	}
	json_decref(change);
}

/* Elements of a list with a merge key. */
static json_t *diff_list(const struct field *f, const json_t *last, const json_t *wanted,
			 const json_t *live)
{
	json_t *patch = json_array(), *e;
	size_t i;

	json_array_foreach((json_t *)wanted, i, e)
		add_element(patch, f, last, e, live);
	json_array_foreach((json_t *)last, i, e) {
		json_t *id = json_object_get(e, f->merge_key);

		if (id && !by_key(wanted, f->merge_key, id) && by_key(live, f->merge_key, id))
			json_array_append_new(patch, json_pack("{s:s,s:O}", "$patch", "delete",
							       f->merge_key, id));
	}
	return patch;
}

static bool has_merge_key(const struct field *f, const json_t *wanted)
{
	json_t *e;
	size_t i;

	if (!f || f->shape != SHAPE_LIST || !f->merge_key)
		return false;
	json_array_foreach((json_t *)wanted, i, e)
		if (!json_object_get(e, f->merge_key))
			return false;
	return true;
}

/* What must be said of one field that is wanted; NULL: nothing. */
static json_t *diff_field(const struct field *f, const json_t *last, json_t *wanted,
			  const json_t *live)
{
	json_t *change;

	if (json_equal(wanted, (json_t *)live))
		return NULL;
	if (json_is_object(wanted) && json_is_object(live) && !(f && f->flags & FIELD_ATOMIC))
		change = diff_map(f && f->shape == SHAPE_ONE ? f->sub : NULL, last, wanted, live);
	else if (json_is_array(wanted) && json_is_array(live) && has_merge_key(f, wanted))
		change = diff_list(f, last, wanted, live);
	else
		return json_incref(wanted);
	if ((json_is_array(change) ? json_array_size(change) : json_object_size(change)) == 0) {
		json_decref(change);
		return NULL;
	}
	return change;
}

static json_t *diff_map(const struct schema *schema, const json_t *last, const json_t *wanted,
			const json_t *live)
{
	json_t *patch = json_object(), *value;
	const char *key;

	json_object_foreach((json_t *)wanted, key, value) {
		const struct field *f = schema ? schema_field(schema, key) : NULL;
		json_t *change = diff_field(f, json_object_get(last, key), value,
					    json_object_get(live, key));

		if (change)
			json_object_set_new(patch, key, change);
	}
	json_object_foreach((json_t *)last, key, value)
		if (!json_object_get(wanted, key) && json_object_get(live, key))
			json_object_set_new(patch, key, json_null());
	return patch;
}

json_t *apply_patch_make(const struct schema *schema, const json_t *last, const json_t *wanted,
			 const json_t *live)
{
	json_t *patch = diff_map(schema, last, wanted, live);

	json_object_del(patch, "status");
	return patch;
}
