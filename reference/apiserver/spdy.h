/*
 * spdy: the framing of SPDY/3.1 as far as Kubernetes' streams use it, server side. Pure: bytes in, frames out.
 *
 * kubectl multiplexes streams (a forwarded connection, its errors; stdin, stdout, …) over it: by an upgrade of the
 * connection, or inside WebSocket messages. No packaged library has kept it. Not here because nobody who
 * speaks it to us uses it: flow control, priorities, settings, streams that the server opens.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

enum spdy_type {
	SPDY_DATA = 0,
	SPDY_SYN_STREAM = 1,
	SPDY_RST_STREAM = 3,
	SPDY_PING = 6,
	SPDY_GOAWAY = 7,
};

struct spdy_frame {
	enum spdy_type type;
	uint32_t id; /* of the stream; of a ping its own */
	bool fin; /* the client sends nothing more on it */
	const char *data; /* of SPDY_DATA */
	size_t len;
	char *const *headers; /* of SPDY_SYN_STREAM: "name=value", names in lower case; may be NULL */
};

struct spdy; /* one connection's state: what is incomplete, and the two dictionaries of its headers */

struct spdy *spdy_new(void);
struct spdy *spdy_free(struct spdy *s); /* takes NULL, returns NULL */

/* frame and what it points to are borrowed. It must not free s. */
typedef void (*spdy_frame_fn)(void *userdata, const struct spdy_frame *frame);

/* 0, or -1 when the peer breaks the protocol. Frames of other types are passed over. */
int spdy_feed(struct spdy *s, const void *data, size_t len, spdy_frame_fn fn, void *userdata);

/* ---- out: each appends one frame ---- */

void spdy_reply(struct spdy *s, struct strbuf *out, uint32_t stream); /* SYN_REPLY without headers */
void spdy_data(struct strbuf *out, uint32_t stream, const void *data, size_t len, bool fin);
void spdy_reset(struct strbuf *out, uint32_t stream); /* RST_STREAM, CANCEL */
void spdy_ping(struct strbuf *out, uint32_t id);
