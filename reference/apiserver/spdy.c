/*
 * A frame: eight bytes of head, then its body.
 *
 *	control	1 | version 3 (15 bits) | type (16)	flags (8) | length (24)
 *	data	0 | stream (31)				flags (8) | length (24)
 *
 * Blocks of headers are one zlib stream for each direction, flushed at each block, with a dictionary that the protocol
 * prescribes (draft-mbelshe-httpbis-spdy-00, 2.6.10.1). A frame of more than FRAME_MAX breaks the protocol.
 */
#include "apiserver/spdy.h"

#include <string.h>
#include <zlib.h>

#include "base/str.h"

#define HEAD 8
#define FRAME_MAX (1024 * 1024)
#define HEADERS_MAX (64 * 1024)
#define FLAG_FIN 1
#define TYPE_SYN_REPLY 2
#define STATUS_CANCEL 5

struct spdy {
	struct strbuf in;
	z_stream inflate, deflate;
};

/* ---- the dictionary ---- */

static void add_u32(struct strbuf *b, uint32_t v)
{
	const unsigned char bytes[] = { (unsigned char)(v >> 24), (unsigned char)(v >> 16),
					(unsigned char)(v >> 8), (unsigned char)v };

	strbuf_add(b, bytes, sizeof(bytes));
}

/* clang-format off */
static const char *const dictionary_words[] = {
	"options", "head", "post", "put", "delete", "trace", "accept", "accept-charset",
	"accept-encoding", "accept-language", "accept-ranges", "age", "allow", "authorization",
	"cache-control", "connection", "content-base", "content-encoding", "content-language",
	"content-length", "content-location", "content-md5", "content-range", "content-type",
	"date", "etag", "expect", "expires", "from", "host", "if-match", "if-modified-since",
	"if-none-match", "if-range", "if-unmodified-since", "last-modified", "location",
	"max-forwards", "pragma", "proxy-authenticate", "proxy-authorization", "range", "referer",
	"retry-after", "server", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
	"vary", "via", "warning", "www-authenticate", "method", "get", "status", "200 OK",
	"version", "HTTP/1.1", "url", "public", "set-cookie", "keep-alive", "origin",
};
static const char dictionary_text[] =
	"100101201202205206300302303304305306307402405406407408409410411412413414415416417"
	"502504505203 Non-Authoritative Information204 No Content301 Moved Permanently"
	"400 Bad Request401 Unauthorized403 Forbidden404 Not Found"
	"500 Internal Server Error501 Not Implemented503 Service Unavailable"
	"Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 "
	"Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT"
	"chunked,text/html,image/png,image/jpg,image/gif,application/xml,"
	"application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age="
	"gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.";
/* clang-format on */

/* Words with their lengths before them, then text that has none: 1423 bytes in all. */
static void dictionary(struct strbuf *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(dictionary_words); i++) {
		add_u32(ret, (uint32_t)strlen(dictionary_words[i]));
		strbuf_adds(ret, dictionary_words[i]);
	}
	strbuf_adds(ret, dictionary_text);
}

/* ---- lifetime ---- */

struct spdy *spdy_new(void)
{
	_cleanup_strbuf_ struct strbuf words = STRBUF_INIT;
	struct spdy *s = xnew(s);

	dictionary(&words);
	/* Both can only fail for want of memory. */
	if (inflateInit(&s->inflate) != Z_OK || deflateInit(&s->deflate, Z_BEST_SPEED) != Z_OK ||
	    deflateSetDictionary(&s->deflate, (const Bytef *)words.data, (uInt)words.len) != Z_OK)
		abort();
	return s;
}

struct spdy *spdy_free(struct spdy *s)
{
	if (!s)
		return NULL;
	inflateEnd(&s->inflate);
	deflateEnd(&s->deflate);
	strbuf_deinit(&s->in);
	free(s);
	return NULL;
}

/* ---- blocks of headers ---- */

static int use_dictionary(z_stream *z)
{
	_cleanup_strbuf_ struct strbuf words = STRBUF_INIT;

	dictionary(&words);
	return inflateSetDictionary(z, (const Bytef *)words.data, (uInt)words.len);
}

static int expand(struct spdy *s, const void *data, size_t len, struct strbuf *ret)
{
	z_stream *z = &s->inflate;
	char chunk[4096];
	int r;

	z->next_in = (Bytef *)(uintptr_t)data;
	z->avail_in = (uInt)len;
	do {
		z->next_out = (Bytef *)chunk;
		z->avail_out = sizeof(chunk);
		r = inflate(z, Z_SYNC_FLUSH);
		if (r == Z_NEED_DICT)
			r = use_dictionary(z);
		if (r != Z_OK && r != Z_BUF_ERROR)
			return -1;
		strbuf_add(ret, chunk, sizeof(chunk) - z->avail_out);
	} while ((z->avail_in || !z->avail_out) && r == Z_OK && ret->len <= HEADERS_MAX);
	return ret->len <= HEADERS_MAX ? 0 : -1;
}

static uint32_t get_u32(const void *data)
{
	const unsigned char *b = data;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* A length and so many bytes; b moves on. NULL: it ends before. Owned by the caller. */
static char *take_text(struct strbuf *b)
{
	uint32_t len;
	char *text;

	if (b->len < 4)
		return NULL;
	len = get_u32(b->data);
	if (b->len - 4 < len)
		return NULL;
	text = xstrndup(b->data + 4, len);
	strbuf_consume(b, 4 + len);
	return text;
}

/* "name=value" of each; -1: malformed. */
static int read_headers(struct spdy *s, const void *data, size_t len, char ***ret)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	uint32_t n;

	if (expand(s, data, len, &b) < 0 || b.len < 4)
		return -1;
	n = get_u32(b.data);
	strbuf_consume(&b, 4);
	for (; n; n--) {
		_cleanup_free_ char *name = take_text(&b);
		_cleanup_free_ char *value = name ? take_text(&b) : NULL;

		if (!value)
			return -1;
		strv_addf(ret, "%s=%s", name, value);
	}
	return 0;
}

/* ---- in ---- */

/* Of a data frame, or of a control frame whose body begins with a stream (or a ping's id). */
static int hand_up(struct spdy *s, const unsigned char *b, uint32_t len, spdy_frame_fn fn,
		   void *userdata)
{
	bool control = b[0] & 0x80;
	_cleanup_strv_ char **headers = NULL;
	struct spdy_frame f = {
		.type = control ? (enum spdy_type)(b[2] << 8 | b[3]) : SPDY_DATA,
		.fin = b[4] & FLAG_FIN,
		.id = get_u32(b) & 0x7fffffff,
		.data = (const char *)b + HEAD,
		.len = len,
	};

	if (control && ((b[0] & 0x7f) << 8 | b[1]) != 3)
		return -1;
	if (control && len >= 4)
		f.id = get_u32(b + HEAD) & 0x7fffffff;
	if (f.type == SPDY_SYN_STREAM) {
		if (len < 10 || read_headers(s, b + HEAD + 10, len - 10, &headers) < 0)
			return -1;
		f.headers = headers;
	}
	fn(userdata, &f);
	return 0;
}

int spdy_feed(struct spdy *s, const void *data, size_t len, spdy_frame_fn fn, void *userdata)
{
	strbuf_add(&s->in, data, len);
	while (s->in.len >= HEAD) {
		uint32_t body = get_u32(s->in.data + 4) & 0xffffff;

		if (body > FRAME_MAX)
			return -1;
		if (s->in.len < HEAD + body)
			return 0;
		if (hand_up(s, (const unsigned char *)s->in.data, body, fn, userdata) < 0)
			return -1;
		strbuf_consume(&s->in, HEAD + body);
	}
	return 0;
}

/* ---- out ---- */

static void control_head(struct strbuf *out, uint32_t type, size_t len)
{
	add_u32(out, 0x80030000u | type);
	add_u32(out, (uint32_t)len);
}

void spdy_reply(struct spdy *s, struct strbuf *out, uint32_t stream)
{
	static const unsigned char none[4] = { 0 };
	char block[64]; /* at most: the zlib head, the dictionary's id, four bytes, a flush */
	z_stream *z = &s->deflate;

	z->next_in = (Bytef *)(uintptr_t)none;
	z->avail_in = sizeof(none);
	z->next_out = (Bytef *)block;
	z->avail_out = sizeof(block);
	deflate(z, Z_SYNC_FLUSH);
	control_head(out, TYPE_SYN_REPLY, 4 + sizeof(block) - z->avail_out);
	add_u32(out, stream);
	strbuf_add(out, block, sizeof(block) - z->avail_out);
}

void spdy_data(struct strbuf *out, uint32_t stream, const void *data, size_t len, bool fin)
{
	add_u32(out, stream);
	add_u32(out, (fin ? FLAG_FIN << 24 : 0) | (uint32_t)len);
	strbuf_add(out, data, len);
}

void spdy_reset(struct strbuf *out, uint32_t stream)
{
	control_head(out, SPDY_RST_STREAM, 8);
	add_u32(out, stream);
	add_u32(out, STATUS_CANCEL);
}

void spdy_ping(struct strbuf *out, uint32_t id)
{
	control_head(out, SPDY_PING, 4);
	add_u32(out, id);
}
