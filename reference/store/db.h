/*
 * db: the tables of the embedded engine, in one SQLite file.
 *
 * objects holds the present state, changes the last few thousand states by revision (the history of
 * watches), meta a few words about the cluster. Every write is one transaction; when db_write() has
 * returned 0 the change is in the kernel's hands and survives kill -9. After a fault nothing of it is left.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/defs.h"
#include "base/error.h"

struct db;

enum { DB_NOT_FOUND = 1 };

/* One change. kind is the resource's name ("pods"); json is the new state, or the last one of a deletion. */
struct db_change {
	uint64_t revision;
	uint64_t prev; /* revision of the state before it; 0: none */
	int type; /* enum store_event_type */
	const char *kind, *ns, *name;
	int64_t at_ns; /* nominal time */
	const char *json;
};

/* path NULL: a private database in memory. The file is locked: a second opener is ERR_UNAVAILABLE. */
int db_open(const char *path, struct db **ret, struct error *err);
struct db *db_close(struct db *db); /* takes NULL, returns NULL */
DEFINE_CLEANUP_FUNC(struct db *, db_close)

/* Object row and change row in one transaction. A full disk: ERR_SYSTEM with errnum ENOSPC and the path. */
int db_write(struct db *db, const struct db_change *c, struct error *err);

/* fn's result other than 0 ends the walk and is handed up. Strings are borrowed for the call. */
typedef int (*db_object_fn)(void *userdata, const char *kind, const char *ns, const char *name,
			    const char *json, struct error *err);
int db_each_object(struct db *db, db_object_fn fn, void *userdata, struct error *err);

typedef int (*db_change_fn)(void *userdata, const struct db_change *c, struct error *err);
/* The changes of one kind after revision `from`, oldest first. */
int db_each_change(struct db *db, const char *kind, uint64_t from, db_change_fn fn, void *userdata,
		   struct error *err);
/* The state that a change left behind. DB_NOT_FOUND: no longer (or never) in the history. */
int db_change_object(struct db *db, uint64_t revision, json_t **ret, struct error *err);
/* Forgets the changes up to `upto`; the newest always stays. */
int db_trim(struct db *db, uint64_t upto, struct error *err);
/* All three are 0 while nothing was ever written. */
int db_history(struct db *db, uint64_t *ret_oldest, uint64_t *ret_newest, int64_t *ret_newest_at_ns,
	       struct error *err);

int db_meta_get(struct db *db, const char *key, char **ret, struct error *err); /* DB_NOT_FOUND */
int db_meta_set(struct db *db, const char *key, const char *value, struct error *err);
