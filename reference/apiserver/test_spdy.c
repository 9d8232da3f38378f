/*
 * Tests of SPDY's framing.
 */
#include "apiserver/spdy.h"

#include <zlib.h>

#include "base/json.h"
#include "base/str.h"
#include "base/test.h"

static struct spdy *s;
static struct strbuf heard; /* what came, in words */

static void on_frame(void *userdata, const struct spdy_frame *f)
{
	_cleanup_free_ char *headers = strv_join(f->headers, " ");

	(void)userdata;
	strbuf_addf(&heard, "%d/%u%s", f->type, f->id, f->fin ? " fin" : "");
	if (f->type == SPDY_DATA)
		strbuf_addf(&heard, " '%.*s'", (int)f->len, f->data);
	strbuf_addf(&heard, "%s%s;", f->headers ? " " : "", headers);
}

static void begin(void)
{
	spdy_free(s);
	s = spdy_new();
	strbuf_reset(&heard);
}

/* A SYN_STREAM as a client makes it; z goes on from block to block. */
static void add_syn_stream(struct strbuf *b, z_stream *z, unsigned char id, const void *headers,
			   size_t len)
{
	unsigned char block[256];
	size_t n;

	z->next_in = (Bytef *)(uintptr_t)headers;
	z->avail_in = (uInt)len;
	z->next_out = block;
	z->avail_out = sizeof block;
	CHECK_INT(deflate(z, Z_SYNC_FLUSH), Z_OK);
	n = sizeof block - z->avail_out;
	strbuf_add(b, "\x80\x03\x00\x01\x00\x00\x00", 7);
	strbuf_addc(b, (char)(n + 10));
	strbuf_add(b, "\x00\x00\x00", 3);
	strbuf_addc(b, (char)id);
	strbuf_add(b, "\x00\x00\x00\x00\x00\x00", 6);
	strbuf_add(b, block, n);
}

static void test_headers_go_on_from_block_to_block(void)
{
	static const char headers[] =
		"\0\0\0\2\0\0\0\4port\0\0\0\2\x38\x30\0\0\0\nstreamtype\0\0\0\5error";
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	z_stream z = { 0 };

	begin();
	CHECK_INT(deflateInit(&z, 9), Z_OK);
	add_syn_stream(&b, &z, 1, headers, sizeof headers - 1);
	add_syn_stream(&b, &z, 3, headers, sizeof headers - 1);
	deflateEnd(&z);
	CHECK_INT(spdy_feed(s, b.data, b.len, on_frame, NULL), 0);
	CHECK_STR(strbuf_str(&heard), "1/1 port=80 streamtype=error;1/3 port=80 streamtype=error;");
}

static void test_data_in_pieces(void)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

	begin();
	spdy_data(&b, 5, "abc", 3, false);
	spdy_data(&b, 5, "", 0, true);
	for (size_t i = 0; i < b.len; i++)
		CHECK_INT(spdy_feed(s, b.data + i, 1, on_frame, NULL), 0);
	CHECK_STR(strbuf_str(&heard), "0/5 'abc';0/5 fin '';");
}

static void test_resets_and_pings(void)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

	begin();
	spdy_reset(&b, 7);
	spdy_ping(&b, 9);
	CHECK_INT(spdy_feed(s, b.data, b.len, on_frame, NULL), 0);
	CHECK_STR(strbuf_str(&heard), "3/7;6/9;");
}

/* zlib's head names the dictionary by its checksum, which the protocol makes this one. */
static void test_a_reply_uses_the_dictionary(void)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	_cleanup_free_ char *head = NULL;

	begin();
	spdy_reply(s, &b, 1);
	CHECK(b.len > 18);
	head = str_hex(b.data, 12);
	CHECK_CONTAINS(head, "80030002000000");
	free(head);
	head = str_hex(b.data + 14, 4);
	CHECK_STR(head, "e3c6a7c2");
}

static void test_what_breaks_the_protocol(void)
{
	begin();
	CHECK_INT(spdy_feed(s, "\x80\x02\x00\x06\x00\x00\x00\x00", 8, on_frame, NULL), -1);
	begin();
	CHECK_INT(spdy_feed(s, "\x00\x00\x00\x01\x00\xff\xff\xff", 8, on_frame, NULL), -1);
	begin();
	CHECK_INT(spdy_feed(s, "\x80\x03\x00\x01\x00\x00\x00\x0c\0\0\0\1\0\0\0\0\0\0zz", 20,
			    on_frame, NULL),
		  -1);
	CHECK_STR(strbuf_str(&heard), "");
}

int main(void)
{
	TEST(test_headers_go_on_from_block_to_block);
	TEST(test_data_in_pieces);
	TEST(test_resets_and_pings);
	TEST(test_a_reply_uses_the_dictionary);
	TEST(test_what_breaks_the_protocol);
	spdy_free(s);
	strbuf_deinit(&heard);
	return test_end();
}
