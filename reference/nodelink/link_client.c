/*
 * The asking end of a link; see link_frame.h. Nothing is called from inside the opening call, since frames come by the loop.
 */
#include "nodelink/link_client.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "base/json.h"
#include "base/log.h"
#include "nodelink/link_frame.h"
#include "nodelink/link_request.h"
#include "nodelink/link_socket.h"

struct link_call {
	struct bufferevent *bev;
	struct node_stream_events ev;
	void *userdata;
	bool telling, dead; /* cancelled while a frame of it is being told */
};

static struct link_call *call_of(struct node_stream *s)
{
	return (struct link_call *)s;
}

static void call_free(struct link_call *c)
{
	bufferevent_free(c->bev);
	free(c);
}

/* ---- answers ---- */

static void end(struct link_call *c, int exit_code, const struct error *err)
{
	struct node_stream_events ev = c->ev;
	void *userdata = c->userdata;

	call_free(c);
	if (ev.done)
		ev.done(userdata, exit_code, err);
}

static void end_with(struct link_call *c, const struct link_frame *f)
{
	_cleanup_json_ json_t *done = link_frame_json(f);
	_cleanup_error_ struct error err = ERROR_INIT;

	if (!done || json_has(done, "error"))
		link_error_from_json(json_obj(done, "error"), &err);
	end(c, (int)json_int(done, "exit", -1), error_is_set(&err) ? &err : NULL);
}

static void tell(struct link_call *c, const struct link_frame *f)
{
	if (c->ev.data && (f->type == LINK_OUTPUT || f->type == LINK_ERRORS))
		c->ev.data(c->userdata, f->type == LINK_ERRORS ? 2 : 1, f->data, f->len);
}

static void broken(struct link_call *c)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	error_set(&err, ERR_UNAVAILABLE, NULL, "the node ended in the middle of its answer");
	end(c, -1, &err);
}

static void on_readable(struct bufferevent *bev, void *userdata)
{
	struct evbuffer *in = bufferevent_get_input(bev);
	struct link_call *c = userdata;
	struct link_frame f;
	int r;

	while ((r = link_frame_peek(in, &f)) > 0) {
		if (f.type == LINK_DONE) {
			end_with(c, &f);
			return;
		}
		c->telling = true;
		tell(c, &f);
		c->telling = false;
		if (c->dead) {
			call_free(c);
			return;
		}
		link_frame_drop(in, &f);
	}
	if (r < 0)
		broken(c);
}

static void on_event(struct bufferevent *bev _unused_, short what, void *userdata)
{
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		broken(userdata);
}

/* ---- questions ---- */

static int open_call(const struct link_target *t, const json_t *question,
		     const struct node_stream_events *ev, void *userdata, struct link_call **ret,
		     struct error *err)
{
	struct link_call *c;
	int fd = -1, r = link_socket_connect(t->path, &fd, err);

	if (r < 0)
		return r;
	c = xnew(c);
	if (ev)
		c->ev = *ev;
	c->userdata = userdata;
	c->bev = bufferevent_socket_new(loop_base(t->loop), fd, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(c->bev, on_readable, NULL, on_event, c);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
	link_frame_add_json(bufferevent_get_output(c->bev), LINK_ASK, question);
	*ret = c;
	return 0;
}

static int open_stream(const struct link_target *t, const json_t *question,
		       const struct node_stream_events *ev, void *userdata,
		       struct node_stream **ret, struct error *err)
{
	struct link_call *c;
	int r = open_call(t, question, ev, userdata, &c, err);

	if (r < 0)
		return r;
	*ret = (struct node_stream *)c;
	return 0;
}

static int link_logs(void *ctx, const struct node_log_request *req,
		     const struct node_stream_events *ev, void *userdata, struct node_stream **ret,
		     struct error *err)
{
	_cleanup_json_ json_t *question = link_log_request(req);
	int r = open_stream(ctx, question, ev, userdata, ret, err);

	return r < 0 ? r : NODE_OPENING;
}

static int link_exec(void *ctx, const struct node_exec_request *req,
		     const struct node_stream_events *ev, void *userdata, struct node_stream **ret,
		     struct error *err)
{
	_cleanup_json_ json_t *question = link_exec_request("exec", req);

	return open_stream(ctx, question, ev, userdata, ret, err);
}

static int link_attach(void *ctx, const struct node_exec_request *req,
		       const struct node_stream_events *ev, void *userdata,
		       struct node_stream **ret, struct error *err)
{
	_cleanup_json_ json_t *question = link_exec_request("attach", req);

	return open_stream(ctx, question, ev, userdata, ret, err);
}

static int link_forward(void *ctx, const struct node_forward_request *req,
			const struct node_stream_events *ev, void *userdata,
			struct node_stream **ret, struct error *err)
{
	_cleanup_json_ json_t *question = link_forward_request(req);

	return open_stream(ctx, question, ev, userdata, ret, err);
}

int link_metrics(const struct link_target *target, const struct node_stream_events *ev,
		 void *userdata, struct node_stream **ret, struct error *err)
{
	_cleanup_json_ json_t *question = json_pack("{ss}", "verb", "metrics");

	return open_stream(target, question, ev, userdata, ret, err);
}

/* What is not read piles up at the node, which holds its end then. */
static void link_hold(struct node_stream *s, bool on)
{
	if (on)
		bufferevent_disable(call_of(s)->bev, EV_READ);
	else
		bufferevent_enable(call_of(s)->bev, EV_READ);
}

static int link_stdin_write(struct node_stream *s, const char *data, size_t len)
{
	if (len)
		link_frame_add(bufferevent_get_output(call_of(s)->bev), LINK_INPUT, data, len);
	return 0;
}

static void link_stdin_close(struct node_stream *s)
{
	link_frame_add(bufferevent_get_output(call_of(s)->bev), LINK_INPUT_END, "", 0);
}

static void link_resize(struct node_stream *s, unsigned short cols, unsigned short rows)
{
	_cleanup_json_ json_t *size = json_pack("{si, si}", "columns", cols, "rows", rows);

	link_frame_add_json(bufferevent_get_output(call_of(s)->bev), LINK_SIZE, size);
}

static void link_cancel(struct node_stream *s)
{
	struct link_call *c = call_of(s);

	if (!c)
		return;
	c->dead = true;
	if (!c->telling)
		call_free(c);
}

static int link_disrupt(void *ctx, const char *what, const char *ns, const char *pod,
			struct error *err)
{
	_cleanup_json_ json_t *question = json_pack("{ss, ss, ss, ss}", "verb", "disrupt", "what",
						    what, "namespace", ns, "pod", pod);
	struct link_call *c;

	return open_call(ctx, question, NULL, NULL, &c, err);
}

struct node_ops link_node_ops(struct link_target *target)
{
	return (struct node_ops){
		.ctx = target,
		.logs = link_logs,
		.exec = link_exec,
		.attach = link_attach,
		.forward = link_forward,
		.hold = link_hold,
		.stdin_write = link_stdin_write,
		.stdin_close = link_stdin_close,
		.resize = link_resize,
		.cancel = link_cancel,
		.disrupt = link_disrupt,
	};
}
