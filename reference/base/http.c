/*
 * The HTTP client: libcurl's multi interface on the loop.
 *
 * libcurl says which descriptors it waits for and when it wants to be called next; the loop says what came.
 * A request is added to libcurl by a deferred call, so http_request() may be called from anywhere and
 * nothing is reported from inside it. Ends are collected after libcurl has returned, never inside it.
 *
 * libcurl must not lose a handle while it runs: a cancel that comes from on_data (the client is `busy` then)
 * only marks the request, and the collection frees it. A cancelled request's callbacks are never called.
 * The whole-request timeout is a timer of our own, because it spans redirects.
 */
#include "base/http.h"

#include <strings.h>
#include <utlist.h>

#include "base/clock.h"
#include "base/http_transfer.h"
#include "base/str.h"

struct http_client {
	struct loop *loop;
	CURLM *multi;
	struct loop_timer *timer;
	struct http_request *requests;
	bool busy; /* inside libcurl */
	bool any_cancelled; /* meanwhile */
};

struct http_request {
	struct http_request *prev, *next;
	struct http_client *client;
	struct http_transfer transfer;
	struct loop_defer *start;
	struct loop_timer *deadline;
	bool added, cancelled;
	http_done_fn on_done;
	void *userdata;
};

static void request_free(struct http_request *r)
{
	struct http_client *c = r->client;

	if (r->added)
		curl_multi_remove_handle(c->multi, r->transfer.easy);
	DL_DELETE(c->requests, r);
	loop_defer_free(r->start);
	loop_timer_free(r->deadline);
	http_transfer_deinit(&r->transfer);
	free(r);
}

/* The last call. Here the response is still borrowed from the transfer, so that goes afterwards. */
static void finish(struct http_request *r, const struct http_response *resp, const struct error *err)
{
	http_done_fn on_done = r->on_done;
	struct http_client *c = r->client;

	if (r->added)
		curl_multi_remove_handle(c->multi, r->transfer.easy);
	r->added = false;
	r->cancelled = true; /* http_cancel() by the callee is too late, and harmless */
	r->deadline = loop_timer_free(r->deadline);
	on_done(r->userdata, resp, err);
	request_free(r);
}

static void fail(struct http_request *r, struct error *err)
{
	finish(r, NULL, err);
}

static void start(void *userdata)
{
	struct http_request *r = userdata;
	_cleanup_error_ struct error err = ERROR_INIT;
	CURLMcode code = curl_multi_add_handle(r->client->multi, r->transfer.easy);

	if (code == CURLM_OK) {
		r->added = true;
		return;
	}
	error_set(&err, ERR_INTERNAL, NULL, "%s: %s", r->transfer.url, curl_multi_strerror(code));
	fail(r, &err);
}

static void again(struct http_request *r)
{
	curl_multi_remove_handle(r->client->multi, r->transfer.easy);
	r->added = false;
	loop_defer_schedule(r->start);
}

static void ended(struct http_request *r, CURLcode code)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct http_response resp;
	int outcome;

	outcome = http_transfer_finish(&r->transfer, code, &resp, &err);
	if (outcome == HTTP_TRANSFER_AGAIN)
		again(r);
	else if (outcome < 0)
		fail(r, &err);
	else
		finish(r, &resp, NULL);
}

static void free_cancelled(struct http_client *c)
{
	struct http_request *r, *next;

	c->any_cancelled = false;
	for (r = c->requests; r; r = next) {
		next = r->next;
		if (r->cancelled)
			request_free(r);
	}
}

/* Every request of which libcurl says that it ended, one by one: each callee may change the list. */
static void collect(struct http_client *c)
{
	CURLMsg *msg;
	int left;

	if (c->any_cancelled)
		free_cancelled(c);
	while ((msg = curl_multi_info_read(c->multi, &left))) {
		CURLcode code = msg->data.result;
		char *owner = NULL;

		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &owner);
		ended((struct http_request *)(void *)owner, code);
	}
}

static void act(struct http_client *c, curl_socket_t fd, int events)
{
	int running;

	c->busy = true;
	curl_multi_socket_action(c->multi, fd, events, &running);
	c->busy = false;
	collect(c);
}

static void fd_ready(void *userdata, int fd, unsigned events)
{
	act(userdata, fd,
	    (events & LOOP_READ ? CURL_CSELECT_IN : 0) |
		    (events & LOOP_WRITE ? CURL_CSELECT_OUT : 0));
}

static void timer_fired(void *userdata)
{
	act(userdata, CURL_SOCKET_TIMEOUT, 0);
}

static int want_timer(_unused_ CURLM *multi, long ms, void *userdata)
{
	struct http_client *c = userdata;

	if (ms < 0)
		loop_timer_stop(c->timer);
	else
		loop_timer_set(c->timer, ms * NSEC_PER_MSEC);
	return 0;
}

static int want_socket(_unused_ CURL *easy, curl_socket_t fd, int what, void *userdata, void *watch)
{
	struct http_client *c = userdata;
	struct loop_fd *w = watch;
	unsigned events = (what & CURL_POLL_IN ? LOOP_READ : 0) |
			  (what & CURL_POLL_OUT ? LOOP_WRITE : 0);

	if (what == CURL_POLL_REMOVE) {
		curl_multi_assign(c->multi, fd, NULL);
		loop_fd_free(w);
		return 0;
	}
	if (w)
		return loop_fd_set(w, events, NULL) < 0 ? -1 : 0;
	if (loop_watch_fd(c->loop, fd, events, fd_ready, c, &w, NULL) < 0)
		return -1;
	curl_multi_assign(c->multi, fd, w);
	return 0;
}

int http_client_new(struct loop *l, struct http_client **ret, struct error *err)
{
	_cleanup_(http_client_freep) struct http_client *c = xnew(c);

	c->loop = l;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return error_set(err, ERR_INTERNAL, NULL, "libcurl does not start");
	c->multi = curl_multi_init();
	if (!c->multi)
		return error_set(err, ERR_INTERNAL, NULL, "no HTTP client");
	c->timer = loop_timer_new(l, timer_fired, c);
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, want_timer);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
	*ret = take_ptr(c);
	return 0;
}

struct http_client *http_client_free(struct http_client *c)
{
	if (!c)
		return NULL;
	while (c->requests)
		request_free(c->requests);
	if (c->multi)
		curl_multi_cleanup(c->multi);
	loop_timer_free(c->timer);
	curl_global_cleanup();
	free(c);
	return NULL;
}

static void deadline_passed(void *userdata)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct http_request *r = userdata;

	error_set(&err, ERR_TIMEOUT, NULL, "%s \"%s\": no whole answer within the timeout",
		  r->transfer.method, r->transfer.url);
	fail(r, &err);
}

int http_request(struct http_client *c, const struct http_opts *opts, http_data_fn on_data,
		 http_done_fn on_done, void *userdata, struct http_request **ret, struct error *err)
{
	_cleanup_free_ struct http_request *r = xnew(r);
	int code;

	r->client = c;
	r->on_done = on_done;
	r->userdata = userdata;
	code = http_transfer_init(&r->transfer, opts, err);
	if (code < 0)
		return code;
	r->transfer.on_data = on_data;
	r->transfer.userdata = userdata;
	curl_easy_setopt(r->transfer.easy, CURLOPT_PRIVATE, r);
	r->start = loop_defer_new(c->loop, start, r);
	loop_defer_schedule(r->start);
	if (opts->timeout_ms > 0) {
		r->deadline = loop_timer_new(c->loop, deadline_passed, r);
		loop_timer_set(r->deadline, opts->timeout_ms * NSEC_PER_MSEC);
	}
	DL_APPEND(c->requests, r);
	if (ret)
		*ret = r;
	take_ptr(r);
	return 0;
}

struct http_request *http_cancel(struct http_request *r)
{
	if (!r || r->cancelled)
		return NULL;
	r->cancelled = true;
	if (r->client->busy) {
		r->transfer.muted = true;
		r->client->any_cancelled = true;
		r->deadline = loop_timer_free(r->deadline);
		loop_defer_cancel(r->start);
		return NULL;
	}
	request_free(r);
	return NULL;
}

const char *http_header(const struct http_response *resp, const char *name)
{
	size_t len = strlen(name);

	for (char *const *h = resp->headers; h && *h; h++) {
		const char *value = *h + len + 1;

		if (strncasecmp(*h, name, len) != 0 || (*h)[len] != ':')
			continue;
		return value + strspn(value, " \t");
	}
	return NULL;
}
