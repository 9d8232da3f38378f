/*
 * websocket: frames of RFC 6455, client side; pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

enum websocket_opcode {
	WS_CONTINUATION = 0,
	WS_TEXT = 1,
	WS_BINARY = 2,
	WS_CLOSE = 8,
	WS_PING = 9,
	WS_PONG = 10,
};

struct websocket_frame {
	unsigned opcode;
	bool final;
	const char *data; /* borrowed from the buffer that was parsed */
	size_t len;
	size_t consumed; /* bytes of the buffer that the frame took */
};

#define WEBSOCKET_FRAME_MAX (4 << 20)

/* Appends one masked frame. mask: any 32 bits, fresh for each frame. */
void websocket_encode(struct strbuf *out, unsigned opcode, const char *data, size_t len,
		      uint32_t mask);
/* 1: a whole frame; 0: more bytes are needed; -1: the peer breaks the protocol. */
int websocket_decode(const char *buf, size_t len, struct websocket_frame *ret);
