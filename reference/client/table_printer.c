/*
 * table_printer: text in columns.
 *
 * A cell is as wide as the widest of its column and three blanks more, at least six; the last one of a line is not
 * padded. Widths only grow: the tables of one watch stand in the same columns. The server's first
 * table brings the column definitions, later ones of a watch need not repeat them.
 */
#include "client/table_printer.h"

#include <ctype.h>

#include "api/meta.h"
#include "base/json.h"
#include "base/str.h"

#define GAP 3
#define WIDTH_MIN 6
#define COLUMNS_MAX 64

struct table_printer {
	struct table_options options;
	char *name_prefix; /* options.name_prefix, owned */
	json_t *columns; /* columnDefinitions */
	bool headed;
	size_t widths[COLUMNS_MAX];
};

struct table_printer *table_printer_new(const struct table_options *options)
{
	struct table_printer *t = xnew(t);

	t->options = *options;
	if (options->name_prefix)
		t->options.name_prefix = t->name_prefix = xstrdup(options->name_prefix);
	return t;
}

struct table_printer *table_printer_free(struct table_printer *t)
{
	if (!t)
		return NULL;
	json_decref(t->columns);
	free(t->name_prefix);
	free(t);
	return NULL;
}

static bool is_shown(const struct table_printer *t, const json_t *column)
{
	return t->options.wide || json_int(column, "priority", 0) == 0;
}

static bool is_name(const json_t *column)
{
	return streq(json_str(column, "format"), "name");
}

static char *header_text(const json_t *column)
{
	char *text = xstrdup(json_str_or(column, "name", ""));

	for (char *p = text; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	return text;
}

static char *cell_text(const json_t *cell)
{
	if (json_is_string(cell)) {
		const char *text = json_string_value(cell);

		return xstrndup(text, strcspn(text, "\n"));
	}
	if (!cell || json_is_null(cell))
		return xstrdup("<none>");
	return json_dumps(cell, JSON_ENCODE_ANY);
}

static char *labels_text(const json_t *obj)
{
	_cleanup_strv_ char **pairs = NULL;
	json_t *value;
	const char *key;

	json_object_foreach(meta_labels(obj), key, value)
		strv_addf(&pairs, "%s=%s", key, json_string_value(value) ?: "");
	return pairs ? strv_join(pairs, ",") : xstrdup("<none>");
}

static char **header_line(const struct table_printer *t)
{
	char **line = NULL;
	json_t *column;
	size_t i;

	if (t->options.show_namespace)
		strv_add(&line, "NAMESPACE");
	json_array_foreach(t->columns, i, column)
		if (is_shown(t, column))
			strv_take(&line, header_text(column));
	if (t->options.show_labels)
		strv_add(&line, "LABELS");
	return line;
}

static char **row_line(const struct table_printer *t, const json_t *row)
{
	const json_t *cells = json_arr(row, "cells"), *obj = json_obj(row, "object");
	char **line = NULL;
	json_t *column;
	size_t i;

	if (t->options.show_namespace)
		strv_add(&line, meta_namespace(obj) ?: "");
	json_array_foreach(t->columns, i, column) {
		_cleanup_free_ char *text = NULL;

		if (!is_shown(t, column))
			continue;
		text = cell_text(json_array_get(cells, i));
		strv_addf(&line, "%s%s",
			  is_name(column) && t->options.name_prefix ? t->options.name_prefix : "",
			  text);
	}
	if (t->options.show_labels)
		strv_take(&line, labels_text(obj));
	return line;
}

/* Bytes that begin a character: what a terminal counts, near enough. */
static size_t width_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

static void widen(struct table_printer *t, char **line)
{
	for (size_t i = 0; line && line[i] && line[i + 1] && i < COLUMNS_MAX; i++)
		t->widths[i] = MAX(t->widths[i], MAX(width_of(line[i]) + GAP, (size_t)WIDTH_MIN));
}

static void print_line(const struct table_printer *t, char **line, struct strbuf *out)
{
	for (size_t i = 0; line && line[i]; i++) {
		strbuf_adds(out, line[i]);
		for (size_t n = width_of(line[i]);
		     line[i + 1] && i < COLUMNS_MAX && n < t->widths[i]; n++)
			strbuf_addc(out, ' ');
	}
	strbuf_addc(out, '\n');
}

static void each_line(struct table_printer *t, const json_t *table, struct strbuf *out)
{
	json_t *row;
	size_t i;

	json_each(table, "rows", i, row) {
		_cleanup_strv_ char **line = row_line(t, row);

		if (out)
			print_line(t, line, out);
		else
			widen(t, line);
	}
}

void table_print(struct table_printer *t, const json_t *table, struct strbuf *out)
{
	json_t *columns = json_arr(table, "columnDefinitions");
	_cleanup_strv_ char **header = NULL;

	if (json_array_size(columns)) {
		json_decref(t->columns);
		t->columns = json_incref(columns);
	}
	if (!t->headed && !t->options.no_headers) {
		header = header_line(t);
		widen(t, header);
	}
	each_line(t, table, NULL);
	if (header)
		print_line(t, header, out);
	t->headed = true;
	each_line(t, table, out);
}
