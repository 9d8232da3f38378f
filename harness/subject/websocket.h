/*
 * websocket: the client side of RFC 6455, as far as exec needs it: text and binary messages, ping, close.
 *
 * Pure: bytes in, messages out. The connection is the caller's.
 */
#pragma once

#include "util/defs.h"

struct websocket {
	char *in;
	size_t in_len, in_room;
	char *message; /* pieces of a fragmented message */
	size_t message_len, message_room;
	bool told; /* the message was given out: the next piece begins a new one */
	char control[125];
};

enum ws_event { WS_NEED_MORE, WS_MESSAGE, WS_PING, WS_CLOSE, WS_FAULT };

/* The request's text; the caller frees. protocols: "v5.channel.k8s.io, v4.channel.k8s.io". */
char *websocket_hello(const char *host, const char *path, const char *protocols, const char *bearer);
/* Length of the answer's head when it is whole, 0 when more is needed; *ret_status its code. */
size_t websocket_head(const char *data, size_t len, int *ret_status);

void websocket_feed(struct websocket *w, const char *data, size_t len);
/* The next event in what was fed. For WS_MESSAGE and WS_PING data lives until the next call. */
enum ws_event websocket_next(struct websocket *w, const char **ret_data, size_t *ret_len);
/* A masked frame; opcode 1 text, 2 binary, 8 close, 10 pong. The caller frees. */
char *websocket_frame(int opcode, const char *data, size_t len, size_t *ret_len);
void websocket_clear(struct websocket *w);
