/*
 * kube_watch: list, then watch from there, one stream per watched kind; again from the last revision when it ends.
 *
 * A stream knows the objects that it has shown, so that after a 410 Gone the new list tells what was missed; what is
 * found so is marked as sampled. The instant of a change is bounded by the revision clock from below and by its arrival from above.
 * A watch of one namespace that cannot be begun is told by `ready`; one that breaks later is begun again every 200 ms, and
 * given up (subject lost) after 60 failures in a row.
 */
#include "kinds.h"
#include "subject/kube_ops.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/lines.h"

#define MAX_KINDS 16
#define MAX_FAILURES 60

struct stream {
	struct watch_call *watch;
	const struct kind *kind;
	char *revision; /* NULL: list first */
	struct http_call *http;
	struct timer *again;
	struct lines lines;
	json_t *known; /* "ns/name" to object */
	int64_t began;
	unsigned failures;
	bool listed;
};

struct watch_call {
	struct kube_call call;
	char *ns; /* NULL: all */
	reply_fn ready;
	void *userdata;
	struct stream streams[MAX_KINDS];
	size_t n;
};

static void stream_start(void *userdata);

static struct kube *kube_of(const struct stream *s)
{
	return (struct kube *)s->watch->call.base.subject;
}

static void watch_end(struct kube_call *c)
{
	struct watch_call *w = (struct watch_call *)c;

	for (size_t i = 0; i < w->n; i++) {
		struct stream *s = &w->streams[i];

		http_cancel(s->http);
		timer_free(s->again);
		lines_clear(&s->lines);
		json_decref(s->known);
		free(s->revision);
	}
	free(w->ns);
	free(w);
}

static void tell(struct stream *s, char type, json_t *object, int64_t arrival, bool sampled)
{
	struct kube *k = kube_of(s);
	int64_t earliest =
		revclock_earliest(&k->revisions, json_str(object, "metadata.resourceVersion"));

	if (!k->base.events.object)
		return;
	k->base.events.object(k->base.userdata, type, object, MAX(earliest, s->began), arrival,
			      sampled);
}

static char *object_key(const json_t *object)
{
	const char *ns = json_str(object, "metadata.namespace"),
		   *name = json_str(object, "metadata.name");

	return xasprintf("%s/%s", ns ? ns : "", name ? name : "");
}

static void set_revision(struct stream *s, const char *revision)
{
	if (!revision)
		return;
	free(s->revision);
	s->revision = xstrdup(revision);
}

static void take_object(struct stream *s, char type, json_t *object, int64_t arrival, bool sampled)
{
	_cleanup_free_ char *key = object_key(object);

	if (!json_str(object, "kind"))
		json_object_set_new(object, "kind", json_string(s->kind->kind));
	if (type == 'D')
		json_object_del(s->known, key);
	else
		json_object_set(s->known, key, object);
	tell(s, type, object, arrival, sampled);
}

static void on_watch_line(void *userdata, const char *line, size_t len)
{
	struct stream *s = userdata;
	_cleanup_json_ json_t *event = json_read(line, len);
	json_t *object = json_object_get(event, "object");
	const char *type = json_str(event, "type");

	if (!type || !json_is_object(object))
		return;
	if (streq(type, "ERROR")) {
		free(take_ptr(s->revision)); /* whatever it is: a new list tells the truth */
		return;
	}
	s->failures = 0;
	set_revision(s, json_str(object, "metadata.resourceVersion"));
	if (!streq(type, "BOOKMARK"))
		take_object(s, type[0], object, clock_now(), false);
}

static void on_watch_data(void *userdata, int status, const char *data, size_t len)
{
	struct stream *s = userdata;

	if (status == 200)
		lines_feed(&s->lines, data, len, on_watch_line, s);
}

static void stream_retry(struct stream *s, const char *why)
{
	struct kube *k = kube_of(s);

	if (++s->failures < MAX_FAILURES)
		timer_in(s->again, s->failures > 1 ? 200 * NSEC_PER_MSEC : 0);
	else if (k->base.events.lost)
		k->base.events.lost(k->base.userdata, why);
}

static void on_watch_end(void *userdata, const struct http_reply *reply)
{
	struct stream *s = userdata;

	s->http = NULL;
	lines_clear(&s->lines);
	if (reply->status == 410)
		free(take_ptr(s->revision));
	stream_retry(s, reply->error ? reply->error : "the watch was refused");
}

static void forget_missing(struct stream *s, const json_t *now, int64_t arrival)
{
	const char *key;
	json_t *object;
	void *next;

	json_object_foreach_safe(s->known, next, key, object) {
		_cleanup_json_ json_t *hold = json_incref(object);

		if (!json_object_get(now, key))
			take_object(s, 'D', hold, arrival, true);
	}
}

static void take_list(struct stream *s, const json_t *list, int64_t arrival)
{
	_cleanup_json_ json_t *now = json_object();
	bool first = !s->listed;
	json_t *object;
	size_t i;

	json_array_foreach(json_object_get(list, "items"), i, object) {
		_cleanup_free_ char *key = object_key(object);
		bool known = json_object_get(s->known, key);

		json_object_set(now, key, object);
		take_object(s, known ? 'M' : 'A', object, arrival, !first);
	}
	forget_missing(s, now, arrival);
	set_revision(s, json_str(list, "metadata.resourceVersion"));
}

static void report_ready(struct watch_call *w, const struct reply *reply)
{
	reply_fn ready = w->ready;

	for (size_t i = 0; i < w->n && reply->code == REPLY_OK; i++)
		if (!w->streams[i].listed)
			return;
	w->ready = NULL;
	if (ready)
		ready(w->userdata, reply);
}

static void on_list(void *userdata, const struct http_reply *in)
{
	struct stream *s = userdata;
	struct watch_call *w = s->watch;
	_cleanup_json_ json_t *body = NULL;
	struct reply reply;

	s->http = NULL;
	kube_reply(kube_of(s), in, &reply, &body);
	if (reply.code == REPLY_NOT_FOUND && !streq(s->kind->word, "pod")) {
		s->listed = true; /* no such kind here: nothing to watch */
		reply.code = REPLY_OK;
	} else if (reply.code != REPLY_OK) {
		if (!w->ready)
			stream_retry(s, reply.message);
	} else {
		take_list(s, body, in->received);
		s->listed = true;
		timer_soon(s->again);
	}
	report_ready(w, &reply);
}

static void stream_start(void *userdata)
{
	struct stream *s = userdata;
	struct kube *k = kube_of(s);
	_cleanup_free_ char *query = NULL, *path = NULL;
	struct http_request req = { 0 };

	if (s->revision)
		query = xasprintf("?watch=true&allowWatchBookmarks=true&resourceVersion=%s",
				  s->revision);
	req.path = path = kube_path(s->watch->ns, s->kind->kind, NULL, query);
	if (!s->revision)
		req.timeout_ms = 30000;
	s->http = http_start(k->http, &k->target, &req, s->revision ? on_watch_data : NULL,
			     s->revision ? on_watch_end : on_list, s);
}

static struct call *watch_new(struct kube *k, const char *ns, reply_fn ready, void *userdata)
{
	struct watch_call *w = xcalloc(1, sizeof(*w));
	const struct kind *kind;

	w->call.end = watch_end;
	w->ns = xstrdup(ns);
	w->ready = ready;
	w->userdata = userdata;
	kube_call_link(k, &w->call);
	for (size_t i = 0; (kind = kind_at(i)) && w->n < MAX_KINDS; i++) {
		struct stream *s = &w->streams[w->n];

		if (!kind->watched)
			continue;
		*s = (struct stream){
			.watch = w, .kind = kind, .known = json_object(), .began = clock_now()
		};
		s->again = timer_new(k->base.loop, stream_start, s);
		w->n++;
	}
	for (size_t i = 0; i < w->n; i++)
		stream_start(&w->streams[i]);
	return &w->call.base;
}

struct call *kube_watch_all(struct kube *k, reply_fn ready, void *userdata)
{
	return watch_new(k, NULL, ready, userdata);
}

struct nothing_call {
	struct kube_call call;
	struct timer *timer;
	reply_fn ready;
	void *userdata;
};

static void nothing_end(struct kube_call *c)
{
	struct nothing_call *n = (struct nothing_call *)c;

	timer_free(n->timer);
	free(n);
}

static void on_nothing(void *userdata)
{
	struct nothing_call *n = userdata;
	struct reply reply = { .code = REPLY_OK };

	n->ready(n->userdata, &reply);
}

/* In a podd everything is watched already. */
static struct call *watched_already(struct kube *k, reply_fn ready, void *userdata)
{
	struct nothing_call *n = xcalloc(1, sizeof(*n));

	n->call.end = nothing_end;
	n->ready = ready;
	n->userdata = userdata;
	n->timer = timer_new(k->base.loop, on_nothing, n);
	kube_call_link(k, &n->call);
	timer_soon(n->timer);
	return &n->call.base;
}

struct call *kube_watch(struct subject *s, const char *ns, reply_fn ready, void *userdata)
{
	struct kube *k = (struct kube *)s;

	return k->whole_cluster ? watched_already(k, ready, userdata) :
				  watch_new(k, ns, ready, userdata);
}
