/* text: a growing text, JSON into it, and whole files. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct text {
	char *data;
	size_t len, cap;
};

void text_add(struct text *t, const char *data, size_t len);
void text_addf(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A JSON string with quotes; bytes that are no UTF-8 come out as U+FFFD. */
void text_json(struct text *t, const char *s, size_t len);
void text_free(struct text *t);
/* The whole file, at most 1 MiB, NUL-terminated; NULL with errno. The caller frees it. */
char *read_whole(const char *path, size_t *ret_len);
/* Writes all of it (append or replace); 0 or -errno. */
int write_whole(const char *path, const char *text, bool append);
/* Splits "KEY=VALUE" into a copy of KEY and VALUE (NULL without "="). */
const char *text_split(const char *arg, char *key, size_t size);
void *must_alloc(void *p); /* ends the process when p is NULL */
