/*
 * waker: which owners a change concerns, put on the queue of their controller.
 */
#include "controllers/waker.h"

#include "api/meta.h"
#include "api/selector.h"
#include "api/workload.h"
#include "base/json.h"
#include "base/str.h"
#include "controllers/informer.h"
#include "controllers/workqueue.h"

void waker_wake_owner(const struct waker *w, const json_t *obj)
{
	const json_t *ref = meta_controller_ref(obj);

	if (ref && streq(json_str(ref, "kind"), w->kind->kind) &&
	    streq(json_str(ref, "apiVersion"), kind_api_version(w->kind)))
		workqueue_add_name(w->queue, meta_namespace(obj), json_str(ref, "name"));
}

/* Whoever may adopt the orphan. */
static void wake_selectors(const struct waker *w, const json_t *orphan)
{
	_cleanup_json_ json_t *owners = informer_list(w->owners, meta_namespace(orphan) ?: "");
	json_t *owner;
	size_t i;

	json_array_foreach(owners, i, owner) {
		_cleanup_(selector_freep) struct selector *sel = NULL;

		if (workload_selector(owner, &sel, NULL) == 0 &&
		    selector_matches(sel, meta_labels(orphan)))
			workqueue_add_name(w->queue, meta_namespace(owner), meta_name(owner));
	}
}

void waker_owner_changed(void *waker, const struct kind *k _unused_, json_t *was, json_t *now)
{
	const struct waker *w = waker;
	const json_t *owner = now ? now : was;

	workqueue_add_name(w->queue, meta_namespace(owner), meta_name(owner));
}

void waker_child_changed(void *waker, const struct kind *k _unused_, json_t *was, json_t *now)
{
	if (was)
		waker_wake_owner(waker, was);
	if (now)
		waker_wake_owner(waker, now);
}

void waker_owned_changed(void *waker, const struct kind *k, json_t *was, json_t *now)
{
	waker_child_changed(waker, k, was, now);
	if (now && !meta_controller_ref(now) && !meta_deletion_timestamp(now))
		wake_selectors(waker, now);
}
