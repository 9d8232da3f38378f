/*
 * websocket: the framing of RFC 6455, server side. Pure: bytes in, messages out.
 *
 * Text and binary count alike; fragments are joined. Control frames are handed up at once, between fragments, too.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

enum ws_opcode {
	WS_CONTINUATION = 0,
	WS_TEXT = 1,
	WS_BINARY = 2,
	WS_CLOSE = 8,
	WS_PING = 9,
	WS_PONG = 10,
};

#define WS_MESSAGE_MAX (1024 * 1024)

/* Codes of a close frame. */
enum { WS_CLOSE_NORMAL = 1000, WS_CLOSE_PROTOCOL = 1002, WS_CLOSE_TOO_BIG = 1009 };

struct ws_parser {
	struct strbuf in; /* bytes of a frame that is not complete */
	struct strbuf message; /* fragments so far */
	bool in_message;
};

/* data is borrowed for the call. A result other than 0 ends ws_feed() and is handed up. */
typedef int (*ws_message_fn)(void *userdata, enum ws_opcode opcode, const char *data, size_t len);

/* 0; fn's result; or a positive close code when the peer breaks the protocol. */
int ws_feed(struct ws_parser *p, const void *data, size_t len, ws_message_fn fn, void *userdata);
void ws_parser_deinit(struct ws_parser *p);

/* Appends one unmasked, final frame. The payload is head (may be empty) and then data. */
void ws_frame(struct strbuf *out, enum ws_opcode opcode, const void *head, size_t head_len,
	      const void *data, size_t len);
void ws_close_frame(struct strbuf *out, unsigned code);
/* The answer to a Sec-WebSocket-Key; owned by the caller. */
char *ws_accept_key(const char *key);
