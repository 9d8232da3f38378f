/*
 * control: the writes of the controllers.
 *
 * Each goes to the store and, when it succeeded, into the informer of the kind, so that the writer's next
 * reconcile starts from what it did. A positive outcome of the store (conflict, gone, exists) becomes a
 * fault here: every controller answers to it in the same way, by trying the key again after its back-off;
 * an object that has vanished meanwhile is no fault for a deletion.
 */
#include "controllers/control.h"

#include "api/meta.h"
#include "api/scheme.h"
#include "base/json.h"

static int as_fault(int r, struct error *err)
{
	if (r <= 0)
		return r;
	if (err && error_is_set(err))
		return -err->code;
	return error_set(err, ERR_CONFLICT, "Conflict", "the store answered with outcome %d", r);
}

int control_update(struct control *c, const struct kind *k, enum store_part part, json_t *obj,
		   struct error *err)
{
	_cleanup_json_ json_t *stored = NULL;
	struct informer *inf;
	int r;

	r = informer_get(c->informers, k, &inf, err);
	if (r < 0)
		return r;
	r = store_update(c->store, k, part, obj, &stored, err);
	if (r != 0)
		return as_fault(r, err);
	informer_note(inf, stored);
	return 0;
}

int control_write_status(struct control *c, const struct kind *k, const json_t *obj, json_t *status,
			 struct error *err)
{
	_cleanup_json_ json_t *edited = NULL;

	if (json_same(status, json_obj(obj, "status")))
		return 0;
	edited = json_copy((json_t *)obj);
	json_object_set(edited, "status", status);
	return control_update(c, k, STORE_STATUS, edited, err);
}

static int delete_with(struct control *c, const struct kind *k, json_t *obj,
		       const char *propagation, int64_t grace, struct error *err)
{
	_cleanup_free_ char *uid = xstrdup(meta_uid(obj));
	struct store_delete_opts opts = { .grace_seconds = grace, .propagation = propagation };
	_cleanup_json_ json_t *held = json_incref(obj), *last = NULL;
	struct informer *inf;
	bool gone = false;
	int r;

	r = informer_get(c->informers, k, &inf, err);
	if (r < 0)
		return r;
	opts.uid = uid;
	r = store_delete(c->store, k, meta_namespace(held), meta_name(held), &opts, &last, &gone,
			 err);
	if (r == STORE_NOT_FOUND) {
		error_clear(err);
		return 0;
	}
	if (r != 0)
		return as_fault(r, err);
	if (gone)
		informer_note_gone(inf, held);
	else
		informer_note(inf, last);
	return 0;
}

int control_delete(struct control *c, const struct kind *k, json_t *obj, const char *propagation,
		   struct error *err)
{
	return delete_with(c, k, obj, propagation, -1, err);
}

int control_remove(struct control *c, const struct kind *k, json_t *obj, struct error *err)
{
	return delete_with(c, k, obj, NULL, 0, err);
}

int control_create(struct control *c, const struct kind *k, const char *ns, json_t *obj,
		   json_t **ret_obj, struct error *err)
{
	_cleanup_json_ json_t *stored = NULL;
	struct informer *inf;
	int r;

	r = informer_get(c->informers, k, &inf, err);
	if (r < 0)
		return r;
	r = store_create(c->store, k, ns, obj, &stored, err);
	if (r != 0)
		return as_fault(r, err);
	informer_note(inf, stored);
	if (ret_obj)
		*ret_obj = take_ptr(stored);
	return 0;
}
