/*
 * doc: a reader of YAML and JSON on libyaml's events.
 *
 * The tree is built by recursion over the event stream. Aliases are refused (no fixture needs them, and an alias bomb needs
 * them), and depth is bounded. Plain scalars take their type by YAML 1.1's rules as Kubernetes' own reader applies them;
 * quoted ones are text. Beside the tree goes a table from (container, key) to line, so that a later check of
 * the form can say where.
 */
#include "doc.h"

#include <errno.h>
#include <uthash.h>
#include <yaml.h>

#include "doc_scalar.h"

#define MAX_DEPTH 100

struct place {
	UT_hash_handle hh;
	int line;
	char key[];
};

struct doc_lines {
	struct place *places;
};

struct reader {
	yaml_parser_t parser;
	const char *file;
	struct doc_lines *lines;
	struct error *err;
};

static char *place_key(const json_t *container, const char *key)
{
	return xasprintf("%p/%s", (const void *)container, key ? key : "");
}

static void note_line(struct reader *r, const json_t *container, const char *key, size_t line)
{
	_cleanup_free_ char *name = place_key(container, key);
	size_t len = strlen(name);
	struct place *p = xcalloc(1, sizeof(*p) + len + 1);

	memcpy(p->key, name, len + 1);
	p->line = (int)line + 1;
	HASH_ADD(hh, r->lines->places, key[0], (unsigned)len, p);
}

int doc_line(const struct doc_lines *lines, const json_t *container, const char *key)
{
	_cleanup_free_ char *name = place_key(container, key);
	struct place *p = NULL;

	if (lines)
		HASH_FIND(hh, lines->places, name, (unsigned)strlen(name), p);
	return p ? p->line : 0;
}

struct doc_lines *doc_lines_free(struct doc_lines *lines)
{
	struct place *p, *next;

	if (!lines)
		return NULL;
	HASH_ITER(hh, lines->places, p, next) {
		HASH_DEL(lines->places, p);
		free(p);
	}
	free(lines);
	return NULL;
}

static int fault(struct reader *r, size_t line, const char *what)
{
	return error_set(r->err, "%s:%zu: %s", r->file, line + 1, what);
}

static int next_event(struct reader *r, yaml_event_t *ev)
{
	if (yaml_parser_parse(&r->parser, ev))
		return 0;
	return fault(r, r->parser.problem_mark.line,
		     r->parser.problem ? r->parser.problem : "not YAML");
}

static int read_node(struct reader *r, yaml_event_t *ev, int depth, json_t **ret);

static int read_entry(struct reader *r, json_t *map, yaml_event_t *key_ev, int depth)
{
	_cleanup_(yaml_event_delete) yaml_event_t ev = { 0 };
	size_t line = key_ev->start_mark.line;
	json_t *value = NULL;
	const char *key;

	if (key_ev->type != YAML_SCALAR_EVENT)
		return fault(r, line, "a key must be a scalar");
	key = (const char *)key_ev->data.scalar.value;
	if (json_object_get(map, key)) {
		error_set(r->err, "%s:%zu: duplicate key \"%s\"", r->file, line + 1, key);
		return -1;
	}
	if (next_event(r, &ev) || read_node(r, &ev, depth, &value))
		return -1;
	if (json_object_set_new(map, key, value))
		return fault(r, line, "a key that is not UTF-8");
	note_line(r, map, key, line);
	return 0;
}

static int read_map(struct reader *r, int depth, json_t *map)
{
	for (;;) {
		_cleanup_(yaml_event_delete) yaml_event_t ev = { 0 };

		if (next_event(r, &ev))
			return -1;
		if (ev.type == YAML_MAPPING_END_EVENT)
			return 0;
		if (read_entry(r, map, &ev, depth))
			return -1;
	}
}

static int read_list(struct reader *r, int depth, json_t *list)
{
	for (;;) {
		_cleanup_(yaml_event_delete) yaml_event_t ev = { 0 };
		json_t *value = NULL;

		if (next_event(r, &ev))
			return -1;
		if (ev.type == YAML_SEQUENCE_END_EVENT)
			return 0;
		if (read_node(r, &ev, depth, &value))
			return -1;
		json_array_append_new(list, value);
	}
}

static int read_scalar(struct reader *r, const yaml_event_t *ev, json_t **ret)
{
	bool plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !ev->data.scalar.tag;
	json_t *v = doc_scalar((const char *)ev->data.scalar.value, ev->data.scalar.length, plain);

	if (!v)
		return fault(r, ev->start_mark.line, "text that is not UTF-8");
	*ret = v;
	return 0;
}

static int read_node(struct reader *r, yaml_event_t *ev, int depth, json_t **ret)
{
	size_t line = ev->start_mark.line;
	_cleanup_json_ json_t *v = NULL;
	bool map = ev->type == YAML_MAPPING_START_EVENT;

	if (depth > MAX_DEPTH)
		return fault(r, line, "nested too deeply");
	if (ev->type == YAML_SCALAR_EVENT)
		return read_scalar(r, ev, ret);
	if (!map && ev->type != YAML_SEQUENCE_START_EVENT)
		return fault(r, line, "aliases are not allowed here");
	v = map ? json_object() : json_array();
	note_line(r, v, NULL, line);
	if (map ? read_map(r, depth + 1, v) : read_list(r, depth + 1, v))
		return -1;
	*ret = take_ptr(v);
	return 0;
}

static int read_all(struct reader *r, json_t *docs)
{
	for (;;) {
		_cleanup_(yaml_event_delete) yaml_event_t ev = { 0 };
		json_t *doc = NULL;

		if (next_event(r, &ev))
			return -1;
		if (ev.type == YAML_STREAM_END_EVENT)
			return 0;
		if (ev.type == YAML_STREAM_START_EVENT || ev.type == YAML_DOCUMENT_START_EVENT ||
		    ev.type == YAML_DOCUMENT_END_EVENT)
			continue;
		if (read_node(r, &ev, 0, &doc))
			return -1;
		if (json_is_null(doc))
			continue;
		json_array_append_new(docs, doc);
	}
}

int doc_parse(const char *text, size_t len, const char *file, json_t **ret_docs,
	      struct doc_lines **ret_lines, struct error *err)
{
	struct reader r = { .file = file, .err = err };
	_cleanup_json_ json_t *docs = json_array();
	int rc;

	r.lines = xcalloc(1, sizeof(*r.lines));
	yaml_parser_initialize(&r.parser);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, len);
	rc = read_all(&r, docs);
	yaml_parser_delete(&r.parser);
	if (rc || !ret_lines)
		r.lines = doc_lines_free(r.lines);
	if (rc)
		return -1;
	*ret_docs = take_ptr(docs);
	if (ret_lines)
		*ret_lines = r.lines;
	return 0;
}

int doc_read_text(const char *path, char **ret, size_t *ret_len, struct error *err)
{
	_cleanup_file_ FILE *f = fopen(path, "re");
	_cleanup_free_ char *text = NULL;
	size_t len = 0, room = 0, n;

	if (!f)
		return error_set_errno(err, errno, "%s", path);
	do {
		room = MAX(room * 2, (size_t)65536);
		text = xrealloc(text, room + 1);
		n = fread(text + len, 1, room - len, f);
		len += n;
	} while (len == room);
	if (ferror(f))
		return error_set_errno(err, errno, "%s", path);
	text[len] = '\0';
	*ret = take_ptr(text);
	if (ret_len)
		*ret_len = len;
	return 0;
}

int doc_load(const char *path, json_t **ret_docs, struct doc_lines **ret_lines, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	size_t len;

	if (doc_read_text(path, &text, &len, err))
		return -1;
	return doc_parse(text, len, path, ret_docs, ret_lines, err);
}
