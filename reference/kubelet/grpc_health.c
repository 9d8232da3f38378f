/*
 * grpc_health: see the header.
 *
 * On the wire a gRPC message is a byte that says whether it is compressed, four bytes of length, and protobuf. Both
 * messages of this protocol have one field, number 1: the service's name there, the health as a number here;
 * a field that equals its default is left out. Fields of other numbers are skipped, as protobuf demands.
 *
 * A call has gone well only when its trailers say grpc-status 0. Anything else, also an answer of which a gRPC client
 * cannot make sense, is the failure of the call, with the code that such a client gives it.
 */
#include "kubelet/grpc_health.h"

#include <string.h>

#include "base/str.h"

#define FRAME_HEAD 5
#define TYPE "application/grpc"

enum {
	GRPC_OK = 0,
	GRPC_UNKNOWN = 2,
	GRPC_DEADLINE = 4,
	GRPC_UNIMPLEMENTED = 12,
	GRPC_INTERNAL = 13
};
enum { HEALTH_UNKNOWN = 0, HEALTH_SERVING = 1 };

static const char *const code_names[] = {
	"OK",
	"Canceled",
	"Unknown",
	"InvalidArgument",
	"DeadlineExceeded",
	"NotFound",
	"AlreadyExists",
	"PermissionDenied",
	"ResourceExhausted",
	"FailedPrecondition",
	"Aborted",
	"OutOfRange",
	"Unimplemented",
	"Internal",
	"Unavailable",
	"DataLoss",
	"Unauthenticated",
};

static const char *const health_names[] = { "UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN" };

void grpc_add_duration(struct strbuf *b, int seconds)
{
	if (seconds >= 3600)
		strbuf_addf(b, "%dh", seconds / 3600);
	if (seconds >= 60)
		strbuf_addf(b, "%dm", seconds / 60 % 60);
	strbuf_addf(b, "%ds", seconds % 60);
}

/* ---- the request ---- */

static void add_varint(struct strbuf *b, size_t n)
{
	for (; n >= 0x80; n >>= 7)
		strbuf_addc(b, (char)(n | 0x80));
	strbuf_addc(b, (char)n);
}

void grpc_health_request(const char *service, struct strbuf *ret)
{
	_cleanup_strbuf_ struct strbuf message = STRBUF_INIT;

	if (*service) {
		strbuf_addc(&message, 1 << 3 | 2);
		add_varint(&message, strlen(service));
		strbuf_adds(&message, service);
	}
	strbuf_addc(ret, 0);
	for (int shift = 24; shift >= 0; shift -= 8)
		strbuf_addc(ret, (char)(message.len >> shift));
	strbuf_add(ret, message.data, message.len);
}

/* ---- the answer's message ---- */

struct cursor {
	const unsigned char *at, *end;
};

static int read_varint(struct cursor *c, uint64_t *ret)
{
	*ret = 0;
	for (int shift = 0; shift < 64 && c->at < c->end; shift += 7) {
		unsigned char b = *c->at++;

		*ret |= (uint64_t)(b & 0x7f) << shift;
		if (!(b & 0x80))
			return 0;
	}
	return -1;
}

static int skip(struct cursor *c, uint64_t n)
{
	if (n > (size_t)(c->end - c->at))
		return -1;
	c->at += n;
	return 0;
}

/* One field; *health is set when it is that. */
static int read_field(struct cursor *c, uint64_t *health)
{
	uint64_t tag, n;

	if (read_varint(c, &tag) < 0)
		return -1;
	switch (tag & 7) {
	case 0:
		return read_varint(c, tag >> 3 == 1 ? health : &n);
	case 1:
		return skip(c, 8);
	case 2:
		return read_varint(c, &n) < 0 ? -1 : skip(c, n);
	case 5:
		return skip(c, 4);
	default:
		return -1;
	}
}

/* 0, or -1 with the reason. */
static int read_message(const struct http_response *resp, uint64_t *ret, const char **ret_reason)
{
	const unsigned char *p = (const unsigned char *)resp->body;
	struct cursor c = { p + FRAME_HEAD, p + resp->body_len };
	size_t len;

	*ret = HEALTH_UNKNOWN;
	*ret_reason = "received no whole response message";
	if (resp->truncated || resp->body_len < FRAME_HEAD)
		return -1;
	len = (size_t)p[1] << 24 | (size_t)p[2] << 16 | (size_t)p[3] << 8 | p[4];
	if (len != resp->body_len - FRAME_HEAD)
		return -1;
	*ret_reason = "the response message cannot be read";
	if (p[0] != 0)
		return -1;
	while (c.at < c.end) {
		if (read_field(&c, ret) < 0)
			return -1;
	}
	return 0;
}

/* ---- how the call ended ---- */

struct call_status {
	int code;
	const char *message;
};

static int code_of_http(int status)
{
	static const struct {
		int http, code;
	} codes[] = { { 400, 13 }, { 401, 16 }, { 403, 7 },  { 404, 12 },
		      { 429, 14 }, { 502, 14 }, { 503, 14 }, { 504, 14 } };

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		if (codes[i].http == status)
			return codes[i].code;
	}
	return GRPC_UNKNOWN;
}

static struct call_status read_status(const struct http_response *resp)
{
	const char *status = http_header(resp, "grpc-status"), *type, *message;
	int64_t code;

	if (resp->status != 200)
		return (struct call_status){ code_of_http(resp->status),
					     "unexpected HTTP status code received from server" };
	type = http_header(resp, "content-type");
	if (!type || !str_starts(type, TYPE))
		return (struct call_status){ GRPC_UNKNOWN, "unexpected content-type" };
	if (!status)
		return (struct call_status){ GRPC_INTERNAL,
					     "server closed the stream without sending trailers" };
	if (str_to_int64(status, 0, 1000, &code) != 0)
		return (struct call_status){ GRPC_INTERNAL, "malformed grpc-status" };
	message = http_header(resp, "grpc-message");
	return (struct call_status){ (int)code, message ? message : "" };
}

static void add_call_failure(struct strbuf *b, struct call_status s, int timeout_s)
{
	if (s.code == GRPC_UNIMPLEMENTED) {
		strbuf_addf(b,
			    "error: this server does not implement the grpc health protocol "
			    "(grpc.health.v1.Health): %s",
			    s.message);
	} else if (s.code == GRPC_DEADLINE) {
		strbuf_adds(b, "timeout: health rpc did not complete within ");
		grpc_add_duration(b, timeout_s);
	} else if (s.code < (int)ARRAY_SIZE(code_names)) {
		strbuf_addf(b, "error: health rpc probe failed: rpc error: code = %s desc = %s",
			    code_names[s.code], s.message);
	} else {
		strbuf_addf(b,
			    "error: health rpc probe failed: rpc error: code = Code(%d) desc = %s",
			    s.code, s.message);
	}
}

static void add_health(struct strbuf *b, uint64_t health)
{
	if (health == HEALTH_SERVING)
		strbuf_adds(b, "service healthy");
	else if (health < ARRAY_SIZE(health_names))
		strbuf_addf(b, "service unhealthy (responded with \"%s\")", health_names[health]);
	else
		strbuf_addf(b, "service unhealthy (responded with \"%d\")", (int)health);
}

bool grpc_health_verdict(const struct http_response *resp, int timeout_s, struct strbuf *ret_text)
{
	struct call_status s = read_status(resp);
	uint64_t health = HEALTH_UNKNOWN;
	const char *reason;

	if (s.code == GRPC_OK && read_message(resp, &health, &reason) < 0)
		s = (struct call_status){ GRPC_INTERNAL, reason };
	if (s.code != GRPC_OK) {
		add_call_failure(ret_text, s, timeout_s);
		return false;
	}
	add_health(ret_text, health);
	return health == HEALTH_SERVING;
}
