/*
 * informer: a cache per kind, fed by one watch.
 *
 * Objects lie in a hash by name inside a hash by namespace. An object replaces another only when its
 * resourceVersion is higher, so the order in which the watch and the controllers' own notes arrive does not
 * matter. A noted deletion leaves a tombstone (the uid) until the watch reports it: changes that are still
 * under way to us cannot bring the object back.
 *
 * A watch that fell out of the store's history is begun anew on the next turn: list, compare, watch from the
 * list's revision. Subscribers see the difference as ordinary changes.
 *
 * The cache owns one reference per object and hands out borrowed ones. Objects are never changed in place.
 */
#include "controllers/informer.h"

#include <uthash.h>

#include "api/meta.h"
#include "api/scheme.h"
#include "base/log.h"
#include "base/loop.h"

#define MAX_SUBSCRIBERS 16

struct entry {
	char *name;
	json_t *obj;
	bool listed; /* seen by the present resync */
	UT_hash_handle hh;
};

struct bucket {
	char *ns;
	struct entry *entries;
	UT_hash_handle hh;
};

struct tombstone {
	char *uid;
	UT_hash_handle hh;
};

struct informer {
	struct informer_set *set;
	const struct kind *kind;
	struct store_watch *watch;
	struct loop_defer *resync;
	struct bucket *buckets;
	struct tombstone *tombstones;
	struct {
		informer_fn fn;
		void *userdata;
	} subscribers[MAX_SUBSCRIBERS];
	size_t n_subscribers;
	struct informer *next;
};

struct informer_set {
	struct store *store;
	struct loop *loop;
	struct informer *first;
};

static void tell(struct informer *inf, json_t *was, json_t *now)
{
	for (size_t i = 0; i < inf->n_subscribers; i++)
		inf->subscribers[i].fn(inf->subscribers[i].userdata, inf->kind, was, now);
}

static struct bucket *bucket_of(struct informer *inf, const char *ns)
{
	struct bucket *b = NULL;

	HASH_FIND_STR(inf->buckets, ns ? ns : "", b);
	return b;
}

static struct bucket *bucket_make(struct informer *inf, const char *ns)
{
	struct bucket *b = bucket_of(inf, ns);

	if (!b) {
		b = xnew(b);
		b->ns = xstrdup(ns ? ns : "");
		HASH_ADD_KEYPTR(hh, inf->buckets, b->ns, strlen(b->ns), b);
	}
	return b;
}

static struct entry *entry_of(struct informer *inf, const char *ns, const char *name)
{
	struct bucket *b = bucket_of(inf, ns);
	struct entry *e = NULL;

	if (b && name)
		HASH_FIND_STR(b->entries, name, e);
	return e;
}

static void entry_free(struct entry *e)
{
	json_decref(e->obj);
	free(e->name);
	free(e);
}

static void bury(struct informer *inf, const char *uid)
{
	struct tombstone *t = NULL;

	if (!uid)
		return;
	HASH_FIND_STR(inf->tombstones, uid, t);
	if (t)
		return;
	t = xnew(t);
	t->uid = xstrdup(uid);
	HASH_ADD_KEYPTR(hh, inf->tombstones, t->uid, strlen(t->uid), t);
}

/* Whether uid lay in the grave; opens it when the store itself has reported the end. */
static bool is_buried(struct informer *inf, const char *uid, bool forget)
{
	struct tombstone *t = NULL;

	if (uid)
		HASH_FIND_STR(inf->tombstones, uid, t);
	if (t && forget) {
		HASH_DEL(inf->tombstones, t);
		free(t->uid);
		free(t);
	}
	return t != NULL;
}

static void cache_put(struct informer *inf, json_t *obj)
{
	struct entry *e = entry_of(inf, meta_namespace(obj), meta_name(obj));
	_cleanup_json_ json_t *was = NULL;

	if (!meta_name(obj) || is_buried(inf, meta_uid(obj), false))
		return;
	if (e && meta_rv(e->obj) >= meta_rv(obj))
		return;
	if (!e) {
		struct bucket *b = bucket_make(inf, meta_namespace(obj));

		e = xnew(e);
		e->name = xstrdup(meta_name(obj));
		HASH_ADD_KEYPTR(hh, b->entries, e->name, strlen(e->name), e);
	}
	was = e->obj;
	e->obj = json_incref(obj);
	e->listed = true;
	if (was && !streq(meta_uid(was), meta_uid(obj))) { /* another object of the same name */
		tell(inf, was, NULL);
		tell(inf, NULL, obj);
	} else {
		tell(inf, was, obj);
	}
}

static void cache_drop(struct informer *inf, json_t *obj)
{
	struct bucket *b = bucket_of(inf, meta_namespace(obj));
	struct entry *e = entry_of(inf, meta_namespace(obj), meta_name(obj));

	if (!e || !streq(meta_uid(e->obj), meta_uid(obj)))
		return;
	HASH_DEL(b->entries, e);
	if (!b->entries) {
		HASH_DEL(inf->buckets, b);
		free(b->ns);
		free(b);
	}
	tell(inf, e->obj, NULL);
	entry_free(e);
}

static void on_event(void *userdata, const struct store_event *ev)
{
	struct informer *inf = userdata;

	switch (ev->type) {
	case STORE_ADDED:
	case STORE_MODIFIED:
		cache_put(inf, ev->object);
		break;
	case STORE_DELETED:
		if (!is_buried(inf, meta_uid(ev->object), true))
			cache_drop(inf, ev->object);
		break;
	case STORE_BOOKMARK:
		break;
	case STORE_ERROR:
		loop_defer_schedule(inf->resync);
		break;
	}
}

static void drop_unlisted(struct informer *inf)
{
	_cleanup_json_ json_t *all = informer_list(inf, NULL);
	json_t *obj;
	size_t i;

	json_array_foreach(all, i, obj) {
		struct entry *e = entry_of(inf, meta_namespace(obj), meta_name(obj));

		if (e && !e->listed)
			cache_drop(inf, obj);
	}
}

static void mark_unlisted(struct informer *inf)
{
	struct bucket *b, *b_next;
	struct entry *e, *e_next;

	HASH_ITER(hh, inf->buckets, b, b_next)
		HASH_ITER(hh, b->entries, e, e_next)
			e->listed = false;
}

static int informer_list_and_watch(struct informer *inf, struct error *err)
{
	struct store_list_opts opts = { 0 };
	_cleanup_json_ json_t *items = NULL;
	uint64_t revision;
	json_t *obj;
	size_t i;
	int r;

	inf->watch = store_watch_free(inf->watch);
	r = store_list(inf->set->store, inf->kind, &opts, &items, &revision, err);
	if (r < 0)
		return r;
	mark_unlisted(inf);
	json_array_foreach(items, i, obj) {
		struct entry *e = entry_of(inf, meta_namespace(obj), meta_name(obj));

		if (e)
			e->listed = true;
		cache_put(inf, obj);
	}
	drop_unlisted(inf);
	return store_watch(inf->set->store, inf->kind, &opts, revision, on_event, inf, &inf->watch,
			   err);
}

static void on_resync(void *userdata)
{
	struct informer *inf = userdata;
	_cleanup_error_ struct error err = ERROR_INIT;
	int r;

	r = informer_list_and_watch(inf, &err);
	if (r > 0) /* the history moved on in between */
		loop_defer_schedule(inf->resync);
	else if (r < 0)
		log_error("controllers", "watching %s: %s", inf->kind->plural, error_text(&err));
}

static struct informer *informer_free(struct informer *inf)
{
	struct bucket *b, *b_next;
	struct entry *e, *e_next;
	struct tombstone *t, *t_next;

	store_watch_free(inf->watch);
	loop_defer_free(inf->resync);
	HASH_ITER(hh, inf->buckets, b, b_next) {
		HASH_ITER(hh, b->entries, e, e_next) {
			HASH_DEL(b->entries, e);
			entry_free(e);
		}
		HASH_DEL(inf->buckets, b);
		free(b->ns);
		free(b);
	}
	HASH_ITER(hh, inf->tombstones, t, t_next) {
		HASH_DEL(inf->tombstones, t);
		free(t->uid);
		free(t);
	}
	free(inf);
	return NULL;
}

DEFINE_CLEANUP_FUNC(struct informer *, informer_free)

int informer_set_new(struct store *store, struct loop *loop, struct informer_set **ret,
		     struct error *err _unused_)
{
	struct informer_set *set = xnew(set);

	set->store = store;
	set->loop = loop;
	*ret = set;
	return 0;
}

struct informer_set *informer_set_free(struct informer_set *set)
{
	if (!set)
		return NULL;
	while (set->first) {
		struct informer *inf = set->first;

		set->first = inf->next;
		informer_free(inf);
	}
	free(set);
	return NULL;
}

int informer_get(struct informer_set *set, const struct kind *k, struct informer **ret,
		 struct error *err)
{
	_cleanup_(informer_freep) struct informer *inf = NULL;
	int r;

	for (struct informer *i = set->first; i; i = i->next) {
		if (i->kind == k) {
			*ret = i;
			return 0;
		}
	}
	inf = xnew(inf);
	inf->set = set;
	inf->kind = k;
	inf->resync = loop_defer_new(set->loop, on_resync, inf);
	r = informer_list_and_watch(inf, err);
	if (r)
		return r < 0 ? r : error_set(err, ERR_INTERNAL, NULL, "watching %s", k->plural);
	inf->next = set->first;
	set->first = inf;
	*ret = take_ptr(inf);
	return 0;
}

void informer_subscribe(struct informer *inf, informer_fn fn, void *userdata)
{
	_cleanup_json_ json_t *all = informer_list(inf, NULL);
	json_t *obj;
	size_t i;

	if (inf->n_subscribers == MAX_SUBSCRIBERS)
		abort();
	inf->subscribers[inf->n_subscribers].fn = fn;
	inf->subscribers[inf->n_subscribers++].userdata = userdata;
	json_array_foreach(all, i, obj)
		fn(userdata, inf->kind, NULL, obj);
}

json_t *informer_find(struct informer *inf, const char *ns, const char *name)
{
	struct entry *e = entry_of(inf, ns, name);

	return e ? e->obj : NULL;
}

json_t *informer_list(struct informer *inf, const char *ns)
{
	json_t *all = json_array();
	struct bucket *b, *b_next;
	struct entry *e, *e_next;

	HASH_ITER(hh, inf->buckets, b, b_next) {
		if (ns && !streq(b->ns, ns))
			continue;
		HASH_ITER(hh, b->entries, e, e_next)
			json_array_append(all, e->obj);
	}
	return all;
}

size_t informer_count(struct informer *inf, const char *ns)
{
	struct bucket *b = bucket_of(inf, ns);

	return b ? HASH_COUNT(b->entries) : 0;
}

void informer_note(struct informer *inf, json_t *obj)
{
	if (obj)
		cache_put(inf, obj);
}

void informer_note_gone(struct informer *inf, json_t *obj)
{
	if (!entry_of(inf, meta_namespace(obj), meta_name(obj)))
		return;
	bury(inf, meta_uid(obj));
	cache_drop(inf, obj);
}
