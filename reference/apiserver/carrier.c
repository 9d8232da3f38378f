/*
 * The connection's bufferevent gets our callbacks; the evhttp_connection stays as its owner and is freed at the end.
 *
 *	OPEN --carrier_end()--> ENDING --close frame, EOF, time--> gone
 *	OPEN --close frame, EOF, protocol error--> gone
 */
#include "apiserver/carrier.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <strings.h>
#include <utlist.h>

#include "apiserver/websocket.h"
#include "base/str.h"

#define CLOSE_WAIT_NS (5 * NSEC_PER_SEC)

struct carrier {
	struct apiserver *server;
	struct evhttp_connection *conn;
	struct bufferevent *bev;
	struct carrier_events ev;
	void *userdata;
	bool websocket, ending;
	struct ws_parser parser;
	struct loop_timer *patience; /* of the end */
	struct loop_defer *first; /* bytes that came with the handshake */
	struct carrier *prev, *next;
};

/* ---- the handshake ---- */

static bool offers(const char *list, const char *word)
{
	_cleanup_strv_ char **parts = strv_split(list ? list : "", ',');

	for (char **p = parts; *p; p++) {
		const char *s = *p + strspn(*p, " \t");

		if (strncasecmp(s, word, strlen(word)) == 0 &&
		    s[strlen(word) + strspn(s + strlen(word), " \t")] == '\0')
			return true;
	}
	return false;
}

/* A client may send the header of protocols once for each. */
static bool offers_in(const struct request *req, const char *name, const char *word)
{
	const struct evkeyvalq *headers = evhttp_request_get_input_headers(req->http);

	for (const struct evkeyval *kv = headers->tqh_first; kv; kv = kv->next.tqe_next)
		if (strcasecmp(kv->key, name) == 0 && offers(kv->value, word))
			return true;
	return false;
}

int carrier_choose(const struct request *req, const char *const *websocket, const char *const *spdy,
		   struct carrier_choice *ret, struct error *err)
{
	bool is_spdy = offers_in(req, "Upgrade", "SPDY/3.1");
	const char *header = is_spdy ? "X-Stream-Protocol-Version" : "Sec-WebSocket-Protocol";
	const char *const *known = is_spdy ? spdy : websocket;
	_cleanup_free_ char *all = strv_join((char *const *)(uintptr_t)known, ", ");

	if (!is_spdy &&
	    (!offers_in(req, "Upgrade", "websocket") || !request_header(req, "Sec-WebSocket-Key")))
		return error_set(err, ERR_BAD_REQUEST, NULL, "Upgrade request required");
	for (; *known; known++) {
		if (!offers_in(req, header, *known))
			continue;
		*ret = (struct carrier_choice){ *known, !is_spdy };
		return 0;
	}
	return error_set(err, ERR_BAD_REQUEST, NULL, "no %s in common: spoken here are %s", header,
			 all);
}

static void answer(struct carrier *c, const struct request *req, const char *protocol)
{
	struct evbuffer *out = bufferevent_get_output(c->bev);
	_cleanup_free_ char *accept = NULL;

	evbuffer_add_printf(out, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n");
	if (!c->websocket) {
		evbuffer_add_printf(out,
				    "Upgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: %s\r\n\r\n",
				    protocol);
		return;
	}
	accept = ws_accept_key(request_header(req, "Sec-WebSocket-Key"));
	evbuffer_add_printf(out,
			    "Upgrade: websocket\r\nSec-WebSocket-Accept: %s\r\n"
			    "Sec-WebSocket-Protocol: %s\r\n\r\n",
			    accept, protocol);
}

/* ---- lifetime ---- */

struct carrier *carrier_free(struct carrier *c)
{
	if (!c)
		return NULL;
	DL_DELETE(c->server->carriers, c);
	loop_timer_free(c->patience);
	loop_defer_free(c->first);
	ws_parser_deinit(&c->parser);
	bufferevent_setcb(c->bev, NULL, NULL, NULL, NULL);
	evhttp_connection_free(c->conn);
	free(c);
	return NULL;
}

static void gone(void *userdata)
{
	struct carrier *c = userdata;

	c->ev.gone(c->userdata);
}

void carrier_gone_all(struct apiserver *a)
{
	struct carrier *c, *next;

	DL_FOREACH_SAFE(a->carriers, c, next)
		gone(c);
}

/* ---- in ---- */

static int on_message(void *userdata, enum ws_opcode opcode, const char *data, size_t len)
{
	struct carrier *c = userdata;
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

	switch (opcode) {
	case WS_CLOSE:
		return WS_CLOSE_NORMAL;
	case WS_PING:
		ws_frame(&b, WS_PONG, "", 0, data, len);
		bufferevent_write(c->bev, b.data, b.len);
		return 0;
	case WS_BINARY:
		return c->ending || c->ev.data(c->userdata, data, len) ? 0 : WS_CLOSE_PROTOCOL;
	default:
		return 0;
	}
}

static int feed(struct carrier *c, const char *data, size_t len)
{
	if (c->websocket)
		return ws_feed(&c->parser, data, len, on_message, c);
	return c->ending || c->ev.data(c->userdata, data, len) ? 0 : WS_CLOSE_PROTOCOL;
}

static void send_close(struct carrier *c, unsigned code)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

	if (!c->websocket)
		return;
	ws_close_frame(&b, code);
	bufferevent_write(c->bev, b.data, b.len);
}

static void on_readable(struct bufferevent *bev, void *userdata)
{
	struct carrier *c = userdata;
	struct evbuffer *in = bufferevent_get_input(bev);
	size_t len = evbuffer_get_length(in);
	_cleanup_free_ char *data = NULL;
	int r;

	if (!len)
		return;
	data = xmalloc(len);
	evbuffer_remove(in, data, len);
	r = feed(c, data, len);
	if (r <= 0)
		return;
	/* The peer is done, or cannot be understood: what is still in our buffer gets one chance. */
	if (!c->ending)
		send_close(c, (unsigned)r);
	bufferevent_flush(bev, EV_WRITE, BEV_FLUSH);
	gone(c);
}

static void on_first(void *userdata)
{
	struct carrier *c = userdata;

	on_readable(c->bev, c);
}

static void on_written(struct bufferevent *bev, void *userdata)
{
	struct carrier *c = userdata;

	(void)bev;
	if (c->ev.drained && !c->ending)
		c->ev.drained(c->userdata);
}

static void on_event(struct bufferevent *bev, short what, void *userdata)
{
	(void)bev;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		gone(userdata);
}

struct carrier *carrier_begin(struct request *req, const struct carrier_choice *choice,
			      const struct carrier_events *ev, void *userdata)
{
	struct carrier *c = xnew(c);
	struct loop *loop = req->server->cfg.loop;

	c->server = req->server;
	c->conn = evhttp_request_get_connection(req->http);
	c->bev = evhttp_connection_get_bufferevent(c->conn);
	c->ev = *ev;
	c->userdata = userdata;
	c->websocket = choice->websocket;
	c->patience = loop_timer_new(loop, gone, c);
	c->first = loop_defer_new(loop, on_first, c);
	DL_APPEND(c->server->carriers, c);
	evhttp_connection_set_closecb(c->conn, NULL, NULL);
	bufferevent_set_timeouts(c->bev, NULL, NULL);
	bufferevent_setcb(c->bev, on_readable, on_written, on_event, c);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
	answer(c, req, choice->protocol);
	loop_defer_schedule(c->first);
	return c;
}

/* ---- out ---- */

void carrier_send(struct carrier *c, const void *head, size_t head_len, const void *data, size_t len)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

	if (c->ending)
		return;
	if (c->websocket) {
		ws_frame(&b, WS_BINARY, head, head_len, data, len);
		bufferevent_write(c->bev, b.data, b.len);
		return;
	}
	bufferevent_write(c->bev, head, head_len);
	bufferevent_write(c->bev, data, len);
}

size_t carrier_pile(const struct carrier *c)
{
	return evbuffer_get_length(bufferevent_get_output(c->bev));
}

void carrier_end(struct carrier *c)
{
	if (c->ending)
		return;
	send_close(c, WS_CLOSE_NORMAL);
	c->ending = true;
	loop_timer_set(c->patience, CLOSE_WAIT_NS);
}
