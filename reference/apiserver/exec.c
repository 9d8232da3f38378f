/*
 * pods/NAME/exec and attach, protocols v4 and v5.channel.k8s.io, on either carrier (carrier.h).
 *
 * WebSocket: the first byte of a message is its channel: 0 stdin, 1 stdout, 2 stderr, 3 the closing Status, 4 the
 * terminal's size; v5 adds 255, which closes a channel. SPDY: each channel is a stream that the client opens and names,
 * and the command is started when all that it asked for are there.
 *
 *	(SPDY) WAITING --all streams--> RUNNING --done--> the Status, then the carrier's end
 */
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <sys/queue.h>

#include "apiserver/carrier.h"
#include "apiserver/server.h"
#include "apiserver/spdy.h"
#include "base/json.h"
#include "base/str.h"

#define PILE_MAX (64 * 1024 * 1024)

enum channel { CH_STDIN, CH_STDOUT, CH_STDERR, CH_ERROR, CH_RESIZE, N_CHANNELS, CH_CLOSE = 255 };

struct exec_session {
	struct request *req; /* ours */
	struct carrier *carrier;
	struct node_stream *node; /* NULL: not started, or ended */
	bool v5;
	struct spdy *spdy; /* NULL: WebSocket */
	uint32_t streams[N_CHANNELS]; /* of SPDY; 0: not there */
	unsigned missing; /* a bit for each that is still to come */
};

static void session_free(struct exec_session *s)
{
	if (s->node)
		s->req->server->node.cancel(s->node);
	carrier_free(s->carrier);
	spdy_free(s->spdy);
	if (s->carrier) /* else the dispatcher has it */
		request_free(s->req);
	free(s);
}

static void on_gone(void *userdata)
{
	session_free(userdata);
}

/* ---- out ---- */

static void send_channel(struct exec_session *s, enum channel ch, const char *data, size_t len,
			 bool last)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	unsigned char head = (unsigned char)ch;

	if (!s->spdy) {
		carrier_send(s->carrier, &head, 1, data, len);
	} else if (s->streams[ch]) {
		spdy_data(&b, s->streams[ch], data, len, last);
		carrier_send(s->carrier, "", 0, b.data, b.len);
	}
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
	if (carrier_pile(s->carrier) < PILE_MAX)
		send_channel(s, stream == 2 ? CH_STDERR : CH_STDOUT, data, len, false);
}

static void on_done(void *userdata, int exit_code, const struct error *err)
{
	struct exec_session *s = userdata;
	_cleanup_json_ json_t *status = exit_status(exit_code, err);
	_cleanup_free_ char *text = json_text(status);

	s->node = NULL;
	if (s->spdy) { /* streams have ends of their own */
		send_channel(s, CH_STDOUT, "", 0, true);
		send_channel(s, CH_STDERR, "", 0, true);
	}
	send_channel(s, CH_ERROR, text, strlen(text), true);
	carrier_end(s->carrier);
}

/* ---- the command ---- */

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

static int start(struct exec_session *s, struct error *err)
{
	static const struct node_stream_events events = { on_output, on_done };
	const struct request *req = s->req;
	const struct node_ops *ops = &req->server->node;
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
	int r;

	if (streq(req->route.sub, "attach"))
		r = ops->attach(ops->ctx, &er, &events, s, &s->node, err);
	else if (argv)
		r = ops->exec(ops->ctx, &er, &events, s, &s->node, err);
	else
		r = error_set(err, ERR_BAD_REQUEST, NULL,
			      "you must specify at least 1 command for the container");
	if (r)
		s->node = NULL;
	return r;
}

static void resize(struct exec_session *s, const char *data, size_t len)
{
	_cleanup_json_ json_t *size = json_loadb(data, len, 0, NULL);

	if (size)
		s->req->server->node.resize(s->node, (unsigned short)json_int(size, "Width", 80),
					    (unsigned short)json_int(size, "Height", 24));
}

/* ---- in: WebSocket ---- */

static void take_message(struct exec_session *s, const char *data, size_t len)
{
	unsigned char ch = len ? (unsigned char)*data : CH_ERROR;
	const struct node_ops *ops = &s->req->server->node;

	if (ch == CH_STDIN)
		ops->stdin_write(s->node, data + 1, len - 1);
	else if (ch == CH_RESIZE)
		resize(s, data + 1, len - 1);
	else if (ch == CH_CLOSE && s->v5 && len == 2 && data[1] == CH_STDIN)
		ops->stdin_close(s->node);
}

/* ---- in: SPDY ---- */

static int channel_of(char *const *headers)
{
	static const char *const names[] = { "stdin", "stdout", "stderr", "error", "resize" };
	const char *type = strv_get_env(headers, "streamtype");

	for (int i = 0; i < N_CHANNELS; i++)
		if (streq(names[i], type))
			return i;
	return -1;
}

static void open_stream(struct exec_session *s, const struct spdy_frame *f)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	_cleanup_error_ struct error err = ERROR_INIT;
	int ch = channel_of(f->headers);

	if (ch < 0 || !(s->missing & 1u << ch)) {
		spdy_reset(&b, f->id);
		carrier_send(s->carrier, "", 0, b.data, b.len);
		return;
	}
	spdy_reply(s->spdy, &b, f->id);
	carrier_send(s->carrier, "", 0, b.data, b.len);
	s->streams[ch] = f->id;
	s->missing &= ~(1u << ch);
	if (!s->missing && start(s, &err))
		on_done(s, -1, &err);
}

static void take_data(struct exec_session *s, const struct spdy_frame *f)
{
	const struct node_ops *ops = &s->req->server->node;

	if (!s->node)
		return;
	if (f->id == s->streams[CH_STDIN] && f->len)
		ops->stdin_write(s->node, f->data, f->len);
	if (f->id == s->streams[CH_STDIN] && f->fin)
		ops->stdin_close(s->node);
	if (f->id == s->streams[CH_RESIZE] && f->len)
		resize(s, f->data, f->len);
}

static void on_frame(void *userdata, const struct spdy_frame *f)
{
	struct exec_session *s = userdata;
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

	if (f->type == SPDY_SYN_STREAM) {
		open_stream(s, f);
	} else if (f->type == SPDY_DATA) {
		take_data(s, f);
	} else if (f->type == SPDY_PING) {
		spdy_ping(&b, f->id);
		carrier_send(s->carrier, "", 0, b.data, b.len);
	}
}

static bool on_data(void *userdata, const char *data, size_t len)
{
	struct exec_session *s = userdata;

	if (s->spdy)
		return spdy_feed(s->spdy, data, len, on_frame, s) == 0;
	if (s->node)
		take_message(s, data, len);
	return true;
}

/* ---- the beginning ---- */

static unsigned wanted_channels(const struct request *req)
{
	static const char *const flags[N_CHANNELS] = { "stdin", "stdout", "stderr", NULL, "tty" };
	unsigned out = 0;

	for (int i = 0; i < N_CHANNELS; i++)
		if (!flags[i] || flag_given(req, flags[i]))
			out |= 1u << i;
	return out;
}

int exec_serve(struct request *req, struct error *err)
{
	static const char *const protocols[] = { "v5.channel.k8s.io", "v4.channel.k8s.io", NULL };
	static const struct carrier_events events = { .data = on_data, .gone = on_gone };
	_cleanup_json_ json_t *pod = NULL;
	struct carrier_choice choice;
	struct exec_session *s;
	int r = carrier_choose(req, protocols, protocols, &choice, err);

	if (r == 0)
		r = store_get(req->server->cfg.store, req->route.kind, req->route.ns,
			      req->route.name, &pod, err);
	if (r)
		return r;
	s = xnew(s);
	s->req = req;
	s->v5 = str_starts(choice.protocol, "v5");
	s->missing = wanted_channels(req);
	/* With WebSocket what goes wrong here is still an answer of HTTP. */
	r = choice.websocket ? start(s, err) : 0;
	if (r) {
		session_free(s);
		return r;
	}
	if (!choice.websocket)
		s->spdy = spdy_new();
	req->kept = true;
	s->carrier = carrier_begin(req, &choice, &events, s);
	return 0;
}
