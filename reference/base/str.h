/*
 * str: small string helpers, and strv: NULL-terminated vectors of owned strings (`char **`).
 *
 * A NULL vector is an empty one. Functions that grow a vector take its address.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/defs.h"

char *str_printf(const char *fmt, ...) _printf_(1, 2); /* never NULL */
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
/* The text behind prefix, or NULL. */
const char *str_after(const char *s, const char *prefix);
/* The whole of s as a decimal number in [min, max]: 0, or -1. */
int str_to_int64(const char *s, int64_t min, int64_t max, int64_t *ret);
/* Lower-case hex of data, owned by the caller. */
char *str_hex(const void *data, size_t len);

char **strv_free(char **v); /* returns NULL */
DEFINE_CLEANUP_FUNC(char **, strv_free)
#define _cleanup_strv_ _cleanup_(strv_freep)

size_t strv_len(char *const *v);
char **strv_copy(char *const *v); /* NULL stays NULL */
bool strv_contains(char *const *v, const char *s);
void strv_add(char ***v, const char *s); /* copies s */
void strv_take(char ***v, char *s); /* owns s from now on */
void strv_addf(char ***v, const char *fmt, ...) _printf_(2, 3);
/* Splits at each sep; empty parts are kept; "" gives one empty part. */
char **strv_split(const char *s, char sep);
char *strv_join(char *const *v, const char *sep);
/* "K=V" vectors: replaces the entry of the same K, or adds it. */
void strv_set_env(char ***v, const char *key, const char *value);
/* The value of K, or NULL. */
const char *strv_get_env(char *const *v, const char *key);
/* The strings of a JSON array (others are left out), or NULL for NULL. */
char **strv_from_json(const json_t *array);
