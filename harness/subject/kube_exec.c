/*
 * kube_exec: a command in a container over Kubernetes' WebSocket protocol (v5.channel.k8s.io, v4 when that is all there is).
 *
 * Each message begins with the number of its channel: 1 standard output, 2 standard error, 3 the outcome as a Status object, whose
 * cause ExitCode is the exit code. libcurl makes the connection; from then on the socket is watched here, until the
 * outcome came or the peer hung up. Standard input is never opened.
 */
#include <curl/curl.h>
#include <event2/event.h>

#include "subject/kube_ops.h"
#include "subject/websocket.h"
#include "util/clock.h"
#include "util/json.h"

struct exec_call {
	struct kube_call call;
	struct http_call *http;
	struct event *ev;
	struct timer *deadline;
	struct websocket ws;
	char *hello;
	size_t hello_sent;
	char *head;
	size_t head_len;
	FILE *out, *errs;
	char *out_text, *err_text;
	size_t out_len, err_len;
	json_t *outcome;
	reply_fn done;
	void *userdata;
	int64_t sent;
	bool upgraded;
};

static void exec_end(struct kube_call *c)
{
	struct exec_call *x = (struct exec_call *)c;

	if (x->ev)
		event_free(x->ev);
	timer_free(x->deadline);
	http_cancel(x->http);
	websocket_clear(&x->ws);
	fclose(x->out);
	fclose(x->errs);
	free(x->out_text);
	free(x->err_text);
	free(x->hello);
	free(x->head);
	json_decref(x->outcome);
	free(x);
}

static void finish(struct exec_call *x, struct reply *reply)
{
	fflush(x->out);
	fflush(x->errs);
	reply->text = x->out_text;
	reply->err_text = x->err_text;
	reply->sent = x->sent;
	reply->received = clock_now();
	x->done(x->userdata, reply);
	kube_call_free(&x->call);
}

static void finish_fault(struct exec_call *x, enum reply_code code, const char *message)
{
	struct reply reply = { .code = code, .message = message, .exit_code = -1 };

	finish(x, &reply);
}

static void finish_outcome(struct exec_call *x)
{
	struct reply reply = { .code = REPLY_OK, .body = x->outcome, .exit_code = -1 };
	json_t *cause;
	size_t i;

	if (streq(json_str(x->outcome, "status"), "Success"))
		reply.exit_code = 0;
	json_array_foreach(json_path(x->outcome, "details.causes"), i, cause)
		if (streq(json_str(cause, "reason"), "ExitCode") && json_str(cause, "message"))
			reply.exit_code = atoi(json_str(cause, "message"));
	if (reply.exit_code < 0) {
		reply.code = REPLY_INTERNAL;
		reply.message = json_str(x->outcome, "message");
	}
	finish(x, &reply);
}

static void take_message(struct exec_call *x, const char *data, size_t len)
{
	if (!len)
		return;
	if (data[0] == 1)
		fwrite(data + 1, 1, len - 1, x->out);
	else if (data[0] == 2)
		fwrite(data + 1, 1, len - 1, x->errs);
	else if (data[0] == 3 && !x->outcome)
		x->outcome = json_read(data + 1, len - 1);
}

/* True when the call has ended. */
static bool take_frames(struct exec_call *x)
{
	const char *data;
	size_t len;

	for (;;) {
		switch (websocket_next(&x->ws, &data, &len)) {
		case WS_MESSAGE:
			take_message(x, data, len);
			if (!x->outcome)
				break;
			finish_outcome(x);
			return true;
		case WS_PING:
			break; /* a peer that insists on a pong gets none: commands are short */
		case WS_NEED_MORE:
			return false;
		default:
			finish_fault(x, REPLY_INTERNAL, "the exec stream ended without an outcome");
			return true;
		}
	}
}

/* True when the call has ended. */
static bool take_head(struct exec_call *x)
{
	_cleanup_json_ json_t *body = NULL;
	int status = 0;
	size_t n = websocket_head(x->head, x->head_len, &status);

	if (!n)
		return false;
	if (status == 101) {
		x->upgraded = true;
		websocket_feed(&x->ws, x->head + n, x->head_len - n);
		return take_frames(x);
	}
	body = json_read(x->head + n, x->head_len - n);
	finish_fault(x, status == 404 ? REPLY_NOT_FOUND : REPLY_INTERNAL,
		     json_str(body, "message") ? json_str(body, "message") : "exec was refused");
	return true;
}

static bool take_bytes(struct exec_call *x, const char *data, size_t len)
{
	if (x->upgraded) {
		websocket_feed(&x->ws, data, len);
		return take_frames(x);
	}
	x->head = xrealloc(x->head, x->head_len + len + 1);
	memcpy(x->head + x->head_len, data, len);
	x->head_len += len;
	x->head[x->head_len] = '\0';
	return take_head(x);
}

static void on_readable(evutil_socket_t fd, short what, void *userdata)
{
	struct exec_call *x = userdata;
	char buf[16384];
	size_t n;
	CURLcode rc;

	(void)fd;
	(void)what;
	while ((rc = curl_easy_recv(http_call_handle(x->http), buf, sizeof(buf), &n)) == CURLE_OK &&
	       n > 0)
		if (take_bytes(x, buf, n))
			return;
	if (rc == CURLE_AGAIN)
		return;
	finish_fault(x, REPLY_INTERNAL, "the exec connection was cut");
}

static void on_writable(evutil_socket_t fd, short what, void *userdata)
{
	struct exec_call *x = userdata;
	size_t len = strlen(x->hello), n = 0;
	CURLcode rc;

	(void)what;
	rc = curl_easy_send(http_call_handle(x->http), x->hello + x->hello_sent,
			    len - x->hello_sent, &n);
	if (rc != CURLE_OK && rc != CURLE_AGAIN) {
		finish_fault(x, REPLY_UNREACHABLE, curl_easy_strerror(rc));
		return;
	}
	x->hello_sent += n;
	if (x->hello_sent < len)
		return;
	event_free(x->ev);
	x->ev = event_new(loop_base(x->call.base.subject->loop), fd, EV_READ | EV_PERSIST,
			  on_readable, x);
	event_add(x->ev, NULL);
}

static void on_connected(void *userdata, const struct http_reply *reply)
{
	struct exec_call *x = userdata;
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (reply->error) {
		x->http = NULL;
		finish_fault(x, REPLY_UNREACHABLE, reply->error);
		return;
	}
	curl_easy_getinfo(http_call_handle(x->http), CURLINFO_ACTIVESOCKET, &fd);
	x->ev = event_new(loop_base(x->call.base.subject->loop), fd, EV_WRITE | EV_PERSIST,
			  on_writable, x);
	event_add(x->ev, NULL);
}

static void on_deadline(void *userdata)
{
	finish_fault(userdata, REPLY_INTERNAL, "the command did not end in time");
}

static char *exec_path(const struct request *req)
{
	_cleanup_free_ char *path =
		kube_path(req->ns, "Pod", req->name, "/exec?stdout=true&stderr=true");
	char *text = NULL;
	size_t len = 0, i;
	FILE *out = open_memstream(&text, &len);
	json_t *word;

	fputs(path, out);
	if (req->container)
		fprintf(out, "&container=%s", req->container);
	json_array_foreach((json_t *)req->command, i, word) {
		_cleanup_free_ char *plain = json_scalar(word);
		char *escaped = curl_easy_escape(NULL, plain, 0);

		fprintf(out, "&command=%s", escaped);
		curl_free(escaped);
	}
	fclose(out);
	return text;
}

struct call *kube_exec(struct kube *k, const struct request *req, reply_fn done, void *userdata)
{
	struct exec_call *x = xcalloc(1, sizeof(*x));
	_cleanup_free_ char *path = exec_path(req);
	const char *host = strstr(k->target.base, "://") + 3;

	x->call.end = exec_end;
	x->done = done;
	x->userdata = userdata;
	x->sent = clock_now();
	x->out = open_memstream(&x->out_text, &x->out_len);
	x->errs = open_memstream(&x->err_text, &x->err_len);
	x->hello = websocket_hello(host, path, "v5.channel.k8s.io, v4.channel.k8s.io",
				   k->target.token);
	x->deadline = timer_new(k->base.loop, on_deadline, x);
	timer_in(x->deadline, (int64_t)((req->timeout > 0 ? req->timeout : 60) * 1e9));
	kube_call_link(k, &x->call);
	x->http = http_connect(k->http, &k->target, on_connected, x);
	return &x->call.base;
}
