/*
 * YAML in: libyaml's events to jansson values.
 *
 * One pass, recursive over the events of a document, with the path of the present node kept in a buffer for
 * messages. Kept within bounds: depth by DEPTH_MAX; the nodes that aliases add by ALIASED_MAX ("a billion
 * laughs" ends as an error). An alias gives a deep copy: no value of the result is shared.
 *
 * An anchor is known from the end of its node on, so a node cannot hold itself. Merge keys are applied at the
 * end of their mapping: a key written out wins over a merged one wherever it stands.
 *
 * Every event is owned by a scope mark in the function that fetched it.
 */
#include "base/yaml.h"

#include <uthash.h>
#include <yaml.h>

#include "base/json.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "base/yaml_scalar.h"

#define DEPTH_MAX 1000
#define ALIASED_MAX 100000
#define TAG "tag:yaml.org,2002:"

struct anchor {
	UT_hash_handle hh;
	json_t *value;
	char name[];
};

struct loader {
	yaml_parser_t parser;
	const char *text, *file;
	size_t len;
	struct anchor *anchors;
	size_t aliased; /* nodes made by aliases so far */
	int depth;
	struct strbuf path;
	struct error *err;
};

#define _cleanup_event_ _cleanup_(yaml_event_delete)

static int load_node(struct loader *l, const yaml_event_t *e, json_t **ret);

/* ---- faults ---- */

static int fault_at(struct loader *l, yaml_mark_t mark, const char *fmt, ...) _printf_(3, 4);

static int fault_at(struct loader *l, yaml_mark_t mark, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	error_setv(l->err, ERR_BAD_REQUEST, NULL, fmt, ap);
	va_end(ap);
	if (!l->err)
		return -ERR_BAD_REQUEST;
	return error_wrap(l->err, "%s:%zu:%zu", l->file, mark.line + 1, mark.column + 1);
}

/* The reader knows only the offset of a bad byte. */
static yaml_mark_t mark_of_offset(const struct loader *l, size_t offset)
{
	yaml_mark_t mark = { 0 };

	for (size_t i = 0; i < offset && i < l->len; i++) {
		mark.column++;
		if (l->text[i] == '\n') {
			mark.line++;
			mark.column = 0;
		}
	}
	return mark;
}

static int parser_fault(struct loader *l)
{
	const yaml_parser_t *p = &l->parser;
	const char *problem = p->problem ? p->problem : "cannot be read";

	if (p->error == YAML_READER_ERROR)
		return fault_at(l, mark_of_offset(l, p->problem_offset), "%s", problem);
	if (p->context)
		return fault_at(l, p->problem_mark, "%s (%s that began on line %zu)", problem,
				p->context, p->context_mark.line + 1);
	return fault_at(l, p->problem_mark, "%s", problem);
}

static int next_event(struct loader *l, yaml_event_t *e)
{
	return yaml_parser_parse(&l->parser, e) ? 0 : parser_fault(l);
}

/* ---- anchors ---- */

static size_t count_nodes(const json_t *v)
{
	size_t n = 1, i;
	const char *key;
	json_t *e;

	json_array_foreach((json_t *)v, i, e)
		n += count_nodes(e);
	json_object_foreach((json_t *)v, key, e)
		n += count_nodes(e);
	return n;
}

static struct anchor *find_anchor(struct loader *l, const char *name)
{
	struct anchor *a;

	HASH_FIND_STR(l->anchors, name, a);
	return a;
}

static void forget_anchor(struct loader *l, struct anchor *a)
{
	HASH_DEL(l->anchors, a);
	json_decref(a->value);
	free(a);
}

static void forget_anchors(struct loader *l)
{
	struct anchor *a, *next;

	HASH_ITER(hh, l->anchors, a, next)
		forget_anchor(l, a);
}

static void define_anchor(struct loader *l, const yaml_char_t *name, json_t *value)
{
	struct anchor *a;
	size_t len;

	if (!name)
		return;
	a = find_anchor(l, (const char *)name);
	if (a)
		forget_anchor(l, a);
	len = strlen((const char *)name);
	a = xcalloc(1, sizeof(*a) + len + 1);
	memcpy(a->name, name, len + 1);
	a->value = json_incref(value);
	HASH_ADD_STR(l->anchors, name, a);
}

static int load_alias(struct loader *l, const yaml_event_t *e, json_t **ret)
{
	const char *name = (const char *)e->data.alias.anchor;
	struct anchor *a = find_anchor(l, name);

	if (!a)
		return fault_at(l, e->start_mark, "unknown anchor \"%s\"", name);
	l->aliased += count_nodes(a->value);
	if (l->aliased > ALIASED_MAX)
		return fault_at(l, e->start_mark, "excessive aliasing");
	*ret = json_deep_copy(a->value);
	return 0;
}

/* ---- nodes ---- */

static bool is_typed(const yaml_event_t *e)
{
	const char *tag = (const char *)e->data.scalar.tag;
	const char *word;

	if (e->data.scalar.plain_implicit)
		return true;
	word = tag ? str_after(tag, TAG) : NULL;
	return streq(word, "int") || streq(word, "float") || streq(word, "bool") ||
	       streq(word, "null");
}

static int load_scalar(struct loader *l, const yaml_event_t *e, json_t **ret)
{
	const char *text = (const char *)e->data.scalar.value;
	size_t len = e->data.scalar.length;

	if (memchr(text, '\0', len))
		return fault_at(l, e->start_mark, "a string holds a NUL character");
	if (!is_typed(e))
		*ret = json_stringn(text, len);
	else if (yaml_scalar_resolve(text, len, ret) != 0)
		return fault_at(l, e->start_mark, "%s has no JSON form", text);
	define_anchor(l, e->data.scalar.anchor, *ret);
	return 0;
}

static int load_sequence(struct loader *l, const yaml_event_t *start, json_t **ret)
{
	_cleanup_json_ json_t *array = json_array();
	size_t path_len = l->path.len;

	for (;;) {
		_cleanup_event_ yaml_event_t e = { 0 };
		json_t *item = NULL;
		int r = next_event(l, &e);

		if (r < 0)
			return r;
		if (e.type == YAML_SEQUENCE_END_EVENT)
			break;
		strbuf_addf(&l->path, "[%zu]", json_array_size(array));
		r = load_node(l, &e, &item);
		if (r < 0)
			return r;
		strbuf_truncate(&l->path, path_len);
		json_array_append_new(array, item);
	}
	define_anchor(l, start->data.sequence_start.anchor, array);
	*ret = take_ptr(array);
	return 0;
}

/* The text of a key: strings as they are, other scalars as JSON writes them. */
static int key_text(struct loader *l, const yaml_event_t *e, char **ret)
{
	_cleanup_json_ json_t *v = NULL;
	int r;

	if (e->type != YAML_SCALAR_EVENT && e->type != YAML_ALIAS_EVENT)
		return fault_at(l, e->start_mark, "a key must be a scalar");
	r = load_node(l, e, &v);
	if (r < 0)
		return r;
	if (json_is_null(v) || json_is_object(v) || json_is_array(v))
		return fault_at(l, e->start_mark, "a key must be a string, not %s",
				json_is_null(v) ? "null" : "a collection");
	*ret = json_is_string(v) ? xstrdup(json_string_value(v)) : json_text(v);
	return 0;
}

static int duplicate_key(struct loader *l, const yaml_event_t *e)
{
	int r = fault_at(l, e->start_mark, "duplicate field \"%s\"", strbuf_str(&l->path));

	if (l->err)
		l->err->reason = xstrdup("DuplicateField");
	error_field(l->err, "%s", strbuf_str(&l->path));
	return r;
}

static bool is_merge_key(const yaml_event_t *e)
{
	return e->type == YAML_SCALAR_EVENT && e->data.scalar.plain_implicit &&
	       streq((const char *)e->data.scalar.value, "<<");
}

static int collect_merge(struct loader *l, json_t *merges, const yaml_event_t *key)
{
	_cleanup_event_ yaml_event_t e = { 0 };
	_cleanup_json_ json_t *value = NULL;
	json_t *item;
	size_t i;
	int r = next_event(l, &e);

	if (r == 0)
		r = load_node(l, &e, &value);
	if (r < 0)
		return r;
	if (json_is_object(value))
		return json_array_append(merges, value);
	json_array_foreach(value, i, item) {
		if (!json_is_object(item))
			break;
		json_array_append(merges, item);
	}
	if (!json_is_array(value) || i < json_array_size(value))
		return fault_at(l, key->start_mark, "<< merges mappings only");
	return 0;
}

/* One key, given, and its value. */
static int load_pair(struct loader *l, const yaml_event_t *key_event, json_t *object, json_t *merges)
{
	_cleanup_event_ yaml_event_t e = { 0 };
	_cleanup_free_ char *key = NULL;
	size_t path_len = l->path.len;
	json_t *value = NULL;
	int r;

	if (is_merge_key(key_event))
		return collect_merge(l, merges, key_event);
	r = key_text(l, key_event, &key);
	if (r < 0)
		return r;
	strbuf_addf(&l->path, "%s%s", path_len ? "." : "", key);
	if (json_object_get(object, key))
		return duplicate_key(l, key_event);
	r = next_event(l, &e);
	if (r == 0)
		r = load_node(l, &e, &value);
	if (r < 0)
		return r;
	strbuf_truncate(&l->path, path_len);
	json_object_set_new(object, key, value);
	return 0;
}

static int load_mapping(struct loader *l, const yaml_event_t *start, json_t **ret)
{
	_cleanup_json_ json_t *object = json_object(), *merges = json_array();
	json_t *merge;
	size_t i;

	for (;;) {
		_cleanup_event_ yaml_event_t e = { 0 };
		int r = next_event(l, &e);

		if (r < 0)
			return r;
		if (e.type == YAML_MAPPING_END_EVENT)
			break;
		r = load_pair(l, &e, object, merges);
		if (r < 0)
			return r;
	}
	json_array_foreach(merges, i, merge)
		json_object_update_missing(object, merge);
	define_anchor(l, start->data.mapping_start.anchor, object);
	*ret = take_ptr(object);
	return 0;
}

static int load_node(struct loader *l, const yaml_event_t *e, json_t **ret)
{
	int r;

	if (l->depth >= DEPTH_MAX)
		return fault_at(l, e->start_mark, "nested deeper than %d", DEPTH_MAX);
	l->depth++;
	switch (e->type) {
	case YAML_ALIAS_EVENT:
		r = load_alias(l, e, ret);
		break;
	case YAML_SCALAR_EVENT:
		r = load_scalar(l, e, ret);
		break;
	case YAML_SEQUENCE_START_EVENT:
		r = load_sequence(l, e, ret);
		break;
	case YAML_MAPPING_START_EVENT:
		r = load_mapping(l, e, ret);
		break;
	default:
		r = fault_at(l, e->start_mark, "unexpected event %d", (int)e->type);
	}
	l->depth--;
	return r;
}

/* ---- documents ---- */

static int load_document(struct loader *l, json_t *docs)
{
	_cleanup_event_ yaml_event_t root = { 0 }, end = { 0 };
	_cleanup_json_ json_t *doc = NULL;
	int r = next_event(l, &root);

	if (r == 0)
		r = load_node(l, &root, &doc);
	if (r == 0)
		r = next_event(l, &end);
	forget_anchors(l);
	if (r < 0)
		return r;
	if (!json_is_null(doc))
		json_array_append(docs, doc);
	return 0;
}

static int load_stream(struct loader *l, json_t *docs)
{
	for (;;) {
		_cleanup_event_ yaml_event_t e = { 0 };
		int r = next_event(l, &e);

		if (r < 0)
			return r;
		if (e.type == YAML_STREAM_END_EVENT)
			return 0;
		if (e.type != YAML_DOCUMENT_START_EVENT)
			continue;
		r = load_document(l, docs);
		if (r < 0)
			return r;
	}
}

int yaml_load_all(const char *text, size_t len, const char *filename, json_t **ret_docs,
		  struct error *err)
{
	struct loader l = { .text = text, .len = len, .file = filename ? filename : "<input>" };
	_cleanup_json_ json_t *docs = json_array();
	int r;

	l.err = err;
	if (!yaml_parser_initialize(&l.parser))
		return error_set(err, ERR_INTERNAL, NULL, "no YAML parser");
	yaml_parser_set_input_string(&l.parser, (const unsigned char *)text, len);
	r = load_stream(&l, docs);
	forget_anchors(&l);
	yaml_parser_delete(&l.parser);
	strbuf_deinit(&l.path);
	if (r == 0)
		*ret_docs = take_ptr(docs);
	return r;
}

int yaml_load(const char *text, size_t len, const char *filename, json_t **ret, struct error *err)
{
	_cleanup_json_ json_t *docs = NULL;
	int r = yaml_load_all(text, len, filename, &docs, err);

	if (r < 0)
		return r;
	if (json_array_size(docs) != 1)
		return error_set(err, ERR_BAD_REQUEST, NULL, "%s: %zu documents, want 1",
				 filename ? filename : "<input>", json_array_size(docs));
	*ret = json_incref(json_array_get(docs, 0));
	return 0;
}
