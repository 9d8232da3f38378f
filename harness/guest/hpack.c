/*
 * hpack: what a client's header block says. The encoder of a real client uses all of it (indexed fields, its own
 * dynamic table, Huffman codes), so all of it is understood; a server of few words may answer without any.
 *
 * The Huffman code is canonical: the lengths of its 256 symbols and the end mark (30 bits, never sent) are
 * enough. Codes of one length follow each other in the order of their symbols.
 */
#include "guest/hpack.h"

#include <stdlib.h>
#include <string.h>

#include "guest/text.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define SIZE_MAX_TABLE 4096
#define ENTRY_COST 32
#define CODE_MAX 30

/* ---- tables of the RFC: appendix A, appendix B ---- */

static const char *const fixed[][2] = {
	{ ":authority", "" },
	{ ":method", "GET" },
	{ ":method", "POST" },
	{ ":path", "/" },
	{ ":path", "/index.html" },
	{ ":scheme", "http" },
	{ ":scheme", "https" },
	{ ":status", "200" },
	{ ":status", "204" },
	{ ":status", "206" },
	{ ":status", "304" },
	{ ":status", "400" },
	{ ":status", "404" },
	{ ":status", "500" },
	{ "accept-charset", "" },
	{ "accept-encoding", "gzip, deflate" },
	{ "accept-language", "" },
	{ "accept-ranges", "" },
	{ "accept", "" },
	{ "access-control-allow-origin", "" },
	{ "age", "" },
	{ "allow", "" },
	{ "authorization", "" },
	{ "cache-control", "" },
	{ "content-disposition", "" },
	{ "content-encoding", "" },
	{ "content-language", "" },
	{ "content-length", "" },
	{ "content-location", "" },
	{ "content-range", "" },
	{ "content-type", "" },
	{ "cookie", "" },
	{ "date", "" },
	{ "etag", "" },
	{ "expect", "" },
	{ "expires", "" },
	{ "from", "" },
	{ "host", "" },
	{ "if-match", "" },
	{ "if-modified-since", "" },
	{ "if-none-match", "" },
	{ "if-range", "" },
	{ "if-unmodified-since", "" },
	{ "last-modified", "" },
	{ "link", "" },
	{ "location", "" },
	{ "max-forwards", "" },
	{ "proxy-authenticate", "" },
	{ "proxy-authorization", "" },
	{ "range", "" },
	{ "referer", "" },
	{ "refresh", "" },
	{ "retry-after", "" },
	{ "server", "" },
	{ "set-cookie", "" },
	{ "strict-transport-security", "" },
	{ "transfer-encoding", "" },
	{ "user-agent", "" },
	{ "vary", "" },
	{ "via", "" },
	{ "www-authenticate", "" },
};

static const uint8_t code_length[256] = {
	13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28,
	30, 28, 28, 28, 28, 28, 28, 28, 28, 28, 6,  10, 10, 12, 13, 6,	8,  11, 10, 10, 8,  11,
	8,  6,	6,  6,	5,  5,	5,  6,	6,  6,	6,  6,	6,  6,	7,  8,	15, 6,	12, 10, 13, 6,
	7,  7,	7,  7,	7,  7,	7,  7,	7,  7,	7,  7,	7,  7,	7,  7,	7,  7,	7,  7,	7,  7,
	8,  7,	8,  13, 19, 13, 14, 6,	15, 5,	6,  5,	6,  5,	6,  6,	6,  5,	7,  7,	6,  6,
	6,  5,	6,  7,	6,  5,	5,  6,	7,  7,	7,  7,	7,  15, 11, 14, 13, 28, 20, 22, 20, 20,
	22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21,
	22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
	21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23,
	22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26,
	28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27,
	26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
};

/* ---- Huffman ---- */

static int nth_of_length(unsigned len, uint32_t n)
{
	for (int s = 0; s < 256; s++)
		if (code_length[s] == len && n-- == 0)
			return s;
	return -1;
}

static unsigned count_of_length(unsigned len)
{
	unsigned n = 0;

	for (int s = 0; s < 256; s++)
		n += code_length[s] == len;
	return n;
}

/* Bit by bit: `first` is the first code of the length reached so far. At the end at most 7 one-bits are left. */
static int huffman(const uint8_t *p, size_t len, struct text *ret)
{
	uint32_t code = 0, first = 0;
	unsigned bits = 0;

	for (size_t i = 0; i < len * 8; i++) {
		unsigned n;
		char c;

		code = code << 1 | (p[i / 8] >> (7 - i % 8) & 1);
		first <<= 1;
		if (++bits > CODE_MAX)
			return -1;
		n = count_of_length(bits);
		if (code - first >= n) {
			first += n;
			continue;
		}
		c = (char)nth_of_length(bits, code - first);
		text_add(ret, &c, 1);
		code = first = bits = 0;
	}
	return bits < 8 && code == (1U << bits) - 1 ? 0 : -1;
}

/* ---- the dynamic table ---- */

static size_t cost(const struct hpack_field *f)
{
	return strlen(f->name) + strlen(f->value) + ENTRY_COST;
}

static void evict(struct hpack *h, size_t limit)
{
	while (h->n_entries && h->size > limit) {
		struct hpack_field *f = &h->entries[--h->n_entries];

		h->size -= cost(f);
		free(f->name);
		free(f->value);
	}
}

void hpack_clear(struct hpack *h)
{
	evict(h, 0);
}

static void insert(struct hpack *h, const char *name, const char *value)
{
	struct hpack_field f = { must_alloc(strdup(name)), must_alloc(strdup(value)) };

	if (cost(&f) > SIZE_MAX_TABLE - h->waived) {
		evict(h, 0);
		free(f.name);
		free(f.value);
		return;
	}
	evict(h, SIZE_MAX_TABLE - h->waived - cost(&f));
	memmove(h->entries + 1, h->entries, h->n_entries * sizeof(*h->entries));
	h->entries[0] = f;
	h->n_entries++;
	h->size += cost(&f);
}

static int look_up(const struct hpack *h, uint32_t index, const char **ret_name,
		   const char **ret_value)
{
	if (index == 0 || index > COUNT(fixed) + h->n_entries)
		return -1;
	if (index <= COUNT(fixed)) {
		*ret_name = fixed[index - 1][0];
		*ret_value = fixed[index - 1][1];
	} else {
		*ret_name = h->entries[index - 1 - COUNT(fixed)].name;
		*ret_value = h->entries[index - 1 - COUNT(fixed)].value;
	}
	return 0;
}

/* ---- a block ---- */

struct cursor {
	const uint8_t *at, *end;
};

static int read_number(struct cursor *c, unsigned prefix_bits, uint32_t *ret)
{
	uint32_t most = (1U << prefix_bits) - 1;

	if (c->at == c->end)
		return -1;
	*ret = *c->at++ & most;
	if (*ret < most)
		return 0;
	for (unsigned shift = 0; shift <= 21; shift += 7) {
		uint8_t b;

		if (c->at == c->end)
			return -1;
		b = *c->at++;
		*ret += (uint32_t)(b & 0x7f) << shift;
		if (!(b & 0x80))
			return 0;
	}
	return -1;
}

static int read_string(struct cursor *c, struct text *ret)
{
	int coded = c->at < c->end && *c->at & 0x80, r = 0;
	uint32_t len;

	text_add(ret, "", 0);
	if (read_number(c, 7, &len) < 0 || len > (size_t)(c->end - c->at))
		return -1;
	if (coded)
		r = huffman(c->at, len, ret);
	else
		text_add(ret, (const char *)c->at, len);
	c->at += len;
	return r;
}

static int read_literal(struct hpack *h, struct cursor *c, unsigned prefix_bits, hpack_fn fn,
			void *data)
{
	struct text own_name = { 0 }, value = { 0 };
	const char *name = NULL, *unused;
	uint32_t index;
	int r = read_number(c, prefix_bits, &index);

	if (r == 0 && index)
		r = look_up(h, index, &name, &unused);
	else if (r == 0)
		r = read_string(c, &own_name);
	if (r == 0)
		r = read_string(c, &value);
	if (r == 0) {
		fn(name ? name : own_name.data, value.data, data);
		if (prefix_bits == 6)
			insert(h, name ? name : own_name.data, value.data);
	}
	text_free(&own_name);
	text_free(&value);
	return r;
}

static int read_indexed(struct hpack *h, struct cursor *c, hpack_fn fn, void *data)
{
	const char *name, *value;
	uint32_t index;

	if (read_number(c, 7, &index) < 0 || look_up(h, index, &name, &value) < 0)
		return -1;
	fn(name, value, data);
	return 0;
}

int hpack_read(struct hpack *h, const uint8_t *block, size_t len, hpack_fn fn, void *data)
{
	struct cursor c = { block, block + len };
	int r = 0;

	while (r == 0 && c.at < c.end) {
		uint32_t size;

		if (*c.at & 0x80) {
			r = read_indexed(h, &c, fn, data);
		} else if (*c.at & 0x40) {
			r = read_literal(h, &c, 6, fn, data);
		} else if (*c.at & 0x20) {
			r = read_number(&c, 5, &size);
			if (r == 0 && size <= SIZE_MAX_TABLE) {
				h->waived = SIZE_MAX_TABLE - size;
				evict(h, size);
			}
		} else {
			r = read_literal(h, &c, 4, fn, data);
		}
	}
	return r;
}
