/*
 * hook: postStart and preStop.
 *
 * An exec hook fails with a non-zero exit; an httpGet hook only when no answer came (its status is
 * not looked at); HTTPS to a server that speaks plain HTTP is tried once more without TLS. tcpSocket is accepted
 * by the API and has never been run by anybody: it fails. Output goes nowhere.
 *
 * Faults that are known at once are told on the next turn of the loop, like all others.
 */
#include "kubelet/hook.h"

#include "base/loop.h"
#include "kubelet/http_call.h"
#include "kubelet/pod_worker.h"

#define AGENT "kube-lifecycle/1.36"

struct hook {
	struct ctr *c;
	bool is_pre_stop; /* the view that holds the handler may be replaced: look it up */
	hook_done_fn done;
	void *userdata;
	int64_t deadline_ns; /* CLOCK_MONOTONIC; 0: none */
	bool plain; /* HTTPS was tried in vain */
	struct exec *exec;
	struct http_request *http;
	struct loop_timer *timer; /* sleep, or the deadline */
	struct loop_defer *failure;
	struct error err;
};

static const struct pod_handler *handler_of(const struct hook *h)
{
	return h->is_pre_stop ? h->c->spec->pre_stop : h->c->spec->post_start;
}

struct hook *hook_cancel(struct hook *h)
{
	if (!h)
		return NULL;
	exec_cancel(h->exec);
	http_cancel(h->http);
	loop_timer_free(h->timer);
	loop_defer_free(h->failure);
	error_clear(&h->err);
	free(h);
	return NULL;
}

/* The last thing that is done with h. */
static void finish(struct hook *h, const struct error *err)
{
	hook_done_fn done = h->done;
	void *userdata = h->userdata;
	_cleanup_error_ struct error copy = ERROR_INIT;

	if (err)
		error_copy(&copy, err);
	hook_cancel(h);
	done(userdata, err ? &copy : NULL);
}

static void report_failure(void *userdata)
{
	struct hook *h = userdata;

	finish(h, &h->err);
}

static void fail_soon(struct hook *h)
{
	if (!error_is_set(&h->err))
		error_set(&h->err, ERR_INTERNAL, NULL, "hook failed");
	loop_defer_schedule(h->failure);
}

static void exec_done(void *userdata, int exit_code, bool timed_out, const struct error *err)
{
	_cleanup_error_ struct error own = ERROR_INIT;
	struct hook *h = userdata;

	h->exec = NULL;
	if (timed_out)
		error_set(&own, ERR_TIMEOUT, NULL, "command timed out");
	else if (exit_code != 0 && !err)
		error_set(&own, ERR_INVALID, NULL, "command exited with %d", exit_code);
	finish(h, err ? err : error_is_set(&own) ? &own : NULL);
}

static void start_exec(struct hook *h, struct container *rt, int64_t timeout_ns)
{
	static const struct exec_events events = { .done = exec_done };
	struct exec_config cfg = { .argv = handler_of(h)->argv, .timeout_ns = timeout_ns };

	if (!rt || container_exec(rt, &cfg, &events, h, &h->exec, &h->err) != 0)
		fail_soon(h);
}

static void start_http(struct hook *h);

static void http_done(void *userdata, const struct http_response *resp _unused_,
		      const struct error *err)
{
	struct hook *h = userdata;

	h->http = NULL;
	if (err && !h->plain && streq(handler_of(h)->scheme, "HTTPS") && err->code != ERR_TIMEOUT) {
		h->plain = true;
		start_http(h);
		return;
	}
	finish(h, err);
}

static void start_http(struct hook *h)
{
	struct http_call call = { .agent = AGENT, .plain = h->plain };

	if (h->deadline_ns)
		call.timeout_ms = MAX((h->deadline_ns - clock_now_mono_ns()) / NSEC_PER_MSEC, 1);
	if (http_call(h->c, handler_of(h), &call, http_done, h, &h->http, &h->err) != 0)
		fail_soon(h);
}

static void slept(void *userdata)
{
	finish(userdata, NULL);
}

static void start(struct hook *h, struct container *rt, int64_t timeout_ns)
{
	int64_t sleep_ns = handler_of(h)->sleep_seconds * NSEC_PER_SEC;

	switch (handler_of(h)->type) {
	case HANDLER_EXEC:
		start_exec(h, rt, timeout_ns);
		break;
	case HANDLER_HTTP_GET:
		start_http(h);
		break;
	case HANDLER_SLEEP:
		h->timer = loop_timer_new(h->c->w->k->loop, slept, h);
		loop_timer_set(h->timer, timeout_ns ? MIN(sleep_ns, timeout_ns) : sleep_ns);
		break;
	case HANDLER_TCP_SOCKET:
	case HANDLER_GRPC:
		error_set(&h->err, ERR_UNSUPPORTED, NULL, "invalid handler");
		fail_soon(h);
		break;
	}
}

struct hook *hook_run(struct ctr *c, struct container *rt, const struct pod_handler *handler,
		      int64_t timeout_ns, hook_done_fn done, void *userdata)
{
	struct hook *h = xnew(h);

	h->c = c;
	h->is_pre_stop = handler == c->spec->pre_stop;
	h->done = done;
	h->userdata = userdata;
	h->deadline_ns = timeout_ns ? clock_now_mono_ns() + timeout_ns : 0;
	h->failure = loop_defer_new(c->w->k->loop, report_failure, h);
	start(h, rt, timeout_ns);
	return h;
}
