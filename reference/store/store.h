/*
 * store: revisioned objects and watches, as the API server, the controllers and the kubelet see them.
 *
 * One small interface with two engines: the embedded one (store/sqlite.h) and the REST client of a
 * node of its own (client/remote_store.h). Nobody above this header knows which one answers.
 * All objects are jansson values in their API form. Borrowed in, new references out.
 *
 * Every mutating verb applies the rules of the kind (api/scheme.h) before it writes: defaults,
 * validation, uid, creationTimestamp, generateName, generation, graceful deletion, finalizers. So a
 * controller's pod and a client's pod pass the same gate.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct kind; /* api/scheme.h */
struct selector; /* api/selector.h */
struct field_selector; /* api/selector.h */
struct store;
struct store_watch;

/* Named outcomes: the caller must turn them into behaviour. err is filled for each of them, too. */
enum {
	STORE_NOT_FOUND = 1,
	STORE_EXISTS = 2,
	STORE_CONFLICT = 3, /* resourceVersion or uid precondition did not hold */
	STORE_GONE = 4, /* the revision asked for is no longer in the history */
	STORE_REFUSED = 5, /* the kind's rules refuse it (err has code and causes) */
};

struct store_list_opts {
	const char *ns; /* NULL or "": all namespaces */
	const struct selector *labels; /* NULL: all */
	const struct field_selector *fields; /* NULL: all */
};

struct store_delete_opts {
	int64_t grace_seconds; /* -1: the object's own (pods: spec.terminationGracePeriodSeconds) */
	const char *uid; /* precondition or NULL */
	const char *resource_version; /* precondition or NULL */
	const char *propagation; /* NULL (the kind's default), "Background", "Foreground", "Orphan" */
};

#define STORE_DELETE_OPTS_INIT ((struct store_delete_opts){ .grace_seconds = -1 })

/* Which part of an object an update may change. */
enum store_part {
	STORE_SPEC, /* everything but status; bumps metadata.generation when spec changes */
	STORE_STATUS, /* status alone (for pods also nothing else) */
	STORE_META, /* metadata alone (adoption, finalizers) */
	STORE_BINDING, /* pods: spec.nodeName, refused when already set */
	STORE_STATUS_META, /* a client's write to /status: status, labels and annotations */
};

enum store_event_type { STORE_ADDED, STORE_MODIFIED, STORE_DELETED, STORE_BOOKMARK, STORE_ERROR };

/*
 * One change. object is borrowed: for STORE_DELETED the last state, for STORE_BOOKMARK NULL.
 * old is the state before it (NULL for an add; may be NULL in a replay of history). A watch that
 * fell out of the history gets STORE_ERROR once, and nothing after it.
 */
struct store_event {
	enum store_event_type type;
	uint64_t revision;
	json_t *object;
	json_t *old;
};

typedef void (*store_watch_fn)(void *userdata, const struct store_event *event);

int store_get(struct store *s, const struct kind *k, const char *ns, const char *name,
	      json_t **ret_obj, struct error *err);

/* *ret_items: a new json array; *ret_revision: the revision that the list reflects. */
int store_list(struct store *s, const struct kind *k, const struct store_list_opts *opts,
	       json_t **ret_items, uint64_t *ret_revision, struct error *err);

/* obj is borrowed and not changed; *ret_obj (may be NULL) is the object as stored. */
int store_create(struct store *s, const struct kind *k, const char *ns, json_t *obj,
		 json_t **ret_obj, struct error *err);

/* A metadata.resourceVersion in obj is a precondition; without one the update is unconditional. */
int store_update(struct store *s, const struct kind *k, enum store_part part, json_t *obj,
		 json_t **ret_obj, struct error *err);

/*
 * Graceful where the kind has it: a bound pod with grace > 0 (or a finalizer) gets a deletionTimestamp and
 * stays; otherwise the object goes. *ret_obj is its last or present state; *ret_gone tells which.
 */
int store_delete(struct store *s, const struct kind *k, const char *ns, const char *name,
		 const struct store_delete_opts *opts, json_t **ret_obj, bool *ret_gone,
		 struct error *err);

/*
 * Call fn for each change of kind k after revision `from` (0: first an ADDED for each present object, then
 * changes). Called from the loop, never from inside a store verb. ns and selectors as in a list: an object that
 * stops to match comes as STORE_DELETED, one that begins to match as STORE_ADDED. STORE_GONE when
 * `from` is older than the history.
 */
int store_watch(struct store *s, const struct kind *k, const struct store_list_opts *opts,
		uint64_t from, store_watch_fn fn, void *userdata, struct store_watch **ret_watch,
		struct error *err);

/* Ends a watch; fn is not called again. Takes NULL, returns NULL. Safe inside fn. */
struct store_watch *store_watch_free(struct store_watch *w);

/* Up to this revision w has seen every change that concerns it; 0 before its first objects came. */
uint64_t store_watch_revision(const struct store_watch *w);

/* The newest revision. */
uint64_t store_revision(struct store *s);

/* Nominal ns since the epoch: stamps are made on this clock (base/clock.h). */
int64_t store_now_ns(struct store *s);

struct store *store_free(struct store *s);
