/*
 * probe_run: exec, httpGet, tcpSocket, grpc.
 *
 * The timeout is real time and bounds the whole run, a body being read included. A probe that cannot be run (no
 * such program, an unknown port name) is an error: it proves nothing. The texts are those of the field, as
 * far as they can be known here.
 */
#include "kubelet/probe_run.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/loop.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "kubelet/expand.h"
#include "kubelet/grpc_call.h"
#include "kubelet/http_call.h"
#include "kubelet/pod_worker.h"

#define AGENT "kube-probe/1.36"
#define OUTPUT_MAX (10 * 1024)
#define MAX_REDIRECTS 9 /* the tenth fails */

struct probe_run {
	struct ctr *c;
	int timeout_s;
	probe_run_fn done;
	void *userdata;
	struct exec *exec;
	struct http_request *http;
	struct grpc_call *grpc;
	int fd; /* tcp */
	struct loop_fd *watch;
	struct loop_timer *timer;
	struct loop_defer *verdict; /* known at once, told on the next turn */
	enum probe_outcome outcome;
	bool warning;
	struct strbuf text;
	char *what; /* URL, address or command */
};

struct probe_run *probe_run_cancel(struct probe_run *r)
{
	if (!r)
		return NULL;
	exec_cancel(r->exec);
	http_cancel(r->http);
	grpc_call_cancel(r->grpc);
	loop_fd_free(r->watch);
	fd_close(r->fd);
	loop_timer_free(r->timer);
	loop_defer_free(r->verdict);
	strbuf_deinit(&r->text);
	free(r->what);
	free(r);
	return NULL;
}

static void finish(struct probe_run *r)
{
	probe_run_fn done = r->done;
	void *userdata = r->userdata;
	enum probe_outcome outcome = r->outcome;
	bool warning = r->warning;
	_cleanup_free_ char *text = strbuf_take(&r->text);

	probe_run_cancel(r);
	done(userdata, outcome, warning, text);
}

static void finish_cb(void *userdata)
{
	finish(userdata);
}

static void error_soon(struct probe_run *r, const char *text)
{
	r->outcome = OUTCOME_ERROR;
	strbuf_reset(&r->text);
	strbuf_adds(&r->text, text);
	loop_defer_schedule(r->verdict);
}

/* ---- exec ---- */

static void exec_output(void *userdata, int stream _unused_, const char *data, size_t len)
{
	struct probe_run *r = userdata;

	strbuf_add(&r->text, data, MIN(len, OUTPUT_MAX - MIN(r->text.len, (size_t)OUTPUT_MAX)));
}

static void exec_done(void *userdata, int exit_code, bool timed_out, const struct error *err)
{
	struct probe_run *r = userdata;

	r->exec = NULL;
	r->outcome = exit_code == 0 ? OUTCOME_SUCCESS : OUTCOME_FAILURE;
	if (timed_out) {
		r->outcome = OUTCOME_FAILURE;
		strbuf_reset(&r->text);
		strbuf_addf(&r->text, "command timed out: \"%s\" timed out after %ds", r->what,
			    r->timeout_s);
	} else if (err) {
		r->outcome = OUTCOME_ERROR;
		strbuf_reset(&r->text);
		strbuf_addf(&r->text, "failed to exec in container: %s", error_text(err));
	}
	finish(r);
}

/* What a probe's command may refer to: literal values, as they are written. */
static char **literal_env(const struct pod_container *spec)
{
	char **env = NULL;

	for (size_t i = 0; i < spec->n_env; i++) {
		if (spec->env[i].source == ENV_LITERAL)
			strv_set_env(&env, spec->env[i].name,
				     spec->env[i].value ? spec->env[i].value : "");
	}
	return env;
}

static void start_exec(struct probe_run *r, const struct pod_handler *h)
{
	static const struct exec_events events = { .output = exec_output, .done = exec_done };
	_cleanup_strv_ char **env = literal_env(r->c->spec);
	_cleanup_strv_ char **argv = expand_all(h->argv, env);
	_cleanup_error_ struct error err = ERROR_INIT;
	struct exec_config cfg = { .argv = argv, .timeout_ns = r->timeout_s * NSEC_PER_SEC };

	r->what = strv_join(argv, " ");
	if (!r->c->rt || container_exec(r->c->rt, &cfg, &events, r, &r->exec, &err) != 0)
		error_soon(r, error_text(&err));
}

/* ---- httpGet ---- */

static void http_failed(struct probe_run *r, const struct error *err)
{
	r->outcome = OUTCOME_FAILURE;
	if (streq(err->reason, "TooManyRedirects"))
		strbuf_addf(&r->text, "Get \"%s\": stopped after 10 redirects", r->what);
	else if (err->code == ERR_TIMEOUT)
		strbuf_addf(&r->text,
			    "Get \"%s\": context deadline exceeded "
			    "(Client.Timeout exceeded while awaiting headers)",
			    r->what);
	else if (err->errnum == ECONNREFUSED)
		strbuf_addf(&r->text, "Get \"%s\": dial tcp: connect: connection refused", r->what);
	else
		strbuf_addf(&r->text, "Get \"%s\": %s", r->what, error_text(err));
}

static void http_done(void *userdata, const struct http_response *resp, const struct error *err)
{
	struct probe_run *r = userdata;

	r->http = NULL;
	if (err) {
		http_failed(r, err);
	} else if (resp->status < 200 || resp->status >= 400) {
		r->outcome = OUTCOME_FAILURE;
		strbuf_addf(&r->text, "HTTP probe failed with statuscode: %d", resp->status);
	} else if (resp->status >= 300) {
		r->outcome = OUTCOME_SUCCESS;
		r->warning = true;
		strbuf_addf(&r->text, "Probe terminated redirects, Response body: %s", resp->body);
	} else {
		r->outcome = OUTCOME_SUCCESS;
		strbuf_adds(&r->text, resp->body);
	}
	finish(r);
}

static void start_http(struct probe_run *r, const struct pod_handler *h)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct http_call call = {
		.agent = AGENT,
		.timeout_ms = r->timeout_s * INT64_C(1000),
		.follow = HTTP_FOLLOW_SAME_HOST,
		.max_redirects = MAX_REDIRECTS,
	};

	r->what = http_call_url(r->c, h, false);
	if (http_call(r->c, h, &call, http_done, r, &r->http, &err) != 0)
		error_soon(r, error_text(&err));
}

/* ---- tcpSocket ---- */

static void tcp_verdict(struct probe_run *r, int errnum)
{
	r->outcome = errnum ? OUTCOME_FAILURE : OUTCOME_SUCCESS;
	if (errnum == ECONNREFUSED)
		strbuf_addf(&r->text, "dial tcp %s: connect: connection refused", r->what);
	else if (errnum == ETIMEDOUT)
		strbuf_addf(&r->text, "dial tcp %s: i/o timeout", r->what);
	else if (errnum)
		strbuf_addf(&r->text, "dial tcp %s: connect: %s", r->what, strerror(errnum));
}

static void tcp_ready(void *userdata, int fd, unsigned events _unused_)
{
	struct probe_run *r = userdata;
	socklen_t len = sizeof(int);
	int errnum = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &errnum, &len) < 0)
		errnum = errno;
	tcp_verdict(r, errnum);
	finish(r);
}

static void tcp_timeout(void *userdata)
{
	struct probe_run *r = userdata;

	tcp_verdict(r, ETIMEDOUT);
	finish(r);
}

static int tcp_connect(struct probe_run *r, const char *host, int port, struct error *err)
{
	struct kubelet *k = r->c->w->k;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };

	if (inet_pton(AF_INET, host, &to.sin_addr) != 1)
		return error_set(err, ERR_INVALID, NULL, "host %s is not an IPv4 address", host);
	r->fd = runtime_socket(k->rt, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0, err);
	if (r->fd < 0)
		return -ERR_SYSTEM;
	if (connect(r->fd, (struct sockaddr *)&to, sizeof(to)) < 0 && errno != EINPROGRESS) {
		tcp_verdict(r, errno);
		loop_defer_schedule(r->verdict);
		return 0;
	}
	r->timer = loop_timer_new(k->loop, tcp_timeout, r);
	loop_timer_set(r->timer, r->timeout_s * NSEC_PER_SEC);
	return loop_watch_fd(k->loop, r->fd, LOOP_WRITE, tcp_ready, r, &r->watch, err);
}

static void start_tcp(struct probe_run *r, const struct pod_handler *h)
{
	const char *host = h->host && *h->host ? h->host : r->c->w->pod_ip;
	int port = pod_handler_port(r->c->spec, h);
	_cleanup_error_ struct error err = ERROR_INIT;

	if (port <= 0 || !host) {
		error_set(&err, ERR_INVALID, NULL, "strconv.Atoi: parsing \"%s\": invalid syntax",
			  h->port_name ? h->port_name : "");
		error_soon(r, error_text(&err));
		return;
	}
	r->what = str_printf("%s:%d", host, port);
	if (tcp_connect(r, host, port, &err) != 0)
		error_soon(r, error_text(&err));
}

/* ---- grpc ---- */

static void grpc_done(void *userdata, bool healthy, const char *text)
{
	struct probe_run *r = userdata;

	r->grpc = NULL;
	r->outcome = healthy ? OUTCOME_SUCCESS : OUTCOME_FAILURE;
	strbuf_adds(&r->text, text);
	finish(r);
}

static void start_grpc(struct probe_run *r, const struct pod_handler *h)
{
	r->grpc = grpc_call_start(r->c, h, AGENT, r->timeout_s, grpc_done, r);
}

struct probe_run *probe_run_start(struct ctr *c, const struct pod_probe *probe, probe_run_fn done,
				  void *userdata)
{
	struct probe_run *r = xnew(r);

	r->c = c;
	r->timeout_s = probe->timeout_seconds;
	r->done = done;
	r->userdata = userdata;
	r->fd = -1;
	r->verdict = loop_defer_new(c->w->k->loop, finish_cb, r);
	switch (probe->handler.type) {
	case HANDLER_EXEC:
		start_exec(r, &probe->handler);
		break;
	case HANDLER_HTTP_GET:
		start_http(r, &probe->handler);
		break;
	case HANDLER_TCP_SOCKET:
		start_tcp(r, &probe->handler);
		break;
	case HANDLER_GRPC:
		start_grpc(r, &probe->handler);
		break;
	case HANDLER_SLEEP:
		error_soon(r, "missing probe handler");
		break;
	}
	return r;
}
