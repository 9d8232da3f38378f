/*
 * The SQLite file. WAL with synchronous=NORMAL: a commit is a write(2) to the log, so it survives the end of
 * the process at any instant; a power cut may lose the last commits, but never the file's consistency.
 * locking_mode=EXCLUSIVE keeps the log's index in memory (no mapping that a full disk could turn into
 * SIGBUS) and keeps a second daemon out.
 *
 * The newest row of changes carries the global revision: it is never trimmed, so there is no counter beside
 * it that could disagree. Statements are prepared once; each use binds, steps and resets. Text is
 * bound without a copy: it outlives the step.
 */
#include "store/db.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdbool.h>

#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "store/store.h"

enum statement {
	ST_BEGIN,
	ST_COMMIT,
	ST_ROLLBACK,
	ST_PUT,
	ST_DROP,
	ST_CHANGE,
	ST_TRIM,
	ST_OBJECTS,
	ST_CHANGES,
	ST_STATE,
	ST_HISTORY,
	ST_META_GET,
	ST_META_SET,
	N_STATEMENTS
};

static const char *const statement_text[N_STATEMENTS] = {
	[ST_BEGIN] = "BEGIN IMMEDIATE",
	[ST_COMMIT] = "COMMIT",
	[ST_ROLLBACK] = "ROLLBACK",
	[ST_PUT] = "INSERT INTO objects (kind, ns, name, json) VALUES (?1, ?2, ?3, ?4) "
		   "ON CONFLICT (kind, ns, name) DO UPDATE SET json = excluded.json",
	[ST_DROP] = "DELETE FROM objects WHERE kind = ?1 AND ns = ?2 AND name = ?3",
	[ST_CHANGE] = "INSERT INTO changes (revision, prev, type, kind, ns, name, at, json) "
		      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[ST_TRIM] = "DELETE FROM changes WHERE revision <= ?1 "
		    "AND revision < (SELECT max(revision) FROM changes)",
	[ST_OBJECTS] = "SELECT kind, ns, name, json FROM objects",
	[ST_CHANGES] = "SELECT revision, prev, type, kind, ns, name, at, json FROM changes "
		       "WHERE revision > ?1 AND kind = ?2 ORDER BY revision",
	[ST_STATE] = "SELECT json FROM changes WHERE revision = ?1",
	[ST_HISTORY] = "SELECT coalesce((SELECT min(revision) FROM changes), 0), "
		       "coalesce((SELECT max(revision) FROM changes), 0), "
		       "coalesce((SELECT at FROM changes ORDER BY revision DESC LIMIT 1), 0)",
	[ST_META_GET] = "SELECT value FROM meta WHERE key = ?1",
	[ST_META_SET] = "INSERT INTO meta (key, value) VALUES (?1, ?2) "
			"ON CONFLICT (key) DO UPDATE SET value = excluded.value",
};

static const char db_setup[] =
	"PRAGMA locking_mode = EXCLUSIVE;"
	"PRAGMA journal_mode = WAL;"
	"PRAGMA synchronous = NORMAL;"
	"PRAGMA wal_autocheckpoint = 4000;"
	"PRAGMA journal_size_limit = 67108864;"
	"CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS objects (kind TEXT NOT NULL, ns TEXT NOT NULL, name TEXT NOT "
	"NULL, "
	"json TEXT NOT NULL, PRIMARY KEY (kind, ns, name)) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS changes (revision INTEGER PRIMARY KEY, prev INTEGER NOT NULL, "
	"type INTEGER NOT NULL, kind TEXT NOT NULL, ns TEXT NOT NULL, name TEXT NOT NULL, "
	"at INTEGER NOT NULL, json TEXT NOT NULL);";

struct db {
	sqlite3 *handle;
	char *path;
	sqlite3_stmt *st[N_STATEMENTS];
};

static void reset_statement(sqlite3_stmt **st)
{
	if (*st)
		sqlite3_reset(*st);
}

#define _cleanup_reset_ _cleanup_(reset_statement)

static int db_fault(struct db *db, int code, struct error *err)
{
	int sys = sqlite3_system_errno(db->handle);

	switch (code & 0xff) {
	case SQLITE_FULL:
		return error_set_errno(err, ENOSPC, "write %s", db->path);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return error_set(err, ERR_UNAVAILABLE, NULL, "%s is in use by another process",
				 db->path);
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		return error_set(err, ERR_INTERNAL, NULL, "%s is not a store, or is damaged: %s",
				 db->path, sqlite3_errmsg(db->handle));
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
		if (sys)
			return error_set_errno(err, sys, "%s", db->path);
		break;
	}
	return error_set(err, ERR_INTERNAL, NULL, "%s: %s", db->path, sqlite3_errmsg(db->handle));
}

static int bind_text(sqlite3_stmt *st, int i, const char *s)
{
	return sqlite3_bind_text(st, i, s, -1, SQLITE_STATIC);
}

/* Runs a statement that gives no rows. */
static int db_run(struct db *db, sqlite3_stmt *st, struct error *err)
{
	int r = sqlite3_step(st);

	sqlite3_reset(st);
	return r == SQLITE_DONE ? 0 : db_fault(db, r, err);
}

static int db_prepare(struct db *db, struct error *err)
{
	for (size_t i = 0; i < N_STATEMENTS; i++) {
		int r = sqlite3_prepare_v3(db->handle, statement_text[i], -1,
					   SQLITE_PREPARE_PERSISTENT, &db->st[i], NULL);
		if (r != SQLITE_OK)
			return db_fault(db, r, err);
	}
	return 0;
}

int db_open(const char *path, struct db **ret, struct error *err)
{
	_cleanup_(db_closep) struct db *db = xnew(db);
	int r;

	db->path = xstrdup(path ? path : "store in memory");
	r = sqlite3_open_v2(path ? path : ":memory:", &db->handle,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
	if (r == SQLITE_OK)
		r = sqlite3_exec(db->handle, db_setup, NULL, NULL, NULL);
	if (r != SQLITE_OK)
		return db_fault(db, r, err);
	r = db_prepare(db, err);
	if (r < 0)
		return r;
	*ret = take_ptr(db);
	return 0;
}

struct db *db_close(struct db *db)
{
	if (!db)
		return NULL;
	for (size_t i = 0; i < N_STATEMENTS; i++)
		sqlite3_finalize(db->st[i]);
	sqlite3_close(db->handle);
	free(db->path);
	free(db);
	return NULL;
}

static int write_object(struct db *db, const struct db_change *c, struct error *err)
{
	sqlite3_stmt *st = db->st[c->type == STORE_DELETED ? ST_DROP : ST_PUT];

	bind_text(st, 1, c->kind);
	bind_text(st, 2, c->ns);
	bind_text(st, 3, c->name);
	if (c->type != STORE_DELETED)
		bind_text(st, 4, c->json);
	return db_run(db, st, err);
}

static int write_change(struct db *db, const struct db_change *c, struct error *err)
{
	sqlite3_stmt *st = db->st[ST_CHANGE];

	sqlite3_bind_int64(st, 1, (sqlite3_int64)c->revision);
	sqlite3_bind_int64(st, 2, (sqlite3_int64)c->prev);
	sqlite3_bind_int(st, 3, c->type);
	bind_text(st, 4, c->kind);
	bind_text(st, 5, c->ns);
	bind_text(st, 6, c->name);
	sqlite3_bind_int64(st, 7, c->at_ns);
	bind_text(st, 8, c->json);
	return db_run(db, st, err);
}

int db_write(struct db *db, const struct db_change *c, struct error *err)
{
	int r = db_run(db, db->st[ST_BEGIN], err);

	if (r < 0)
		return r;
	r = write_object(db, c, err);
	if (r == 0)
		r = write_change(db, c, err);
	if (r == 0)
		r = db_run(db, db->st[ST_COMMIT], err);
	/* Some faults have rolled back already; then there is no transaction any more. */
	if (r < 0 && !sqlite3_get_autocommit(db->handle) && db_run(db, db->st[ST_ROLLBACK], NULL))
		log_debug("store", "rollback: %s", sqlite3_errmsg(db->handle));
	return r;
}

static const char *column(sqlite3_stmt *st, int i)
{
	return (const char *)sqlite3_column_text(st, i);
}

int db_each_object(struct db *db, db_object_fn fn, void *userdata, struct error *err)
{
	_cleanup_reset_ sqlite3_stmt *st = db->st[ST_OBJECTS];
	int r, r_fn;

	while ((r = sqlite3_step(st)) == SQLITE_ROW) {
		r_fn = fn(userdata, column(st, 0), column(st, 1), column(st, 2), column(st, 3), err);
		if (r_fn)
			return r_fn;
	}
	return r == SQLITE_DONE ? 0 : db_fault(db, r, err);
}

int db_each_change(struct db *db, const char *kind, uint64_t from, db_change_fn fn, void *userdata,
		   struct error *err)
{
	_cleanup_reset_ sqlite3_stmt *st = db->st[ST_CHANGES];
	int r, r_fn;

	sqlite3_bind_int64(st, 1, (sqlite3_int64)from);
	bind_text(st, 2, kind);
	while ((r = sqlite3_step(st)) == SQLITE_ROW) {
		struct db_change c = {
			.revision = (uint64_t)sqlite3_column_int64(st, 0),
			.prev = (uint64_t)sqlite3_column_int64(st, 1),
			.type = sqlite3_column_int(st, 2),
			.kind = column(st, 3),
			.ns = column(st, 4),
			.name = column(st, 5),
			.at_ns = sqlite3_column_int64(st, 6),
			.json = column(st, 7),
		};

		r_fn = fn(userdata, &c, err);
		if (r_fn)
			return r_fn;
	}
	return r == SQLITE_DONE ? 0 : db_fault(db, r, err);
}

int db_change_object(struct db *db, uint64_t revision, json_t **ret, struct error *err)
{
	_cleanup_reset_ sqlite3_stmt *st = db->st[ST_STATE];
	int r;

	sqlite3_bind_int64(st, 1, (sqlite3_int64)revision);
	r = sqlite3_step(st);
	if (r == SQLITE_DONE) {
		error_set(err, ERR_GONE, NULL, "revision %llu is not in the history",
			  (unsigned long long)revision);
		return DB_NOT_FOUND;
	}
	if (r != SQLITE_ROW)
		return db_fault(db, r, err);
	return json_parse(column(st, 0), (size_t)sqlite3_column_bytes(st, 0), ret, err);
}

int db_trim(struct db *db, uint64_t upto, struct error *err)
{
	sqlite3_bind_int64(db->st[ST_TRIM], 1, (sqlite3_int64)upto);
	return db_run(db, db->st[ST_TRIM], err);
}

int db_history(struct db *db, uint64_t *ret_oldest, uint64_t *ret_newest, int64_t *ret_newest_at_ns,
	       struct error *err)
{
	_cleanup_reset_ sqlite3_stmt *st = db->st[ST_HISTORY];
	int r = sqlite3_step(st);

	if (r != SQLITE_ROW)
		return db_fault(db, r, err);
	*ret_oldest = (uint64_t)sqlite3_column_int64(st, 0);
	*ret_newest = (uint64_t)sqlite3_column_int64(st, 1);
	*ret_newest_at_ns = sqlite3_column_int64(st, 2);
	return 0;
}

int db_meta_get(struct db *db, const char *key, char **ret, struct error *err)
{
	_cleanup_reset_ sqlite3_stmt *st = db->st[ST_META_GET];
	int r;

	bind_text(st, 1, key);
	r = sqlite3_step(st);
	if (r == SQLITE_DONE) {
		error_set(err, ERR_NOT_FOUND, NULL, "%s: no \"%s\"", db->path, key);
		return DB_NOT_FOUND;
	}
	if (r != SQLITE_ROW)
		return db_fault(db, r, err);
	*ret = xstrdup(column(st, 0));
	return 0;
}

int db_meta_set(struct db *db, const char *key, const char *value, struct error *err)
{
	bind_text(db->st[ST_META_SET], 1, key);
	bind_text(db->st[ST_META_SET], 2, value);
	return db_run(db, db->st[ST_META_SET], err);
}
