/*
 * Back-off: doubling delays, per key.
 *
 * Pure: no clock is read. The state of one key is two numbers, kept by the caller or in the table here.
 * A state is stale when its last failure lies more than reset_after back; a stale state counts as none.
 * Times may come from any clock as long as it is always the same one; a time before the last one counts
 * as the last.
 */
#include "base/backoff.h"

#include <uthash.h>

struct entry {
	UT_hash_handle hh;
	struct backoff_state state;
	char key[];
};

struct backoff {
	struct backoff_params params;
	struct entry *entries;
};

static bool is_stale(const struct backoff_params *p, const struct backoff_state *s, int64_t now_ns)
{
	return s->delay_ns == 0 || now_ns - s->last_ns > p->reset_after_ns;
}

int64_t backoff_step(const struct backoff_params *p, struct backoff_state *s, int64_t now_ns)
{
	if (is_stale(p, s, now_ns))
		s->delay_ns = p->initial_ns;
	else
		s->delay_ns = s->delay_ns > p->max_ns / 2 ? p->max_ns : s->delay_ns * 2;
	s->delay_ns = MIN(s->delay_ns, p->max_ns);
	s->last_ns = now_ns;
	return s->delay_ns;
}

int64_t backoff_left(const struct backoff_params *p, const struct backoff_state *s,
		     int64_t since_ns, int64_t now_ns)
{
	int64_t passed = now_ns - since_ns;

	if (is_stale(p, s, since_ns) || passed >= s->delay_ns)
		return 0;
	return s->delay_ns - MAX(passed, (int64_t)0);
}

struct backoff *backoff_new(const struct backoff_params *p)
{
	struct backoff *b = xnew(b);

	b->params = *p;
	return b;
}

static void entry_free(struct backoff *b, struct entry *e)
{
	HASH_DEL(b->entries, e);
	free(e);
}

struct backoff *backoff_free(struct backoff *b)
{
	struct entry *e, *next;

	if (!b)
		return NULL;
	HASH_ITER(hh, b->entries, e, next)
		entry_free(b, e);
	free(b);
	return NULL;
}

static struct entry *find(struct backoff *b, const char *key)
{
	struct entry *e;

	HASH_FIND_STR(b->entries, key, e);
	return e;
}

static struct entry *find_or_add(struct backoff *b, const char *key)
{
	struct entry *e = find(b, key);
	size_t len = strlen(key);

	if (e)
		return e;
	e = xcalloc(1, sizeof(*e) + len + 1);
	memcpy(e->key, key, len + 1);
	HASH_ADD_STR(b->entries, key, e);
	return e;
}

int64_t backoff_next(struct backoff *b, const char *key, int64_t now_ns)
{
	return backoff_step(&b->params, &find_or_add(b, key)->state, now_ns);
}

int64_t backoff_remaining(struct backoff *b, const char *key, int64_t since_ns, int64_t now_ns)
{
	struct entry *e = find(b, key);

	return e ? backoff_left(&b->params, &e->state, since_ns, now_ns) : 0;
}

int64_t backoff_delay(struct backoff *b, const char *key)
{
	struct entry *e = find(b, key);

	return e ? e->state.delay_ns : 0;
}

void backoff_set(struct backoff *b, const char *key, int64_t delay_ns, int64_t last_ns)
{
	find_or_add(b, key)->state = (struct backoff_state){ delay_ns, last_ns };
}

void backoff_reset(struct backoff *b, const char *key)
{
	struct entry *e = find(b, key);

	if (e)
		entry_free(b, e);
}

void backoff_reset_prefix(struct backoff *b, const char *prefix)
{
	size_t len = strlen(prefix);
	struct entry *e, *next;

	HASH_ITER(hh, b->entries, e, next)
		if (strncmp(e->key, prefix, len) == 0)
			entry_free(b, e);
}
