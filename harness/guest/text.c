/*
 * text: a growing text, JSON strings into it, and whole files.
 *
 * Memory that cannot be had ends the process: a workload that goes on without it states nothing useful.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest/guest.h"

#define FILE_MAX (1 << 20)

void *must_alloc(void *p)
{
	if (!p)
		_exit(70);
	return p;
}

void text_add(struct text *t, const char *data, size_t len)
{
	if (t->len + len + 1 > t->cap) {
		t->cap = (t->len + len + 1) * 2;
		t->data = must_alloc(realloc(t->data, t->cap));
	}
	memcpy(t->data + t->len, data, len);
	t->len += len;
	t->data[t->len] = 0;
}

void text_addf(struct text *t, const char *fmt, ...)
{
	char buf[256];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	text_add(t, buf, n < (int)sizeof(buf) ? (size_t)n : sizeof(buf) - 1);
}

/* Length of the UTF-8 sequence at s, 0 when it is none. */
static size_t utf8_len(const unsigned char *s, size_t left)
{
	size_t n = *s < 0x80			    ? 1 :
		   *s >= 0xc2 && *s < 0xe0	    ? 2 :
		   (*s & 0xf0) == 0xe0		    ? 3 :
		   (*s & 0xf8) == 0xf0 && *s < 0xf5 ? 4 :
						      0;

	if (n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

void text_json(struct text *t, const char *s, size_t len)
{
	text_add(t, "\"", 1);
	for (size_t i = 0, n; i < len; i += n ? n : 1) {
		unsigned char c = (unsigned char)s[i];

		n = utf8_len((const unsigned char *)s + i, len - i);
		if (!n)
			text_add(t, "\\ufffd", 6);
		else if (c == '"' || c == '\\')
			text_addf(t, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			text_addf(t, "\\u%04x", c);
		else
			text_add(t, s + i, n);
	}
	text_add(t, "\"", 1);
}

void text_free(struct text *t)
{
	free(t->data);
	*t = (struct text){ 0 };
}

char *read_whole(const char *path, size_t *ret_len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), e;
	struct text t = { 0 };
	char buf[4096];
	ssize_t n = 0;

	if (fd < 0)
		return NULL;
	while (t.len < FILE_MAX && (n = read(fd, buf, sizeof(buf))) > 0)
		text_add(&t, buf, (size_t)n);
	e = errno;
	close(fd);
	if (n < 0) {
		text_free(&t);
		errno = e;
		return NULL;
	}
	text_add(&t, "", 0);
	if (ret_len)
		*ret_len = t.len;
	return t.data;
}

int write_whole(const char *path, const char *text, bool append)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (append ? O_APPEND : O_TRUNC), 0644);
	size_t len = strlen(text), done = 0;
	int ret = 0;

	if (fd < 0)
		return -errno;
	while (done < len && ret == 0) {
		ssize_t n = write(fd, text + done, len - done);

		if (n < 0)
			ret = -errno;
		else
			done += (size_t)n;
	}
	close(fd);
	return ret;
}

const char *text_split(const char *arg, char *key, size_t size)
{
	const char *eq = strchr(arg, '=');

	snprintf(key, size, "%.*s", (int)(eq ? eq - arg : (long)strlen(arg)), arg);
	return eq ? eq + 1 : NULL;
}
