/*
 * strbuf: a growing byte buffer that always ends in NUL.
 *
 *	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
 *	strbuf_addf(&b, "%s/%s", ns, name);
 *	*ret = strbuf_take(&b);
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#include "base/defs.h"

struct strbuf {
	char *data; /* NULL while nothing was ever added: use strbuf_str() to read */
	size_t len; /* without the NUL */
	size_t cap;
};

/* clang-format off */
#define STRBUF_INIT { 0 }
/* clang-format on */
#define _cleanup_strbuf_ _cleanup_(strbuf_deinit)

void strbuf_add(struct strbuf *b, const void *data, size_t len);
void strbuf_adds(struct strbuf *b, const char *s); /* NULL adds nothing */
void strbuf_addc(struct strbuf *b, char c);
void strbuf_addf(struct strbuf *b, const char *fmt, ...) _printf_(2, 3);
void strbuf_addv(struct strbuf *b, const char *fmt, va_list ap) _printf_(2, 0);
/* Room for n more bytes at the end; fill it, then add to len by strbuf_grown(). */
char *strbuf_reserve(struct strbuf *b, size_t n);
void strbuf_grown(struct strbuf *b, size_t n);

const char *strbuf_str(const struct strbuf *b); /* never NULL; valid until the next change */
void strbuf_consume(struct strbuf *b, size_t n); /* drops the first n bytes */
void strbuf_truncate(struct strbuf *b, size_t len); /* keeps the first len bytes */
void strbuf_reset(struct strbuf *b); /* empty, memory kept */
char *strbuf_take(struct strbuf *b); /* the text, owned by the caller; never NULL; b is empty */
void strbuf_deinit(struct strbuf *b);
