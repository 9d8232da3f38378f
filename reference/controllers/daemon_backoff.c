/*
 * daemon_backoff: 1 s after the first failed pod was deleted, doubled by each further one up to 15 min.
 *
 * It counts from the last deletion on that node, so a pod that runs for longer than that before it fails is replaced
 * at once. After twice the longest wait without a deletion the row begins anew, and what is that old is dropped at the
 * next note. It is no part of any object: a new controller knows nothing of it, as in the field.
 */
#include "controllers/daemon_backoff.h"

#include <uthash.h>

#include "base/backoff.h"
#include "base/clock.h"
#include "base/str.h"

static const struct backoff_params params = {
	.initial_ns = NSEC_PER_SEC,
	.max_ns = 900 * NSEC_PER_SEC,
	.reset_after_ns = 1800 * NSEC_PER_SEC,
};

struct entry {
	char *key; /* "UID/NODE" */
	struct backoff_state state;
	UT_hash_handle hh;
};

struct daemon_backoff {
	struct entry *entries;
};

struct daemon_backoff *daemon_backoff_new(void)
{
	struct daemon_backoff *b = xnew(b);

	return b;
}

static void drop(struct daemon_backoff *b, struct entry *e)
{
	HASH_DEL(b->entries, e);
	free(e->key);
	free(e);
}

struct daemon_backoff *daemon_backoff_free(struct daemon_backoff *b)
{
	struct entry *e, *next;

	if (!b)
		return NULL;
	HASH_ITER(hh, b->entries, e, next)
		drop(b, e);
	free(b);
	return NULL;
}

static struct entry *find(const struct daemon_backoff *b, const char *uid, const char *node)
{
	_cleanup_free_ char *key = str_printf("%s/%s", uid, node);
	struct entry *e = NULL;

	HASH_FIND_STR(b->entries, key, e);
	return e;
}

int64_t daemon_backoff_left(const struct daemon_backoff *b, const char *uid, const char *node,
			    int64_t now_ns)
{
	const struct entry *e = find(b, uid, node);

	return e ? backoff_left(&params, &e->state, e->state.last_ns, now_ns) : 0;
}

static void drop_old(struct daemon_backoff *b, int64_t now_ns)
{
	struct entry *e, *next;

	HASH_ITER(hh, b->entries, e, next)
		if (now_ns - e->state.last_ns > params.reset_after_ns)
			drop(b, e);
}

void daemon_backoff_note(struct daemon_backoff *b, const char *uid, const char *node, int64_t now_ns)
{
	struct entry *e;

	drop_old(b, now_ns);
	e = find(b, uid, node);
	if (!e) {
		e = xnew(e);
		e->key = str_printf("%s/%s", uid, node);
		HASH_ADD_KEYPTR(hh, b->entries, e->key, strlen(e->key), e);
	}
	backoff_step(&params, &e->state, now_ns);
}
