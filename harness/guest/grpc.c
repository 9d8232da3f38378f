/*
 * grpc: the health service grpc.health.v1.Health, method Check, over the few frames of HTTP/2 that a call of it
 * needs. Connections and streams may be many; a call is answered when its message is whole.
 *
 * What is left out because a call of some bytes does not need it: the peer's flow control (an answer is shorter than
 * any window), priorities, and everything that a client may announce in SETTINGS. TLS is not spoken.
 *
 * An answer is HEADERS, DATA, HEADERS with grpc-status 0; or, as real servers do, for another status the
 * last of these alone, with :status 200.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest/guest.h"
#include "guest/hpack.h"
#include "guest/net.h"

#define PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
#define CHECK "/grpc.health.v1.Health/Check"
#define FRAME_HEAD 9
#define FRAME_MAX 16384
#define BLOCK_MAX 65536
#define STREAM_MAX 16
#define RESOURCE_EXHAUSTED 8
#define UNIMPLEMENTED 12

enum { DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION };
enum { END_STREAM = 0x1, ACK = 0x1, END_HEADERS = 0x4, PADDED = 0x8, PRIORITIZED = 0x20 };
enum { SERVING = 1, NOT_SERVING = 2 };

struct stream {
	uint32_t id; /* 0: this place is free */
	char path[128], ua[128], host[128];
	uint8_t body[512];
	size_t len;
};

struct conn {
	int fd; /* -1: closed, but an answer is still due */
	int waiting; /* answers that are due later */
	char peer[ENDPOINT_TEXT];
	bool greeted;
	uint8_t in[FRAME_HEAD + FRAME_MAX];
	size_t len;
	struct text block; /* a header block under way */
	uint32_t block_of;
	bool block_ends_stream;
	struct hpack hpack;
	struct stream streams[STREAM_MAX];
};

struct frame {
	uint8_t type, flags;
	uint32_t stream;
	const uint8_t *data;
	size_t len;
};

/* ---- connection ---- */

static void conn_close(struct conn *c)
{
	if (c->fd >= 0) {
		loop_forget(c->fd);
		close(c->fd);
		c->fd = -1;
	}
	if (c->waiting)
		return;
	hpack_clear(&c->hpack);
	text_free(&c->block);
	free(c);
}

static void put_frame(struct text *t, uint8_t type, uint8_t flags, uint32_t stream,
		      const void *data, size_t len)
{
	const uint8_t head[FRAME_HEAD] = {
		(uint8_t)(len >> 16),
		(uint8_t)(len >> 8),
		(uint8_t)len,
		type,
		flags,
		(uint8_t)(stream >> 24),
		(uint8_t)(stream >> 16),
		(uint8_t)(stream >> 8),
		(uint8_t)stream,
	};

	text_add(t, (const char *)head, sizeof(head));
	text_add(t, data, len);
}

/* A few hundred bytes at most: a peer that does not take them has gone. */
static void flush(struct conn *c, struct text *t)
{
	if (c->fd >= 0)
		send(c->fd, t->data, t->len, MSG_NOSIGNAL | MSG_DONTWAIT);
	text_free(t);
}

static void send_frame(struct conn *c, uint8_t type, uint8_t flags, const void *data, size_t len)
{
	struct text t = { 0 };

	put_frame(&t, type, flags, 0, data, len);
	flush(c, &t);
}

static struct stream *stream_of(struct conn *c, uint32_t id)
{
	for (size_t i = 0; i < STREAM_MAX; i++)
		if (c->streams[i].id == id)
			return &c->streams[i];
	return NULL;
}

/* ---- answers ---- */

static const char status_200[] = "\x88"; /* indexed: ":status: 200" */
static const char grpc_type[] = "\x0f\x10\x10" /* literal, name 31 "content-type", 16 bytes */
				"application/grpc";

static void add_status(struct text *block, int status)
{
	char number[12];
	char len = (char)snprintf(number, sizeof(number), "%d", status);

	text_add(block, "\x00\x0b" /* literal, a name of 11 bytes */ "grpc-status", 13);
	text_add(block, &len, 1);
	text_add(block, number, (size_t)len);
}

static void answer_status(struct conn *c, uint32_t stream, int status)
{
	struct text out = { 0 }, block = { 0 };

	text_add(&block, status_200, sizeof(status_200) - 1);
	text_add(&block, grpc_type, sizeof(grpc_type) - 1);
	add_status(&block, status);
	put_frame(&out, HEADERS, END_HEADERS | END_STREAM, stream, block.data, block.len);
	text_free(&block);
	flush(c, &out);
}

/* HealthCheckResponse: field 1, a number. */
static void answer_health(struct conn *c, uint32_t stream, uint8_t health)
{
	const uint8_t message[] = { 0, 0, 0, 0, 2, 0x08, health };
	struct text out = { 0 }, head = { 0 }, trailer = { 0 };

	text_add(&head, status_200, sizeof(status_200) - 1);
	text_add(&head, grpc_type, sizeof(grpc_type) - 1);
	add_status(&trailer, 0);
	put_frame(&out, HEADERS, END_HEADERS, stream, head.data, head.len);
	put_frame(&out, DATA, 0, stream, message, sizeof(message));
	put_frame(&out, HEADERS, END_HEADERS | END_STREAM, stream, trailer.data, trailer.len);
	text_free(&head);
	text_free(&trailer);
	flush(c, &out);
}

struct late {
	struct conn *c;
	uint32_t stream;
};

static void hang_over(void *data)
{
	struct late *l = data;

	say("probe-done", "kind", "grpc");
	answer_health(l->c, l->stream, SERVING);
	l->c->waiting--;
	if (l->c->fd < 0)
		conn_close(l->c);
	free(l);
}

static void answer_later(struct conn *c, uint32_t stream, double seconds)
{
	struct late *l = must_alloc(calloc(1, sizeof(*l)));

	l->c = c;
	l->stream = stream;
	c->waiting++;
	loop_after(seconds, hang_over, l);
}

/* ---- a call ---- */

/* HealthCheckRequest: field 1, a text; behind five bytes of gRPC. Fields of other numbers do not exist. */
static void service_name(const struct stream *s, char *buf, size_t size)
{
	size_t len;

	snprintf(buf, size, "-");
	if (s->len < 7 || s->body[5] != 0x0a || s->body[6] >= 0x80)
		return;
	len = s->body[6];
	if (len && len <= s->len - 7)
		snprintf(buf, size, "%.*s", (int)len, (const char *)s->body + 7);
}

static void say_probe(const struct conn *c, const struct stream *s, const char *name,
		      const struct answer *a)
{
	struct line l;

	line_begin(&l, "probe");
	line_str(&l, "kind", "grpc");
	line_str(&l, "name", name);
	line_int(&l, "n", a->n);
	line_str(&l, "result", answer_word(a));
	line_str(&l, "peer", c->peer);
	line_str(&l, "path", s->path);
	line_str(&l, "host", s->host);
	line_str(&l, "ua", s->ua);
	line_end(&l);
	line_free(&l);
}

static void on_check(struct conn *c, const struct stream *s)
{
	char name[64];
	struct answer a;

	service_name(s, name, sizeof(name));
	a = probe_ask(name);
	say_probe(c, s, name, &a);
	if (a.kind == ANSWER_HANG)
		answer_later(c, s->id, a.seconds);
	else if (a.kind == ANSWER_STATUS)
		answer_status(c, s->id, a.status);
	else if (a.kind != ANSWER_CLOSE)
		answer_health(c, s->id, a.kind == ANSWER_OK ? SERVING : NOT_SERVING);
	else
		shutdown(c->fd, SHUT_RDWR); /* the end is read, and closes it */
}

static void on_call(struct conn *c, struct stream *s)
{
	if (strcmp(s->path, CHECK) == 0) {
		on_check(c, s);
	} else {
		say("grpc-other", "path", s->path);
		answer_status(c, s->id, UNIMPLEMENTED);
	}
	memset(s, 0, sizeof(*s));
}

static void note_field(const char *name, const char *value, void *data)
{
	struct stream *s = data;

	if (strcmp(name, ":path") == 0)
		snprintf(s->path, sizeof(s->path), "%s", value);
	else if (strcmp(name, ":authority") == 0)
		snprintf(s->host, sizeof(s->host), "%s", value);
	else if (strcmp(name, "user-agent") == 0)
		snprintf(s->ua, sizeof(s->ua), "%s", value);
}

/* ---- frames: 0, or -1 when the peer does not speak HTTP/2 ---- */

static int take_off_padding(struct frame *f)
{
	size_t pad = 0;

	if (f->flags & PADDED) {
		if (f->len < 1 || f->data[0] >= f->len)
			return -1;
		pad = f->data[0];
		f->data++;
		f->len -= 1 + pad;
	}
	return 0;
}

static int block_done(struct conn *c)
{
	struct stream *s = stream_of(c, 0), unheard = { 0 };
	int r;

	/* A block must be read even when there is no place for its stream: it changes the table. */
	if (!s)
		s = &unheard;
	r = hpack_read(&c->hpack, (const uint8_t *)c->block.data, c->block.len, note_field, s);
	s->id = c->block_of;
	if (r == 0 && s == &unheard)
		answer_status(c, s->id, RESOURCE_EXHAUSTED);
	else if (r == 0 && c->block_ends_stream)
		on_call(c, s);
	text_free(&c->block);
	c->block = (struct text){ 0 };
	c->block_of = 0;
	return r;
}

static int on_block(struct conn *c, const struct frame *f)
{
	if (c->block.len + f->len > BLOCK_MAX)
		return -1;
	text_add(&c->block, (const char *)f->data, f->len);
	return f->flags & END_HEADERS ? block_done(c) : 0;
}

static int on_headers(struct conn *c, struct frame *f)
{
	if (f->stream == 0 || c->block_of || take_off_padding(f) < 0)
		return -1;
	if (f->flags & PRIORITIZED) {
		if (f->len < 5)
			return -1;
		f->data += 5;
		f->len -= 5;
	}
	c->block_of = f->stream;
	c->block_ends_stream = f->flags & END_STREAM;
	return on_block(c, f);
}

static int on_data(struct conn *c, struct frame *f)
{
	struct stream *s = f->stream ? stream_of(c, f->stream) : NULL;
	const uint8_t room[4] = { 0, 0, (uint8_t)(f->len >> 8), (uint8_t)f->len };
	size_t len = f->len;

	if (take_off_padding(f) < 0)
		return -1;
	if (len)
		send_frame(c, WINDOW, 0, room, sizeof(room));
	if (!s) /* reset, or answered before its end */
		return 0;
	len = f->len < sizeof(s->body) - s->len ? f->len : sizeof(s->body) - s->len;
	memcpy(s->body + s->len, f->data, len);
	s->len += len;
	if (f->flags & END_STREAM)
		on_call(c, s);
	return 0;
}

static int on_frame(struct conn *c, struct frame *f)
{
	struct stream *s;

	if (c->block_of && (f->type != CONTINUATION || f->stream != c->block_of))
		return -1;
	switch (f->type) {
	case DATA:
		return on_data(c, f);
	case HEADERS:
		return on_headers(c, f);
	case CONTINUATION:
		return c->block_of ? on_block(c, f) : -1;
	case SETTINGS:
		if (!(f->flags & ACK))
			send_frame(c, SETTINGS, ACK, "", 0);
		return 0;
	case PING:
		if (!(f->flags & ACK))
			send_frame(c, PING, ACK, f->data, f->len);
		return 0;
	case RST_STREAM:
		s = f->stream ? stream_of(c, f->stream) : NULL;
		if (s)
			memset(s, 0, sizeof(*s));
		return 0;
	default: /* GOAWAY: the peer closes; WINDOW, PRIORITY, and what is not known: as the RFC says */
		return 0;
	}
}

static bool next_frame(struct conn *c, struct frame *ret, size_t *ret_used)
{
	const uint8_t *p = c->in;

	if (c->len < FRAME_HEAD)
		return false;
	*ret = (struct frame){
		.len = (size_t)p[0] << 16 | (size_t)p[1] << 8 | p[2],
		.type = p[3],
		.flags = p[4],
		.stream =
			((uint32_t)p[5] << 24 | (uint32_t)p[6] << 16 | (uint32_t)p[7] << 8 | p[8]) &
			0x7fffffff,
		.data = p + FRAME_HEAD,
	};
	*ret_used = FRAME_HEAD + ret->len;
	return ret->len > FRAME_MAX || *ret_used <= c->len;
}

static void consume(struct conn *c, size_t n)
{
	memmove(c->in, c->in + n, c->len - n);
	c->len -= n;
}

/* What came, as far as it is whole; -1: close. */
static int read_frames(struct conn *c)
{
	struct frame f;
	size_t used, len = strlen(PREFACE);

	if (!c->greeted) {
		if (memcmp(c->in, PREFACE, c->len < len ? c->len : len) != 0)
			return -1;
		if (c->len < len)
			return 0;
		c->greeted = true;
		consume(c, len);
	}
	while (next_frame(c, &f, &used)) {
		if (f.len > FRAME_MAX || on_frame(c, &f) < 0)
			return -1;
		consume(c, used);
	}
	return 0;
}

static void grpc_data(int fd, short revents, void *data)
{
	struct conn *c = data;
	ssize_t n = recv(fd, c->in + c->len, sizeof(c->in) - c->len, MSG_DONTWAIT);

	(void)revents;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		c->len += (size_t)n;
	if (n <= 0 || read_frames(c) < 0)
		conn_close(c);
}

void grpc_accept(int fd, short revents, void *data)
{
	union endpoint peer = { .in = { 0 } };
	socklen_t len = sizeof(peer);
	int sock = accept4(fd, &peer.sa, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct conn *c;

	(void)revents;
	(void)data;
	if (sock < 0)
		return;
	c = must_alloc(calloc(1, sizeof(*c)));
	c->fd = sock;
	endpoint_address(&peer, c->peer);
	send_frame(c, SETTINGS, 0, "", 0);
	loop_watch(sock, POLLIN, grpc_data, c);
}
