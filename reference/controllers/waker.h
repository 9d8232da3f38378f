/*
 * waker: which owners a change concerns, put on the queue of their controller.
 *
 * An owner is woken by its own change, by that of an object that names it as its controller (before the change or after it), and by
 * that of an orphan that its selector matches, for it may adopt it.
 */
#pragma once

#include <jansson.h>

struct informer;
struct kind;
struct workqueue;

/* All borrowed. */
struct waker {
	struct workqueue *queue;
	struct informer *owners;
	const struct kind *kind; /* of the owners */
};

/* The controller of the object, if it is of the kind. */
void waker_wake_owner(const struct waker *w, const json_t *obj);

/* For informer_subscribe(), with the waker as userdata: of the owners; of what they own; of what they own and never adopt. */
void waker_owner_changed(void *waker, const struct kind *k, json_t *was, json_t *now);
void waker_owned_changed(void *waker, const struct kind *k, json_t *was, json_t *now);
void waker_child_changed(void *waker, const struct kind *k, json_t *was, json_t *now);
