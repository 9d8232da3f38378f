/*
 * garbage: carries out what garbage_decide.h decides, for all kinds but Event.
 *
 * The graph of owners (owner_graph.h) follows the informers of all kinds; keys of the queue are uids. An object is
 * looked at when it changes and has owners or a deletionTimestamp, when an owner of it vanishes, and, as an
 * owner that waits, when a dependent of it vanishes.
 *
 * The informers of two kinds are not in step: before an owner is called dangling the store itself is asked.
 * An owner in another namespace, or of another kind or name than the reference says, is no owner. An owner of a kind that is not
 * served counts as present: nobody here can know better. Of objects that own each other in a circle each would wait for the next in
 * a foreground deletion: one that finds a dependent waiting already lets go of its owners first.
 */
#include "controllers/garbage.h"

#include "api/cluster.h"
#include "api/meta.h"
#include "api/scheme.h"
#include "base/json.h"
#include "base/log.h"
#include "controllers/control.h"
#include "controllers/garbage_decide.h"
#include "controllers/owner_graph.h"
#include "controllers/ownership.h"
#include "controllers/recorder.h"
#include "controllers/workqueue.h"

#define COMPONENT "garbage-collector-controller"

struct garbage {
	struct control *c;
	struct owner_graph *graph;
	struct workqueue *queue;
};

static void wake_all(struct garbage *g, const json_t *uids)
{
	json_t *uid;
	size_t i;

	json_array_foreach((json_t *)uids, i, uid)
		workqueue_add(g->queue, json_string_value(uid));
}

static void wake_waiting_owners(struct garbage *g, const json_t *obj)
{
	json_t *ref, *owner;
	size_t i;

	json_array_foreach(meta_owner_refs(obj), i, ref) {
		owner = owner_graph_find(g->graph, json_str(ref, "uid"), NULL);
		if (owner && meta_deletion_timestamp(owner))
			workqueue_add(g->queue, meta_uid(owner));
	}
}

static void on_change(void *userdata, const struct kind *k, json_t *was, json_t *now)
{
	struct garbage *g = userdata;
	_cleanup_json_ json_t *dependents = NULL;

	if (was)
		wake_waiting_owners(g, was);
	if (now) {
		owner_graph_put(g->graph, k, now);
		if (meta_deletion_timestamp(now) || meta_owner_refs(now))
			workqueue_add(g->queue, meta_uid(now));
		return;
	}
	owner_graph_drop(g->graph, was);
	dependents = owner_graph_dependents(g->graph, meta_uid(was));
	wake_all(g, dependents);
}

/* Asks the store itself: is the object that ref names there, with that uid? */
static bool owner_is_live(struct garbage *g, const json_t *obj, const json_t *ref, bool *ret_known)
{
	const struct kind *k =
		scheme_kind(json_str_or(ref, "apiVersion", ""), json_str_or(ref, "kind", ""));
	_cleanup_json_ json_t *owner = NULL;

	*ret_known = k && !(k->namespaced && !meta_namespace(obj));
	if (!*ret_known)
		return false;
	if (store_get(g->c->store, k, k->namespaced ? meta_namespace(obj) : NULL,
		      json_str_or(ref, "name", ""), &owner, NULL) != 0)
		return false;
	return streq(meta_uid(owner), json_str(ref, "uid"));
}

static bool in_reach(const json_t *obj, const json_t *owner)
{
	return !meta_namespace(owner) || streq(meta_namespace(owner), meta_namespace(obj));
}

static bool is_named(const json_t *ref, const json_t *owner, const struct kind *k)
{
	return streq(json_str(ref, "kind"), k->kind) &&
	       streq(json_str(ref, "name"), meta_name(owner));
}

static enum owner_state owner_state_of(struct garbage *g, const json_t *obj, const json_t *ref)
{
	const struct kind *k;
	const json_t *owner = owner_graph_find(g->graph, json_str(ref, "uid"), &k);
	bool known;

	if (owner && in_reach(obj, owner) && is_named(ref, owner, k))
		return object_waits_for_dependents(owner) ? OWNER_WAITING : OWNER_SOLID;
	if (owner_is_live(g, obj, ref, &known) || !known)
		return OWNER_SOLID;
	if (owner && !in_reach(obj, owner))
		recorder_event(g->c->recorder, obj, COMPONENT, "Warning", "OwnerRefInvalidNamespace",
			       "ownerRef [%s/%s, namespace: %s, name: %s, uid: %s] does not exist "
			       "in namespace \"%s\"",
			       json_str_or(ref, "apiVersion", ""), json_str_or(ref, "kind", ""),
			       meta_namespace(obj), json_str_or(ref, "name", ""),
			       json_str_or(ref, "uid", ""), meta_namespace(obj));
	return OWNER_DANGLING;
}

static int orphan_dependents(struct garbage *g, const struct kind *k, json_t *obj, struct error *err)
{
	_cleanup_json_ json_t *uids = owner_graph_dependents(g->graph, meta_uid(obj));
	_cleanup_json_ json_t *done = object_without_finalizer(obj, FINALIZER_ORPHAN);
	json_t *uid;
	size_t i;

	json_array_foreach(uids, i, uid) {
		const struct kind *dk;
		json_t *dep = owner_graph_find(g->graph, json_string_value(uid), &dk);
		_cleanup_json_ json_t *edited = ownership_released(dep, meta_uid(obj));
		int r;

		r = control_update(g->c, dk, STORE_META, edited, err);
		if (r < 0)
			return error_wrap(err, "orphaning %s", meta_name(edited));
	}
	return control_update(g->c, k, STORE_META, done, err);
}

static int delete_dependents(struct garbage *g, const struct kind *k, json_t *obj, struct error *err)
{
	_cleanup_json_ json_t *uids = owner_graph_dependents(g->graph, meta_uid(obj));
	_cleanup_json_ json_t *done = object_without_finalizer(obj, FINALIZER_FOREGROUND);
	size_t blocking = 0, i;
	json_t *uid;

	json_array_foreach(uids, i, uid) {
		const struct kind *dk;
		json_t *dep = owner_graph_find(g->graph, json_string_value(uid), &dk);

		if (!dep || !in_reach(dep, obj))
			continue;
		if (!meta_deletion_timestamp(dep)) /* it is looked at as a dependent, and deleted */
			workqueue_add(g->queue, json_string_value(uid));
		blocking +=
			json_bool(ownership_ref(dep, meta_uid(obj)), "blockOwnerDeletion", false);
	}
	if (blocking)
		return 0;
	return control_update(g->c, k, STORE_META, done, err);
}

static int drop_refs(struct garbage *g, const struct kind *k, json_t *obj,
		     const enum owner_state *states, struct error *err)
{
	_cleanup_json_ json_t *edited = json_deep_copy(obj);
	json_t *refs = meta_owner_refs(edited);

	for (size_t i = json_array_size(refs); i-- > 0;)
		if (states[i] != OWNER_SOLID)
			json_array_remove(refs, i);
	return control_update(g->c, k, STORE_META, edited, err);
}

static const char *propagation_of(struct garbage *g, const json_t *obj,
				  const enum owner_state *states, size_t n)
{
	_cleanup_json_ json_t *uids = NULL;

	if (object_has_finalizer(obj, FINALIZER_ORPHAN))
		return "Orphan";
	uids = owner_graph_dependents(g->graph, meta_uid(obj));
	for (size_t i = 0; i < n && json_array_size(uids); i++)
		if (states[i] == OWNER_WAITING)
			return "Foreground";
	return object_has_finalizer(obj, FINALIZER_FOREGROUND) ? "Foreground" : "Background";
}

/* A dependent of obj waits for its own dependents, and so for obj. */
static bool is_waited_for(struct garbage *g, const json_t *obj)
{
	_cleanup_json_ json_t *uids = owner_graph_dependents(g->graph, meta_uid(obj));
	json_t *uid;
	size_t i;

	json_array_foreach(uids, i, uid) {
		const json_t *dep = owner_graph_find(g->graph, json_string_value(uid), NULL);

		if (dep && object_waits_for_dependents(dep))
			return true;
	}
	return false;
}

/* obj holds none of its owners any more. */
static int unblock(struct garbage *g, const struct kind *k, const json_t *obj, struct error *err)
{
	_cleanup_json_ json_t *edited = json_deep_copy(obj);
	json_t *ref;
	size_t i;

	json_array_foreach(meta_owner_refs(edited), i, ref)
		json_object_set_new(ref, "blockOwnerDeletion", json_false());
	return control_update(g->c, k, STORE_META, edited, err);
}

static int delete_dependent(struct garbage *g, const struct kind *k, json_t *obj,
			    const char *propagation, struct error *err)
{
	int r = 0;

	if (streq(propagation, "Foreground") && is_waited_for(g, obj))
		r = unblock(g, k, obj, err);
	return r < 0 ? r : control_delete(g->c, k, obj, propagation, err);
}

static int collect(struct garbage *g, const struct kind *k, json_t *obj, struct error *err)
{
	const json_t *refs = meta_owner_refs(obj);
	size_t n = json_array_size(refs);
	_cleanup_free_ enum owner_state *states = xcalloc(n + 1, sizeof(*states));

	for (size_t i = 0; i < n && !meta_deletion_timestamp(obj); i++)
		states[i] = owner_state_of(g, obj, json_array_get(refs, i));
	switch (garbage_decide(obj, states, n)) {
	case GARBAGE_KEEP:
		return 0;
	case GARBAGE_ORPHAN:
		return orphan_dependents(g, k, obj, err);
	case GARBAGE_DELETE_DEPENDENTS:
		return delete_dependents(g, k, obj, err);
	case GARBAGE_DROP_REFS:
		return drop_refs(g, k, obj, states, err);
	case GARBAGE_DELETE:
		return delete_dependent(g, k, obj, propagation_of(g, obj, states, n), err);
	}
	return 0;
}

static void on_key(void *userdata, const char *uid)
{
	struct garbage *g = userdata;
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *obj = NULL;
	const struct kind *k;

	obj = json_incref(owner_graph_find(g->graph, uid, &k));
	if (obj && collect(g, k, obj, &err) < 0) {
		log_debug("controllers", "collecting %s %s: %s", k->kind, meta_name(obj),
			  error_text(&err));
		workqueue_add_failed(g->queue, uid);
		return;
	}
	workqueue_forget(g->queue, uid);
}

DEFINE_CLEANUP_FUNC(struct garbage *, garbage_free)

int garbage_new(struct control *c, struct garbage **ret, struct error *err)
{
	_cleanup_(garbage_freep) struct garbage *g = xnew(g);

	g->c = c;
	g->graph = owner_graph_new();
	g->queue = workqueue_new(c->loop, c->clock, on_key, g);
	for (const struct kind *k = scheme_next_stored(NULL); k; k = scheme_next_stored(k)) {
		struct informer *inf;
		int r;

		if (k == &kind_event)
			continue;
		r = informer_get(c->informers, k, &inf, err);
		if (r < 0)
			return r;
		informer_subscribe(inf, on_change, g);
	}
	*ret = take_ptr(g);
	return 0;
}

struct garbage *garbage_free(struct garbage *g)
{
	if (!g)
		return NULL;
	workqueue_free(g->queue);
	owner_graph_free(g->graph);
	free(g);
	return NULL;
}
