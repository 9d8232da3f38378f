/*
 * lines: cuts a stream of bytes into lines.
 *
 * Watches, followed logs and driver programs all speak in lines that arrive in any pieces. The buffer grows with the
 * longest line and keeps only what is not yet a whole line. The callback may end whatever owns the stream as long
 * as the buffer itself lives to the end of the call.
 */
#include "util/lines.h"

static void append(struct lines *l, const char *data, size_t len)
{
	if (l->len + len + 1 > l->room) {
		l->room = MAX(l->room * 2, l->len + len + 1);
		l->data = xrealloc(l->data, l->room);
	}
	memcpy(l->data + l->len, data, len);
	l->len += len;
	l->data[l->len] = '\0';
}

void lines_feed(struct lines *l, const char *data, size_t len, line_fn fn, void *userdata)
{
	size_t start = 0, from = l->len;
	char *end;

	append(l, data, len);
	while ((end = memchr(l->data + from, '\n', l->len - from))) {
		*end = '\0';
		fn(userdata, l->data + start, (size_t)(end - l->data) - start);
		start = from = (size_t)(end - l->data) + 1;
	}
	l->len -= start;
	memmove(l->data, l->data + start, l->len);
	l->data[l->len] = '\0';
}

void lines_end(struct lines *l, line_fn fn, void *userdata)
{
	if (l->len)
		fn(userdata, l->data, l->len);
	l->len = 0;
}

void lines_clear(struct lines *l)
{
	free(l->data);
	*l = (struct lines){ 0 };
}
