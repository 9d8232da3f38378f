/*
 * recorder: writes Events and counts repetitions.
 *
 * The same sentence about the same object within one life of podd raises count and lastTimestamp of the
 * Event that is there; the recorder remembers the names of the last ones for it. The memory is bounded:
 * the oldest entry makes room, and a repetition after that is simply a new Event.
 */
#include "controllers/recorder.h"

#include <uthash.h>

#include "api/cluster.h"
#include "api/meta.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "store/store.h"

#define MEMORY 512

struct known {
	char *key, *ns, *name;
	UT_hash_handle hh;
};

struct recorder {
	struct store *store;
	struct known *known; /* uthash keeps the order of insertion: the first is the oldest */
};

static void known_free(struct recorder *r, struct known *k)
{
	HASH_DEL(r->known, k);
	free(k->key);
	free(k->ns);
	free(k->name);
	free(k);
}

static void remember(struct recorder *r, const char *key, const json_t *event)
{
	struct known *k = xnew(k);

	if (HASH_COUNT(r->known) >= MEMORY)
		known_free(r, r->known);
	k->key = xstrdup(key);
	k->ns = xstrdup(meta_namespace(event));
	k->name = xstrdup(meta_name(event));
	HASH_ADD_KEYPTR(hh, r->known, k->key, strlen(k->key), k);
}

/* Whether the event was there and counts one more. */
static bool repeat(struct recorder *r, const char *key, const char *now)
{
	_cleanup_json_ json_t *stored = NULL, *event = NULL;
	struct known *k = NULL;

	HASH_FIND_STR(r->known, key, k);
	if (!k)
		return false;
	if (store_get(r->store, &kind_event, k->ns, k->name, &stored, NULL) == 0) {
		event = json_deep_copy(stored);
		event_bump(event, now);
		if (store_update(r->store, &kind_event, STORE_SPEC, event, NULL, NULL) == 0)
			return true;
	}
	known_free(r, k);
	return false;
}

struct recorder *recorder_new(struct store *store)
{
	struct recorder *r = xnew(r);

	r->store = store;
	return r;
}

struct recorder *recorder_free(struct recorder *r)
{
	if (!r)
		return NULL;
	while (r->known)
		known_free(r, r->known);
	free(r);
	return NULL;
}

static char *format(const char *fmt, va_list ap)
{
	char *text = NULL;

	if (vasprintf(&text, fmt, ap) < 0)
		abort();
	return text;
}

void recorder_event(struct recorder *r, const json_t *about, const char *component,
		    const char *type, const char *reason, const char *fmt, ...)
{
	_cleanup_free_ char *message = NULL, *key = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *event = NULL;
	char now[CLOCK_STAMP_MAX];
	va_list ap;

	va_start(ap, fmt);
	message = format(fmt, ap);
	va_end(ap);
	key = str_printf("%s/%s/%s/%s", meta_uid(about), type, reason, message);
	clock_format(store_now_ns(r->store), now);
	if (repeat(r, key, now))
		return;
	event = event_object_new(about, NULL, type, reason, message, component, NULL, now);
	if (store_create(r->store, &kind_event, meta_namespace(event), event, NULL, &err) == 0)
		remember(r, key, event);
	else
		log_debug("controllers", "event %s: %s", reason, error_text(&err));
}
