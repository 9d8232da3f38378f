/*
 * store_ops: what stands behind store/store.h, for its engines alone.
 *
 * An engine embeds struct store as the first member of its own, and struct store_watch as that of its watches. A verb of store.h
 * is the entry of its name here; what it means is told there. No entry is NULL.
 */
#pragma once

#include "store/store.h"

struct store_ops {
	int (*get)(struct store *s, const struct kind *k, const char *ns, const char *name,
		   json_t **ret_obj, struct error *err);
	int (*list)(struct store *s, const struct kind *k, const struct store_list_opts *opts,
		    json_t **ret_items, uint64_t *ret_revision, struct error *err);
	int (*create)(struct store *s, const struct kind *k, const char *ns, json_t *obj,
		      json_t **ret_obj, struct error *err);
	int (*update)(struct store *s, const struct kind *k, enum store_part part, json_t *obj,
		      json_t **ret_obj, struct error *err);
	/* opts is never NULL. */
	int (*remove)(struct store *s, const struct kind *k, const char *ns, const char *name,
		      const struct store_delete_opts *opts, json_t **ret_obj, bool *ret_gone,
		      struct error *err);
	/* opts is never NULL. */
	int (*watch)(struct store *s, const struct kind *k, const struct store_list_opts *opts,
		     uint64_t from, store_watch_fn fn, void *userdata,
		     struct store_watch **ret_watch, struct error *err);
	void (*watch_end)(struct store_watch *w); /* not NULL */
	uint64_t (*watch_revision)(const struct store_watch *w);
	uint64_t (*revision)(struct store *s);
	int64_t (*now_ns)(struct store *s);
	void (*end)(struct store *s); /* not NULL */
};

struct store {
	const struct store_ops *ops;
};

struct store_watch {
	struct store *store;
};
