/*
 * The logger: one write(2) per line, so that lines of several processes on one stderr do not mix.
 *
 * The level is the one piece of file-scope state outside cmd/. What is written is for the person at the
 * terminal or the journal; nothing reads it back. Lines are cut at LOG_LINE bytes, and line breaks become
 * blanks: a guest's message cannot forge an entry.
 */
#include "base/log.h"

#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/strbuf.h"

#define LOG_LINE 4096

static const char *const words[] = { "error", "warn", "info", "debug" };

static enum log_level log_level = LOG_WARN;

void log_set_level(enum log_level level)
{
	log_level = level;
}

bool log_enabled(enum log_level level)
{
	return level <= log_level;
}

int log_level_parse(const char *word, enum log_level *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (streq(word, words[i])) {
			*ret = (enum log_level)i;
			return 0;
		}
	}
	return -1;
}

void log_print(enum log_level level, const char *part, const char *fmt, ...)
{
	_cleanup_strbuf_ struct strbuf line = STRBUF_INIT;
	char stamp[CLOCK_STAMP_MAX];
	int saved = errno;
	va_list ap;

	if (!log_enabled(level))
		return;
	strbuf_addf(&line, "%s %s %s: ", clock_format_micro(clock_now_wall_ns(), stamp),
		    words[level], part);
	va_start(ap, fmt);
	strbuf_addv(&line, fmt, ap);
	va_end(ap);
	strbuf_truncate(&line, LOG_LINE);
	for (size_t i = 0; i < line.len; i++)
		if (line.data[i] == '\n' || line.data[i] == '\r')
			line.data[i] = ' ';
	strbuf_addc(&line, '\n');
	if (write(STDERR_FILENO, line.data, line.len) < 0) {
		/* Nowhere to complain. */
	}
	errno = saved;
}
