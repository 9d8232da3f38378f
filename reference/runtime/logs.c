/*
 * logs: reading what the shims write (shim/logs.c): "STAMP STREAM TAG TEXT" per line, TAG P for a piece of a
 * long line and F for its end.
 *
 * A reader takes one chunk per turn of the loop. When it has reached the end of the file it is done, or, with
 * follow, sleeps until it hears (runtime/growth.h) that the file has grown or the owner says that the writer is gone. A
 * callback may free the reader: `dead` is looked at after each.
 */
#include "runtime/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/strbuf.h"
#include "runtime/growth.h"

#define CHUNK 65536

struct log_reader {
	struct loop *loop;
	struct log_opts opts;
	struct log_events ev;
	void *userdata;
	int fd;
	struct growth *own_growth;
	struct growth_watch *watch;
	struct loop_defer *step;
	struct strbuf raw, text; /* read but not parsed; parsed but not told */
	int64_t left; /* bytes that may still be told; -1: any number */
	bool writer_gone, busy, dead;
	struct error err;
};

struct log_reader *log_reader_free(struct log_reader *r)
{
	if (!r)
		return NULL;
	r->watch = growth_unwatch(r->watch);
	r->own_growth = growth_free(r->own_growth);
	r->step = loop_defer_free(r->step);
	r->fd = fd_close(r->fd);
	r->dead = true;
	if (r->busy)
		return NULL;
	strbuf_deinit(&r->raw);
	strbuf_deinit(&r->text);
	error_clear(&r->err);
	free(r);
	return NULL;
}
DEFINE_CLEANUP_FUNC(struct log_reader *, log_reader_free)

/* ---- lines ---- */

/* The field up to the next blank; *at moves behind it. NULL: the line is not ours. */
static const char *field(const char **at, const char *end, size_t *ret_len)
{
	const char *start = *at, *blank = memchr(start, ' ', (size_t)(end - start));

	if (!blank)
		return NULL;
	*ret_len = (size_t)(blank - start);
	*at = blank + 1;
	return start;
}

static bool is_wanted(const struct log_reader *r, const char *stamp, size_t len)
{
	char text[CLOCK_STAMP_MAX];
	int64_t ns;

	if (!r->opts.since_ns)
		return true;
	if (len >= sizeof(text))
		return false;
	memcpy(text, stamp, len);
	text[len] = '\0';
	return clock_parse(text, &ns) == 0 && ns >= r->opts.since_ns;
}

static void add_line(struct log_reader *r, const char *line, const char *end)
{
	const char *at = line, *stamp, *stream, *tag;
	size_t stamp_len, len;

	stamp = field(&at, end, &stamp_len);
	stream = stamp ? field(&at, end, &len) : NULL;
	tag = stream ? field(&at, end, &len) : NULL;
	if (!tag || !is_wanted(r, stamp, stamp_len))
		return;
	if (r->opts.timestamps) {
		strbuf_add(&r->text, stamp, stamp_len);
		strbuf_addc(&r->text, ' ');
	}
	strbuf_add(&r->text, at, (size_t)(end - at));
	if (*tag == 'F')
		strbuf_addc(&r->text, '\n');
}

static void parse(struct log_reader *r)
{
	const char *data = r->raw.data, *at = data, *end;
	size_t len = r->raw.len;

	while (len && (end = memchr(at, '\n', len - (size_t)(at - data)))) {
		add_line(r, at, end);
		at = end + 1;
	}
	if (len)
		strbuf_consume(&r->raw, (size_t)(at - data));
}

/* ---- steps ---- */

static void finish(struct log_reader *r)
{
	struct log_events ev = r->ev;

	r->ev.done = NULL;
	r->watch = growth_unwatch(r->watch);
	if (ev.done)
		ev.done(r->userdata, error_is_set(&r->err) ? &r->err : NULL);
}

/* Tells what was parsed; true when the limit is used up. */
static bool tell(struct log_reader *r)
{
	size_t len = r->text.len;

	if (r->left >= 0 && (int64_t)len > r->left)
		len = (size_t)r->left;
	if (len)
		r->ev.data(r->userdata, r->text.data, len);
	strbuf_reset(&r->text);
	if (r->left >= 0)
		r->left -= (int64_t)len;
	return r->left == 0;
}

/* Bytes read; 0: the end for now; negative: r->err. */
static ssize_t read_chunk(struct log_reader *r)
{
	ssize_t n = read(r->fd, strbuf_reserve(&r->raw, CHUNK), CHUNK);

	if (n < 0)
		error_set_errno(&r->err, errno, "reading the log");
	else
		strbuf_grown(&r->raw, (size_t)n);
	return n;
}

static void step(struct log_reader *r)
{
	bool gone = r->writer_gone; /* before reading: what was written earlier is then seen */
	ssize_t n = read_chunk(r);

	parse(r);
	if (tell(r) || n < 0) {
		if (!r->dead)
			finish(r);
		return;
	}
	if (r->dead)
		return;
	if (n > 0)
		loop_defer_schedule(r->step);
	else if (!r->opts.follow || gone)
		finish(r);
}

static void on_step(void *userdata)
{
	struct log_reader *r = userdata;

	if (!r->ev.done)
		return;
	r->busy = true;
	step(r);
	r->busy = false;
	if (r->dead)
		log_reader_free(r);
}

static void on_growth(void *userdata)
{
	struct log_reader *r = userdata;

	loop_defer_schedule(r->step);
}

void log_reader_writer_gone(struct log_reader *r)
{
	r->writer_gone = true;
	loop_defer_schedule(r->step);
}

/* ---- where to begin ---- */

/* Moves to the beginning of the last n lines, reading backwards. */
static int seek_tail(struct log_reader *r, int64_t n, struct error *err)
{
	struct stat st;
	char buf[CHUNK];
	int64_t at, seen = 0;

	if (fstat(r->fd, &st) < 0)
		return error_set_errno(err, errno, "log");
	for (at = st.st_size; at > 0 && n > 0;) {
		int64_t from = MAX(at - CHUNK, INT64_C(0)), len = at - from;

		if (pread(r->fd, buf, (size_t)len, from) != len)
			return error_set_errno(err, errno, "log");
		while (len > 0) {
			/* the line end behind the last line does not begin a line */
			if (buf[len - 1] == '\n' && from + len != st.st_size && ++seen == n)
				goto found;
			len--;
			at = from + len;
		}
	}
found:
	if (n == 0)
		at = st.st_size;
	if (lseek(r->fd, at, SEEK_SET) < 0)
		return error_set_errno(err, errno, "log");
	return 0;
}

static int watch_growth(struct log_reader *r, const char *path, struct error *err)
{
	struct growth *g = r->opts.growth;

	if (!g)
		g = r->own_growth = growth_new(r->loop);
	return growth_watch(g, path, on_growth, r, &r->watch, err);
}

int log_reader_new(struct loop *loop, const char *path, const struct log_opts *opts,
		   const struct log_events *ev, void *userdata, struct log_reader **ret,
		   struct error *err)
{
	_cleanup_(log_reader_freep) struct log_reader *r = xnew(r);
	int code;

	r->loop = loop;
	r->opts = *opts;
	r->ev = *ev;
	r->userdata = userdata;
	r->left = opts->limit_bytes;
	r->fd = -1;
	r->step = loop_defer_new(loop, on_step, r);
	code = fs_open(AT_FDCWD, path, O_RDONLY, 0, &r->fd, err);
	if (code == 0 && opts->follow)
		code = watch_growth(r, path, err);
	if (code == 0 && opts->tail_lines >= 0)
		code = seek_tail(r, opts->tail_lines, err);
	if (code < 0)
		return code;
	loop_defer_schedule(r->step);
	*ret = take_ptr(r);
	return 0;
}
