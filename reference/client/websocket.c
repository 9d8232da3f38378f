/*
 * websocket: the few bytes before the payload.
 *
 * A client masks what it sends; a server must not. Lengths take 7, 16 or 64 bits. Frames larger than
 * WEBSOCKET_FRAME_MAX are refused: nobody who speaks the exec protocol sends them.
 */
#include "client/websocket.h"

#include <string.h>

#define FINAL 0x80u
#define MASKED 0x80u

static void add_be(struct strbuf *out, uint64_t value, int bytes)
{
	for (int i = bytes - 1; i >= 0; i--)
		strbuf_addc(out, (char)(value >> (8 * i) & 255));
}

static uint64_t read_be(const unsigned char *p, int bytes)
{
	uint64_t value = 0;

	for (int i = 0; i < bytes; i++)
		value = value << 8 | p[i];
	return value;
}

void websocket_encode(struct strbuf *out, unsigned opcode, const char *data, size_t len,
		      uint32_t mask)
{
	unsigned char key[4];

	memcpy(key, &mask, sizeof(key));
	strbuf_addc(out, (char)(FINAL | opcode));
	if (len < 126) {
		strbuf_addc(out, (char)(MASKED | len));
	} else if (len < 65536) {
		strbuf_addc(out, (char)(MASKED | 126));
		add_be(out, len, 2);
	} else {
		strbuf_addc(out, (char)(MASKED | 127));
		add_be(out, len, 8);
	}
	strbuf_add(out, key, sizeof(key));
	for (size_t i = 0; i < len; i++)
		strbuf_addc(out, (char)(data[i] ^ key[i % 4]));
}

int websocket_decode(const char *buf, size_t len, struct websocket_frame *ret)
{
	const unsigned char *p = (const unsigned char *)buf;
	size_t head = 2;
	uint64_t size;

	if (len < head)
		return 0;
	if (p[1] & MASKED || p[0] & 0x70)
		return -1;
	size = p[1] & 0x7f;
	if (size >= 126) {
		int bytes = size == 126 ? 2 : 8;

		head += (size_t)bytes;
		if (len < head)
			return 0;
		size = read_be(p + 2, bytes);
	}
	if (size > WEBSOCKET_FRAME_MAX)
		return -1;
	if (len < head + size)
		return 0;
	ret->opcode = p[0] & 0x0f;
	ret->final = p[0] & FINAL;
	ret->data = buf + head;
	ret->len = (size_t)size;
	ret->consumed = head + (size_t)size;
	return 1;
}
