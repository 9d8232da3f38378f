/*
 * A connection is one request. It ends when its stream has ended and everything is written, or when the asker hangs up, which
 * cancels the stream. Who does not read what it asked for is cut off when too much has piled up.
 */
#include "nodelink/link_server.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "nodelink/link_frame.h"
#include "nodelink/link_request.h"
#include "nodelink/link_socket.h"

#define PILE_MAX (64u << 20)
#define HOLD_AT (1u << 20)

struct link_conn {
	struct link_server *server;
	struct bufferevent *bev;
	struct node_stream *stream; /* NULL: not yet, or no more */
	bool asked, closing;
	bool can_hold, held; /* a forward: its pod is not read while too much waits for the asker */
	struct link_conn *prev, *next;
};

struct link_server {
	struct loop *loop;
	struct node_ops ops;
	char *path;
	int fd;
	struct loop_fd *accept;
	struct link_conn *conns;
};

static void conn_free(struct link_conn *c)
{
	if (c->stream)
		c->server->ops.cancel(c->stream);
	DL_DELETE(c->server->conns, c);
	bufferevent_free(c->bev);
	free(c);
}

static struct evbuffer *output_of(struct link_conn *c)
{
	return bufferevent_get_output(c->bev);
}

/* ---- out ---- */

static void hold(struct link_conn *c, bool on)
{
	c->held = on;
	c->server->ops.hold(c->stream, on);
}

static void on_drained(struct bufferevent *bev, void *userdata)
{
	struct link_conn *c = userdata;

	if (c->closing && evbuffer_get_length(bufferevent_get_output(bev)) == 0)
		conn_free(c);
	else if (c->held && c->stream)
		hold(c, false);
}

static void finish(struct link_conn *c, int exit_code, const struct error *err)
{
	_cleanup_json_ json_t *done =
		json_pack("{si, so*}", "exit", exit_code, "error", link_error_to_json(err));

	c->stream = NULL;
	c->closing = true;
	link_frame_add_json(output_of(c), LINK_DONE, done);
}

static void on_output(void *userdata, int stream, const char *data, size_t len)
{
	struct link_conn *c = userdata;

	if (len && evbuffer_get_length(output_of(c)) < PILE_MAX)
		link_frame_add(output_of(c), stream == 2 ? LINK_ERRORS : LINK_OUTPUT, data, len);
	if (c->can_hold && !c->held && evbuffer_get_length(output_of(c)) > HOLD_AT)
		hold(c, true);
}

static void on_done(void *userdata, int exit_code, const struct error *err)
{
	finish(userdata, exit_code, err);
}

/* ---- in ---- */

static const struct node_stream_events stream_events = { on_output, on_done };

static int open_attach(struct link_conn *c, const json_t *ask, struct error *err)
{
	const struct node_ops *ops = &c->server->ops;
	_cleanup_strv_ char **argv = NULL;
	struct node_exec_request req = link_read_exec_request(ask, &argv);

	return ops->attach(ops->ctx, &req, &stream_events, c, &c->stream, err);
}

static int open_forward(struct link_conn *c, const json_t *ask, struct error *err)
{
	const struct node_ops *ops = &c->server->ops;
	struct node_forward_request req = link_read_forward_request(ask);

	c->can_hold = true;
	return ops->forward(ops->ctx, &req, &stream_events, c, &c->stream, err);
}

static int open_exec(struct link_conn *c, const json_t *ask, struct error *err)
{
	const struct node_ops *ops = &c->server->ops;
	_cleanup_strv_ char **argv = NULL;
	struct node_exec_request req = link_read_exec_request(ask, &argv);

	if (!argv || !*argv)
		return error_set(err, ERR_BAD_REQUEST, NULL, "no command");
	return ops->exec(ops->ctx, &req, &stream_events, c, &c->stream, err);
}

static int open_logs(struct link_conn *c, const json_t *ask, struct error *err)
{
	const struct node_ops *ops = &c->server->ops;
	struct node_log_request req = link_read_log_request(ask);

	return ops->logs(ops->ctx, &req, &stream_events, c, &c->stream, err);
}

static int disrupt(struct link_conn *c, const json_t *ask, struct error *err)
{
	const struct node_ops *ops = &c->server->ops;
	int r = ops->disrupt(ops->ctx, json_str_or(ask, "what", ""),
			     json_str_or(ask, "namespace", ""), json_str_or(ask, "pod", ""), err);

	if (r == 0)
		finish(c, 0, NULL);
	return r;
}

static int tell_metrics(struct link_conn *c, struct error *err)
{
	const struct node_ops *ops = &c->server->ops;
	_cleanup_json_ json_t *pods = NULL, *nodes = NULL, *answer = NULL;
	_cleanup_free_ char *text = NULL;
	int r = ops->pod_metrics(ops->ctx, NULL, &pods, err);

	if (r == 0)
		r = ops->node_metrics(ops->ctx, &nodes, err);
	if (r)
		return r;
	answer = json_pack("{sO, sO}", "pods", pods, "nodes", nodes);
	text = json_text(answer);
	on_output(c, 1, text, strlen(text));
	finish(c, 0, NULL);
	return 0;
}

static void ask(struct link_conn *c, const json_t *question)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	const char *verb = json_str_or(question, "verb", "");
	int r;

	c->asked = true;
	if (streq(verb, "logs"))
		r = open_logs(c, question, &err);
	else if (streq(verb, "exec"))
		r = open_exec(c, question, &err);
	else if (streq(verb, "attach"))
		r = open_attach(c, question, &err);
	else if (streq(verb, "forward"))
		r = open_forward(c, question, &err);
	else if (streq(verb, "metrics"))
		r = tell_metrics(c, &err);
	else if (streq(verb, "disrupt"))
		r = disrupt(c, question, &err);
	else
		r = error_set(&err, ERR_BAD_REQUEST, NULL, "no such verb: %s", verb);
	if (r != 0)
		finish(c, -1, &err);
}

static void take(struct link_conn *c, const struct link_frame *f)
{
	const struct node_ops *ops = &c->server->ops;
	_cleanup_json_ json_t *value = NULL;

	if (f->type == LINK_ASK && !c->asked) {
		value = link_frame_json(f);
		ask(c, value);
	} else if (!c->stream) {
		return;
	} else if (f->type == LINK_INPUT) {
		ops->stdin_write(c->stream, f->data, f->len);
	} else if (f->type == LINK_INPUT_END) {
		ops->stdin_close(c->stream);
	} else if (f->type == LINK_SIZE) {
		value = link_frame_json(f);
		ops->resize(c->stream, (unsigned short)json_int(value, "columns", 80),
			    (unsigned short)json_int(value, "rows", 24));
	}
}

static void on_readable(struct bufferevent *bev, void *userdata)
{
	struct evbuffer *in = bufferevent_get_input(bev);
	struct link_conn *c = userdata;
	struct link_frame f;
	int r;

	while ((r = link_frame_peek(in, &f)) > 0) {
		take(c, &f);
		link_frame_drop(in, &f);
	}
	if (r < 0)
		conn_free(c);
}

static void on_event(struct bufferevent *bev _unused_, short what, void *userdata)
{
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		conn_free(userdata);
}

/* ---- the server ---- */

static void on_accept(void *userdata, int fd, unsigned events _unused_)
{
	struct link_server *s = userdata;
	int peer = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct link_conn *c;

	if (peer < 0)
		return;
	c = xnew(c);
	c->server = s;
	c->bev = bufferevent_socket_new(loop_base(s->loop), peer, BEV_OPT_CLOSE_ON_FREE);
	DL_APPEND(s->conns, c);
	bufferevent_setcb(c->bev, on_readable, on_drained, on_event, c);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
}

int link_server_new(struct loop *loop, const char *path, const struct node_ops *ops,
		    struct link_server **ret, struct error *err)
{
	struct link_server *s = xnew(s);
	int r;

	s->loop = loop;
	s->ops = *ops;
	s->path = xstrdup(path);
	s->fd = -1;
	r = link_socket_listen(path, &s->fd, err);
	if (r == 0)
		r = loop_watch_fd(loop, s->fd, LOOP_READ, on_accept, s, &s->accept, err);
	if (r < 0) {
		link_server_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

struct link_server *link_server_free(struct link_server *s)
{
	if (!s)
		return NULL;
	while (s->conns)
		conn_free(s->conns);
	loop_fd_free(s->accept);
	if (s->fd >= 0)
		unlink(s->path);
	fd_close(s->fd);
	free(s->path);
	free(s);
	return NULL;
}
