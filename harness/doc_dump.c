/*
 * doc_dump: one JSON tree as block YAML, for people and for real tools.
 *
 * libyaml's emitter does the layout; what is ours is the choice of quotes: a text that would be read as something else is
 * quoted, one of several lines is written literally. Keys stay in the order in which they were read.
 */
#include "doc.h"

#include <yaml.h>

#include "doc_scalar.h"

/* What a compact dump writes in one line, as JSON; and what it never does: the outermost map. */
#define SHORT 72

struct dump {
	yaml_emitter_t e;
	bool compact;
	size_t depth;
};

static void emit(yaml_emitter_t *e, yaml_event_t *ev)
{
	if (!yaml_emitter_emit(e, ev))
		abort();
}

static void emit_text(yaml_emitter_t *e, const char *text, bool quoted)
{
	yaml_scalar_style_t style = YAML_PLAIN_SCALAR_STYLE;
	yaml_event_t ev;

	if (strchr(text, '\n'))
		style = YAML_LITERAL_SCALAR_STYLE;
	else if (quoted && doc_scalar_is_special(text))
		style = YAML_DOUBLE_QUOTED_SCALAR_STYLE;
	yaml_scalar_event_initialize(&ev, NULL, NULL, (const yaml_char_t *)text, (int)strlen(text),
				     1, 1, style);
	emit(e, &ev);
}

static void emit_node(struct dump *d, const json_t *v);

static bool in_one_line(const struct dump *d, const json_t *v)
{
	_cleanup_free_ char *text = NULL;

	if (json_object_size(v) + json_array_size(v) == 0)
		return true;
	if (!d->compact || d->depth < 2)
		return false;
	text = json_dumps(v, JSON_ENCODE_ANY);
	return text && strlen(text) <= SHORT && !strstr(text, "\\n");
}

static void emit_map(struct dump *d, const json_t *map)
{
	yaml_emitter_t *e = &d->e;
	yaml_event_t ev;
	const char *key;
	json_t *value;

	yaml_mapping_start_event_initialize(&ev, NULL, NULL, 1,
					    in_one_line(d, map) ? YAML_FLOW_MAPPING_STYLE :
								  YAML_BLOCK_MAPPING_STYLE);
	emit(e, &ev);
	json_object_foreach((json_t *)map, key, value) {
		emit_text(e, key, true);
		emit_node(d, value);
	}
	yaml_mapping_end_event_initialize(&ev);
	emit(e, &ev);
}

static void emit_list(struct dump *d, const json_t *list)
{
	yaml_emitter_t *e = &d->e;
	yaml_event_t ev;
	json_t *value;
	size_t i;

	yaml_sequence_start_event_initialize(&ev, NULL, NULL, 1,
					     in_one_line(d, list) ? YAML_FLOW_SEQUENCE_STYLE :
								    YAML_BLOCK_SEQUENCE_STYLE);
	emit(e, &ev);
	json_array_foreach(list, i, value)
		emit_node(d, value);
	yaml_sequence_end_event_initialize(&ev);
	emit(e, &ev);
}

static void emit_node(struct dump *d, const json_t *v)
{
	_cleanup_free_ char *text = NULL;

	d->depth++;
	if (json_is_object(v)) {
		emit_map(d, v);
	} else if (json_is_array(v)) {
		emit_list(d, v);
	} else {
		text = json_is_string(v) ? xstrdup(json_string_value(v)) :
					   json_dumps(v, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
		emit_text(&d->e, text, json_is_string(v));
	}
	d->depth--;
}

static int write_out(void *userdata, unsigned char *data, size_t len)
{
	return fwrite(data, 1, len, userdata) == len;
}

static char *dump(const json_t *doc, bool compact)
{
	struct dump d = { .compact = compact };
	yaml_event_t ev;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	yaml_emitter_initialize(&d.e);
	yaml_emitter_set_output(&d.e, write_out, out);
	yaml_emitter_set_unicode(&d.e, 1);
	yaml_emitter_set_width(&d.e, 100);
	yaml_stream_start_event_initialize(&ev, YAML_UTF8_ENCODING);
	emit(&d.e, &ev);
	yaml_document_start_event_initialize(&ev, NULL, NULL, NULL, 1);
	emit(&d.e, &ev);
	emit_node(&d, doc);
	yaml_document_end_event_initialize(&ev, 1);
	emit(&d.e, &ev);
	yaml_stream_end_event_initialize(&ev);
	emit(&d.e, &ev);
	yaml_emitter_delete(&d.e);
	fclose(out);
	return text;
}

char *doc_dump(const json_t *doc)
{
	return dump(doc, false);
}

char *doc_dump_compact(const json_t *doc)
{
	return dump(doc, true);
}
