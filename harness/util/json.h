/* json: reading jansson trees by dotted paths. Everything returned is borrowed unless said otherwise. */
#pragma once

#include "util/defs.h"

/* "spec.containers.0.name": maps by key, lists by index. NULL when it is not there. A NULL or empty path is the object. */
json_t *json_path(const json_t *o, const char *path);
const char *json_str(const json_t *o, const char *path); /* NULL unless it is text */
int64_t json_int(const json_t *o, const char *path, int64_t fallback);
double json_num(const json_t *o, const char *path, double fallback);
bool json_truth(const json_t *o, const char *path, bool fallback);

/* The first map of the list whose text at `key` is `value`, or NULL. */
json_t *json_entry(const json_t *list, const char *key, const char *value);

/* One line, keys in order; the caller frees. NULL prints "nothing". */
char *json_line(const json_t *o);
/* A scalar as text, without quotes; others as json_line. The caller frees. */
char *json_scalar(const json_t *o);

/* A list of texts (or one text) as a NULL-terminated vector; anything else gives an empty one. */
char **json_strv(const json_t *list);
char **strv_split(const char *text, const char *separators);
void strv_free(char **v);
size_t strv_len(char *const *v);
bool strv_has(char *const *v, const char *s);
static inline void cleanup_strv_p(char ***v)
{
	strv_free(*v);
}
#define _cleanup_strv_ _cleanup_(cleanup_strv_p)

/* Parses; NULL when it is not JSON. The caller drops the reference. */
json_t *json_read(const char *text, size_t len);
