/*
 * link_frame: what goes over the socket between an API server and a node that is another process.
 *
 * A frame is four bytes of length (the highest first), one of type, and the payload. A connection is one request: LINK_ASK, then
 * frames of input from the asker, frames of output from the node, and LINK_DONE last.
 */
#pragma once

#include <event2/buffer.h>
#include <jansson.h>
#include <stddef.h>

#include "base/error.h"

enum link_type {
	LINK_ASK = 'Q', /* {"verb": …} and the members of the request's struct */
	LINK_INPUT = 'I', /* bytes */
	LINK_INPUT_END = 'E', /* nothing */
	LINK_SIZE = 'R', /* {"columns": n, "rows": n} */
	LINK_OUTPUT = '1', /* bytes */
	LINK_ERRORS = '2', /* bytes */
	LINK_DONE = 'D', /* {"exit": n, "error": link_error_to_json()} */
};

#define LINK_FRAME_MAX (1u << 20) /* longer data goes in several frames */

void link_frame_add(struct evbuffer *out, enum link_type type, const char *data, size_t len);
void link_frame_add_json(struct evbuffer *out, enum link_type type, const json_t *value);

struct link_frame {
	enum link_type type;
	const char *data; /* borrowed from the buffer until link_frame_drop() */
	size_t len;
};

/* 1: *ret is the first frame; 0: more bytes are needed; -1: no frame of ours. */
int link_frame_peek(struct evbuffer *in, struct link_frame *ret);
void link_frame_drop(struct evbuffer *in, const struct link_frame *f);
/* The payload as JSON, or NULL. New reference. */
json_t *link_frame_json(const struct link_frame *f);

/* NULL for no error. */
json_t *link_error_to_json(const struct error *err);
/* Returns -code. */
int link_error_from_json(const json_t *v, struct error *err);
