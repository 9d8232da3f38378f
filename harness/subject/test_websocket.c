/* websocket: frames in any pieces, of any length, with control frames between. */
#include "subject/websocket.h"

#include "test/test.h"

static struct websocket w;

static void frame(int first, const char *data, size_t len)
{
	char head[10] = { (char)first };
	size_t n = 2;

	if (len < 126) {
		head[1] = (char)len;
	} else if (len < 65536) {
		head[1] = 126;
		head[2] = (char)(len >> 8);
		head[3] = (char)len;
		n = 4;
	} else {
		head[1] = 127;
		for (int i = 0; i < 8; i++)
			head[2 + i] = (char)(len >> (56 - 8 * i));
		n = 10;
	}
	websocket_feed(&w, head, n);
	websocket_feed(&w, data, len);
}

static void test_a_message_in_single_bytes(void)
{
	const char bytes[] = { (char)0x82, 3, 1, 'h', 'i' };
	const char *data;
	size_t len;

	websocket_clear(&w);
	for (size_t i = 0; i < sizeof(bytes); i++) {
		CHECK_INT(websocket_next(&w, &data, &len), WS_NEED_MORE);
		websocket_feed(&w, &bytes[i], 1);
	}
	CHECK_INT(websocket_next(&w, &data, &len), WS_MESSAGE);
	CHECK_INT(len, 3);
	CHECK(!memcmp(data, "\1hi", 3));
	CHECK_INT(websocket_next(&w, &data, &len), WS_NEED_MORE);
}

static void test_lengths_of_every_form(void)
{
	static const size_t lengths[] = { 0, 125, 126, 65535, 65536, 200000 };
	_cleanup_free_ char *big = xcalloc(200000, 1);
	const char *data;
	size_t len;

	websocket_clear(&w);
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		frame(0x82, big, lengths[i]);
		CHECK_INT(websocket_next(&w, &data, &len), WS_MESSAGE);
		CHECK_INT(len, lengths[i]);
	}
}

static void test_fragments_with_a_ping_between(void)
{
	const char *data;
	size_t len;

	websocket_clear(&w);
	frame(0x02, "\1ab", 3);
	frame(0x89, "p", 1);
	frame(0x80, "cd", 2);
	CHECK_INT(websocket_next(&w, &data, &len), WS_PING);
	CHECK_INT(websocket_next(&w, &data, &len), WS_MESSAGE);
	CHECK_INT(len, 5);
	CHECK(!memcmp(data, "\1abcd", 5));
	frame(0x82, "\1x", 2);
	CHECK_INT(websocket_next(&w, &data, &len), WS_MESSAGE);
	CHECK_INT(len, 2);
	frame(0x88, "", 0);
	CHECK_INT(websocket_next(&w, &data, &len), WS_CLOSE);
}

static void test_a_masked_or_huge_frame_is_a_fault(void)
{
	const char masked[] = { (char)0x82, (char)0x80, 0, 0, 0, 0 };
	const char huge[] = { (char)0x82, 127, 0, 0, 1, 0, 0, 0, 0, 0 };
	const char *data;
	size_t len;

	websocket_clear(&w);
	websocket_feed(&w, masked, sizeof(masked));
	CHECK_INT(websocket_next(&w, &data, &len), WS_FAULT);
	websocket_clear(&w);
	websocket_feed(&w, huge, sizeof(huge));
	CHECK_INT(websocket_next(&w, &data, &len), WS_FAULT);
}

static void test_our_frames_are_masked(void)
{
	size_t len;
	_cleanup_free_ char *f = websocket_frame(2, "hello", 5, &len);

	CHECK_INT(len, 11);
	CHECK_INT((unsigned char)f[0], 0x82);
	CHECK_INT((unsigned char)f[1], 0x85);
	for (int i = 0; i < 5; i++)
		CHECK_INT(f[6 + i] ^ f[2 + i % 4], "hello"[i]);
}

static void test_the_head_tells_its_status(void)
{
	const char *head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nrest";
	int status = 0;

	CHECK_INT(websocket_head(head, 20, &status), 0);
	CHECK_INT(websocket_head(head, strlen(head), &status), strlen(head) - 4);
	CHECK_INT(status, 101);
}

int main(void)
{
	TEST(test_a_message_in_single_bytes);
	TEST(test_lengths_of_every_form);
	TEST(test_fragments_with_a_ping_between);
	TEST(test_a_masked_or_huge_frame_is_a_fault);
	TEST(test_our_frames_are_masked);
	TEST(test_the_head_tells_its_status);
	websocket_clear(&w);
	return test_end();
}
