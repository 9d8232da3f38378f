/*
 * A growing byte buffer.
 *
 * Invariants: data is NULL or has cap bytes; len < cap then, and data[len] is NUL. Capacity doubles, so n
 * small additions cost n in all. The bytes may hold NULs; only the last one is ours.
 *
 * Formatting goes into the free room first and is repeated only when it did not fit.
 */
#include "base/strbuf.h"

#include "base/str.h"

#define STRBUF_FIRST 64

char *strbuf_reserve(struct strbuf *b, size_t n)
{
	size_t want = b->len + n + 1;

	if (want > b->cap) {
		size_t cap = MAX(b->cap * 2, (size_t)STRBUF_FIRST);

		b->cap = MAX(cap, want);
		b->data = xrealloc(b->data, b->cap);
	}
	b->data[b->len] = '\0';
	return b->data + b->len;
}

void strbuf_grown(struct strbuf *b, size_t n)
{
	b->len += n;
	b->data[b->len] = '\0';
}

void strbuf_add(struct strbuf *b, const void *data, size_t len)
{
	char *end = strbuf_reserve(b, len);

	if (len)
		memcpy(end, data, len);
	strbuf_grown(b, len);
}

void strbuf_adds(struct strbuf *b, const char *s)
{
	if (s)
		strbuf_add(b, s, strlen(s));
}

void strbuf_addc(struct strbuf *b, char c)
{
	strbuf_add(b, &c, 1);
}

void strbuf_addv(struct strbuf *b, const char *fmt, va_list ap)
{
	char *end = strbuf_reserve(b, STRBUF_FIRST);
	size_t room = b->cap - b->len;
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(end, room, fmt, ap);
	if (n >= 0 && (size_t)n >= room)
		n = vsnprintf(strbuf_reserve(b, (size_t)n), (size_t)n + 1, fmt, again);
	va_end(again);
	strbuf_grown(b, n < 0 ? 0 : (size_t)n);
}

void strbuf_addf(struct strbuf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strbuf_addv(b, fmt, ap);
	va_end(ap);
}

const char *strbuf_str(const struct strbuf *b)
{
	return b->data ? b->data : "";
}

void strbuf_truncate(struct strbuf *b, size_t len)
{
	if (len >= b->len)
		return;
	b->len = len;
	b->data[len] = '\0';
}

void strbuf_consume(struct strbuf *b, size_t n)
{
	n = MIN(n, b->len);
	if (!n)
		return;
	memmove(b->data, b->data + n, b->len - n + 1);
	b->len -= n;
}

void strbuf_reset(struct strbuf *b)
{
	strbuf_truncate(b, 0);
}

char *strbuf_take(struct strbuf *b)
{
	char *text = b->data ? b->data : xstrdup("");

	*b = (struct strbuf)STRBUF_INIT;
	return text;
}

void strbuf_deinit(struct strbuf *b)
{
	free(b->data);
	*b = (struct strbuf)STRBUF_INIT;
}

char *str_printf(const char *fmt, ...)
{
	struct strbuf b = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	strbuf_addv(&b, fmt, ap);
	va_end(ap);
	return strbuf_take(&b);
}
