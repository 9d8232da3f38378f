/*
 * control: what every controller is given, and the writes that they share.
 */
#pragma once

#include <jansson.h>

#include "base/error.h"
#include "controllers/informer.h"
#include "controllers/metrics_source.h"
#include "store/store.h"

struct clock;
struct loop;
struct recorder;

struct control {
	struct store *store;
	struct loop *loop;
	struct clock *clock; /* scales delays; stamps come from store_now_ns() */
	struct informer_set *informers;
	struct recorder *recorder;
	struct metrics_source metrics;
};

/* store_update() and store_delete() whose result every informer of the kind knows at once. */
int control_update(struct control *c, const struct kind *k, enum store_part part, json_t *obj,
		   struct error *err);
/* obj with another status; nothing is written when it has that already. */
int control_write_status(struct control *c, const struct kind *k, const json_t *obj, json_t *status,
			 struct error *err);
/* Only the very object given (by its uid); one that is gone already is a success. propagation may be NULL. */
int control_delete(struct control *c, const struct kind *k, json_t *obj, const char *propagation,
		   struct error *err);
/* The same with grace 0: nobody is waited for. */
int control_remove(struct control *c, const struct kind *k, json_t *obj, struct error *err);
/* The new object is *ret_obj (may be NULL). Outcomes of the store become faults. */
int control_create(struct control *c, const struct kind *k, const char *ns, json_t *obj,
		   json_t **ret_obj, struct error *err);
