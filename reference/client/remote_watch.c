/*
 * Watches of the remote store.
 *
 *	            from 0                    list is in
 *	 LISTING <---------- start     LISTING ---------> WATCHING
 *	    ^                  |  from N                   |  |
 *	    |                  +---------------------------+  | the stream ends
 *	    |  410, or never listed                           v
 *	    +-------------------------- WAITING <-------------+
 *	                                   | the server is there again, or time is over
 *	                                   +--> WATCHING at the revision that was reached
 *
 * A watch keeps the objects that it has told of. So it knows the state before each change, and after a break that the server's
 * history does not span, it lists and tells the difference. A stream that is silent for too long is begun anew: a
 * server that vanished without a word would never end it.
 *
 * A callback may end its own watch or any other: one that is being told is only marked, and freed when it has returned.
 */
#include <uthash.h>
#include <utlist.h>

#include "api/meta.h"
#include "api/scheme.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "client/remote.h"

#define STREAM_S 900 /* the server ends a stream after this, */
#define LIMIT_MS ((STREAM_S + 60) * INT64_C(1000)) /* and we after that */
#define LIST_MS INT64_C(30000)
#define RETRY_NS NSEC_PER_SEC

enum watch_state { LISTING, WATCHING, WAITING };

struct known { /* an object that was told of */
	UT_hash_handle hh;
	char *key; /* "ns/name" */
	json_t *obj;
	bool listed; /* seen in the list that is being compared */
};

struct remote_watch {
	struct store_watch base;
	const struct kind *kind;
	char *path;
	enum watch_state state;
	bool must_list; /* what is known reaches back to no revision of the server's */
	uint64_t revision; /* up to here everything was told */
	struct known *known;
	struct http_request *request;
	struct loop_timer *retry;
	struct strbuf line;
	unsigned telling; /* depth of callbacks */
	bool dead;
	store_watch_fn fn;
	void *userdata;
	struct remote_watch *prev, *next;
};

static struct remote_watch *watch_of(struct store_watch *w)
{
	return (struct remote_watch *)w;
}

static struct remote *remote_of_watch(const struct remote_watch *w)
{
	return remote_of(w->base.store);
}

static void go(struct remote_watch *w);

/* ---- what was told ---- */

static char *key_of(const json_t *obj)
{
	const char *ns = meta_namespace(obj);

	return str_printf("%s/%s", ns ? ns : "", meta_name(obj));
}

static struct known *find(struct remote_watch *w, const json_t *obj)
{
	_cleanup_free_ char *key = key_of(obj);
	struct known *k = NULL;

	HASH_FIND_STR(w->known, key, k);
	return k;
}

static void forget(struct remote_watch *w, struct known *k)
{
	HASH_DEL(w->known, k);
	json_decref(k->obj);
	free(k->key);
	free(k);
}

static void remember(struct remote_watch *w, json_t *obj)
{
	struct known *k = find(w, obj);

	if (!k) {
		k = xnew(k);
		k->key = key_of(obj);
		HASH_ADD_KEYPTR(hh, w->known, k->key, strlen(k->key), k);
	}
	json_incref(obj);
	json_decref(k->obj);
	k->obj = obj;
	k->listed = true;
}

/* ---- telling ---- */

static void destroy(struct remote_watch *w)
{
	struct known *k, *next;

	DL_DELETE(remote_of_watch(w)->watches, w);
	http_cancel(w->request);
	loop_timer_free(w->retry);
	strbuf_deinit(&w->line);
	HASH_ITER(hh, w->known, k, next)
		forget(w, k);
	free(w->path);
	free(w);
}

/* Between enter() and leave() the watch may be ended by its callback, and is still there. */
static void enter(struct remote_watch *w)
{
	w->telling++;
}

static void leave(struct remote_watch *w)
{
	if (--w->telling == 0 && w->dead)
		destroy(w);
}

static void tell(struct remote_watch *w, enum store_event_type type, uint64_t revision, json_t *obj,
		 json_t *old)
{
	struct store_event ev = { .type = type, .revision = revision, .object = obj, .old = old };

	if (!w->dead)
		w->fn(w->userdata, &ev);
}

/* obj is there now, by a list or an event. type: what it is when nothing was told of it yet. */
static void present(struct remote_watch *w, json_t *obj, enum store_event_type type)
{
	struct known *k = find(w, obj);
	_cleanup_json_ json_t *old = k ? json_incref(k->obj) : NULL;

	if (old && streq(meta_uid(old), meta_uid(obj)) && meta_rv(old) == meta_rv(obj)) {
		k->listed = true;
		return;
	}
	remember(w, obj);
	if (old && !streq(meta_uid(old), meta_uid(obj))) {
		tell(w, STORE_DELETED, meta_rv(obj), old, old);
		old = (json_decref(old), NULL);
		type = STORE_ADDED;
	}
	tell(w, old ? STORE_MODIFIED : type, meta_rv(obj), obj, old);
}

/* obj: the last state. */
static void absent(struct remote_watch *w, json_t *obj, uint64_t revision)
{
	struct known *k = find(w, obj);
	_cleanup_json_ json_t *old = k ? json_incref(k->obj) : NULL, *last = json_incref(obj);

	if (k)
		forget(w, k);
	tell(w, STORE_DELETED, revision, last, old);
}

/* ---- pausing ---- */

static void on_retry(void *userdata)
{
	go(userdata);
}

/* What broke off is gone on with: at once after an orderly end, else when the server is there, or a little later. */
static void pause_for(struct remote_watch *w, const struct error *err)
{
	struct remote *r = remote_of_watch(w);

	w->state = WAITING;
	w->request = NULL;
	if (err && remote_is_loss(err))
		remote_lost(r, err);
	else
		loop_timer_set(w->retry, err ? RETRY_NS : 0);
}

void remote_watches_resume(struct remote *r)
{
	struct remote_watch *w;

	DL_FOREACH(r->watches, w)
		if (w->state == WAITING && !w->dead)
			loop_timer_set(w->retry, 0);
}

/* ---- lists ---- */

static void compare(struct remote_watch *w, const json_t *list)
{
	struct known *k, *next;
	json_t *obj;
	size_t i;

	for (k = w->known; k; k = k->hh.next)
		k->listed = false;
	json_each(list, "items", i, obj) {
		remote_complete(w->kind, obj);
		present(w, obj, STORE_ADDED);
	}
	HASH_ITER(hh, w->known, k, next)
		if (!k->listed)
			absent(w, k->obj, meta_rv(list));
}

static int read_list(const struct http_response *resp, json_t **ret, struct error *err)
{
	int r = json_parse(resp->body, resp->body_len, ret, err);

	if (r == 0 && resp->status >= 400)
		r = rest_status_error(*ret, resp->status, err);
	return r;
}

static void on_list(void *userdata, const struct http_response *resp, const struct error *failure)
{
	struct remote_watch *w = userdata;
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *list = NULL;

	if (failure || read_list(resp, &list, &err) < 0) {
		log_debug("store", "list of %s: %s", w->kind->plural,
			  error_text(failure ? failure : &err));
		pause_for(w, failure ? failure : &err);
		return;
	}
	w->request = NULL;
	enter(w);
	w->revision = remote_note_revision(remote_of_watch(w), list);
	w->must_list = false;
	compare(w, list);
	if (!w->dead)
		go(w);
	leave(w);
}

/* ---- streams ---- */

static void on_event(struct remote_watch *w, const json_t *event)
{
	const char *type = json_str_or(event, "type", "");
	json_t *obj = json_obj(event, "object");
	uint64_t revision = meta_rv(obj);

	if (streq(type, "ERROR")) {
		w->must_list |= json_int(obj, "code", 0) == 410;
		log_debug("store", "watch of %s: %s", w->kind->plural,
			  json_str_or(obj, "message", "ended"));
		return;
	}
	if (!revision)
		return;
	remote_note_revision(remote_of_watch(w), obj);
	w->revision = MAX(w->revision, revision);
	if (streq(type, "DELETED"))
		absent(w, obj, revision);
	else if (streq(type, "ADDED"))
		present(w, obj, STORE_ADDED);
	else if (streq(type, "MODIFIED"))
		present(w, obj, STORE_MODIFIED);
}

static int on_data(void *userdata, const char *data, size_t len)
{
	struct remote_watch *w = userdata;
	const char *end;
	bool dead;

	strbuf_add(&w->line, data, len);
	enter(w);
	while (!w->dead && w->line.len && (end = memchr(w->line.data, '\n', w->line.len))) {
		size_t n = (size_t)(end - w->line.data);
		_cleanup_json_ json_t *event = NULL;

		if (json_parse(w->line.data, n, &event, NULL) == 0)
			on_event(w, event);
		strbuf_consume(&w->line, n + 1);
	}
	dead = w->dead;
	leave(w);
	return dead;
}

static void on_stream_end(void *userdata, const struct http_response *resp, const struct error *err)
{
	_cleanup_error_ struct error own = ERROR_INIT;
	struct remote_watch *w = userdata;

	strbuf_reset(&w->line);
	if (resp && resp->status == 410)
		w->must_list = true;
	else if (resp && resp->status >= 400)
		error_set(&own, ERR_INTERNAL, NULL, "the server answered %d", resp->status);
	pause_for(w, err ? err : error_is_set(&own) ? &own : NULL);
}

/* ---- the machine ---- */

static char *stream_path(const struct remote_watch *w)
{
	_cleanup_free_ char *revision = str_printf("%llu", (unsigned long long)w->revision);
	_cleanup_free_ char *limit = str_printf("%d", STREAM_S);
	struct strbuf b = STRBUF_INIT;

	strbuf_adds(&b, w->path);
	rest_query(&b, "watch", "true");
	rest_query(&b, "resourceVersion", revision);
	rest_query(&b, "timeoutSeconds", limit);
	return strbuf_take(&b);
}

static void go(struct remote_watch *w)
{
	struct remote *r = remote_of_watch(w);
	_cleanup_free_ char *path = NULL, *url = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	struct http_opts opts;
	int code;

	if (!r->up) {
		w->state = WAITING;
		return;
	}
	w->state = w->must_list ? LISTING : WATCHING;
	path = w->must_list ? xstrdup(w->path) : stream_path(w);
	remote_http(r, path, &url, &opts);
	opts.timeout_ms = w->must_list ? LIST_MS : LIMIT_MS;
	code = http_request(r->http, &opts, w->must_list ? NULL : on_data,
			    w->must_list ? on_list : on_stream_end, w, &w->request, &err);
	if (code < 0)
		pause_for(w, &err);
}

int remote_watch(struct store *s, const struct kind *k, const struct store_list_opts *opts,
		 uint64_t from, store_watch_fn fn, void *userdata, struct store_watch **ret_watch,
		 struct error *err _unused_)
{
	struct remote *r = remote_of(s);
	struct remote_watch *w = xnew(w);

	w->base.store = s;
	w->kind = k;
	w->path = remote_list_path(k, opts);
	w->revision = from;
	w->must_list = from == 0;
	w->fn = fn;
	w->userdata = userdata;
	w->retry = loop_timer_new(r->loop, on_retry, w);
	DL_APPEND(r->watches, w);
	go(w);
	*ret_watch = &w->base;
	return 0;
}

void remote_watch_end(struct store_watch *watch)
{
	struct remote_watch *w = watch_of(watch);

	w->request = http_cancel(w->request);
	loop_timer_stop(w->retry);
	w->dead = true;
	if (!w->telling)
		destroy(w);
}

uint64_t remote_watch_revision(const struct store_watch *watch)
{
	const struct remote_watch *w = (const struct remote_watch *)watch;

	return w->must_list ? 0 : w->revision;
}

void remote_watches_end(struct remote *r)
{
	while (r->watches)
		destroy(r->watches);
}
