/*
 * cut: what can be taken out of a case.
 *
 * Places are found by walking the documents; taking them out works on a copy: maps lose their keys at once, entries of lists are marked first and
 * swept at the end, so that the indices of the other cuts stay right. A place below one that is gone already is passed over. What makes a manifest one
 * at all (apiVersion, kind, its name) is never offered. Mending: an apply step forgets manifests that are gone, and is dropped when it has none
 * left; so is a history without relations.
 */
#include "shrink/cut.h"

#include "fixture.h"
#include "util/json.h"

/* ---- finding ---- */

static size_t size_of(const json_t *v)
{
	size_t n = 1, i;
	const char *key;
	json_t *child;

	json_object_foreach((json_t *)v, key, child)
		n += size_of(child);
	json_array_foreach((json_t *)v, i, child)
		n += size_of(child);
	return n;
}

static void add(struct cut_list *list, json_t *path, const json_t *v)
{
	list->items = xrealloc(list->items, (list->n + 1) * sizeof(*list->items));
	list->items[list->n++] = (struct cut){ .path = path, .size = size_of(v) };
}

static json_t *path_down(const json_t *path, json_t *step)
{
	json_t *down = json_copy((json_t *)path);

	json_array_append_new(down, step);
	return down;
}

/* path: [document, key, …] */
static bool is_needed(const json_t *path)
{
	const char *first = json_string_value(json_array_get(path, 1)),
		   *second = json_string_value(json_array_get(path, 2));
	size_t n = json_array_size(path);

	if (n == 2)
		return streq(first, "apiVersion") || streq(first, "kind") ||
		       streq(first, "metadata");
	return n == 3 && streq(first, "metadata") && streq(second, "name");
}

static void walk(const json_t *v, json_t *path, size_t depth, struct cut_list *list)
{
	const char *key;
	json_t *child;
	size_t i;

	if (depth == 0) {
		if (!is_needed(path))
			add(list, json_incref(path), v);
		return;
	}
	json_object_foreach((json_t *)v, key, child) {
		_cleanup_json_ json_t *down = path_down(path, json_string(key));

		walk(child, down, depth - 1, list);
	}
	json_array_foreach((json_t *)v, i, child) {
		_cleanup_json_ json_t *down = path_down(path, json_integer((json_int_t)i));

		walk(child, down, depth - 1, list);
	}
}

static void add_steps(const json_t *doc, struct cut_list *list)
{
	json_t *step, *relation;
	size_t i, k;

	json_array_foreach(json_object_get(doc, "steps"), i, step) {
		add(list, json_pack("[i,s,i]", 0, "steps", (int)i), step);
		if (json_array_size(json_object_get(step, "history")) < 2)
			continue;
		json_array_foreach(json_object_get(step, "history"), k, relation)
			add(list, json_pack("[i,s,i,s,i]", 0, "steps", (int)i, "history", (int)k),
			    relation);
	}
}

static int larger(const void *a, const void *b)
{
	const struct cut *x = a, *y = b;

	return x->size < y->size ? 1 : x->size > y->size ? -1 : 0;
}

void cuts_at(const json_t *docs, size_t depth, struct cut_list *ret)
{
	json_t *doc;
	size_t i;

	*ret = (struct cut_list){ 0 };
	json_array_foreach((json_t *)docs, i, doc) {
		_cleanup_json_ json_t *path = json_pack("[i]", (int)i);

		if (i > 0)
			walk(doc, path, depth, ret);
		else if (depth == 0)
			add_steps(doc, ret);
	}
	if (ret->n)
		qsort(ret->items, ret->n, sizeof(*ret->items), larger);
}

static size_t height(const json_t *v)
{
	const char *key;
	json_t *child;
	size_t h = 0, i;

	json_object_foreach((json_t *)v, key, child)
		h = MAX(h, 1 + height(child));
	json_array_foreach((json_t *)v, i, child)
		h = MAX(h, 1 + height(child));
	return h;
}

size_t cuts_depth(const json_t *docs)
{
	json_t *doc;
	size_t h = 0, i;

	json_array_foreach((json_t *)docs, i, doc)
		h = i ? MAX(h, height(doc)) : h;
	return h;
}

void cut_list_clear(struct cut_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		json_decref(list->items[i].path);
	free(list->items);
	*list = (struct cut_list){ 0 };
}

/* ---- taking out ---- */

static json_t *step_down(json_t *v, const json_t *step)
{
	return json_is_string(step) ? json_object_get(v, json_string_value(step)) :
				      json_array_get(v, (size_t)json_integer_value(step));
}

static void take_out(json_t *docs, const json_t *path, json_t *mark)
{
	size_t n = json_array_size(path);
	const json_t *last = json_array_get(path, n - 1);
	json_t *v = docs;

	for (size_t i = 0; v && v != mark && i + 1 < n; i++)
		v = step_down(v, json_array_get(path, i));
	if (!v || v == mark)
		return;
	if (json_is_string(last))
		json_object_del(v, json_string_value(last));
	else
		json_array_set(v, (size_t)json_integer_value(last), mark);
}

static void sweep(json_t *v, const json_t *mark)
{
	const char *key;
	json_t *child;

	json_object_foreach(v, key, child)
		sweep(child, mark);
	for (size_t i = json_array_size(v); i-- > 0;) {
		if (json_array_get(v, i) == mark)
			json_array_remove(v, i);
		else
			sweep(json_array_get(v, i), mark);
	}
}

/* Does the step still do anything? */
static bool mend_step(json_t *step, const json_t *manifests)
{
	json_t *objects = json_path(step, "apply.objects"),
	       *history = json_object_get(step, "history");
	bool named = json_array_size(objects) > 0;

	for (size_t i = json_array_size(objects); i-- > 0;)
		if (!fixture_manifest(manifests, json_string_value(json_array_get(objects, i))))
			json_array_remove(objects, i);
	return !(named && !json_array_size(objects)) && !(history && !json_array_size(history));
}

static void mend(json_t *docs)
{
	json_t *steps = json_path(docs, "0.steps");
	_cleanup_json_ json_t *manifests = json_copy(docs);

	json_array_remove(manifests, 0);
	for (size_t i = json_array_size(steps); i-- > 0;)
		if (!mend_step(json_array_get(steps, i), manifests))
			json_array_remove(steps, i);
}

json_t *cuts_apply(const json_t *docs, const struct cut_list *list, const bool *take)
{
	_cleanup_json_ json_t *mark = json_object();
	json_t *copy = json_deep_copy(docs);

	for (size_t i = 0; i < list->n; i++)
		if (!take || take[i])
			take_out(copy, list->items[i].path, mark);
	sweep(copy, mark);
	mend(copy);
	return copy;
}
