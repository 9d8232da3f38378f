/*
 * grpc_health: the bytes of the request, and what answers mean.
 */
#include "kubelet/grpc_health.h"

#include "base/str.h"
#include "base/test.h"

#define BYTES(text) text, sizeof(text) - 1

static void test_the_request_names_the_service(void)
{
	_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;
	_cleanup_free_ char *hex = NULL;

	grpc_health_request("liveness", &got);
	hex = str_hex(got.data, got.len);
	CHECK_STR(hex, "000000000a0a086c6976656e657373");
}

static void test_an_empty_service_is_left_out(void)
{
	_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;
	_cleanup_free_ char *hex = NULL;

	grpc_health_request("", &got);
	hex = str_hex(got.data, got.len);
	CHECK_STR(hex, "0000000000");
}

static void test_a_long_service_has_a_length_of_two_bytes(void)
{
	_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;
	_cleanup_free_ char *hex = NULL;
	char name[201];

	memset(name, 'x', 200);
	name[200] = 0;
	grpc_health_request(name, &got);
	CHECK_INT(got.len, 5 + 3 + 200);
	hex = str_hex(got.data, 8);
	CHECK_STR(hex, "00000000cb0ac801");
}

/* ---- answers ---- */

static char *const good[] = { "content-type: application/grpc", "grpc-status: 0", NULL };

/* "+text" when it is healthy, "-text" when it is not; until the next call. */
static const char *said(int status, char *const *headers, const char *body, size_t len)
{
	static char text[512];
	_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;
	struct http_response resp = {
		.status = status, .headers = headers, .body = body, .body_len = len
	};
	bool healthy = grpc_health_verdict(&resp, 3, &got);

	snprintf(text, sizeof(text), "%c%s", healthy ? '+' : '-', strbuf_str(&got));
	return text;
}

static void test_serving_alone_is_healthy(void)
{
	CHECK_STR(said(200, good, BYTES("\0\0\0\0\2\10\1")), "+service healthy");
	CHECK_STR(said(200, good, BYTES("\0\0\0\0\2\10\2")),
		  "-service unhealthy (responded with \"NOT_SERVING\")");
	CHECK_STR(said(200, good, BYTES("\0\0\0\0\2\10\3")),
		  "-service unhealthy (responded with \"SERVICE_UNKNOWN\")");
	CHECK_STR(said(200, good, BYTES("\0\0\0\0\2\10\7")),
		  "-service unhealthy (responded with \"7\")");
}

static void test_an_absent_field_is_unknown(void)
{
	CHECK_STR(said(200, good, BYTES("\0\0\0\0\0")),
		  "-service unhealthy (responded with \"UNKNOWN\")");
}

static void test_other_fields_are_skipped(void)
{
	CHECK_STR(said(200, good, BYTES("\0\0\0\0\7\22\1\1\30\1\10\1")), "+service healthy");
	CHECK_CONTAINS(said(200, good, BYTES("\0\0\0\0\3\22\11\1")), "cannot be read");
}

static void test_half_a_message_is_no_message(void)
{
	CHECK_CONTAINS(said(200, good, BYTES("\0\0\0\0\2\10")), "-error: health rpc probe failed");
	CHECK_CONTAINS(said(200, good, BYTES("\0\0")), "no whole response message");
	CHECK_CONTAINS(said(200, good, BYTES("\1\0\0\0\2\10\1")), "cannot be read");
}

static void test_a_status_outweighs_the_message(void)
{
	char *const headers[] = { "content-type: application/grpc+proto", "grpc-status: 5",
				  "grpc-message: unknown service", NULL };

	CHECK_STR(said(200, headers, BYTES("\0\0\0\0\2\10\1")),
		  "-error: health rpc probe failed: rpc error: code = NotFound desc = unknown "
		  "service");
}

static void test_two_codes_have_words_of_their_own(void)
{
	char *const unimplemented[] = { "content-type: application/grpc", "grpc-status: 12", NULL };
	char *const late[] = { "content-type: application/grpc", "grpc-status: 4", NULL };

	CHECK_CONTAINS(said(200, unimplemented, "", 0),
		       "does not implement the grpc health protocol");
	CHECK_STR(said(200, late, "", 0), "-timeout: health rpc did not complete within 3s");
}

static void test_what_is_no_grpc_is_a_failure(void)
{
	char *const html[] = { "content-type: text/html", NULL };
	char *const cut[] = { "content-type: application/grpc", NULL };

	CHECK_CONTAINS(said(503, html, "", 0), "code = Unavailable");
	CHECK_CONTAINS(said(404, html, "", 0), "does not implement");
	CHECK_CONTAINS(said(200, html, "", 0), "unexpected content-type");
	CHECK_CONTAINS(said(200, cut, BYTES("\0\0\0\0\2\10\1")), "without sending trailers");
}

static void test_durations_as_go_prints_them(void)
{
	static const struct {
		int seconds;
		const char *text;
	} rows[] = { { 1, "1s" }, { 60, "1m0s" }, { 90, "1m30s" }, { 3661, "1h1m1s" } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;

		grpc_add_duration(&got, rows[i].seconds);
		CHECK_STR(strbuf_str(&got), rows[i].text);
	}
}

int main(void)
{
	TEST(test_the_request_names_the_service);
	TEST(test_an_empty_service_is_left_out);
	TEST(test_a_long_service_has_a_length_of_two_bytes);
	TEST(test_serving_alone_is_healthy);
	TEST(test_an_absent_field_is_unknown);
	TEST(test_other_fields_are_skipped);
	TEST(test_half_a_message_is_no_message);
	TEST(test_a_status_outweighs_the_message);
	TEST(test_two_codes_have_words_of_their_own);
	TEST(test_what_is_no_grpc_is_a_failure);
	TEST(test_durations_as_go_prints_them);
	return test_end();
}
