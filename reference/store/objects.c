/*
 * The present objects in memory: a hash per kind, keyed "ns/name". Reads never touch the disk; lists are sorted when
 * they are asked for, by namespace and name as Kubernetes' keys are.
 */
#include "store/engine.h"

#include "api/meta.h"
#include "api/selector.h"
#include "base/str.h"

static char *object_key(const char *ns, const char *name)
{
	return ns && *ns ? str_printf("%s/%s", ns, name) : xstrdup(name);
}

static struct store_table *find_table(const struct engine *s, const struct kind *k)
{
	struct store_table *t = NULL;

	HASH_FIND_PTR(s->tables, &k, t);
	return t;
}

static struct store_table *make_table(struct engine *s, const struct kind *k)
{
	struct store_table *t = find_table(s, k);

	if (t)
		return t;
	t = xnew(t);
	t->kind = k;
	HASH_ADD_PTR(s->tables, kind, t);
	return t;
}

json_t *objects_get(const struct engine *s, const struct kind *k, const char *ns, const char *name)
{
	_cleanup_free_ char *key = object_key(k->namespaced ? ns : NULL, name);
	struct store_table *t = find_table(s, k);
	struct store_object *o = NULL;

	if (t)
		HASH_FIND_STR(t->objects, key, o);
	return o ? o->obj : NULL;
}

static void drop_object(struct store_table *t, struct store_object *o)
{
	HASH_DEL(t->objects, o);
	json_decref(o->obj);
	free(o->key);
	free(o);
}

void objects_set(struct engine *s, const struct kind *k, const char *ns, const char *name,
		 json_t *obj)
{
	_cleanup_free_ char *key = object_key(ns, name);
	struct store_table *t = make_table(s, k);
	struct store_object *o = NULL;

	HASH_FIND_STR(t->objects, key, o);
	if (!obj) {
		if (o)
			drop_object(t, o);
		return;
	}
	if (!o) {
		o = xnew(o);
		o->key = take_ptr(key);
		HASH_ADD_KEYPTR(hh, t->objects, o->key, strlen(o->key), o);
	}
	json_incref(obj);
	json_decref(o->obj);
	o->obj = obj;
}

bool objects_any_in(const struct engine *s, const char *ns)
{
	for (const struct store_table *t = s->tables; t; t = t->hh.next) {
		if (!t->kind->namespaced)
			continue;
		for (const struct store_object *o = t->objects; o; o = o->hh.next)
			if (streq(meta_namespace(o->obj), ns))
				return true;
	}
	return false;
}

bool objects_match(const struct store_list_opts *opts, const json_t *obj)
{
	if (opts->ns && *opts->ns && !streq(opts->ns, meta_namespace(obj)))
		return false;
	if (opts->labels && !selector_matches(opts->labels, meta_labels(obj)))
		return false;
	return !opts->fields || field_selector_matches(opts->fields, obj);
}

static int by_name(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	const char *x_ns = meta_namespace(x), *y_ns = meta_namespace(y);
	int r = strcmp(x_ns ? x_ns : "", y_ns ? y_ns : "");

	return r ? r : strcmp(meta_name(x), meta_name(y));
}

json_t *objects_select(const struct engine *s, const struct kind *k,
		       const struct store_list_opts *opts)
{
	struct store_table *t = find_table(s, k);
	json_t *items = json_array();
	_cleanup_free_ json_t **found = NULL;
	size_t n = 0;

	if (!t || !t->objects)
		return items;
	found = xcalloc(HASH_COUNT(t->objects), sizeof(*found));
	for (struct store_object *o = t->objects; o; o = o->hh.next)
		if (objects_match(opts, o->obj))
			found[n++] = o->obj;
	qsort(found, n, sizeof(*found), by_name);
	for (size_t i = 0; i < n; i++)
		json_array_append(items, found[i]);
	return items;
}

void objects_clear(struct engine *s)
{
	struct store_table *t, *t_next;
	struct store_object *o, *o_next;

	HASH_ITER(hh, s->tables, t, t_next) {
		HASH_ITER(hh, t->objects, o, o_next)
			drop_object(t, o);
		HASH_DEL(s->tables, t);
		free(t);
	}
}
