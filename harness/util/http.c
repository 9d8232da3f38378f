/*
 * http: requests over libcurl's multi interface on our loop.
 *
 * libcurl tells which sockets it wants watched (on_socket) and when it wants to be woken (on_wanted_timer); we tell it what
 * happened (drive). No handle may be added or removed while libcurl is inside one of its own calls (it then calls us with data), so
 * new and cancelled calls are only marked then, and seen to when libcurl has returned. A call is owned by the list in struct http; its callbacks'
 * userdata by the caller.
 */
#include "util/http.h"

#include <curl/curl.h>
#include <event2/event.h>

#include "util/clock.h"

struct http_call {
	struct http_call *prev, *next;
	struct http *http;
	CURL *easy;
	struct curl_slist *headers;
	char *body, *reply;
	size_t reply_len;
	char fault[CURL_ERROR_SIZE];
	http_data_fn on_data;
	http_done_fn on_done;
	void *userdata;
	int64_t sent;
	bool cancelled, connect_only, waiting; /* waiting: not yet given to libcurl */
};

struct http {
	CURLM *multi;
	struct loop *loop;
	struct timer *timer, *reaper;
	struct http_call *calls;
	int inside; /* libcurl is running: nothing may be removed */
	bool marked;
};

struct watched {
	struct event *ev;
	struct http *http;
};

static void call_free(struct http_call *c)
{
	struct http *h = c->http;

	if (c->prev)
		c->prev->next = c->next;
	else
		h->calls = c->next;
	if (c->next)
		c->next->prev = c->prev;
	if (!c->waiting)
		curl_multi_remove_handle(h->multi, c->easy);
	curl_easy_cleanup(c->easy);
	curl_slist_free_all(c->headers);
	free(c->body);
	free(c->reply);
	free(c);
}

static void finish(struct http_call *c, CURLcode result)
{
	struct http_reply reply = { .body = c->reply ? c->reply : "", .len = c->reply_len };
	long status = 0;

	curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	reply.status = result == CURLE_OK || c->on_data ? (int)status : 0;
	if (result != CURLE_OK)
		reply.error = c->fault[0] ? c->fault : curl_easy_strerror(result);
	reply.sent = c->sent;
	reply.received = clock_now();
	if (c->connect_only && result == CURLE_OK) {
		c->on_done(c->userdata, &reply);
		return;
	}
	c->cancelled = true; /* a cancel from inside `done` finds nothing to do */
	c->on_done(c->userdata, &reply);
	call_free(c);
}

static void hand_over(struct http_call *c)
{
	c->waiting = c->http->inside > 0;
	if (c->waiting)
		c->http->marked = true;
	else
		curl_multi_add_handle(c->http->multi, c->easy);
}

static void reap(void *userdata)
{
	struct http *h = userdata;
	struct http_call *c, *next;
	CURLMsg *msg;
	int left;

	for (c = h->marked ? h->calls : NULL; c; c = next) {
		next = c->next;
		if (c->cancelled)
			call_free(c);
		else if (c->waiting)
			hand_over(c);
	}
	h->marked = false;
	while ((msg = curl_multi_info_read(h->multi, &left))) {
		CURLcode result = msg->data.result;
		void *private = NULL;

		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &private);
		c = private;
		if (c->cancelled)
			call_free(c);
		else
			finish(c, result);
	}
}

static void drive(struct http *h, curl_socket_t fd, int what)
{
	int running;

	h->inside++;
	curl_multi_socket_action(h->multi, fd, what, &running);
	h->inside--;
	if (!h->inside)
		reap(h);
}

static void on_event(evutil_socket_t fd, short what, void *userdata)
{
	struct watched *w = userdata;

	drive(w->http, fd,
	      (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *userdata, void *per_socket)
{
	struct watched *w = per_socket;
	struct http *h = userdata;

	(void)easy;
	if (w)
		event_free(w->ev);
	if (what == CURL_POLL_REMOVE) {
		free(w);
		return 0;
	}
	if (!w)
		w = xcalloc(1, sizeof(*w));
	w->http = h;
	w->ev = event_new(loop_base(h->loop), fd,
			  (short)(EV_PERSIST | (what & CURL_POLL_IN ? EV_READ : 0) |
				  (what & CURL_POLL_OUT ? EV_WRITE : 0)),
			  on_event, w);
	event_add(w->ev, NULL);
	curl_multi_assign(h->multi, fd, w);
	return 0;
}

static int on_wanted_timer(CURLM *multi, long ms, void *userdata)
{
	struct http *h = userdata;

	(void)multi;
	if (ms < 0)
		timer_stop(h->timer);
	else
		timer_in(h->timer, ms * NSEC_PER_MSEC);
	return 0;
}

static void on_timer(void *userdata)
{
	drive(userdata, CURL_SOCKET_TIMEOUT, 0);
}

struct http *http_new(struct loop *loop)
{
	struct http *h = xcalloc(1, sizeof(*h));

	curl_global_init(CURL_GLOBAL_DEFAULT);
	h->loop = loop;
	h->multi = curl_multi_init();
	h->timer = timer_new(loop, on_timer, h);
	h->reaper = timer_new(loop, reap, h);
	curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
	curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, on_wanted_timer);
	curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
	curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, 64L);
	return h;
}

struct http *http_free(struct http *h)
{
	if (!h)
		return NULL;
	while (h->calls)
		call_free(h->calls);
	curl_multi_cleanup(h->multi);
	timer_free(h->timer);
	timer_free(h->reaper);
	free(h);
	curl_global_cleanup();
	return NULL;
}

static size_t on_body(char *data, size_t size, size_t n, void *userdata)
{
	struct http_call *c = userdata;
	size_t len = size * n;
	long status = 0;

	if (c->cancelled)
		return 0;
	if (c->on_data) {
		curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
		c->on_data(c->userdata, (int)status, data, len);
		return c->cancelled ? 0 : len;
	}
	c->reply = xrealloc(c->reply, c->reply_len + len + 1);
	memcpy(c->reply + c->reply_len, data, len);
	c->reply_len += len;
	c->reply[c->reply_len] = '\0';
	return len;
}

static void set_pem(CURL *easy, CURLoption option, const char *pem)
{
	struct curl_blob blob = { .data = (void *)pem, .flags = CURL_BLOB_COPY };

	if (!pem)
		return;
	blob.len = strlen(pem);
	curl_easy_setopt(easy, option, &blob);
}

static CURL *easy_new(const struct http_target *to, const char *path)
{
	_cleanup_free_ char *url = xasprintf("%s%s", to->base, path);
	CURL *easy = curl_easy_init();

	if (!easy)
		abort();
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, 10000L);
	if (to->unix_socket)
		curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, to->unix_socket);
	set_pem(easy, CURLOPT_CAINFO_BLOB, to->ca);
	set_pem(easy, CURLOPT_SSLCERT_BLOB, to->cert);
	set_pem(easy, CURLOPT_SSLKEY_BLOB, to->key);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, to->insecure ? 0L : 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, to->insecure ? 0L : 2L);
	if (to->token) {
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
		curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, to->token);
	}
	return easy;
}

static void add_header(struct http_call *c, const char *name, const char *value)
{
	_cleanup_free_ char *line = xasprintf("%s: %s", name, value);

	c->headers = curl_slist_append(c->headers, line);
}

static void prepare(struct http_call *c, const struct http_request *req)
{
	CURL *easy = c->easy;

	add_header(c, "Accept", req->accept ? req->accept : "application/json");
	add_header(c, "Expect", "");
	if (req->method)
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, req->method);
	if (req->body) {
		c->body = xstrdup(req->body);
		add_header(c, "Content-Type",
			   req->content_type ? req->content_type : "application/json");
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, c->body);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)strlen(c->body));
	}
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, c->headers);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, c);
	if (req->timeout_ms)
		curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, req->timeout_ms);
}

static struct http_call *call_new(struct http *h, const struct http_target *to, const char *path,
				  http_done_fn on_done, void *userdata)
{
	struct http_call *c = xcalloc(1, sizeof(*c));

	c->http = h;
	c->on_done = on_done;
	c->userdata = userdata;
	c->easy = easy_new(to, path);
	c->sent = clock_now();
	curl_easy_setopt(c->easy, CURLOPT_ERRORBUFFER, c->fault);
	curl_easy_setopt(c->easy, CURLOPT_PRIVATE, c);
	c->next = h->calls;
	if (h->calls)
		h->calls->prev = c;
	h->calls = c;
	return c;
}

struct http_call *http_start(struct http *h, const struct http_target *to,
			     const struct http_request *req, http_data_fn on_data,
			     http_done_fn on_done, void *userdata)
{
	struct http_call *c = call_new(h, to, req->path, on_done, userdata);

	c->on_data = on_data;
	prepare(c, req);
	hand_over(c);
	return c;
}

struct http_call *http_connect(struct http *h, const struct http_target *to, http_done_fn on_done,
			       void *userdata)
{
	struct http_call *c = call_new(h, to, "/", on_done, userdata);

	c->connect_only = true;
	curl_easy_setopt(c->easy, CURLOPT_CONNECT_ONLY, 1L);
	hand_over(c);
	return c;
}

void *http_call_handle(struct http_call *call)
{
	return call->easy;
}

void http_cancel(struct http_call *c)
{
	struct http *h;

	if (!c || c->cancelled)
		return;
	h = c->http;
	c->cancelled = true;
	h->marked = true;
	if (!h->inside)
		timer_soon(h->reaper);
}
