/*
 * Until its head is sent a stream is an evhttp request like any other. With the head it takes the connection over: our
 * callbacks, our chunks, and at the end, when all is written, the connection is closed. (evhttp could do it and keep the
 * connection, but over TLS libevent 2.1 defers its write callback, so that evhttp may take a chunk that was just written
 * for the last one and never send that.)
 *
 *	WAITING --begin--> OPEN --end--> ENDING --written, hang-up or time--> freed
 *
 * A hang-up in WAITING comes by evhttp's close callback, which leaves the request to us.
 */
#include "apiserver/stream.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <utlist.h>

#define PILE_MAX (64 * 1024 * 1024)
#define LAST_WRITE_SECONDS 30

enum stream_state { STREAM_WAITING, STREAM_OPEN, STREAM_ENDING };

struct stream {
	enum stream_state state;
	struct request *req;
	struct evhttp_connection *conn; /* NULL: hung up */
	struct bufferevent *bev; /* the connection's */
	void (*closed)(void *userdata);
	void *userdata;
	struct loop_defer *cut; /* drops a client that does not read */
	struct stream *prev, *next;
};

static void tell_owner(struct stream *s)
{
	void (*closed)(void *userdata) = s->closed;

	s->closed = NULL;
	if (closed)
		closed(s->userdata);
}

/* The connection goes, too, unless it has gone or is evhttp's again. */
static void stream_free(struct stream *s)
{
	DL_DELETE(s->req->server->streams, s);
	loop_defer_free(s->cut);
	if (s->state != STREAM_WAITING)
		evhttp_connection_free(s->conn);
	request_free(s->req);
	free(s);
}

static void hang_up(void *userdata)
{
	struct stream *s = userdata;

	if (s->state == STREAM_ENDING)
		stream_free(s);
	else
		tell_owner(s);
}

/* ---- WAITING ---- */

static void on_early_hang_up(struct evhttp_connection *conn, void *userdata)
{
	struct stream *s = userdata;

	(void)conn;
	s->conn = NULL;
	tell_owner(s);
}

struct stream *stream_new(struct request *req, void (*closed)(void *userdata), void *userdata)
{
	struct stream *s = xnew(s);

	req->kept = true;
	s->req = req;
	s->conn = evhttp_request_get_connection(req->http);
	s->bev = evhttp_connection_get_bufferevent(s->conn);
	s->closed = closed;
	s->userdata = userdata;
	s->cut = loop_defer_new(req->server->cfg.loop, hang_up, s);
	evhttp_connection_set_closecb(s->conn, on_early_hang_up, s);
	bufferevent_set_timeouts(s->bev, NULL, NULL);
	bufferevent_enable(s->bev, EV_READ);
	DL_APPEND(req->server->streams, s);
	return s;
}

/* ---- OPEN ---- */

static void on_input(struct bufferevent *bev, void *userdata)
{
	struct evbuffer *in = bufferevent_get_input(bev);

	(void)userdata;
	evbuffer_drain(in, evbuffer_get_length(in));
}

static void on_written(struct bufferevent *bev, void *userdata)
{
	struct stream *s = userdata;

	/* A deferred call may be about what was written before the end was added. */
	if (s->state == STREAM_ENDING && !evbuffer_get_length(bufferevent_get_output(bev)))
		stream_free(s);
}

static void on_event(struct bufferevent *bev, short what, void *userdata)
{
	(void)bev;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT))
		hang_up(userdata);
}

void stream_begin(struct stream *s, const char *content_type)
{
	if (s->state != STREAM_WAITING || !s->conn)
		return;
	s->state = STREAM_OPEN;
	evhttp_connection_set_closecb(s->conn, NULL, NULL);
	bufferevent_setcb(s->bev, on_input, on_written, on_event, s);
	bufferevent_enable(s->bev, EV_READ | EV_WRITE);
	evbuffer_add_printf(bufferevent_get_output(s->bev),
			    "HTTP/1.1 200 OK\r\nContent-Type: %s\r\n"
			    "Cache-Control: no-cache, private\r\nTransfer-Encoding: chunked\r\n"
			    "Connection: close\r\n\r\n",
			    content_type);
}

bool stream_has_begun(const struct stream *s)
{
	return s->state != STREAM_WAITING;
}

void stream_write(struct stream *s, const void *data, size_t len)
{
	struct evbuffer *out = bufferevent_get_output(s->bev);

	if (s->state != STREAM_OPEN || !len)
		return;
	evbuffer_add_printf(out, "%zx\r\n", len);
	evbuffer_add(out, data, len);
	evbuffer_add(out, "\r\n", 2);
	if (evbuffer_get_length(out) > PILE_MAX)
		loop_defer_schedule(s->cut);
}

/* ---- ENDING ---- */

/* The client went before we answered: the request is nobody's but ours. */
static void end_early(struct stream *s)
{
	evhttp_send_reply_end(s->req->http);
	stream_free(s);
}

struct stream *stream_end(struct stream *s)
{
	static const struct timeval patience = { .tv_sec = LAST_WRITE_SECONDS };

	if (!s)
		return NULL;
	if (!s->conn) {
		end_early(s);
		return NULL;
	}
	stream_begin(s, "text/plain");
	/* closed has been called: nobody reads any more. */
	if (!s->closed) {
		stream_free(s);
		return NULL;
	}
	s->closed = NULL;
	s->state = STREAM_ENDING;
	bufferevent_set_timeouts(s->bev, NULL, &patience);
	evbuffer_add(bufferevent_get_output(s->bev), "0\r\n\r\n", 5);
	return NULL;
}

struct stream *stream_fail(struct stream *s, const struct error *err)
{
	if (s->state != STREAM_WAITING || !s->conn)
		return stream_end(s);
	evhttp_connection_set_closecb(s->conn, NULL, NULL);
	reply_error(s->req, err);
	stream_free(s);
	return NULL;
}

void stream_end_all(struct apiserver *a)
{
	struct stream *s, *next;

	DL_FOREACH_SAFE(a->streams, s, next)
		hang_up(s);
}
