/*
 * WebSocket framing: bytes in, messages out; and what breaks the protocol.
 */
#include "apiserver/websocket.h"
#include "base/test.h"

static struct strbuf seen;
static struct ws_parser parser;

static int note(void *userdata, enum ws_opcode opcode, const char *data, size_t len)
{
	(void)userdata;
	strbuf_addf(&seen, "%d:%.*s|", opcode, (int)len, data);
	return 0;
}

static void start(void)
{
	ws_parser_deinit(&parser);
	parser = (struct ws_parser){ 0 };
	strbuf_reset(&seen);
}

/* A masked frame as a client sends it. */
static void client_frame(struct strbuf *out, unsigned char head, const char *payload, size_t len)
{
	static const unsigned char mask[] = { 1, 2, 3, 4 };

	strbuf_addc(out, (char)head);
	if (len < 126) {
		strbuf_addc(out, (char)(0x80 | len));
	} else {
		strbuf_addc(out, (char)(0x80 | 126));
		strbuf_addc(out, (char)(len >> 8));
		strbuf_addc(out, (char)len);
	}
	strbuf_add(out, mask, sizeof(mask));
	for (size_t i = 0; i < len; i++)
		strbuf_addc(out, (char)(payload[i] ^ mask[i % 4]));
}

static int feed_all(const struct strbuf *b)
{
	return ws_feed(&parser, b->data, b->len, note, NULL);
}

static void test_the_accept_key_of_the_rfc(void)
{
	_cleanup_free_ char *key = ws_accept_key("dGhlIHNhbXBsZSBub25jZQ==");

	CHECK_STR(key, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

static void test_a_message_is_unmasked(void)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

	start();
	client_frame(&b, 0x82, "hello", 5);
	CHECK_INT(feed_all(&b), 0);
	CHECK_STR(strbuf_str(&seen), "2:hello|");
}

static void test_bytes_may_come_one_by_one(void)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

	start();
	client_frame(&b, 0x82, "hello", 5);
	client_frame(&b, 0x82, "you", 3);
	for (size_t i = 0; i < b.len; i++)
		CHECK_INT(ws_feed(&parser, b.data + i, 1, note, NULL), 0);
	CHECK_STR(strbuf_str(&seen), "2:hello|2:you|");
}

static void test_fragments_are_joined_around_a_ping(void)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

	start();
	client_frame(&b, 0x02, "hel", 3);
	client_frame(&b, 0x89, "p", 1);
	client_frame(&b, 0x80, "lo", 2);
	CHECK_INT(feed_all(&b), 0);
	CHECK_STR(strbuf_str(&seen), "9:p|2:hello|");
}

static void test_a_long_message_arrives_whole(void)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	char payload[1000];

	start();
	memset(payload, 'a', sizeof(payload));
	client_frame(&b, 0x82, payload, sizeof(payload));
	CHECK_INT(feed_all(&b), 0);
	CHECK_INT(seen.len, sizeof(payload) + 3);
}

static void test_an_unmasked_frame_breaks_the_protocol(void)
{
	start();
	CHECK_INT(ws_feed(&parser, "\x82\x01x", 3, note, NULL), WS_CLOSE_PROTOCOL);
}

static void test_a_fragmented_ping_breaks_the_protocol(void)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

	start();
	client_frame(&b, 0x09, "p", 1);
	CHECK_INT(feed_all(&b), WS_CLOSE_PROTOCOL);
}

static void test_a_continuation_of_nothing_breaks_the_protocol(void)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

	start();
	client_frame(&b, 0x80, "x", 1);
	CHECK_INT(feed_all(&b), WS_CLOSE_PROTOCOL);
}

static void test_a_huge_frame_is_refused_by_its_head(void)
{
	static const unsigned char head[] = { 0x82, 0xff, 0, 0, 0, 0, 0x10, 0, 0, 0 };

	start();
	CHECK_INT(ws_feed(&parser, head, sizeof(head), note, NULL), WS_CLOSE_TOO_BIG);
}

static void test_frames_out_have_the_three_lengths(void)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	char payload[70000] = "";

	ws_frame(&b, WS_BINARY, "\1", 1, "ab", 2);
	CHECK_INT(b.len, 5);
	CHECK_INT((unsigned char)b.data[1], 3);
	strbuf_reset(&b);
	ws_frame(&b, WS_BINARY, "\1", 1, payload, 199);
	CHECK_INT((unsigned char)b.data[1], 126);
	CHECK_INT((unsigned char)b.data[3], 200);
	strbuf_reset(&b);
	ws_frame(&b, WS_BINARY, "\1", 1, payload, sizeof(payload));
	CHECK_INT((unsigned char)b.data[1], 127);
	CHECK_INT(b.len, sizeof(payload) + 1 + 10);
}

int main(void)
{
	TEST(test_the_accept_key_of_the_rfc);
	TEST(test_a_message_is_unmasked);
	TEST(test_bytes_may_come_one_by_one);
	TEST(test_fragments_are_joined_around_a_ping);
	TEST(test_a_long_message_arrives_whole);
	TEST(test_an_unmasked_frame_breaks_the_protocol);
	TEST(test_a_fragmented_ping_breaks_the_protocol);
	TEST(test_a_continuation_of_nothing_breaks_the_protocol);
	TEST(test_a_huge_frame_is_refused_by_its_head);
	TEST(test_frames_out_have_the_three_lengths);
	ws_parser_deinit(&parser);
	strbuf_deinit(&seen);
	return test_end();
}
