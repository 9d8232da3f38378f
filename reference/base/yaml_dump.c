/*
 * YAML out, in the layout that kubectl prints: jansson values to libyaml's events.
 *
 * Keys are sorted by bytes. Strings are plain where reading them plain gives the string again, a literal block
 * where they have several lines, double-quoted otherwise; libyaml itself turns a plain style that its
 * grammar forbids (": " inside, say) into single quotes. Lines are never folded.
 *
 * The emitter writes into a string buffer; the only failures are broken UTF-8 (jansson lets none in) and
 * memory, so yaml_dump() has no error to report: what could be written comes back.
 */
#include "base/yaml.h"

#include <yaml.h>

#include "base/json.h"
#include "base/strbuf.h"
#include "base/yaml_scalar.h"

static void emit(yaml_emitter_t *out, const json_t *v);

static int write_out(void *userdata, unsigned char *data, size_t len)
{
	strbuf_add(userdata, data, len);
	return 1;
}

static void emit_text(yaml_emitter_t *out, const char *text, size_t len, yaml_scalar_style_t style)
{
	yaml_event_t e;

	yaml_scalar_event_initialize(&e, NULL, NULL, (const yaml_char_t *)text, (int)len, 1, 1,
				     style);
	yaml_emitter_emit(out, &e);
}

static void emit_string(yaml_emitter_t *out, const char *text, size_t len)
{
	yaml_scalar_style_t style = YAML_DOUBLE_QUOTED_SCALAR_STYLE;

	if (memchr(text, '\n', len))
		style = YAML_LITERAL_SCALAR_STYLE;
	else if (yaml_scalar_plain_is_string(text, len))
		style = YAML_PLAIN_SCALAR_STYLE;
	emit_text(out, text, len, style);
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void emit_object(yaml_emitter_t *out, const json_t *v)
{
	size_t n = json_object_size(v), i = 0;
	_cleanup_free_ const char **keys = xcalloc(n, sizeof(*keys));
	const char *key;
	yaml_event_t e;
	json_t *member;

	json_object_foreach((json_t *)v, key, member)
		keys[i++] = key;
	qsort(keys, n, sizeof(*keys), compare_keys);
	yaml_mapping_start_event_initialize(&e, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE);
	yaml_emitter_emit(out, &e);
	for (i = 0; i < n; i++) {
		emit_string(out, keys[i], strlen(keys[i]));
		emit(out, json_object_get(v, keys[i]));
	}
	yaml_mapping_end_event_initialize(&e);
	yaml_emitter_emit(out, &e);
}

static void emit_array(yaml_emitter_t *out, const json_t *v)
{
	yaml_event_t e;
	json_t *item;
	size_t i;

	yaml_sequence_start_event_initialize(&e, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE);
	yaml_emitter_emit(out, &e);
	json_array_foreach((json_t *)v, i, item)
		emit(out, item);
	yaml_sequence_end_event_initialize(&e);
	yaml_emitter_emit(out, &e);
}

static void emit_plain(yaml_emitter_t *out, const json_t *v)
{
	_cleanup_free_ char *text = json_text(v);

	emit_text(out, text, strlen(text), YAML_PLAIN_SCALAR_STYLE);
}

static void emit(yaml_emitter_t *out, const json_t *v)
{
	if (json_is_object(v))
		emit_object(out, v);
	else if (json_is_array(v))
		emit_array(out, v);
	else if (json_is_string(v))
		emit_string(out, json_string_value(v), json_string_length(v));
	else
		emit_plain(out, v);
}

/* libyaml ends a text whose last line is open by "..."; kubectl does not. */
static void drop_end_mark(struct strbuf *text)
{
	static const char mark[] = "\n...\n";
	size_t len = strlen(mark);

	if (text->len >= len && streq(text->data + text->len - len, mark))
		strbuf_truncate(text, text->len - len + 1);
}

char *yaml_dump(const json_t *v)
{
	struct strbuf text = STRBUF_INIT;
	yaml_emitter_t out;
	yaml_event_t e;

	yaml_emitter_initialize(&out);
	yaml_emitter_set_output(&out, write_out, &text);
	yaml_emitter_set_unicode(&out, 1);
	yaml_emitter_set_width(&out, -1);
	yaml_stream_start_event_initialize(&e, YAML_UTF8_ENCODING);
	yaml_emitter_emit(&out, &e);
	yaml_document_start_event_initialize(&e, NULL, NULL, NULL, 1);
	yaml_emitter_emit(&out, &e);
	emit(&out, v);
	yaml_document_end_event_initialize(&e, 1);
	yaml_emitter_emit(&out, &e);
	yaml_stream_end_event_initialize(&e);
	yaml_emitter_emit(&out, &e);
	yaml_emitter_delete(&out);
	drop_end_mark(&text);
	return strbuf_take(&text);
}
