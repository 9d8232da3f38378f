/*
 * http: against a small server on the same loop, on loopback and on a unix socket.
 */
#include "base/http.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "base/test.h"

#define LIMIT (20 * NSEC_PER_SEC)

static struct loop *loop;
static struct http_client *client;
static struct evhttp *server;
static int port;
static int served;

/* What on_done was given, copied. */
static struct {
	bool done;
	int calls, status, code;
	char *body, *url, *redirect, *header, *message;
	bool truncated;
} got;

static void forget(void)
{
	free(got.body);
	free(got.url);
	free(got.redirect);
	free(got.header);
	free(got.message);
	memset(&got, 0, sizeof(got));
}

static void note(_unused_ void *userdata, const struct http_response *resp, const struct error *err)
{
	got.done = true;
	got.calls++;
	if (err) {
		got.code = err->code;
		got.message = xstrdup(err->message);
		return;
	}
	got.status = resp->status;
	got.body = xstrdup(resp->body);
	got.truncated = resp->truncated;
	got.url = xstrdup(resp->url);
	got.redirect = xstrdup(resp->redirect_url);
	got.header = xstrdup(http_header(resp, "x-test"));
}

/* ---- the server ---- */

static void answer(struct evhttp_request *req, int status, const char *body)
{
	struct evbuffer *buf = evbuffer_new();

	evbuffer_add(buf, body, strlen(body));
	evhttp_add_header(evhttp_request_get_output_headers(req), "X-Test", "  yes");
	evhttp_send_reply(req, status, NULL, buf);
	evbuffer_free(buf);
}

static void redirect(struct evhttp_request *req, const char *target)
{
	evhttp_add_header(evhttp_request_get_output_headers(req), "Location", target);
	answer(req, 302, "moved");
}

static void echo(struct evhttp_request *req)
{
	static const char *const methods[] = {
		[EVHTTP_REQ_GET] = "GET",
		[EVHTTP_REQ_POST] = "POST",
		[EVHTTP_REQ_PUT] = "PUT",
		[EVHTTP_REQ_DELETE] = "DELETE",
	};
	struct evbuffer *in = evhttp_request_get_input_buffer(req);
	struct evkeyvalq *headers = evhttp_request_get_input_headers(req);
	const char *auth = evhttp_find_header(headers, "Authorization");
	_cleanup_free_ char *text = NULL;

	text = str_printf("%s %.*s %s", methods[evhttp_request_get_command(req)],
			  (int)evbuffer_get_length(in), (char *)evbuffer_pullup(in, -1),
			  auth ? auth : "-");
	answer(req, 200, text);
}

static void serve(struct evhttp_request *req, _unused_ void *userdata)
{
	const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(req));
	_cleanup_free_ char *elsewhere = str_printf("http://localhost:%d/echo", port);

	served++;
	if (streq(path, "/silent"))
		return; /* it goes with its connection */
	else if (streq(path, "/near"))
		redirect(req, "/echo");
	else if (streq(path, "/far"))
		redirect(req, elsewhere);
	else if (streq(path, "/circle"))
		redirect(req, "/circle");
	else if (streq(path, "/broken"))
		answer(req, 500, "broken");
	else
		echo(req);
}

static int start_server(void)
{
	struct evhttp_bound_socket *s;
	struct sockaddr_in a;
	socklen_t len = sizeof(a);

	server = evhttp_new(loop_base(loop));
	s = evhttp_bind_socket_with_handle(server, "127.0.0.1", 0);
	if (!s || getsockname(evhttp_bound_socket_get_fd(s), (struct sockaddr *)&a, &len) < 0)
		return -1;
	port = ntohs(a.sin_port);
	evhttp_set_gencb(server, serve, NULL);
	return 0;
}

/* ---- requests ---- */

static struct http_request *send_request(struct http_opts *opts, const char *path,
					 http_data_fn on_data)
{
	_cleanup_free_ char *url = str_printf("http://127.0.0.1:%d%s", port, path);
	_cleanup_error_ struct error err = ERROR_INIT;
	struct http_request *r = NULL;

	forget();
	served = 0;
	opts->url = url;
	CHECK_OK(http_request(client, opts, on_data, note, &r, &r, &err), &err);
	CHECK(!got.done);
	return r;
}

static void run(struct http_opts *opts, const char *path)
{
	send_request(opts, path, NULL);
	CHECK(loop_run_until(loop, &got.done, LIMIT));
	CHECK_INT(got.calls, 1);
}

static void test_get(void)
{
	struct http_opts opts = { .token = "secret" };

	run(&opts, "/echo");
	CHECK_INT(got.status, 200);
	CHECK_STR(got.body, "GET  Bearer secret");
	CHECK_STR(got.header, "yes");
}

static void test_methods_and_bodies(void)
{
	struct http_opts opts = { .body = "data", .body_len = 4 };

	run(&opts, "/echo");
	CHECK_STR(got.body, "POST data -");
	opts.method = "PUT";
	run(&opts, "/echo");
	CHECK_STR(got.body, "PUT data -");
	opts = (struct http_opts){ .method = "DELETE" };
	run(&opts, "/echo");
	CHECK_STR(got.body, "DELETE  -");
	opts.method = "HEAD";
	run(&opts, "/broken");
	CHECK_INT(got.status, 500);
	CHECK_STR(got.body, "");
}

static void test_redirects_by_policy(void)
{
	struct http_opts opts = { .max_redirects = 10 };

	run(&opts, "/near");
	CHECK_INT(got.status, 302);
	CHECK_CONTAINS(got.redirect, "/echo");
	opts.follow = HTTP_FOLLOW_SAME_HOST;
	run(&opts, "/near");
	CHECK_INT(got.status, 200);
	CHECK_CONTAINS(got.url, "/echo");
	run(&opts, "/far");
	CHECK_INT(got.status, 302);
	CHECK_INT(served, 1);
	opts.follow = HTTP_FOLLOW_ALL;
	run(&opts, "/far");
	CHECK_INT(got.status, 200);
}

static void test_a_redirected_post_becomes_a_get(void)
{
	struct http_opts opts = { .max_redirects = 1, .follow = HTTP_FOLLOW_ALL, .body = "x" };

	opts.body_len = 1;
	run(&opts, "/near");
	CHECK_STR(got.body, "GET  -");
}

static void test_too_many_redirects_fail(void)
{
	struct http_opts opts = { .max_redirects = 9, .follow = HTTP_FOLLOW_SAME_HOST };

	run(&opts, "/circle");
	CHECK_INT(got.code, ERR_INVALID);
	CHECK_INT(served, 10);
}

static void test_a_long_body_is_cut(void)
{
	struct http_opts opts = { .max_body = 3 };

	run(&opts, "/broken");
	CHECK_INT(got.status, 500);
	CHECK_STR(got.body, "bro");
	CHECK(got.truncated);
}

static void test_silence_times_out_in_real_time(void)
{
	struct http_opts opts = { .timeout_ms = 60 };
	int64_t begin = clock_now_mono_ns();

	run(&opts, "/silent");
	CHECK_INT(got.code, ERR_TIMEOUT);
	CHECK(clock_now_mono_ns() - begin >= 60 * NSEC_PER_MSEC);
}

static void test_refused_connections_are_unavailable(void)
{
	struct http_opts opts = { 0 };
	int real = port;

	port = 1;
	run(&opts, "/");
	port = real;
	CHECK_INT(got.code, ERR_UNAVAILABLE);
	CHECK_CONTAINS(got.message, "GET \"http://127.0.0.1:1/\": ");
}

static int sockets_made;

static int make_socket(_unused_ void *ctx, int family, int type, int protocol)
{
	sockets_made++;
	return socket(family, type | SOCK_CLOEXEC, protocol);
}

static int refuse_socket(_unused_ void *ctx, _unused_ int f, _unused_ int t, _unused_ int p)
{
	errno = EMFILE;
	return -1;
}

static void test_sockets_come_from_the_caller_and_are_not_shared(void)
{
	struct http_opts opts = { .open_socket = make_socket };

	sockets_made = 0;
	run(&opts, "/echo");
	run(&opts, "/echo");
	CHECK_INT(got.status, 200);
	CHECK_INT(sockets_made, 2);
	opts.open_socket = refuse_socket;
	run(&opts, "/echo");
	CHECK_INT(got.code, ERR_UNAVAILABLE);
}

static void test_a_cancelled_request_is_never_heard_of(void)
{
	struct http_opts opts = { .timeout_ms = 10000 };
	struct http_request *r = send_request(&opts, "/silent", NULL);
	bool never = false;

	CHECK(!http_cancel(r));
	CHECK(!loop_run_until(loop, &never, 20 * NSEC_PER_MSEC));
	r = send_request(&opts, "/silent", NULL);
	CHECK(!loop_run_until(loop, &never, 20 * NSEC_PER_MSEC));
	CHECK_INT(served, 1);
	http_cancel(r);
	CHECK(!loop_run_until(loop, &never, 20 * NSEC_PER_MSEC));
	CHECK_INT(got.calls, 0);
}

static bool data_came;

static int cancel_inside(void *userdata, _unused_ const char *data, _unused_ size_t len)
{
	struct http_request **r = userdata;

	data_came = true;
	http_cancel(*r);
	return 0;
}

static void test_cancel_inside_on_data(void)
{
	struct http_opts opts = { 0 };
	struct http_request *r = NULL;
	bool never = false;

	forget();
	data_came = false;
	_cleanup_free_ char *url = str_printf("http://127.0.0.1:%d/echo", port);
	opts.url = url;
	CHECK_OK(http_request(client, &opts, cancel_inside, note, &r, &r, NULL), NULL);
	CHECK(loop_run_until(loop, &data_came, LIMIT));
	CHECK(!loop_run_until(loop, &never, 20 * NSEC_PER_MSEC));
	CHECK_INT(got.calls, 0);
}

static int refuse_data(_unused_ void *userdata, _unused_ const char *data, _unused_ size_t len)
{
	return -1;
}

static void test_a_reader_may_stop_the_request(void)
{
	struct http_opts opts = { 0 };

	send_request(&opts, "/echo", refuse_data);
	CHECK(loop_run_until(loop, &got.done, LIMIT));
	CHECK_INT(got.code, ERR_INTERNAL);
}

static void test_unix_socket(void)
{
	char dir[] = "/tmp/test_http.XXXXXX";
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct http_opts opts = { .unix_socket = a.sun_path };
	struct evconnlistener *listener;

	CHECK(mkdtemp(dir));
	snprintf(a.sun_path, sizeof(a.sun_path), "%s/s", dir);
	listener = evconnlistener_new_bind(loop_base(loop), NULL, NULL,
					   LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 5,
					   (struct sockaddr *)&a, sizeof(a));
	CHECK(listener && evhttp_bind_listener(server, listener));
	run(&opts, "/echo");
	unlink(a.sun_path);
	rmdir(dir);
	CHECK_INT(got.status, 200);
}

int main(void)
{
	if (loop_new(&loop, NULL) < 0 || http_client_new(loop, &client, NULL) < 0 ||
	    start_server() < 0)
		return 1;
	TEST(test_get);
	TEST(test_methods_and_bodies);
	TEST(test_redirects_by_policy);
	TEST(test_a_redirected_post_becomes_a_get);
	TEST(test_too_many_redirects_fail);
	TEST(test_a_long_body_is_cut);
	TEST(test_silence_times_out_in_real_time);
	TEST(test_refused_connections_are_unavailable);
	TEST(test_sockets_come_from_the_caller_and_are_not_shared);
	TEST(test_a_cancelled_request_is_never_heard_of);
	TEST(test_cancel_inside_on_data);
	TEST(test_a_reader_may_stop_the_request);
	TEST(test_unix_socket);
	forget();
	client = http_client_free(client);
	evhttp_free(server);
	loop = loop_free(loop);
	return test_end();
}
