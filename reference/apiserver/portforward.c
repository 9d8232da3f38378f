/*
 * pods/NAME/portforward: TCP connections into a pod, multiplexed as SPDY streams; in WebSocket messages
 * (SPDY/3.1+portforward.k8s.io) or on the bare connection.
 *
 * A forwarded connection is two streams with one requestid: first its errors, then its data. Bytes go both ways until the
 * pod's side ends; then both streams do. While the client does not read, the pods are not read either.
 */
#include "apiserver/carrier.h"

#include <utlist.h>

#include "apiserver/spdy.h"
#include "base/json.h"
#include "base/str.h"

#define PILE_MAX (1024 * 1024)

struct tunnel;

struct forward {
	struct tunnel *tunnel;
	char *request_id;
	uint32_t errors, data; /* streams; 0: not there */
	uint16_t port;
	struct node_stream *node;
	struct forward *prev, *next;
};

struct tunnel {
	struct request *req; /* ours */
	struct carrier *carrier;
	struct spdy *spdy;
	struct forward *forwards;
	bool held;
};

static const struct node_ops *ops_of(const struct tunnel *t)
{
	return &t->req->server->node;
}

static void forward_free(struct forward *f)
{
	if (f->node)
		ops_of(f->tunnel)->cancel(f->node);
	DL_DELETE(f->tunnel->forwards, f);
	free(f->request_id);
	free(f);
}

static void on_gone(void *userdata)
{
	struct tunnel *t = userdata;

	while (t->forwards)
		forward_free(t->forwards);
	carrier_free(t->carrier);
	spdy_free(t->spdy);
	request_free(t->req);
	free(t);
}

static void send_frames(struct tunnel *t, const struct strbuf *b)
{
	carrier_send(t->carrier, "", 0, b->data, b->len);
}

/* ---- from the pod ---- */

static void hold(struct tunnel *t, bool on)
{
	struct forward *f;

	if (t->held == on)
		return;
	t->held = on;
	DL_FOREACH(t->forwards, f)
		if (f->node)
			ops_of(t)->hold(f->node, on);
}

static void on_drained(void *userdata)
{
	hold(userdata, false);
}

static void on_bytes(void *userdata, int stream, const char *data, size_t len)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	struct forward *f = userdata;

	(void)stream;
	spdy_data(&b, f->data, data, len, false);
	send_frames(f->tunnel, &b);
	if (carrier_pile(f->tunnel->carrier) > PILE_MAX)
		hold(f->tunnel, true);
}

/* Both streams end; what went wrong is the text of the first. */
static void on_done(void *userdata, int exit_code, const struct error *err)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	_cleanup_free_ char *text = NULL;
	struct forward *f = userdata;

	(void)exit_code;
	f->node = NULL;
	text = err ? str_printf("error forwarding port %u to pod %s: %s", f->port,
				f->tunnel->req->route.name, error_text(err)) :
		     xstrdup("");
	spdy_data(&b, f->errors, text, strlen(text), true);
	spdy_data(&b, f->data, "", 0, true);
	send_frames(f->tunnel, &b);
	forward_free(f);
}

/* ---- from the client ---- */

static struct forward *find_forward(const struct tunnel *t, const char *request_id)
{
	struct forward *f;

	DL_FOREACH(t->forwards, f)
		if (streq(f->request_id, request_id))
			return f;
	return NULL;
}

static void connect_pod(struct forward *f)
{
	static const struct node_stream_events events = { on_bytes, on_done };
	struct tunnel *t = f->tunnel;
	_cleanup_error_ struct error err = ERROR_INIT;
	const struct node_forward_request fr = {
		.ns = t->req->route.ns,
		.pod = t->req->route.name,
		.port = f->port,
	};

	if (ops_of(t)->forward(ops_of(t)->ctx, &fr, &events, f, &f->node, &err)) {
		f->node = NULL;
		on_done(f, -1, &err);
		return;
	}
	if (t->held)
		ops_of(t)->hold(f->node, true);
}

/* false: what the client wants cannot be understood. */
static bool open_stream(struct tunnel *t, const struct spdy_frame *frame)
{
	const char *type = strv_get_env(frame->headers, "streamtype");
	const char *id = strv_get_env(frame->headers, "requestid");
	const char *port = strv_get_env(frame->headers, "port");
	struct forward *f = id ? find_forward(t, id) : NULL;
	int64_t number;

	if (streq(type, "data") && f && !f->data) {
		f->data = frame->id;
		return true;
	}
	if (!streq(type, "error") || !id || f || !port || str_to_int64(port, 1, 65535, &number) < 0)
		return false;
	f = xnew(f);
	f->tunnel = t;
	f->request_id = xstrdup(id);
	f->port = (uint16_t)number;
	f->errors = frame->id;
	DL_APPEND(t->forwards, f);
	return true;
}

static struct forward *find_data(const struct tunnel *t, uint32_t stream)
{
	struct forward *f;

	DL_FOREACH(t->forwards, f)
		if (stream && f->data == stream)
			return f;
	return NULL;
}

static void on_syn_stream(struct tunnel *t, const struct spdy_frame *frame)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	bool known = open_stream(t, frame);
	struct forward *f;

	if (known)
		spdy_reply(t->spdy, &b, frame->id);
	else
		spdy_reset(&b, frame->id);
	send_frames(t, &b);
	f = known ? find_data(t, frame->id) : NULL;
	if (f)
		connect_pod(f);
}

static void on_frame(void *userdata, const struct spdy_frame *frame)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	struct tunnel *t = userdata;
	struct forward *f = find_data(t, frame->id);

	switch (frame->type) {
	case SPDY_SYN_STREAM:
		on_syn_stream(t, frame);
		return;
	case SPDY_DATA:
		if (f && frame->len)
			ops_of(t)->stdin_write(f->node, frame->data, frame->len);
		if (f && frame->fin)
			ops_of(t)->stdin_close(f->node);
		return;
	case SPDY_RST_STREAM:
		if (f)
			forward_free(f);
		return;
	case SPDY_PING:
		spdy_ping(&b, frame->id);
		send_frames(t, &b);
		return;
	case SPDY_GOAWAY:
		carrier_end(t->carrier);
		return;
	}
}

static bool on_data(void *userdata, const char *data, size_t len)
{
	struct tunnel *t = userdata;

	return spdy_feed(t->spdy, data, len, on_frame, t) == 0;
}

int portforward_serve(struct request *req, struct error *err)
{
	static const char *const tunnelled[] = { "SPDY/3.1+portforward.k8s.io", NULL };
	static const char *const bare[] = { "portforward.k8s.io", NULL };
	static const struct carrier_events events = { on_data, on_gone, on_drained };
	_cleanup_json_ json_t *pod = NULL;
	struct carrier_choice choice;
	struct tunnel *t;
	int r = carrier_choose(req, tunnelled, bare, &choice, err);

	if (r == 0)
		r = store_get(req->server->cfg.store, req->route.kind, req->route.ns,
			      req->route.name, &pod, err);
	if (r)
		return r;
	t = xnew(t);
	t->req = req;
	t->spdy = spdy_new();
	req->kept = true;
	t->carrier = carrier_begin(req, &choice, &events, t);
	return 0;
}
