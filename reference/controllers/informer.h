/*
 * informer: the present objects of one kind in memory, and calls when they change.
 *
 * Every controller of one process shares the informers (struct informer_set). What a controller writes
 * itself it notes at once, so that its next look already shows it: no expectations are needed.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "store/store.h"

struct informer;
struct informer_set;
struct kind;
struct loop;

/* now NULL: deleted (was is the last state); was NULL: new. Borrowed; must only take notes, not write. */
typedef void (*informer_fn)(void *userdata, const struct kind *k, json_t *was, json_t *now);

int informer_set_new(struct store *store, struct loop *loop, struct informer_set **ret,
		     struct error *err);
struct informer_set *informer_set_free(struct informer_set *set);
DEFINE_CLEANUP_FUNC(struct informer_set *, informer_set_free)

/* The informer of a kind, listed and watching; made on first use; the set's. */
int informer_get(struct informer_set *set, const struct kind *k, struct informer **ret,
		 struct error *err);
/* fn for every present object now (was NULL), and for every change from here on. */
void informer_subscribe(struct informer *inf, informer_fn fn, void *userdata);

/* Borrowed, or NULL. ns NULL or "": cluster-scoped. Never change it in place: json_dup() first. */
json_t *informer_find(struct informer *inf, const char *ns, const char *name);
/* A new array of the objects of one namespace (NULL: all). The array is the caller's, its objects shared. */
json_t *informer_list(struct informer *inf, const char *ns);
size_t informer_count(struct informer *inf, const char *ns);

/* What the caller has just written, or seen vanish: subscribers hear it before this returns. */
void informer_note(struct informer *inf, json_t *obj);
void informer_note_gone(struct informer *inf, json_t *obj);
