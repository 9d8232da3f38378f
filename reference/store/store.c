/*
 * The verbs of store/store.h: each is handed to the engine that the store was opened with.
 */
#include "store/store_ops.h"

int store_get(struct store *s, const struct kind *k, const char *ns, const char *name,
	      json_t **ret_obj, struct error *err)
{
	return s->ops->get(s, k, ns, name, ret_obj, err);
}

int store_list(struct store *s, const struct kind *k, const struct store_list_opts *opts,
	       json_t **ret_items, uint64_t *ret_revision, struct error *err)
{
	static const struct store_list_opts all;

	return s->ops->list(s, k, opts ? opts : &all, ret_items, ret_revision, err);
}

int store_create(struct store *s, const struct kind *k, const char *ns, json_t *obj,
		 json_t **ret_obj, struct error *err)
{
	return s->ops->create(s, k, ns, obj, ret_obj, err);
}

int store_update(struct store *s, const struct kind *k, enum store_part part, json_t *obj,
		 json_t **ret_obj, struct error *err)
{
	return s->ops->update(s, k, part, obj, ret_obj, err);
}

int store_delete(struct store *s, const struct kind *k, const char *ns, const char *name,
		 const struct store_delete_opts *opts, json_t **ret_obj, bool *ret_gone,
		 struct error *err)
{
	static const struct store_delete_opts plain = STORE_DELETE_OPTS_INIT;

	return s->ops->remove(s, k, ns, name, opts ? opts : &plain, ret_obj, ret_gone, err);
}

int store_watch(struct store *s, const struct kind *k, const struct store_list_opts *opts,
		uint64_t from, store_watch_fn fn, void *userdata, struct store_watch **ret_watch,
		struct error *err)
{
	static const struct store_list_opts all;

	return s->ops->watch(s, k, opts ? opts : &all, from, fn, userdata, ret_watch, err);
}

struct store_watch *store_watch_free(struct store_watch *w)
{
	if (w)
		w->store->ops->watch_end(w);
	return NULL;
}

uint64_t store_watch_revision(const struct store_watch *w)
{
	return w->store->ops->watch_revision(w);
}

uint64_t store_revision(struct store *s)
{
	return s->ops->revision(s);
}

int64_t store_now_ns(struct store *s)
{
	return s->ops->now_ns(s);
}

struct store *store_free(struct store *s)
{
	if (s)
		s->ops->end(s);
	return NULL;
}
