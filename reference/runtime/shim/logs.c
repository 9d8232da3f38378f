/*
 * logs: container output to the CRI log format, one line each:
 *
 *	2006-01-02T15:04:05.000000000Z stdout F text
 *
 * Stamps are nominal. A line longer than 16 kB is cut into pieces marked P, the last one F. An unfinished
 * line waits in its stream until its end, its 16 kB or the end of the stream (that is a P as well: no reader
 * shall see a newline that was not written). Everything of one read is written by one write(), so a reader sees
 * whole lines. A write that fails (a full disk) loses the text but never stops the container.
 */
#include "runtime/shim/task.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES 16384
#define CHUNK 16384
#define PREFIX_MAX 64

/* Lines on their way to the file. */
struct batch {
	char data[2 * CHUNK];
	size_t len;
	int fd;
};

static void batch_write(struct batch *b)
{
	ssize_t n;

	do
		n = b->fd < 0 ? 0 : write(b->fd, b->data, b->len);
	while (n < 0 && errno == EINTR);
	b->len = 0;
}

static size_t format_prefix(char *buf, uint64_t now, const char *stream, char tag)
{
	time_t seconds = (time_t)(now / 1000000000);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	return (size_t)snprintf(buf, PREFIX_MAX, "%04d-%02d-%02dT%02d:%02d:%02d.%09luZ %s %c ",
				tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
				tm.tm_sec, (unsigned long)(now % 1000000000), stream, tag);
}

static void add_line(struct batch *b, struct stream *st, const char *text, size_t len, char tag)
{
	char prefix[PREFIX_MAX];
	size_t n = format_prefix(prefix, nominal_ns(st->task->shim), st->name, tag);

	if (b->len + n + st->len + len + 1 > sizeof(b->data))
		batch_write(b);
	memcpy(b->data + b->len, prefix, n);
	b->len += n;
	if (st->len)
		memcpy(b->data + b->len, st->partial, st->len);
	b->len += st->len;
	if (len)
		memcpy(b->data + b->len, text, len);
	b->len += len;
	b->data[b->len++] = '\n';
	free(st->partial);
	st->partial = NULL;
	st->len = 0;
}

static void keep_partial(struct stream *st, const char *text, size_t len)
{
	char *grown = len ? realloc(st->partial, st->len + len) : NULL;

	if (!grown)
		return;
	memcpy(grown + st->len, text, len);
	st->partial = grown;
	st->len += len;
}

static void add_text(struct batch *b, struct stream *st, const char *text, size_t len)
{
	while (len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;

		if (st->len + n > LINE_MAX_BYTES) {
			n = LINE_MAX_BYTES - st->len;
			add_line(b, st, text, n, 'P');
		} else if (end) {
			add_line(b, st, text, n, 'F');
			n++;
		} else {
			keep_partial(st, text, n);
		}
		text += n;
		len -= n;
	}
}

/* false: nothing more for now, or for ever (then the stream is closed). */
static bool read_once(struct stream *st)
{
	char chunk[CHUNK];
	struct batch b;
	ssize_t n = read(st->src.fd, chunk, sizeof(chunk));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) { /* a terminal ends with EIO */
		logs_close(st);
		return false;
	}
	b.len = 0;
	b.fd = st->task->log_fd;
	add_text(&b, st, chunk, (size_t)n);
	if (b.len)
		batch_write(&b);
	return true;
}

void logs_readable(void *userdata, uint32_t events)
{
	(void)events;
	read_once(userdata);
}

void logs_drain(struct stream *st)
{
	while (st->src.fd >= 0 && read_once(st))
		;
}

void logs_close(struct stream *st)
{
	struct batch b;

	if (st->len) {
		b.len = 0;
		b.fd = st->task->log_fd;
		add_line(&b, st, "", 0, 'P');
		batch_write(&b);
	}
	source_close(&st->src);
}

int logs_open(struct task *t)
{
	const char *path = t->spec.log_path;

	t->log_fd = -1;
	if (!path[0])
		return 0;
	t->log_fd = openat(t->shim->host_root_fd, path + 1,
			   O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	return t->log_fd < 0 ? -1 : 0;
}
