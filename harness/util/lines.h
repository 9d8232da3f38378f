/* lines: cuts a stream of bytes into lines. */
#pragma once

#include "util/defs.h"

struct lines {
	char *data;
	size_t len, room;
};

typedef void (*line_fn)(void *userdata, const char *line, size_t len);

/* Calls fn for each whole line, without its newline; the text ends in NUL. fn must not clear `l`. */
void lines_feed(struct lines *l, const char *data, size_t len, line_fn fn, void *userdata);
/* The rest without a newline, if any. */
void lines_end(struct lines *l, line_fn fn, void *userdata);
void lines_clear(struct lines *l);
