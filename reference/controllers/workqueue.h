/*
 * workqueue: keys to reconcile, each once however often it is added, one per turn of the loop.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/defs.h"

struct clock;
struct loop;
struct workqueue;

/* key is borrowed for the call. Adding the same key inside runs it again afterwards. */
typedef void (*workqueue_fn)(void *userdata, const char *key);

struct workqueue *workqueue_new(struct loop *loop, struct clock *clock, workqueue_fn fn,
				void *userdata);
struct workqueue *workqueue_free(struct workqueue *q); /* takes NULL, returns NULL */
DEFINE_CLEANUP_FUNC(struct workqueue *, workqueue_free)

void workqueue_add(struct workqueue *q, const char *key);
/* "ns/name" of an object. */
void workqueue_add_name(struct workqueue *q, const char *ns, const char *name);
/* After delay nominal ns; the earliest of several wins. */
void workqueue_add_after(struct workqueue *q, const char *key, int64_t delay_ns);
/* After this key's own back-off: 5 ms, doubled per failure up to 1000 s. */
void workqueue_add_failed(struct workqueue *q, const char *key);
void workqueue_forget(struct workqueue *q, const char *key); /* the key did well: no more back-off */

size_t workqueue_len(const struct workqueue *q); /* waiting to run now, without the delayed */

/* Splits "ns/name" in place; *ret_ns is "" for a cluster-scoped name. Returns the name. */
char *workqueue_split(char *key, const char **ret_ns);
