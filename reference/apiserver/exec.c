/*
 * pods/NAME/exec over WebSocket, protocols v4 and v5.channel.k8s.io. The first byte of a message is its channel:
 * 0 stdin, 1 stdout, 2 stderr, 3 the closing Status, 4 the terminal's size; v5 adds 255, which closes a channel.
 *
 * The connection is taken over from evhttp: its bufferevent gets our callbacks, the evhttp_connection stays as its owner
 * and is freed at the end. After the Status and our close frame the session waits for the client's own close, at most
 * five seconds, so that nothing that was sent gets lost in a reset.
 *
 *	RUNNING --done--> CLOSING --close frame, EOF, time--> freed
 *	RUNNING --close frame, EOF, protocol error--> the command is cancelled, freed
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <strings.h>
#include <sys/queue.h>
#include <utlist.h>

#include "apiserver/server.h"
#include "apiserver/websocket.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"

#define CLOSE_WAIT_NS (5 * NSEC_PER_SEC)
#define PILE_MAX (64 * 1024 * 1024)

enum channel { CH_STDIN, CH_STDOUT, CH_STDERR, CH_ERROR, CH_RESIZE, CH_CLOSE = 255 };
enum session_state { SESSION_RUNNING, SESSION_CLOSING };

struct exec_session {
	struct apiserver *server;
	struct evhttp_connection *conn;
	struct bufferevent *bev;
	struct node_stream *node;
	struct ws_parser parser;
	struct loop_timer *close_timer;
	enum session_state state;
	bool v5;
	struct exec_session *prev, *next;
};

static void session_free(struct exec_session *s)
{
	if (s->node)
		s->server->node.cancel(s->node);
	loop_timer_free(s->close_timer);
	ws_parser_deinit(&s->parser);
	DL_DELETE(s->server->sessions, s);
	if (s->conn) {
		bufferevent_setcb(s->bev, NULL, NULL, NULL, NULL);
		evhttp_connection_free(s->conn);
	}
	free(s);
}

static void on_close_timeout(void *userdata)
{
	session_free(userdata);
}

/* ---- out ---- */

static void send_bytes(struct exec_session *s, const struct strbuf *b)
{
	bufferevent_write(s->bev, b->data, b->len);
}

static void send_channel(struct exec_session *s, enum channel ch, const char *data, size_t len)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	unsigned char head = (unsigned char)ch;

	ws_frame(&b, WS_BINARY, &head, 1, data, len);
	send_bytes(s, &b);
}

static void send_close(struct exec_session *s, unsigned code)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

	ws_close_frame(&b, code);
	send_bytes(s, &b);
}

static json_t *exit_status(int exit_code, const struct error *err)
{
	_cleanup_free_ char *code = str_printf("%d", exit_code), *message = NULL;

	if (err)
		return json_pack("{s{}, ss, ss, ss, si}", "metadata", "status", "Failure",
				 "message", error_text(err), "reason", "InternalError", "code", 500);
	if (exit_code == 0)
		return json_pack("{s{}, ss}", "metadata", "status", "Success");
	message =
		str_printf("command terminated with non-zero exit code: exit status %d", exit_code);
	return json_pack("{s{}, ss, ss, ss, s{s[{ss, ss}]}}", "metadata", "status", "Failure",
			 "message", message, "reason", "NonZeroExitCode", "details", "causes",
			 "reason", "ExitCode", "message", code);
}

static void on_output(void *userdata, int stream, const char *data, size_t len)
{
	struct exec_session *s = userdata;

	/* A client that does not read loses what it would not have read. */
	if (evbuffer_get_length(bufferevent_get_output(s->bev)) < PILE_MAX)
		send_channel(s, stream == 2 ? CH_STDERR : CH_STDOUT, data, len);
}

static void on_done(void *userdata, int exit_code, const struct error *err)
{
	struct exec_session *s = userdata;
	_cleanup_json_ json_t *status = exit_status(exit_code, err);
	_cleanup_free_ char *text = json_text(status);

	s->node = NULL;
	s->state = SESSION_CLOSING;
	send_channel(s, CH_ERROR, text, strlen(text));
	send_close(s, WS_CLOSE_NORMAL);
	loop_timer_set(s->close_timer, CLOSE_WAIT_NS);
}

/* ---- in ---- */

static void resize(struct exec_session *s, const char *data, size_t len)
{
	_cleanup_json_ json_t *size = json_loadb(data, len, 0, NULL);

	if (size)
		s->server->node.resize(s->node, (unsigned short)json_int(size, "Width", 80),
				       (unsigned short)json_int(size, "Height", 24));
}

static void take_channel(struct exec_session *s, const char *data, size_t len)
{
	unsigned char ch = len ? (unsigned char)*data : CH_ERROR;

	if (ch == CH_STDIN)
		s->server->node.stdin_write(s->node, data + 1, len - 1);
	else if (ch == CH_RESIZE)
		resize(s, data + 1, len - 1);
	else if (ch == CH_CLOSE && s->v5 && len == 2 && data[1] == CH_STDIN)
		s->server->node.stdin_close(s->node);
}

static int on_message(void *userdata, enum ws_opcode opcode, const char *data, size_t len)
{
	struct exec_session *s = userdata;
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

	switch (opcode) {
	case WS_CLOSE:
		return WS_CLOSE_NORMAL;
	case WS_PING:
		ws_frame(&b, WS_PONG, "", 0, data, len);
		send_bytes(s, &b);
		return 0;
	case WS_BINARY:
		if (s->state == SESSION_RUNNING)
			take_channel(s, data, len);
		return 0;
	default:
		return 0;
	}
}

static void on_readable(struct bufferevent *bev, void *userdata)
{
	struct exec_session *s = userdata;
	struct evbuffer *in = bufferevent_get_input(bev);
	size_t len = evbuffer_get_length(in);
	_cleanup_free_ char *data = NULL;
	int r;

	if (!len)
		return;
	data = xmalloc(len);
	evbuffer_remove(in, data, len);
	r = ws_feed(&s->parser, data, len, on_message, s);
	if (r <= 0)
		return;
	/* The peer is done, or cannot be understood: what is still in our buffer gets one chance. */
	if (s->state == SESSION_RUNNING)
		send_close(s, (unsigned)r);
	bufferevent_flush(bev, EV_WRITE, BEV_FLUSH);
	session_free(s);
}

static void on_event(struct bufferevent *bev, short what, void *userdata)
{
	(void)bev;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		session_free(userdata);
}

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

static int check_upgrade(const struct request *req, const char **ret_protocol, struct error *err)
{
	const char *upgrade = request_header(req, "Upgrade");
	const char *protocols = request_header(req, "Sec-WebSocket-Protocol");

	if (upgrade && str_starts(upgrade, "SPDY"))
		return error_set(err, ERR_BAD_REQUEST, NULL,
				 "SPDY is not supported: use WebSocket with the protocol "
				 "v5.channel.k8s.io or v4.channel.k8s.io");
	if (!offers(upgrade, "websocket") || !request_header(req, "Sec-WebSocket-Key"))
		return error_set(err, ERR_BAD_REQUEST, NULL, "Upgrade request required");
	*ret_protocol = offers(protocols, "v5.channel.k8s.io") ? "v5.channel.k8s.io" :
			offers(protocols, "v4.channel.k8s.io") ? "v4.channel.k8s.io" :
								 NULL;
	if (!*ret_protocol)
		return error_set(err, ERR_BAD_REQUEST, NULL,
				 "no WebSocket protocol in common: v5.channel.k8s.io and "
				 "v4.channel.k8s.io are spoken here");
	return 0;
}

static void take_over(struct exec_session *s, const struct request *req, const char *protocol)
{
	_cleanup_free_ char *accept = ws_accept_key(request_header(req, "Sec-WebSocket-Key"));

	s->conn = evhttp_request_get_connection(req->http);
	s->bev = evhttp_connection_get_bufferevent(s->conn);
	s->v5 = str_starts(protocol, "v5");
	evhttp_connection_set_closecb(s->conn, NULL, NULL);
	bufferevent_set_timeouts(s->bev, NULL, NULL);
	bufferevent_setcb(s->bev, on_readable, NULL, on_event, s);
	bufferevent_enable(s->bev, EV_READ | EV_WRITE);
	evbuffer_add_printf(bufferevent_get_output(s->bev),
			    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
			    "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n"
			    "Sec-WebSocket-Protocol: %s\r\n\r\n",
			    accept, protocol);
}

static char **read_command(const struct request *req)
{
	char **argv = NULL;

	for (const struct evkeyval *kv = req->query.tqh_first; kv; kv = kv->next.tqe_next)
		if (streq(kv->key, "command"))
			strv_add(&argv, kv->value);
	return argv;
}

static bool flag_given(const struct request *req, const char *key)
{
	return request_query(req, key) && request_flag(req, key);
}

static int start(struct request *req, struct exec_session *s, struct error *err)
{
	static const struct node_stream_events events = { on_output, on_done };
	_cleanup_strv_ char **argv = read_command(req);
	const char *container = request_query(req, "container");
	struct node_exec_request er = {
		.ns = req->route.ns,
		.pod = req->route.name,
		.container = container && *container ? container : NULL,
		.argv = argv,
		.stdin_open = flag_given(req, "stdin"),
		.stdout_open = flag_given(req, "stdout"),
		.stderr_open = flag_given(req, "stderr"),
		.tty = flag_given(req, "tty"),
	};

	if (!argv)
		return error_set(err, ERR_BAD_REQUEST, NULL,
				 "you must specify at least 1 command for the container");
	return s->server->node.exec(s->server->node.ctx, &er, &events, s, &s->node, err);
}

int exec_serve(struct request *req, struct error *err)
{
	_cleanup_json_ json_t *pod = NULL;
	struct exec_session *s;
	const char *protocol;
	int r = check_upgrade(req, &protocol, err);

	if (r == 0)
		r = store_get(req->server->cfg.store, req->route.kind, req->route.ns,
			      req->route.name, &pod, err);
	if (r)
		return r;
	s = xnew(s);
	s->server = req->server;
	s->close_timer = loop_timer_new(req->server->cfg.loop, on_close_timeout, s);
	DL_APPEND(req->server->sessions, s);
	r = start(req, s, err);
	if (r) {
		s->node = NULL;
		session_free(s);
		return r;
	}
	take_over(s, req, protocol);
	on_readable(s->bev, s); /* what came with the handshake */
	return 0;
}

void exec_end_all(struct apiserver *a)
{
	struct exec_session *s, *next;

	DL_FOREACH_SAFE(a->sessions, s, next)
		session_free(s);
}
