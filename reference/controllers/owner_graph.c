/*
 * owner_graph: present objects by uid, and for each owner uid its dependents.
 *
 * An owner need not be present to have dependents: that is the very case the garbage collector looks for.
 * Objects that neither own nor are owned are kept too, because any uid may be named by a later reference.
 */
#include "controllers/owner_graph.h"

#include <uthash.h>

#include "api/meta.h"
#include "base/json.h"

struct vertex {
	char *uid;
	const struct kind *kind; /* NULL with obj: known only by its dependents */
	json_t *obj;
	json_t *dependents; /* uid: true */
	UT_hash_handle hh;
};

struct owner_graph {
	struct vertex *vertices;
};

static struct vertex *vertex_of(struct owner_graph *g, const char *uid)
{
	struct vertex *v = NULL;

	if (uid)
		HASH_FIND_STR(g->vertices, uid, v);
	return v;
}

static struct vertex *vertex_make(struct owner_graph *g, const char *uid)
{
	struct vertex *v = vertex_of(g, uid);

	if (!v) {
		v = xnew(v);
		v->uid = xstrdup(uid);
		v->dependents = json_object();
		HASH_ADD_KEYPTR(hh, g->vertices, v->uid, strlen(v->uid), v);
	}
	return v;
}

static void vertex_free(struct owner_graph *g, struct vertex *v)
{
	HASH_DEL(g->vertices, v);
	json_decref(v->obj);
	json_decref(v->dependents);
	free(v->uid);
	free(v);
}

static void vertex_trim(struct owner_graph *g, struct vertex *v)
{
	if (!v->obj && json_object_size(v->dependents) == 0)
		vertex_free(g, v);
}

static void link_owners(struct owner_graph *g, const json_t *obj)
{
	json_t *ref;
	size_t i;

	json_array_foreach(meta_owner_refs(obj), i, ref) {
		const char *owner = json_str(ref, "uid");

		if (owner)
			json_object_set_new(vertex_make(g, owner)->dependents, meta_uid(obj),
					    json_true());
	}
}

static void unlink_owners(struct owner_graph *g, const json_t *obj)
{
	json_t *ref;
	size_t i;

	json_array_foreach(meta_owner_refs(obj), i, ref) {
		struct vertex *owner = vertex_of(g, json_str(ref, "uid"));

		if (!owner)
			continue;
		json_object_del(owner->dependents, meta_uid(obj));
		vertex_trim(g, owner);
	}
}

struct owner_graph *owner_graph_new(void)
{
	struct owner_graph *g = xnew(g);

	return g;
}

struct owner_graph *owner_graph_free(struct owner_graph *g)
{
	struct vertex *v, *next;

	if (!g)
		return NULL;
	HASH_ITER(hh, g->vertices, v, next)
		vertex_free(g, v);
	free(g);
	return NULL;
}

void owner_graph_put(struct owner_graph *g, const struct kind *k, json_t *obj)
{
	struct vertex *v;

	if (!meta_uid(obj))
		return;
	v = vertex_make(g, meta_uid(obj));
	if (v->obj) {
		_cleanup_json_ json_t *was = take_ptr(v->obj);

		v->obj = json_incref(obj); /* keeps v alive while the old links go */
		unlink_owners(g, was);
	} else {
		v->obj = json_incref(obj);
	}
	v->kind = k;
	link_owners(g, obj);
}

void owner_graph_drop(struct owner_graph *g, const json_t *obj)
{
	struct vertex *v = vertex_of(g, meta_uid(obj));
	_cleanup_json_ json_t *was = NULL;

	if (!v || !v->obj)
		return;
	was = take_ptr(v->obj);
	v->kind = NULL;
	vertex_trim(g, v);
	unlink_owners(g, was);
}

json_t *owner_graph_find(struct owner_graph *g, const char *uid, const struct kind **ret_kind)
{
	struct vertex *v = vertex_of(g, uid);

	if (!v || !v->obj)
		return NULL;
	if (ret_kind)
		*ret_kind = v->kind;
	return v->obj;
}

json_t *owner_graph_dependents(struct owner_graph *g, const char *uid)
{
	struct vertex *v = vertex_of(g, uid);
	json_t *uids = json_array(), *value;
	const char *key;

	if (v)
		json_object_foreach(v->dependents, key, value)
			json_array_append_new(uids, json_string(key));
	return uids;
}
