/*
 * doc: our own reader of YAML and JSON (JSON is YAML here), several documents in one text.
 *
 * Scalars are typed as Kubernetes types them (YAML 1.1: yes, no, on, off are booleans; quoted scalars are text). Duplicate keys
 * are refused. Every error names file and line. The line of each key and list entry is kept beside the tree.
 */
#pragma once

#include "util/defs.h"
#include "util/error.h"

struct doc_lines;

/* *ret_docs: a list, empty documents left out. ret_lines may be NULL; else the caller frees it. */
int doc_parse(const char *text, size_t len, const char *file, json_t **ret_docs,
	      struct doc_lines **ret_lines, struct error *err);
int doc_load(const char *path, json_t **ret_docs, struct doc_lines **ret_lines, struct error *err);
/* The whole file as a text; *ret_len may be NULL. */
int doc_read_text(const char *path, char **ret, size_t *ret_len, struct error *err);

/* The line of a key of a map, or of the map or list itself with key NULL; list entries that are scalars: the list's. 0: unknown. */
int doc_line(const struct doc_lines *lines, const json_t *container, const char *key);
struct doc_lines *doc_lines_free(struct doc_lines *lines);
static inline void doc_lines_free_p(struct doc_lines **lines)
{
	doc_lines_free(*lines);
}

/* One document as block YAML, keys as they stand. The caller frees. */
char *doc_dump(const json_t *doc);
/* The same as a person writes it: what is short stands in one line. */
char *doc_dump_compact(const json_t *doc);
