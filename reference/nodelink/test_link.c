/*
 * Both ends of a link in one process, with a node that is made of tape.
 */
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fsutil.h"
#include "base/json.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "base/test.h"
#include "nodelink/link_client.h"
#include "nodelink/link_frame.h"
#include "nodelink/link_server.h"

#define PATIENCE (10 * NSEC_PER_SEC)

static struct loop *loop;
static char dir[] = "/tmp/test_link.XXXXXX";
static char *path;
static struct link_server *server;

/* ---- the node ---- */

static struct {
	struct node_stream_events ev;
	void *userdata;
	struct strbuf input;
	char *asked;
	unsigned short cols;
	bool input_ended, cancelled, any, held, was_held, let_go;
	int refuse; /* error code of the next opening */
} tape;

static int open_tape(const struct node_stream_events *ev, void *userdata, struct node_stream **ret,
		     struct error *err)
{
	int code = tape.refuse;

	tape.any = true;
	tape.refuse = 0;
	if (code) {
		error_add_cause(err, "spec.x", "FieldValueInvalid", "no");
		err->code = code;
		return -code;
	}
	tape.ev = *ev;
	tape.userdata = userdata;
	*ret = (struct node_stream *)&tape;
	return 0;
}

static int node_logs(void *ctx _unused_, const struct node_log_request *req,
		     const struct node_stream_events *ev, void *userdata, struct node_stream **ret,
		     struct error *err)
{
	tape.asked = str_printf("logs %s/%s/%s tail=%d since=%d follow=%d", req->ns, req->pod,
				req->container ? req->container : "-", (int)req->tail_lines,
				(int)req->since_seconds, req->follow);
	return open_tape(ev, userdata, ret, err);
}

static int node_exec(void *ctx _unused_, const struct node_exec_request *req,
		     const struct node_stream_events *ev, void *userdata, struct node_stream **ret,
		     struct error *err)
{
	tape.asked = str_printf("exec %s/%s %s %s in=%d tty=%d", req->ns, req->pod, req->argv[0],
				req->argv[1], req->stdin_open, req->tty);
	return open_tape(ev, userdata, ret, err);
}

static int node_forward(void *ctx _unused_, const struct node_forward_request *req,
			const struct node_stream_events *ev, void *userdata,
			struct node_stream **ret, struct error *err)
{
	tape.asked = str_printf("forward %s/%s %d", req->ns, req->pod, req->port);
	return open_tape(ev, userdata, ret, err);
}

static void node_hold(struct node_stream *s _unused_, bool on)
{
	tape.held = on;
	tape.was_held |= on;
	tape.let_go = tape.was_held && !on;
}

static int node_write(struct node_stream *s _unused_, const char *data, size_t len)
{
	strbuf_add(&tape.input, data, len);
	return 0;
}

static void node_close(struct node_stream *s _unused_)
{
	tape.input_ended = true;
}

static void node_resize(struct node_stream *s _unused_, unsigned short cols,
			unsigned short rows _unused_)
{
	tape.cols = cols;
}

static void node_cancel(struct node_stream *s _unused_)
{
	tape.cancelled = true;
}

static int node_disrupt(void *ctx _unused_, const char *what, const char *ns, const char *name,
			struct error *err _unused_)
{
	tape.asked = str_printf("%s %s/%s", what, ns, name);
	tape.any = true;
	return 0;
}

static int node_pods_use(void *ctx _unused_, const char *ns, json_t **ret_items,
			 struct error *err _unused_)
{
	*ret_items = json_pack("[s]", ns ? ns : "all");
	return 0;
}

static int node_uses(void *ctx _unused_, json_t **ret_items, struct error *err _unused_)
{
	*ret_items = json_pack("[s]", "node");
	return 0;
}

/* ---- the asker ---- */

static struct {
	struct strbuf out, errors;
	int exit_code;
	struct error err;
	bool done, data;
} got;

static void on_data(void *userdata _unused_, int stream, const char *data, size_t len)
{
	strbuf_add(stream == 2 ? &got.errors : &got.out, data, len);
	got.data = true;
}

static void on_done(void *userdata _unused_, int exit_code, const struct error *err)
{
	got.exit_code = exit_code;
	if (err)
		error_copy(&got.err, err);
	got.done = true;
}

static const struct node_stream_events events = { on_data, on_done };

static void begin(void)
{
	const struct node_ops ops = { .logs = node_logs,
				      .exec = node_exec,
				      .forward = node_forward,
				      .hold = node_hold,
				      .stdin_write = node_write,
				      .stdin_close = node_close,
				      .resize = node_resize,
				      .cancel = node_cancel,
				      .pod_metrics = node_pods_use,
				      .node_metrics = node_uses,
				      .disrupt = node_disrupt };
	_cleanup_error_ struct error err = ERROR_INIT;

	memset(&tape, 0, sizeof(tape));
	memset(&got, 0, sizeof(got));
	CHECK_OK(link_server_new(loop, path, &ops, &server, &err), &err);
}

static void end(void)
{
	server = link_server_free(server);
	strbuf_deinit(&got.out);
	strbuf_deinit(&got.errors);
	strbuf_deinit(&tape.input);
	error_clear(&got.err);
	free(tape.asked);
}

static void wait_for(const bool *flag)
{
	CHECK(loop_run_until(loop, flag, PATIENCE));
}

static struct node_stream *exec(struct node_ops *ops, struct link_target *target)
{
	char *argv[] = { (char *)"sh", (char *)"-c", NULL };
	struct node_exec_request req = {
		.ns = "ns", .pod = "a", .argv = argv, .stdin_open = true, .stdout_open = true
	};
	struct node_stream *s = NULL;

	*target = (struct link_target){ .loop = loop, .path = path };
	*ops = link_node_ops(target);
	CHECK_INT(ops->exec(ops->ctx, &req, &events, NULL, &s, NULL), 0);
	wait_for(&tape.any);
	return s;
}

static void test_a_log_comes_whole_with_its_end(void)
{
	static char long_text[3 * LINK_FRAME_MAX];
	struct link_target target = { .loop = loop, .path = path };
	struct node_ops ops = link_node_ops(&target);
	struct node_log_request req = { .ns = "ns",
					.pod = "a",
					.tail_lines = 7,
					.since_seconds = -1,
					.limit_bytes = -1,
					.follow = true };
	struct node_stream *s;

	begin();
	memset(long_text, 'x', sizeof(long_text));
	CHECK_INT(ops.logs(ops.ctx, &req, &events, NULL, &s, NULL), NODE_OPENING);
	wait_for(&tape.any);
	CHECK_STR(tape.asked, "logs ns/a/- tail=7 since=-1 follow=1");
	tape.ev.data(tape.userdata, 1, long_text, sizeof(long_text));
	tape.ev.done(tape.userdata, 0, NULL);
	wait_for(&got.done);
	CHECK_INT(got.out.len, sizeof(long_text));
	CHECK(!error_is_set(&got.err));
	end();
}

static void test_a_command_has_input_size_and_exit_code(void)
{
	struct link_target target;
	struct node_ops ops;
	struct node_stream *s;

	begin();
	s = exec(&ops, &target);
	CHECK_STR(tape.asked, "exec ns/a sh -c in=1 tty=0");
	ops.stdin_write(s, "hello", 5);
	ops.resize(s, 132, 50);
	ops.stdin_close(s);
	wait_for(&tape.input_ended);
	CHECK_STR(strbuf_str(&tape.input), "hello");
	CHECK_INT(tape.cols, 132);
	tape.ev.data(tape.userdata, 2, "oops", 4);
	tape.ev.done(tape.userdata, 3, NULL);
	wait_for(&got.done);
	CHECK_STR(strbuf_str(&got.errors), "oops");
	CHECK_INT(got.exit_code, 3);
	end();
}

/* Who is not read by the asker is not read from its pod, and nothing is lost. */
static void test_a_forward_is_held_when_it_piles_up(void)
{
	static char lump[1 << 20];
	struct link_target target = { .loop = loop, .path = path };
	struct node_ops ops = link_node_ops(&target);
	struct node_forward_request req = { .ns = "ns", .pod = "a", .port = 80 };
	struct node_stream *s;
	size_t sent = 0;

	begin();
	CHECK_INT(ops.forward(ops.ctx, &req, &events, NULL, &s, NULL), 0);
	wait_for(&tape.any);
	CHECK_STR(tape.asked, "forward ns/a 80");
	ops.hold(s, true);
	for (int i = 0; i < 100 && !tape.held; i++) {
		tape.ev.data(tape.userdata, 1, lump, sizeof(lump));
		sent += sizeof(lump);
		loop_turn(loop);
	}
	CHECK(tape.held);
	ops.hold(s, false);
	wait_for(&tape.let_go);
	tape.ev.done(tape.userdata, 0, NULL);
	wait_for(&got.done);
	CHECK_INT(got.out.len, sent);
	end();
}

static void test_a_refusal_comes_with_its_causes(void)
{
	struct link_target target;
	struct node_ops ops;

	begin();
	tape.refuse = ERR_BAD_REQUEST;
	exec(&ops, &target);
	wait_for(&got.done);
	CHECK_INT(got.err.code, ERR_BAD_REQUEST);
	CHECK_INT(got.err.n_causes, 1);
	CHECK_STR(got.err.causes[0].field, "spec.x");
	end();
}

static void test_cancelling_reaches_the_node(void)
{
	struct link_target target;
	struct node_ops ops;
	struct node_stream *s;

	begin();
	s = exec(&ops, &target);
	ops.cancel(s);
	wait_for(&tape.cancelled);
	CHECK(!got.done);
	end();
}

static void test_a_node_that_ends_ends_its_streams(void)
{
	struct link_target target;
	struct node_ops ops;

	begin();
	exec(&ops, &target);
	server = link_server_free(server);
	wait_for(&got.done);
	CHECK(tape.cancelled);
	CHECK_INT(got.err.code, ERR_UNAVAILABLE);
	end();
}

static void test_nobody_there_is_told_at_once(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct link_target target = { .loop = loop, .path = path };
	struct node_ops ops = link_node_ops(&target);

	CHECK_INT(ops.disrupt(ops.ctx, "kill-sandbox", "ns", "a", &err), -ERR_UNAVAILABLE);
}

static void test_a_disruption_is_passed_on(void)
{
	struct link_target target = { .loop = loop, .path = path };
	struct node_ops ops = link_node_ops(&target);

	begin();
	CHECK_INT(ops.disrupt(ops.ctx, "kill-sandbox", "ns", "a", NULL), 0);
	wait_for(&tape.any);
	CHECK_STR(tape.asked, "kill-sandbox ns/a");
	for (int i = 0; i < 10; i++)
		loop_turn(loop);
	end();
}

static void test_what_is_used_comes_in_one_answer(void)
{
	struct link_target target = { .loop = loop, .path = path };
	struct node_stream *s;

	begin();
	CHECK_OK(link_metrics(&target, &events, NULL, &s, NULL), NULL);
	wait_for(&got.done);
	CHECK_INT(got.exit_code, 0);
	CHECK_STR(strbuf_str(&got.out), "{\"pods\":[\"all\"],\"nodes\":[\"node\"]}");
	end();
}

static void test_a_frame_that_is_too_long_is_none(void)
{
	struct evbuffer *b = evbuffer_new();
	struct link_frame f;

	evbuffer_add(b,
		     "\xff\xff\xff\xff"
		     "1",
		     5);
	CHECK_INT(link_frame_peek(b, &f), -1);
	evbuffer_free(b);
}

int main(void)
{
	if (!mkdtemp(dir) || loop_new(&loop, NULL) < 0)
		abort();
	path = fs_join(dir, "node.sock");
	TEST(test_a_log_comes_whole_with_its_end);
	TEST(test_a_command_has_input_size_and_exit_code);
	TEST(test_a_forward_is_held_when_it_piles_up);
	TEST(test_a_refusal_comes_with_its_causes);
	TEST(test_cancelling_reaches_the_node);
	TEST(test_a_node_that_ends_ends_its_streams);
	TEST(test_nobody_there_is_told_at_once);
	TEST(test_a_disruption_is_passed_on);
	TEST(test_what_is_used_comes_in_one_answer);
	TEST(test_a_frame_that_is_too_long_is_none);
	loop_free(loop);
	free(path);
	(void)fs_remove_tree(AT_FDCWD, dir, NULL);
	return test_end();
}
