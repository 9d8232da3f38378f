/*
 * A frame: FIN and opcode, mask bit and length (7, 16 or 64 bits), mask, payload. A client's frames are always masked, a
 * server's never. Control frames are short and unfragmented. Whatever breaks these rules gives the close code that the
 * connection is to be ended with.
 */
#include "apiserver/websocket.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdint.h>

#include "base/str.h"

struct frame {
	bool fin;
	enum ws_opcode opcode;
	const unsigned char *mask;
	unsigned char *payload;
	uint64_t len;
	size_t size; /* of the whole frame */
};

static uint64_t read_length(const unsigned char *p, int bytes)
{
	uint64_t v = 0;

	for (int i = 0; i < bytes; i++)
		v = v << 8 | p[i];
	return v;
}

static bool is_control(enum ws_opcode opcode)
{
	return opcode >= WS_CLOSE;
}

static int check_head(const unsigned char *b, const struct frame *f)
{
	bool known = f->opcode <= WS_BINARY || (f->opcode >= WS_CLOSE && f->opcode <= WS_PONG);

	if ((b[0] & 0x70) || !(b[1] & 0x80) || !known)
		return WS_CLOSE_PROTOCOL;
	if (is_control(f->opcode) && (!f->fin || f->len > 125))
		return WS_CLOSE_PROTOCOL;
	return f->len > WS_MESSAGE_MAX ? WS_CLOSE_TOO_BIG : 0;
}

/* -1: not complete yet; 0: *ret is filled; a close code. */
static int read_frame(struct strbuf *in, struct frame *ret)
{
	unsigned char *b = (unsigned char *)in->data;
	size_t head = 2;
	int extra, r;

	if (in->len < 2)
		return -1;
	ret->fin = b[0] & 0x80;
	ret->opcode = b[0] & 0x0f;
	extra = (b[1] & 0x7f) == 126 ? 2 : (b[1] & 0x7f) == 127 ? 8 : 0;
	if (in->len < head + (size_t)extra)
		return -1;
	ret->len = extra ? read_length(b + 2, extra) : b[1] & 0x7f;
	r = check_head(b, ret);
	if (r)
		return r;
	head += (size_t)extra + 4;
	if (in->len < head + ret->len)
		return -1;
	ret->mask = b + head - 4;
	ret->payload = b + head;
	ret->size = head + ret->len;
	return 0;
}

static int take_frame(struct ws_parser *p, const struct frame *f, ws_message_fn fn, void *userdata)
{
	int r;

	for (uint64_t i = 0; i < f->len; i++)
		f->payload[i] ^= f->mask[i % 4];
	if (is_control(f->opcode))
		return fn(userdata, f->opcode, (const char *)f->payload, f->len);
	if ((f->opcode == WS_CONTINUATION) != p->in_message)
		return WS_CLOSE_PROTOCOL;
	if (p->message.len + f->len > WS_MESSAGE_MAX)
		return WS_CLOSE_TOO_BIG;
	strbuf_add(&p->message, f->payload, f->len);
	p->in_message = !f->fin;
	if (!f->fin)
		return 0;
	r = fn(userdata, WS_BINARY, strbuf_str(&p->message), p->message.len);
	strbuf_reset(&p->message);
	return r;
}

int ws_feed(struct ws_parser *p, const void *data, size_t len, ws_message_fn fn, void *userdata)
{
	struct frame f;
	int r;

	strbuf_add(&p->in, data, len);
	while ((r = read_frame(&p->in, &f)) == 0) {
		r = take_frame(p, &f, fn, userdata);
		if (r)
			return r;
		strbuf_consume(&p->in, f.size);
	}
	return r < 0 ? 0 : r;
}

void ws_parser_deinit(struct ws_parser *p)
{
	strbuf_deinit(&p->in);
	strbuf_deinit(&p->message);
}

void ws_frame(struct strbuf *out, enum ws_opcode opcode, const void *head, size_t head_len,
	      const void *data, size_t len)
{
	uint64_t total = head_len + len;
	int bytes = total < 126 ? 0 : total < 65536 ? 2 : 8;

	strbuf_addc(out, (char)(0x80 | opcode));
	strbuf_addc(out, (char)(bytes == 0 ? total : bytes == 2 ? 126 : 127));
	for (int i = bytes - 1; i >= 0; i--)
		strbuf_addc(out, (char)(total >> (8 * i)));
	strbuf_add(out, head, head_len);
	strbuf_add(out, data, len);
}

void ws_close_frame(struct strbuf *out, unsigned code)
{
	unsigned char payload[2] = { (unsigned char)(code >> 8), (unsigned char)code };

	ws_frame(out, WS_CLOSE, payload, sizeof(payload), "", 0);
}

char *ws_accept_key(const char *key)
{
	_cleanup_free_ char *text = str_printf("%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
	unsigned char digest[SHA_DIGEST_LENGTH];
	char *out = xcalloc(1, 4 * (SHA_DIGEST_LENGTH / 3 + 1) + 1);

	SHA1((const unsigned char *)text, strlen(text), digest);
	EVP_EncodeBlock((unsigned char *)out, digest, SHA_DIGEST_LENGTH);
	return out;
}
