/*
 * engine: the inside of the embedded store, shared by the files of this folder alone.
 *
 * Present objects are kept in memory, by kind and "ns/name"; SQLite is written first, then the memory. An object
 * that was stored is never changed in place: a new state is a new value, so that the cache, the
 * queue of a watch and the caller of a callback can share one.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>

#include "api/scheme.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/loop.h"
#include "store/db.h"
#include "store/service_ip.h"
#include "store/store_ops.h"

struct store_object {
	char *key; /* "ns/name", "name" without a namespace */
	json_t *obj;
	UT_hash_handle hh;
};

struct store_table {
	const struct kind *kind;
	struct store_object *objects;
	UT_hash_handle hh;
};

/* A change on its way to the watches. */
struct store_change {
	struct store_event ev; /* object and old are owned references */
	const struct kind *kind;
	struct store_change *prev, *next;
};

struct engine {
	struct store base;
	struct db *db;
	struct loop *loop;
	struct clock *clock;
	uint64_t revision; /* newest */
	uint64_t oldest; /* of the history */
	uint64_t history; /* how many changes it holds */
	struct service_range services; /* addresses of Services come from here */
	struct store_table *tables;
	struct engine_watch *watches;
	struct store_change *queue;
	struct loop_defer *deliver;
	bool delivering;
};

static inline struct engine *engine_of(struct store *s)
{
	return (struct engine *)s;
}

/* ---- objects.c ---- */

/* The stored value, borrowed; NULL: none. */
json_t *objects_get(const struct engine *s, const struct kind *k, const char *ns, const char *name);
/* obj NULL removes. */
void objects_set(struct engine *s, const struct kind *k, const char *ns, const char *name,
		 json_t *obj);
/* Whether anything lives in this namespace. */
bool objects_any_in(const struct engine *s, const char *ns);
/* New array of references to what is stored, in the order of namespace and name. */
json_t *objects_select(const struct engine *s, const struct kind *k,
		       const struct store_list_opts *opts);
bool objects_match(const struct store_list_opts *opts, const json_t *obj);
void objects_clear(struct engine *s);

/* ---- engine.c ---- */

/*
 * Writes obj (a value of the caller's own, which becomes the stored one and gets its resourceVersion) and
 * queues the change. For STORE_DELETED obj is the last state. After a fault nothing has changed.
 */
int engine_commit(struct engine *s, const struct kind *k, enum store_event_type type, json_t *obj,
		  struct error *err);
int64_t engine_now_ns(struct engine *s);
/* engine_now_ns() as a stamp of whole seconds; buf has CLOCK_STAMP_MAX bytes and is returned. */
char *engine_stamp(struct engine *s, char *buf);

/* ---- watch.c ---- */

void watch_queue(struct engine *s, const struct kind *k, const struct store_event *ev);
void watch_deliver(void *store); /* the deferred call */
void watch_drop_all(struct engine *s);
/* What a watch sees of a change; -1: nothing. */
int watch_transition(enum store_event_type type, bool old_matches, bool new_matches);

/* ---- strategy.c ---- */

bool strategy_has_generation(const struct kind *k);
/* Whether a change of the annotations is a new generation, too. */
bool strategy_annotations_count(const struct kind *k);
/* What the server itself sets on a new object, before validation. */
void strategy_prepare(const struct kind *k, json_t *obj);
/* What of the present state stays although the update leaves it out; before defaults. */
void strategy_prepare_update(const struct kind *k, const json_t *cur, json_t *obj);
/* The status that a new object begins with, after validation. */
int strategy_first_status(const struct kind *k, json_t *obj, struct error *err);
/* validation's verdict in the store's terms: a broken rule is STORE_REFUSED. */
int strategy_outcome(int r);

/* ---- update.c ---- */

/* Removes obj's state for good: the last change of its life. */
int update_remove(struct engine *s, const struct kind *k, json_t *last, bool dry, json_t **ret_obj,
		  struct error *err);
int update_conflict(const struct kind *k, const char *name, struct error *err, const char *fmt, ...)
	_printf_(4, 5);
