/*
 * namespace: the end of a namespace.
 *
 * A namespace with a deletionTimestamp (phase Terminating) takes no new objects. Everything in it is deleted in
 * the ordinary way, so pods keep their grace and finalizers hold; dependents go in the background. When
 * nothing is left but Events and Leases, these go too, and then the namespace itself. Much work is
 * cut into turns of the loop.
 */
#include "controllers/namespace.h"

#include "api/cluster.h"
#include "api/meta.h"
#include "api/scheme.h"
#include "base/json.h"
#include "base/log.h"
#include "controllers/control.h"
#include "controllers/workqueue.h"

#define BATCH 50 /* deletions in one turn of the loop */

struct namespaces {
	struct control *c;
	struct informer *all;
	struct workqueue *queue;
};

/* What is left to be done in one namespace. */
struct emptying {
	const char *ns;
	size_t left; /* objects that are still there */
	size_t budget; /* deletions left in this turn */
};

static bool is_quiet(const struct kind *k)
{
	return k == &kind_event || k == &kind_lease;
}

static bool is_terminating(const json_t *ns)
{
	return ns && meta_deletion_timestamp(ns);
}

static void on_namespace(void *userdata, const struct kind *k _unused_, json_t *was _unused_,
			 json_t *now)
{
	struct namespaces *n = userdata;

	if (is_terminating(now))
		workqueue_add(n->queue, meta_name(now));
}

static void on_content(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	struct namespaces *n = userdata;
	const char *ns = meta_namespace(now ? now : was);

	if (ns && (!was || !now) && is_terminating(informer_find(n->all, NULL, ns)))
		workqueue_add(n->queue, ns);
}

static int empty_kind(struct namespaces *n, const struct kind *k, struct emptying *e,
		      struct error *err)
{
	_cleanup_json_ json_t *objects = NULL;
	struct informer *inf;
	json_t *obj;
	size_t i;
	int r;

	r = informer_get(n->c->informers, k, &inf, err);
	if (r < 0)
		return r;
	objects = informer_list(inf, e->ns);
	json_array_foreach(objects, i, obj) {
		if (meta_deletion_timestamp(obj) || !e->budget)
			continue;
		e->budget--;
		r = control_delete(n->c, k, obj, "Background", err);
		if (r < 0)
			return r;
	}
	e->left += informer_count(inf, e->ns);
	return 0;
}

/* Events and Leases: nobody watches them here, so the store is asked. */
static int empty_quiet(struct namespaces *n, const struct kind *k, struct emptying *e,
		       struct error *err)
{
	struct store_list_opts list = { .ns = e->ns };
	_cleanup_json_ json_t *objects = NULL;
	uint64_t revision;
	json_t *obj;
	size_t i;
	int r;

	r = store_list(n->c->store, k, &list, &objects, &revision, err);
	json_array_foreach(objects, i, obj) {
		struct store_delete_opts opts = { .grace_seconds = 0, .propagation = "Background" };
		_cleanup_json_ json_t *last = NULL;
		bool gone = false;

		if (!e->budget || r < 0)
			break;
		e->budget--;
		r = store_delete(n->c->store, k, e->ns, meta_name(obj), &opts, &last, &gone, err);
	}
	e->left += e->budget ? 0 : 1;
	return MIN(r, 0);
}

static int empty_kinds(struct namespaces *n, struct emptying *e, bool quiet, struct error *err)
{
	for (const struct kind *k = scheme_next_stored(NULL); k; k = scheme_next_stored(k)) {
		int r;

		if (!k->namespaced || is_quiet(k) != quiet)
			continue;
		r = quiet ? empty_quiet(n, k, e, err) : empty_kind(n, k, e, err);
		if (r < 0)
			return error_wrap(err, "emptying %s of %s", e->ns, k->plural);
	}
	return 0;
}

static int remove_namespace(struct namespaces *n, const json_t *ns, struct error *err)
{
	struct store_delete_opts opts = { .grace_seconds = 0, .uid = meta_uid(ns) };
	_cleanup_json_ json_t *last = NULL;
	bool gone = false;

	return MIN(store_delete(n->c->store, &kind_namespace, NULL, meta_name(ns), &opts, &last,
				&gone, err),
		   0);
}

static int finish(struct namespaces *n, const json_t *ns, struct emptying *e, struct error *err)
{
	int r;

	r = empty_kinds(n, e, false, err);
	if (r < 0 || e->left)
		return r;
	r = empty_kinds(n, e, true, err);
	if (r < 0 || e->left)
		return r;
	return remove_namespace(n, ns, err);
}

static void on_key(void *userdata, const char *name)
{
	struct namespaces *n = userdata;
	_cleanup_error_ struct error err = ERROR_INIT;
	struct emptying e = { .ns = name, .budget = BATCH };
	_cleanup_json_ json_t *ns = json_incref(informer_find(n->all, NULL, name));

	if (!is_terminating(ns)) {
		workqueue_forget(n->queue, name);
		return;
	}
	if (finish(n, ns, &e, &err) < 0) {
		log_debug("controllers", "namespace %s: %s", name, error_text(&err));
		workqueue_add_failed(n->queue, name);
		return;
	}
	workqueue_forget(n->queue, name);
	if (!e.budget)
		workqueue_add(n->queue, name);
}

DEFINE_CLEANUP_FUNC(struct namespaces *, namespaces_free)

int namespaces_new(struct control *c, struct namespaces **ret, struct error *err)
{
	_cleanup_(namespaces_freep) struct namespaces *n = xnew(n);
	int r;

	n->c = c;
	n->queue = workqueue_new(c->loop, c->clock, on_key, n);
	r = informer_get(c->informers, &kind_namespace, &n->all, err);
	if (r < 0)
		return r;
	informer_subscribe(n->all, on_namespace, n);
	for (const struct kind *k = scheme_next_stored(NULL); k; k = scheme_next_stored(k)) {
		struct informer *inf;

		if (!k->namespaced || is_quiet(k))
			continue;
		r = informer_get(c->informers, k, &inf, err);
		if (r < 0)
			return r;
		informer_subscribe(inf, on_content, n);
	}
	*ret = take_ptr(n);
	return 0;
}

struct namespaces *namespaces_free(struct namespaces *n)
{
	if (!n)
		return NULL;
	workqueue_free(n->queue);
	free(n);
	return NULL;
}
