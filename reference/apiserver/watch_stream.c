/*
 * Watch: an answer of JSON lines {"type":…,"object":…}. Without a resourceVersion (or with 0) the present objects come
 * first, as additions; then changes follow for as long as the client listens or timeoutSeconds allow. What is too old
 * is told as an ERROR event of code 410 inside a 200 answer, as Kubernetes does.
 *
 * Bookmarks come once a minute of nominal time, to those who asked: up to their revision the client has seen all.
 */
#include "api/meta.h"
#include "apiserver/status_object.h"
#include "apiserver/stream.h"
#include "apiserver/table.h"
#include "apiserver/version.h"
#include "base/json.h"
#include "base/str.h"
#include "base/strbuf.h"

#define BOOKMARK_NS (60 * NSEC_PER_SEC)
#define INITIAL_EVENTS_END "k8s.io/initial-events-end"

struct watcher {
	struct stream *stream;
	const struct kind *kind;
	struct selector *labels;
	struct field_selector *fields;
	struct store_watch *watch;
	struct loop_timer *bookmark, *deadline;
	struct store *store;
	struct clock *clock;
	struct table_opts table;
	char *include_object;
};

static void watcher_free(struct watcher *w)
{
	store_watch_free(w->watch);
	loop_timer_free(w->bookmark);
	loop_timer_free(w->deadline);
	selector_free(w->labels);
	field_selector_free(w->fields);
	free(w->include_object);
	free(w);
}

static void end_watch(void *userdata)
{
	struct watcher *w = userdata;

	stream_end(w->stream);
	watcher_free(w);
}

/* ---- events ---- */

static void send_value(struct watcher *w, const char *type, const json_t *object)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	_cleanup_free_ char *text = json_text(object);

	strbuf_addf(&b, "{\"type\":\"%s\",\"object\":", type);
	strbuf_adds(&b, text);
	strbuf_adds(&b, "}\n");
	stream_write(w->stream, b.data, b.len);
}

static void send_object(struct watcher *w, const char *type, json_t *object)
{
	_cleanup_json_ json_t *items = NULL, *table = NULL, *shown = json_incref(object);

	version_from_stored(w->kind, &shown);
	if (w->table.version == TABLE_NONE) {
		send_value(w, type, shown);
		return;
	}
	items = json_pack("[O]", shown);
	w->table.now_ns = store_now_ns(w->store);
	table = table_new(w->kind, items, NULL, &w->table);
	json_object_set(json_object_get(table, "metadata"), "resourceVersion",
			json_at(object, "metadata.resourceVersion"));
	w->table.no_columns = true;
	send_value(w, type, table);
}

static void send_bookmark(struct watcher *w, uint64_t revision, bool initial_end)
{
	_cleanup_free_ char *rv = str_printf("%llu", (unsigned long long)revision);
	_cleanup_json_ json_t *obj = json_pack("{ss, ss, s{ss, sn}}", "kind", w->kind->kind,
					       "apiVersion", kind_api_version(w->kind), "metadata",
					       "resourceVersion", rv, "creationTimestamp");

	if (initial_end)
		json_object_set_new(json_object_get(obj, "metadata"), "annotations",
				    json_pack("{ss}", INITIAL_EVENTS_END, "true"));
	send_value(w, "BOOKMARK", obj);
}

static void send_error(struct watcher *w, const struct error *err)
{
	_cleanup_json_ json_t *status = status_failure(err, NULL);

	send_value(w, "ERROR", status);
}

static void on_event(void *userdata, const struct store_event *ev)
{
	static const char *const names[] = {
		[STORE_ADDED] = "ADDED",
		[STORE_MODIFIED] = "MODIFIED",
		[STORE_DELETED] = "DELETED",
	};
	struct watcher *w = userdata;
	_cleanup_error_ struct error err = ERROR_INIT;

	switch (ev->type) {
	case STORE_ADDED:
	case STORE_MODIFIED:
	case STORE_DELETED:
		send_object(w, names[ev->type], ev->object);
		return;
	case STORE_BOOKMARK:
		return;
	case STORE_ERROR:
		error_set(&err, ERR_GONE, "Expired", "the watch fell out of the history");
		send_error(w, &err);
		end_watch(w);
	}
}

static void on_bookmark(void *userdata)
{
	struct watcher *w = userdata;
	uint64_t revision = store_watch_revision(w->watch);

	if (revision)
		send_bookmark(w, revision, false);
	loop_timer_set(w->bookmark, clock_scale_delay_ns(w->clock, BOOKMARK_NS));
}

/* ---- the beginning ---- */

static int send_present(struct watcher *w, const struct store_list_opts *opts, bool initial_end,
			uint64_t *ret_revision, struct error *err)
{
	_cleanup_json_ json_t *items = NULL;
	json_t *obj;
	size_t i;
	int r = store_list(w->store, version_stored(w->kind), opts, &items, ret_revision, err);

	if (r)
		return r;
	json_array_foreach(items, i, obj)
		send_object(w, "ADDED", obj);
	if (initial_end)
		send_bookmark(w, *ret_revision, true);
	return 0;
}

static int follow(struct watcher *w, struct request *req, uint64_t from, struct error *err)
{
	struct store_list_opts opts = { .ns = req->route.ns,
					.labels = w->labels,
					.fields = w->fields };
	bool initial = request_query(req, "sendInitialEvents") &&
		       request_flag(req, "sendInitialEvents");
	int r = 0;

	if (from == 0 || initial)
		r = send_present(w, &opts, initial, &from, err);
	if (r == 0)
		r = store_watch(w->store, version_stored(w->kind), &opts, from, on_event, w,
				&w->watch, err);
	return r;
}

static void set_timers(struct watcher *w, struct request *req, int64_t timeout_s)
{
	struct loop *loop = req->server->cfg.loop;

	if (request_query(req, "allowWatchBookmarks") && request_flag(req, "allowWatchBookmarks")) {
		w->bookmark = loop_timer_new(loop, on_bookmark, w);
		loop_timer_set(w->bookmark, clock_scale_delay_ns(w->clock, BOOKMARK_NS));
	}
	if (timeout_s > 0) {
		w->deadline = loop_timer_new(loop, end_watch, w);
		loop_timer_set(w->deadline, timeout_s * NSEC_PER_SEC);
	}
}

static struct watcher *watcher_new(struct request *req, enum table_version version)
{
	struct watcher *w = xnew(w);

	w->kind = req->route.kind;
	w->store = req->server->cfg.store;
	w->clock = req->server->cfg.clock;
	w->include_object = xstrdup(request_query(req, "includeObject"));
	w->table = (struct table_opts){ .version = version, .include_object = w->include_object };
	return w;
}

int watch_serve(struct request *req, struct error *err)
{
	struct watcher *w;
	enum table_version version;
	int64_t from, timeout_s;
	int r;

	if (table_accepted(request_header(req, "Accept"), &version))
		version = TABLE_NONE;
	r = request_int(req, "resourceVersion", 0, &from, err);
	if (r == 0)
		r = request_int(req, "timeoutSeconds", 0, &timeout_s, err);
	if (r < 0)
		return r;
	w = watcher_new(req, version);
	r = request_selectors(req, &w->labels, &w->fields, err);
	if (r < 0) {
		watcher_free(w);
		return r;
	}
	w->stream = stream_new(req, end_watch, w);
	stream_begin(w->stream, "application/json");
	set_timers(w, req, timeout_s);
	if (follow(w, req, from > 0 ? (uint64_t)from : 0, err)) {
		send_error(w, err);
		end_watch(w);
	}
	return 0;
}
