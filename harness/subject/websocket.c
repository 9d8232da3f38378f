/*
 * websocket: the client side of RFC 6455, as far as exec needs it.
 *
 * Debian's libcurl has none. The connection, TLS included, is libcurl's; here are only the opening request and the frames. Frames from
 * the server are unmasked, ours are masked, as the RFC demands. Messages above 64 MB are refused. A fragmented message is put together
 * before it is told; control frames may stand between its pieces.
 */
#include "subject/websocket.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#define MAX_MESSAGE (64u << 20)

char *websocket_hello(const char *host, const char *path, const char *protocols, const char *bearer)
{
	_cleanup_free_ char *auth = bearer ? xasprintf("Authorization: Bearer %s\r\n", bearer) :
					     xstrdup("");
	unsigned char nonce[16];
	char key[32];

	RAND_bytes(nonce, sizeof(nonce));
	EVP_EncodeBlock((unsigned char *)key, nonce, sizeof(nonce));
	return xasprintf(
		"GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\nSec-WebSocket-Protocol: "
		"%s\r\n%s\r\n",
		path, host, key, protocols, auth);
}

size_t websocket_head(const char *data, size_t len, int *ret_status)
{
	const char *end = memmem(data, len, "\r\n\r\n", 4);

	if (!end)
		return 0;
	*ret_status = has_prefix(data, "HTTP/1.1 ") ? atoi(data + 9) : 0;
	return (size_t)(end - data) + 4;
}

static void append(char **buf, size_t *used, size_t *room, const char *data, size_t len)
{
	if (*used + len + 1 > *room) {
		*room = MAX(*room * 2, *used + len + 1);
		*buf = xrealloc(*buf, *room);
	}
	memcpy(*buf + *used, data, len);
	*used += len;
	(*buf)[*used] = '\0';
}

void websocket_feed(struct websocket *w, const char *data, size_t len)
{
	append(&w->in, &w->in_len, &w->in_room, data, len);
}

static uint64_t big_endian(const unsigned char *p, size_t n)
{
	uint64_t v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

/* The head of the frame at the front: its size in *ret_head, its payload's in *ret_len. False: not whole yet. */
static bool frame_head(const struct websocket *w, size_t *ret_head, uint64_t *ret_len)
{
	const unsigned char *p = (const unsigned char *)w->in;
	size_t head = 2;
	uint64_t len;

	if (w->in_len < 2)
		return false;
	len = p[1] & 127;
	if (len >= 126) {
		size_t more = len == 126 ? 2 : 8;

		if (w->in_len < 2 + more)
			return false;
		len = big_endian(p + 2, more);
		head += more;
	}
	*ret_head = head;
	*ret_len = len;
	return len > MAX_MESSAGE || w->in_len >= head + len;
}

static void drop(struct websocket *w, size_t n)
{
	w->in_len -= n;
	memmove(w->in, w->in + n, w->in_len);
}

static enum ws_event control_frame(struct websocket *w, int opcode, size_t head, size_t len,
				   const char **ret_data, size_t *ret_len)
{
	size_t n = MIN(len, sizeof(w->control));

	memcpy(w->control, w->in + head, n);
	drop(w, head + len);
	*ret_data = w->control;
	*ret_len = n;
	return opcode == 8 ? WS_CLOSE : opcode == 9 ? WS_PING : WS_NEED_MORE;
}

/* The frame at the front is whole. */
static enum ws_event take_frame(struct websocket *w, size_t head, size_t len, const char **ret_data,
				size_t *ret_len)
{
	int opcode = w->in[0] & 15;
	bool final = w->in[0] & 128;

	if (opcode >= 8)
		return control_frame(w, opcode, head, len, ret_data, ret_len);
	if (w->told)
		w->message_len = 0;
	append(&w->message, &w->message_len, &w->message_room, w->in + head, len);
	drop(w, head + len);
	w->told = final;
	*ret_data = w->message;
	*ret_len = w->message_len;
	if (w->message_len > MAX_MESSAGE)
		return WS_FAULT;
	return final ? WS_MESSAGE : WS_NEED_MORE;
}

enum ws_event websocket_next(struct websocket *w, const char **ret_data, size_t *ret_len)
{
	enum ws_event ev = WS_NEED_MORE;
	size_t head;
	uint64_t len;

	while (ev == WS_NEED_MORE && frame_head(w, &head, &len)) {
		if (len > MAX_MESSAGE || w->in[1] & 128)
			return WS_FAULT;
		ev = take_frame(w, head, (size_t)len, ret_data, ret_len);
	}
	return ev;
}

char *websocket_frame(int opcode, const char *data, size_t len, size_t *ret_len)
{
	unsigned char *frame = xcalloc(len + 14, 1), *p = frame;
	unsigned char mask[4];

	RAND_bytes(mask, sizeof(mask));
	*p++ = (unsigned char)(128 | opcode);
	if (len < 126) {
		*p++ = (unsigned char)(128 | len);
	} else {
		*p++ = 128 | 127;
		for (int i = 7; i >= 0; i--)
			*p++ = (unsigned char)(len >> (8 * i));
	}
	memcpy(p, mask, 4);
	p += 4;
	for (size_t i = 0; i < len; i++)
		*p++ = (unsigned char)data[i] ^ mask[i % 4];
	*ret_len = (size_t)(p - frame);
	return (char *)frame;
}

void websocket_clear(struct websocket *w)
{
	free(w->in);
	free(w->message);
	*w = (struct websocket){ 0 };
}
