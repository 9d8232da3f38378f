/*
 * Watches: every change goes into one queue and from there, on the next turn of the loop, to each watch that it
 * concerns. A watch has a position: it has seen all changes up to there. What lies before its birth
 * comes from the history on disk (or is the present state, as additions) and waits in its own backlog.
 *
 * A callback may do anything: write, open a watch, end this one or another. An ended watch is only marked while
 * a delivery is under way, and swept after it. Changes made meanwhile wait for the next turn, so a
 * consumer that writes cannot starve the loop.
 */
#include <utlist.h>

#include "api/meta.h"
#include "api/selector.h"
#include "base/json.h"
#include "base/log.h"
#include "store/engine.h"
#include "store/verbs.h"

struct engine_watch {
	struct store_watch base;
	const struct kind *kind;
	char *ns;
	struct selector *labels;
	struct field_selector *fields;
	uint64_t position;
	struct store_change *backlog;
	bool dead;
	store_watch_fn fn;
	void *userdata;
	struct engine_watch *prev, *next;
};

static struct engine_watch *watch_of(struct store_watch *w)
{
	return (struct engine_watch *)w;
}

static struct engine *engine_of_watch(const struct engine_watch *w)
{
	return engine_of(w->base.store);
}

static struct store_change *change_free(struct store_change *c)
{
	json_decref(c->ev.object);
	json_decref(c->ev.old);
	free(c);
	return NULL;
}

static struct store_change *change_new(const struct kind *k, const struct store_event *ev)
{
	struct store_change *c = xnew(c);

	c->kind = k;
	c->ev = *ev;
	json_incref(c->ev.object);
	json_incref(c->ev.old);
	return c;
}

void watch_queue(struct engine *s, const struct kind *k, const struct store_event *ev)
{
	struct store_change *c;

	if (!s->watches)
		return;
	c = change_new(k, ev);
	DL_APPEND(s->queue, c);
	loop_defer_schedule(s->deliver);
}

/* ---- what a watch sees ---- */

int watch_transition(enum store_event_type type, bool old_matches, bool new_matches)
{
	if (type == STORE_DELETED)
		return old_matches || new_matches ? STORE_DELETED : -1;
	if (type == STORE_ADDED)
		return new_matches ? STORE_ADDED : -1;
	if (new_matches)
		return old_matches ? STORE_MODIFIED : STORE_ADDED;
	return old_matches ? STORE_DELETED : -1;
}

/* The old state under the new revision: what an object that stops to match is shown as. */
static json_t *parting_state(const struct store_event *ev)
{
	json_t *obj = json_dup(ev->old ? ev->old : ev->object);

	meta_set_rv(obj, ev->revision);
	return obj;
}

static void offer(struct engine_watch *w, const struct store_change *c)
{
	struct store_list_opts opts = { .ns = w->ns, .labels = w->labels, .fields = w->fields };
	_cleanup_json_ json_t *parting = NULL;
	struct store_event ev = c->ev;
	bool old_matches;
	int type;

	if (c->kind != w->kind || (w->ns && *w->ns && !streq(w->ns, meta_namespace(ev.object))))
		return;
	/* A replay may not know the state before a change: then it may have matched. */
	old_matches = ev.old ? objects_match(&opts, ev.old) : ev.type == STORE_MODIFIED;
	type = watch_transition(ev.type, old_matches, objects_match(&opts, ev.object));
	if (type < 0)
		return;
	if (type == STORE_DELETED && ev.type == STORE_MODIFIED)
		ev.object = parting = parting_state(&ev);
	ev.type = type;
	w->fn(w->userdata, &ev);
}

/* ---- delivery ---- */

static void watch_destroy(struct engine_watch *w)
{
	struct store_change *c, *next;

	DL_DELETE(engine_of_watch(w)->watches, w);
	DL_FOREACH_SAFE(w->backlog, c, next) {
		DL_DELETE(w->backlog, c);
		change_free(c);
	}
	selector_free(w->labels);
	field_selector_free(w->fields);
	free(w->ns);
	free(w);
}

static void deliver_backlogs(struct engine *s)
{
	struct engine_watch *w;

	DL_FOREACH(s->watches, w) {
		while (w->backlog && !w->dead) {
			struct store_change *c = w->backlog;

			DL_DELETE(w->backlog, c);
			offer(w, c);
			change_free(c);
		}
	}
}

static void deliver_change(struct engine *s, const struct store_change *c)
{
	struct engine_watch *w;

	DL_FOREACH(s->watches, w) {
		if (w->dead || w->position >= c->ev.revision)
			continue;
		w->position = c->ev.revision;
		offer(w, c);
	}
}

void watch_deliver(void *store)
{
	struct engine *s = store;
	uint64_t last = s->revision;
	struct engine_watch *w, *next;

	s->delivering = true;
	deliver_backlogs(s);
	while (s->queue && s->queue->ev.revision <= last) {
		struct store_change *c = s->queue;

		DL_DELETE(s->queue, c);
		deliver_change(s, c);
		change_free(c);
	}
	s->delivering = false;
	DL_FOREACH_SAFE(s->watches, w, next)
		if (w->dead)
			watch_destroy(w);
	if (s->queue)
		loop_defer_schedule(s->deliver);
}

void watch_drop_all(struct engine *s)
{
	struct engine_watch *w, *next_w;
	struct store_change *c, *next_c;

	DL_FOREACH_SAFE(s->watches, w, next_w)
		watch_destroy(w);
	DL_FOREACH_SAFE(s->queue, c, next_c) {
		DL_DELETE(s->queue, c);
		change_free(c);
	}
}

/* ---- the backlog of a new watch ---- */

static void backlog_add(struct engine_watch *w, const struct store_event *ev)
{
	struct store_change *c = change_new(w->kind, ev);

	DL_APPEND(w->backlog, c);
}

static void backlog_present(struct engine_watch *w)
{
	struct store_list_opts opts = { .ns = w->ns, .labels = w->labels, .fields = w->fields };
	_cleanup_json_ json_t *items = objects_select(engine_of_watch(w), w->kind, &opts);
	json_t *obj;
	size_t i;

	json_array_foreach(items, i, obj) {
		struct store_event ev = { .type = STORE_ADDED, .object = obj };

		ev.revision = meta_rv(obj);
		backlog_add(w, &ev);
	}
}

static int backlog_change(void *userdata, const struct db_change *c, struct error *err)
{
	struct engine_watch *w = userdata;
	struct store_event ev = { .type = c->type, .revision = c->revision };
	_cleanup_json_ json_t *obj = NULL, *old = NULL;
	int r = json_parse(c->json, strlen(c->json), &obj, err);

	if (r < 0)
		return r;
	if (c->prev) {
		r = db_change_object(engine_of_watch(w)->db, c->prev, &old, err);
		if (r < 0)
			return r;
	}
	ev.object = obj;
	ev.old = old;
	backlog_add(w, &ev);
	return 0;
}

static int gone(struct error *err, uint64_t from, uint64_t oldest)
{
	error_set(err, ERR_GONE, "Expired", "too old resource version: %llu (%llu)",
		  (unsigned long long)from, (unsigned long long)oldest);
	return STORE_GONE;
}

static int fill_backlog(struct engine_watch *w, uint64_t from, struct error *err)
{
	struct engine *s = engine_of_watch(w);

	w->position = s->revision;
	if (from == 0) {
		backlog_present(w);
		return 0;
	}
	if (from > s->revision || from + 1 < s->oldest)
		return gone(err, from, s->oldest);
	if (from == s->revision)
		return 0;
	return db_each_change(s->db, kind_resource_name(w->kind), from, backlog_change, w, err);
}

/* The selectors are the caller's: keep copies, by way of their text. */
static int copy_opts(struct engine_watch *w, const struct store_list_opts *opts, struct error *err)
{
	_cleanup_free_ char *labels = NULL, *fields = NULL;
	int r = 0;

	w->ns = xstrdup(opts->ns);
	if (opts->labels) {
		labels = selector_format(opts->labels);
		r = selector_parse(labels, &w->labels, err);
	}
	if (r == 0 && opts->fields) {
		fields = field_selector_format(opts->fields);
		r = field_selector_parse(w->kind, fields, &w->fields, err);
	}
	return r;
}

int engine_watch(struct store *store, const struct kind *k, const struct store_list_opts *opts,
		 uint64_t from, store_watch_fn fn, void *userdata, struct store_watch **ret_watch,
		 struct error *err)
{
	struct engine *s = engine_of(store);
	struct engine_watch *w = xnew(w);
	int r;

	w->base.store = store;
	w->kind = k;
	w->fn = fn;
	w->userdata = userdata;
	DL_APPEND(s->watches, w);
	r = copy_opts(w, opts, err);
	if (r == 0)
		r = fill_backlog(w, from, err);
	if (r) {
		engine_watch_end(&w->base);
		return r;
	}
	if (w->backlog)
		loop_defer_schedule(s->deliver);
	*ret_watch = &w->base;
	return 0;
}

void engine_watch_end(struct store_watch *watch)
{
	struct engine_watch *w = watch_of(watch);

	if (engine_of_watch(w)->delivering)
		w->dead = true;
	else
		watch_destroy(w);
}

uint64_t engine_watch_revision(const struct store_watch *watch)
{
	const struct engine_watch *w = (const struct engine_watch *)watch;
	const struct engine *s = engine_of(watch->store);

	if (w->backlog)
		return 0;
	return s->queue ? s->queue->ev.revision - 1 : s->revision;
}
