/*
 * termination_text: the limits, in the order in which the field applies them.
 *
 * The source is cut at its front: a file to its last 4096 bytes, a log to its last 80 lines and 2048 bytes. What is
 * left then is cut at its end, to the container's share of the 12288 bytes that a pod may tell. The share depends on how many
 * containers there are, not on how many have something to say.
 */
#include "kubelet/termination_text.h"

#include <string.h>

#include "base/str.h"

#define POD_MAX 12288
#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* Behind "STAMP STREAM TAG "; NULL when the line is not one. *ret_ends: it is the last piece of a line. */
static const char *payload(const char *line, size_t len, bool *ret_ends)
{
	const char *end = line + len, *at = line;

	for (int i = 0; i < 3 && at; i++) {
		*ret_ends = *at != 'P';
		at = memchr(at, ' ', (size_t)(end - at));
		at = at ? at + 1 : NULL;
	}
	return at;
}

static void add_line(struct strbuf *b, const char *line, size_t len, bool is_rest)
{
	bool ends = true;
	const char *text = is_rest ? line : payload(line, len, &ends);

	if (!text)
		return;
	strbuf_add(b, text, (size_t)(line + len - text));
	if (ends)
		strbuf_addc(b, '\n');
}

/* Where the last n lines of a text begin; every line ends in a newline. */
static size_t last_lines(const char *text, size_t len, size_t n)
{
	size_t at = len;

	while (at > 0) {
		if (text[at - 1] == '\n' && at < len && --n == 0)
			break;
		at--;
	}
	return at;
}

void termination_text_of_log(const struct strbuf *raw, bool is_cut, struct strbuf *ret)
{
	const char *text = strbuf_str(raw), *end = text + raw->len, *stop;
	size_t first = last_lines(text, raw->len, TERMINATION_LOG_LINES);

	for (const char *line = text + first; line < end; line = stop + 1) {
		stop = memchr(line, '\n', (size_t)(end - line));
		stop = stop ? stop : end;
		add_line(ret, line, (size_t)(stop - line), is_cut && line == text);
	}
	if (ret->len > TERMINATION_LOG_MAX)
		strbuf_consume(ret, ret->len - TERMINATION_LOG_MAX);
}

/* Bytes of the character at p, 0 when there is no valid one. */
static size_t utf8_length(const unsigned char *p, size_t left)
{
	static const unsigned int least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 0;
	unsigned int code = p[0] & (0xffu >> (n + 1));

	if (n <= 1 || n > left || p[0] > 0xf4)
		return n == 1 && p[0] ? 1 : 0;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3f);
	}
	return code < least[n] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? 0 : n;
}

char *termination_text_tell(const struct strbuf *message, size_t n_containers)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	const unsigned char *p = (const unsigned char *)strbuf_str(message);
	size_t len = MIN(message->len, (size_t)POD_MAX / MAX(n_containers, (size_t)1)), n;

	for (size_t i = 0; i < len; i += MAX(n, (size_t)1)) {
		n = utf8_length(p + i, len - i);
		if (n)
			strbuf_add(&b, p + i, n);
		else
			strbuf_adds(&b, REPLACEMENT);
	}
	return b.len ? strbuf_take(&b) : NULL;
}
