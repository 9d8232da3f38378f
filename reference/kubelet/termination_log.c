/*
 * termination_log: ROOT/kubelet/pods/UID/containers/NAME/ATTEMPT.msg, bound over the container's
 * terminationMessagePath. A file per run, so that nothing is inherited; anybody may write it.
 *
 * The fall-back reads the end of the run's CRI log: 80 lines or 2048 bytes, whichever is less, of what follows
 * the stamp, the stream and the tag on each line.
 */
#include "kubelet/termination_log.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "kubelet/pod_worker.h"

#define MAX_MESSAGE 4096
#define MAX_POD_MESSAGES 12288
#define MAX_LOG_BYTES 2048
#define MAX_LOG_LINES 80
#define LOG_TAIL_RAW 16384 /* enough for 2048 bytes of payload in short lines */

static char *message_path(const struct ctr *c, int attempt)
{
	_cleanup_free_ char *dir = kubelet_pod_dir(c->w->k, c->w->uid);

	return str_printf("%s/containers/%s/%d.msg", dir, c->spec->name, attempt);
}

char *ctr_log_path(const struct ctr *c, int attempt)
{
	_cleanup_free_ char *dir = kubelet_log_dir(c->w->k, c->w->pod);

	return str_printf("%s/%s/%d.log", dir, c->spec->name, attempt);
}

int termination_log_make(struct ctr *c, int attempt, char **ret_path, struct error *err)
{
	_cleanup_free_ char *path = message_path(c, attempt);
	_cleanup_close_ int fd = -1;
	int r = fs_mkdir_parents(AT_FDCWD, path, 0755, err);

	if (r == 0)
		r = fs_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0666, &fd, err);
	if (r != 0)
		return r;
	if (fchmod(fd, 0666) < 0)
		return error_set_errno(err, errno, "%s", path);
	*ret_path = take_ptr(path);
	return 0;
}

/* The last max bytes of a file, or NULL when there is none. A tail of text, NUL added. */
static char *read_tail(const char *path, size_t max)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	_cleanup_free_ char *text = NULL;
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return NULL;
	text = xmalloc(max + 1);
	n = pread(fd, text, max, st.st_size > (off_t)max ? st.st_size - (off_t)max : 0);
	if (n <= 0)
		return NULL;
	text[n] = 0;
	return take_ptr(text);
}

/* Behind "STAMP STREAM TAG "; NULL when the line is not one. */
static const char *payload(const char *line)
{
	for (int i = 0; i < 3 && line; i++) {
		line = strchr(line, ' ');
		line = line ? line + 1 : NULL;
	}
	return line;
}

static char *log_tail(const char *path)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	_cleanup_free_ char *raw = read_tail(path, LOG_TAIL_RAW);
	_cleanup_strv_ char **lines = NULL;
	size_t n, first;

	if (!raw)
		return NULL;
	lines = strv_split(raw, '\n');
	n = strv_len(lines);
	first = n > MAX_LOG_LINES + 1 ? n - MAX_LOG_LINES - 1 : 0;
	for (size_t i = first; i < n; i++) {
		if (payload(lines[i]))
			strbuf_addf(&b, "%s\n", payload(lines[i]));
	}
	if (b.len > MAX_LOG_BYTES)
		strbuf_consume(&b, b.len - MAX_LOG_BYTES);
	return b.len ? strbuf_take(&b) : NULL;
}

/* A message must be UTF-8 to be told in JSON: other bytes become '?'. */
static char *as_text(char *raw)
{
	_cleanup_json_ json_t *whole = raw ? json_string(raw) : NULL;

	for (char *p = raw; p && !whole && *p; p++) {
		if ((unsigned char)*p >= 0x80)
			*p = '?';
	}
	return raw;
}

char *termination_log_read(struct ctr *c, int attempt, bool failed)
{
	_cleanup_free_ char *path = message_path(c, attempt), *log = ctr_log_path(c, attempt);
	size_t share = MAX_POD_MESSAGES / c->w->n_ctrs, max = MIN((size_t)MAX_MESSAGE, share);
	char *text = read_tail(path, max);

	if (!text && failed && streq(c->spec->termination_policy, "FallbackToLogsOnError"))
		text = log_tail(log);
	return as_text(text);
}
