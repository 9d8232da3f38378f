/*
 * libevent tells of a hang-up by the connection's close callback and then leaves the request to us; evhttp_send_reply_end()
 * frees it in either case. The close callback is the connection's, so it is taken off before the stream ends: the
 * connection may live on for the next request.
 *
 * Over TLS libevent tells one turn late that a write is done. The end of the body must not meet such news of an earlier
 * write: libevent would take it for its own, and go on to the next request with the last chunk unsent. So a body
 * that has begun ends when the output is empty and has been so for a whole turn.
 */
#include "apiserver/stream.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <utlist.h>

#define PILE_MAX (64 * 1024 * 1024)

struct stream {
	struct request *req;
	struct evhttp_connection *conn; /* NULL: hung up */
	struct evbuffer *chunk;
	void (*closed)(void *userdata);
	void *userdata;
	struct loop_defer *cut; /* drops a client that does not read */
	struct loop_defer *finish;
	int quiet_turns; /* while it ends: turns with nothing left to send */
	bool begun, ending;
	struct stream *prev, *next;
};

static void tell_owner(struct stream *s)
{
	void (*closed)(void *userdata) = s->closed;

	s->closed = NULL;
	if (closed)
		closed(s->userdata);
}

static void on_hang_up(struct evhttp_connection *conn, void *userdata)
{
	struct stream *s = userdata;

	(void)conn;
	s->conn = NULL;
	if (s->ending)
		loop_defer_schedule(s->finish);
	else
		tell_owner(s);
}

static void cut_client(void *userdata)
{
	struct stream *s = userdata;

	if (s->conn)
		evhttp_connection_free(s->conn);
}

static void on_finish(void *userdata);

struct stream *stream_new(struct request *req, void (*closed)(void *userdata), void *userdata)
{
	struct stream *s = xnew(s);

	req->kept = true;
	s->req = req;
	s->conn = evhttp_request_get_connection(req->http);
	s->chunk = evbuffer_new();
	s->closed = closed;
	s->userdata = userdata;
	s->cut = loop_defer_new(req->server->cfg.loop, cut_client, s);
	s->finish = loop_defer_new(req->server->cfg.loop, on_finish, s);
	evhttp_connection_set_closecb(s->conn, on_hang_up, s);
	bufferevent_set_timeouts(evhttp_connection_get_bufferevent(s->conn), NULL, NULL);
	bufferevent_enable(evhttp_connection_get_bufferevent(s->conn), EV_READ);
	DL_APPEND(req->server->streams, s);
	return s;
}

void stream_begin(struct stream *s, const char *content_type)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(s->req->http);

	if (s->begun || !s->conn)
		return;
	s->begun = true;
	evhttp_add_header(headers, "Content-Type", content_type);
	evhttp_add_header(headers, "Cache-Control", "no-cache, private");
	evhttp_send_reply_start(s->req->http, 200, "OK");
}

bool stream_has_begun(const struct stream *s)
{
	return s->begun;
}

void stream_write(struct stream *s, const void *data, size_t len)
{
	struct bufferevent *bev = s->conn ? evhttp_connection_get_bufferevent(s->conn) : NULL;

	if (!bev || !len)
		return;
	evbuffer_add(s->chunk, data, len);
	evhttp_send_reply_chunk(s->req->http, s->chunk);
	if (evbuffer_get_length(bufferevent_get_output(bev)) > PILE_MAX)
		loop_defer_schedule(s->cut);
}

static void stream_free(struct stream *s)
{
	DL_DELETE(s->req->server->streams, s);
	loop_defer_free(s->cut);
	loop_defer_free(s->finish);
	evbuffer_free(s->chunk);
	request_free(s->req);
	free(s);
}

static void finish_now(struct stream *s)
{
	if (s->conn)
		evhttp_connection_set_closecb(s->conn, NULL, NULL);
	evhttp_send_reply_end(s->req->http);
	stream_free(s);
}

static void on_drained(struct evbuffer *output, const struct evbuffer_cb_info *info, void *userdata)
{
	struct stream *s = userdata;

	(void)info;
	if (evbuffer_get_length(output))
		return;
	evbuffer_remove_cb(output, on_drained, s);
	loop_defer_schedule(s->finish);
}

static void on_finish(void *userdata)
{
	struct stream *s = userdata;
	struct bufferevent *bev = s->conn ? evhttp_connection_get_bufferevent(s->conn) : NULL;

	if (bev && evbuffer_get_length(bufferevent_get_output(bev))) {
		s->quiet_turns = 0;
		evbuffer_add_cb(bufferevent_get_output(bev), on_drained, s);
	} else if (bev && s->quiet_turns++ == 0) {
		loop_defer_schedule(s->finish);
	} else {
		finish_now(s);
	}
}

struct stream *stream_end(struct stream *s)
{
	if (!s)
		return NULL;
	s->closed = NULL;
	s->ending = true;
	if (s->begun && s->conn)
		loop_defer_schedule(s->finish);
	else
		finish_now(s);
	return NULL;
}

struct stream *stream_fail(struct stream *s, const struct error *err)
{
	if (s->begun || !s->conn)
		return stream_end(s);
	evhttp_connection_set_closecb(s->conn, NULL, NULL);
	reply_error(s->req, err);
	stream_free(s);
	return NULL;
}

struct request *stream_request(struct stream *s)
{
	return s->req;
}

void stream_end_all(struct apiserver *a)
{
	struct stream *s, *next;

	DL_FOREACH_SAFE (a->streams, s, next)
		tell_owner(s);
	DL_FOREACH_SAFE (a->streams, s, next)
		finish_now(s);
}
