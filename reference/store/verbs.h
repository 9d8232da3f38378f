/*
 * verbs: the embedded engine's side of store/store.h, each in the file of its name; engine.c makes the table of them.
 */
#pragma once

#include "store/store.h"

int engine_get(struct store *store, const struct kind *k, const char *ns, const char *name,
	       json_t **ret_obj, struct error *err);
int engine_list(struct store *store, const struct kind *k, const struct store_list_opts *opts,
		json_t **ret_items, uint64_t *ret_revision, struct error *err);
int engine_create(struct store *store, const struct kind *k, const char *ns, json_t *obj,
		  json_t **ret_obj, struct error *err);
int engine_update(struct store *store, const struct kind *k, enum store_part part, json_t *obj,
		  json_t **ret_obj, struct error *err);
int engine_delete(struct store *store, const struct kind *k, const char *ns, const char *name,
		  const struct store_delete_opts *opts, json_t **ret_obj, bool *ret_gone,
		  struct error *err);
int engine_watch(struct store *store, const struct kind *k, const struct store_list_opts *opts,
		 uint64_t from, store_watch_fn fn, void *userdata, struct store_watch **ret_watch,
		 struct error *err);
void engine_watch_end(struct store_watch *w);
uint64_t engine_watch_revision(const struct store_watch *w);
