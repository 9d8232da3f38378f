/*
 * table_printer: kubectl's columns, from the server's Table objects.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/strbuf.h"

struct table_printer;

struct table_options {
	bool wide; /* columns of priority 1, too */
	bool no_headers;
	bool show_namespace; /* NAMESPACE first */
	bool show_labels; /* LABELS last */
	const char *name_prefix; /* "pod/" before each name, or NULL */
};

/* Copies what is in options. Keeps the widths between tables: the lines of a watch stand under their header. */
struct table_printer *table_printer_new(const struct table_options *options);
struct table_printer *table_printer_free(struct table_printer *t); /* takes NULL, returns NULL */
DEFINE_CLEANUP_FUNC(struct table_printer *, table_printer_free)

/* Appends the rows of a Table to out; the header before the first ones. */
void table_print(struct table_printer *t, const json_t *table, struct strbuf *out);
