/*
 * json: typed access to jansson values by dotted path.
 *
 * A path is "spec.containers[0].name": keys joined by dots, indices in brackets. A key that has dots itself
 * (labels, annotations) is reached by jansson's own json_object_get(). Getters return borrowed values and
 * take NULL, missing parts and wrong types alike: the default (NULL) comes back.
 * Names here never collide with jansson's (json_string, json_integer, …).
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

json_t *json_at(const json_t *v, const char *path); /* any type */
const char *json_str(const json_t *v, const char *path);
const char *json_str_or(const json_t *v, const char *path, const char *dflt);
int64_t json_int(const json_t *v, const char *path, int64_t dflt);
bool json_bool(const json_t *v, const char *path, bool dflt);
json_t *json_arr(const json_t *v, const char *path);
json_t *json_obj(const json_t *v, const char *path);
bool json_has(const json_t *v, const char *path); /* there and not null */
size_t json_len(const json_t *v, const char *path); /* of an array or object; 0 otherwise */

/* Sets a path, making objects on the way (not array elements). Takes value over, also on failure. 0 or -1. */
int json_set_path(json_t *v, const char *path, json_t *value);
int json_set_str(json_t *v, const char *path, const char *s); /* NULL deletes */
int json_set_int(json_t *v, const char *path, int64_t n);
int json_set_bool(json_t *v, const char *path, bool b);
void json_del_path(json_t *v, const char *path); /* missing: nothing */
/* The object at path, made if it is not there; borrowed. */
json_t *json_make_obj(json_t *v, const char *path);
json_t *json_make_arr(json_t *v, const char *path);

/* obj[key] = value, which is taken over, also on failure. 0 or -1. */
int json_take_set(json_t *obj, const char *key, json_t *value);
int json_take_append(json_t *arr, json_t *value);
/* A deep copy; NULL for NULL. */
json_t *json_dup(const json_t *v);
/* Same value; NULL equals NULL alone. */
bool json_same(const json_t *a, const json_t *b);
/* The first object of an array whose string member `key` is `value`; borrowed. */
json_t *json_find(const json_t *arr, const char *key, const char *value);

/* for (each element e of the array at path; i counts). `v` may be NULL. */
#define json_each(v, path, i, e)                                                                 \
	for (i = 0;                                                                              \
	     i < json_array_size(json_at(v, path)) && (e = json_array_get(json_at(v, path), i)); \
	     i++)

/* Owned text: compact, keys in their order; or indented by 4, keys sorted (as kubectl -o json). */
char *json_text(const json_t *v);
char *json_text_pretty(const json_t *v);

/*
 * Strict: a duplicate key is ERR_BAD_REQUEST with reason "DuplicateField" and its path in err->field,
 * other faults ERR_BAD_REQUEST "line L, column C: …". Any value may be at the top.
 */
int json_parse(const char *text, size_t len, json_t **ret, struct error *err);
