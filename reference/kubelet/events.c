/*
 * events: the recorder.
 *
 * It keeps a small table of what it wrote lately: key (uid, field path, type, reason, message) to the
 * Event's name, so that a repetition raises a count instead of making an object. The table holds
 * what belongs to pods that are here; event_forget() drops a pod's rows. Writing an event may fail (the
 * namespace is terminating): then it is lost, as in the field. While the store is out of reach events wait, some hundred of them.
 *
 * Events are stamped when they happen and written a little later, so that no start of a container waits for the
 * store on their account.
 */
#include "kubelet/events.h"

#include <stdarg.h>
#include <uthash.h>
#include <utlist.h>

#include "api/cluster.h"
#include "api/meta.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "kubelet/ctr.h"
#include "kubelet/pod_worker.h"

#define BURST 25
#define REFILL_NS (300 * NSEC_PER_SEC)
#define FLUSH_NS (20 * NSEC_PER_MSEC) /* real */
#define RETRY_NS NSEC_PER_SEC /* real */
#define WAITING_MAX 500

struct entry {
	UT_hash_handle hh;
	char *key;
	char *uid;
	json_t *event; /* as stored last */
};

struct budget { /* a token bucket per object */
	UT_hash_handle hh;
	char *uid;
	double tokens;
	int64_t filled_ns;
};

struct pending { /* happened, not yet written */
	struct pending *prev, *next;
	json_t *obj;
	char *field_path, *type, *reason, *message;
	int64_t when_ns;
};

struct event_recorder {
	struct kubelet *k;
	struct pending *queue;
	size_t n_queued;
	struct loop_timer *flush;
	struct entry *entries;
	struct budget *budgets;
};

static void entry_free(struct event_recorder *r, struct entry *e)
{
	HASH_DEL(r->entries, e);
	json_decref(e->event);
	free(e->key);
	free(e->uid);
	free(e);
}

static void budget_free(struct event_recorder *r, struct budget *b)
{
	HASH_DEL(r->budgets, b);
	free(b->uid);
	free(b);
}

static void pending_free(struct event_recorder *r, struct pending *p)
{
	DL_DELETE(r->queue, p);
	json_decref(p->obj);
	free(p->field_path);
	free(p->type);
	free(p->reason);
	free(p->message);
	free(p);
}

void event_forget(struct event_recorder *r, const char *uid)
{
	struct entry *e, *next;
	struct budget *b;
	struct pending *p, *pnext;

	DL_FOREACH_SAFE(r->queue, p, pnext) {
		if (!streq(meta_uid(p->obj), uid))
			continue;
		pending_free(r, p);
		r->n_queued--;
	}
	HASH_ITER(hh, r->entries, e, next) {
		if (streq(e->uid, uid))
			entry_free(r, e);
	}
	HASH_FIND_STR(r->budgets, uid, b);
	if (b)
		budget_free(r, b);
}

static bool may_spend(struct event_recorder *r, const char *uid, int64_t now_ns)
{
	struct budget *b;

	HASH_FIND_STR(r->budgets, uid, b);
	if (!b) {
		b = xnew(b);
		b->uid = xstrdup(uid);
		b->tokens = BURST;
		b->filled_ns = now_ns;
		HASH_ADD_KEYPTR(hh, r->budgets, b->uid, strlen(b->uid), b);
	}
	b->tokens += (double)(now_ns - b->filled_ns) / REFILL_NS;
	b->filled_ns = now_ns;
	if (b->tokens > BURST)
		b->tokens = BURST;
	if (b->tokens < 1)
		return false;
	b->tokens -= 1;
	return true;
}

/* Raises the count of an event that is still there. */
static bool repeat(struct event_recorder *r, struct entry *e, const char *now)
{
	_cleanup_json_ json_t *stored = NULL;

	event_bump(e->event, now);
	json_object_del(json_obj(e->event, "metadata"), "resourceVersion");
	if (store_update(r->k->store, &kind_event, STORE_SPEC, e->event, &stored, NULL) != 0)
		return false;
	json_decref(e->event);
	e->event = json_dup(stored);
	return true;
}

static void remember(struct event_recorder *r, char *key, const char *uid, const json_t *event)
{
	struct entry *e = xnew(e);

	e->key = key;
	e->uid = xstrdup(uid);
	e->event = json_dup(event);
	HASH_ADD_KEYPTR(hh, r->entries, e->key, strlen(e->key), e);
}

/* 0 when it is written, or lost; a fault when the store cannot take it now. */
static int write_event(struct event_recorder *r, const struct pending *p)
{
	_cleanup_json_ json_t *event = NULL, *stored = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *key = NULL;
	const char *uid = meta_uid(p->obj);
	char now[CLOCK_STAMP_MAX];
	struct entry *e;
	int code;

	key = str_printf("%s|%s|%s|%s|%s", uid, p->field_path ? p->field_path : "", p->type,
			 p->reason, p->message);
	clock_format(p->when_ns, now);
	if (!may_spend(r, uid, p->when_ns))
		return 0;
	HASH_FIND_STR(r->entries, key, e);
	if (e && repeat(r, e, now))
		return 0;
	if (e)
		entry_free(r, e);
	event = event_object_new(p->obj, p->field_path, p->type, p->reason, p->message, "kubelet",
				 r->k->node_name, now);
	code = store_create(r->k->store, &kind_event, json_str_or(event, "metadata.namespace", ""),
			    event, &stored, &err);
	if (code == 0)
		remember(r, take_ptr(key), uid, stored);
	else if (code > 0)
		log_debug("kubelet", "event %s of %s is lost: %s", p->reason, meta_name(p->obj),
			  error_text(&err));
	return MIN(code, 0);
}

static void flush(void *userdata)
{
	struct event_recorder *r = userdata;
	struct pending *p, *next;

	DL_FOREACH_SAFE(r->queue, p, next) {
		if (write_event(r, p) < 0) {
			loop_timer_set(r->flush, RETRY_NS);
			return;
		}
		pending_free(r, p);
		r->n_queued--;
	}
}

void event_record(struct event_recorder *r, json_t *obj, const char *field_path, const char *type,
		  const char *reason, const char *message)
{
	struct pending *p = xnew(p);

	p->obj = json_incref(obj);
	p->field_path = xstrdup(field_path);
	p->type = xstrdup(type);
	p->reason = xstrdup(reason);
	p->message = xstrdup(message);
	p->when_ns = clock_nominal_ns(r->k->clock);
	DL_APPEND(r->queue, p);
	if (++r->n_queued > WAITING_MAX) {
		pending_free(r, r->queue);
		r->n_queued--;
	}
	if (!loop_timer_is_set(r->flush))
		loop_timer_set(r->flush, FLUSH_NS);
}

struct event_recorder *event_recorder_new(struct kubelet *k)
{
	struct event_recorder *r = xnew(r);

	r->k = k;
	r->flush = loop_timer_new(k->loop, flush, r);
	return r;
}

struct event_recorder *event_recorder_free(struct event_recorder *r)
{
	struct entry *e, *next;
	struct budget *b, *bnext;

	if (!r)
		return NULL;
	flush(r);
	while (r->queue)
		pending_free(r, r->queue);
	HASH_ITER(hh, r->entries, e, next)
		entry_free(r, e);
	HASH_ITER(hh, r->budgets, b, bnext)
		budget_free(r, b);
	loop_timer_free(r->flush);
	free(r);
	return NULL;
}

void pod_event(struct pod_worker *w, const char *type, const char *reason, const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;

	if (w->gone)
		return;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = xstrdup(fmt);
	va_end(ap);
	event_record(w->k->events, w->object, NULL, type, reason, text);
}

void ctr_event(struct ctr *c, const char *type, const char *reason, const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL, *path = ctr_field_path(c);
	va_list ap;

	if (c->w->gone)
		return;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = xstrdup(fmt);
	va_end(ap);
	event_record(c->w->k->events, c->w->object, path, type, reason, text);
}
