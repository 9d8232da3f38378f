/*
 * Update: a new state out of the present one and the part of the caller's object that the part names. Kinds' rules
 * are asked about the spec and metadata; a status is taken as it is, its writer is the authority. A state
 * that equals the present one is no change. An object that waits for its deletion goes with its last
 * finalizer.
 */
#include <stdarg.h>

#include "api/meta.h"
#include "api/pod_status.h"
#include "base/json.h"
#include "base/str.h"
#include "store/dry.h"
#include "store/engine.h"
#include "store/verbs.h"

int update_conflict(const struct kind *k, const char *name, struct error *err, const char *fmt, ...)
{
	_cleanup_free_ char *why = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&why, fmt, ap) < 0)
		why = NULL;
	va_end(ap);
	error_set(err, ERR_CONFLICT, NULL, "Operation cannot be fulfilled on %s \"%s\": %s",
		  kind_resource_name(k), name, why ? why : "conflict");
	return STORE_CONFLICT;
}

static int check_preconditions(const struct kind *k, const json_t *cur, const json_t *obj,
			       struct error *err)
{
	const char *rv = json_str(obj, "metadata.resourceVersion"), *uid = meta_uid(obj);

	if (rv && *rv && meta_rv(obj) == 0 && !streq(rv, "0")) {
		error_set(err, ERR_INVALID, NULL,
			  "%s \"%s\" is invalid: metadata.resourceVersion: "
			  "Invalid value: \"%s\": must be a number",
			  kind_qualified(k), meta_name(cur), rv);
		return STORE_REFUSED;
	}
	if (uid && *uid && !streq(uid, meta_uid(cur)))
		return update_conflict(k, meta_name(cur), err,
				       "Precondition failed: UID in precondition: %s, "
				       "UID in object meta: %s",
				       uid, meta_uid(cur));
	if (meta_rv(obj) && meta_rv(obj) != meta_rv(cur))
		return update_conflict(k, meta_name(cur), err,
				       "the object has been modified; please apply your changes to "
				       "the latest version and try again");
	return 0;
}

/* ---- the new state, by part ---- */

static void copy_key(json_t *to, const json_t *from, const char *key)
{
	json_t *v = json_object_get(from, key);

	if (v)
		json_object_set_new(to, key, json_deep_copy(v));
	else
		json_object_del(to, key);
}

static json_t *merge_spec(const struct kind *k, const json_t *cur, const json_t *obj)
{
	static const char *const kept[] = {
		"name",
		"namespace",
		"generateName",
		"uid",
		"creationTimestamp",
		"generation",
		"deletionTimestamp",
		"deletionGracePeriodSeconds",
		"selfLink",
		"resourceVersion",
		"managedFields",
	};
	json_t *out = json_dup(obj), *meta = meta_ensure(out);

	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		copy_key(meta, json_object_get(cur, "metadata"), kept[i]);
	copy_key(out, cur, "kind");
	copy_key(out, cur, "apiVersion");
	if (k->subresources & SUB_STATUS)
		copy_key(out, cur, "status");
	return out;
}

static json_t *merge_keys(const json_t *cur, const json_t *obj, const char *const *meta_keys,
			  bool status)
{
	json_t *out = json_dup(cur), *from = json_object_get(obj, "metadata");

	for (; *meta_keys; meta_keys++)
		copy_key(json_object_get(out, "metadata"), from, *meta_keys);
	if (status)
		copy_key(out, obj, "status");
	return out;
}

static int bind_pod(const struct kind *k, const json_t *cur, const json_t *obj, int64_t now_ns,
		    json_t **ret, struct error *err)
{
	const char *name = meta_name(cur), *node = json_str(cur, "spec.nodeName");
	_cleanup_json_ json_t *out = NULL;
	char stamp[CLOCK_STAMP_MAX];

	if (meta_deletion_timestamp(cur))
		return update_conflict(k, name, err,
				       "pod %s is being deleted, cannot be assigned to a host",
				       name);
	if (node && *node)
		return update_conflict(k, name, err, "pod %s is already assigned to node \"%s\"",
				       name, node);
	if (json_len(cur, "spec.schedulingGates"))
		return update_conflict(k, name, err, "pod %s has non-empty .spec.schedulingGates",
				       name);
	out = json_dup(cur);
	json_set_str(out, "spec.nodeName", json_str(obj, "spec.nodeName"));
	pod_condition_set(out, "PodScheduled", "True", NULL, NULL, clock_format(now_ns, stamp));
	*ret = take_ptr(out);
	return 0;
}

static int merge(struct engine *s, const struct kind *k, enum store_part part, const json_t *cur,
		 const json_t *obj, json_t **ret, struct error *err)
{
	static const char *const none[] = { NULL },
				 *const labels[] = { "labels", "annotations", NULL },
				 *const meta[] = { "labels", "annotations", "finalizers",
						   "ownerReferences", NULL };

	switch (part) {
	case STORE_SPEC:
		*ret = merge_spec(k, cur, obj);
		return 0;
	case STORE_STATUS:
		*ret = merge_keys(cur, obj, none, true);
		return 0;
	case STORE_STATUS_META:
		*ret = merge_keys(cur, obj, labels, true);
		return 0;
	case STORE_META:
		*ret = merge_keys(cur, obj, meta, false);
		return 0;
	case STORE_BINDING:
		return bind_pod(k, cur, obj, engine_now_ns(s), ret, err);
	}
	return error_set(err, ERR_INTERNAL, NULL, "no such part of an object");
}

/* ---- the rules ---- */

static int check_rules(const struct kind *k, enum store_part part, const json_t *cur, json_t *obj,
		       struct error *err)
{
	int r;

	if (part == STORE_STATUS || part == STORE_BINDING)
		return 0;
	if (part == STORE_SPEC) {
		strategy_prepare_update(k, cur, obj);
		scheme_default(obj);
		/* defaults leave out what is null, and a status may say null */
		if (k->subresources & SUB_STATUS)
			copy_key(obj, cur, "status");
	}
	r = strategy_outcome(scheme_validate(obj, err));
	if (r == 0)
		r = strategy_outcome(scheme_validate_update(obj, cur, err));
	return r;
}

static void bump_generation(const struct kind *k, enum store_part part, const json_t *cur,
			    json_t *obj)
{
	if (part != STORE_SPEC || !strategy_has_generation(k))
		return;
	if (!json_same(json_object_get(cur, "spec"), json_object_get(obj, "spec")) ||
	    (strategy_annotations_count(k) &&
	     !json_same(meta_annotations(cur), meta_annotations(obj))))
		meta_set_int(obj, "generation", meta_generation(cur) + 1);
}

static bool deletion_is_complete(const json_t *obj)
{
	return meta_deletion_timestamp(obj) && !meta_has_finalizers(obj) &&
	       meta_deletion_grace(obj) == 0;
}

int update_remove(struct engine *s, const struct kind *k, json_t *last, bool dry, json_t **ret_obj,
		  struct error *err)
{
	json_t *obj = json_dup(last);
	int r = dry ? 0 : engine_commit(s, k, STORE_DELETED, obj, err);

	if (r == 0 && ret_obj)
		*ret_obj = json_incref(obj);
	json_decref(obj);
	return r;
}

static int update(struct engine *s, const struct kind *k, enum store_part part, json_t *given,
		  bool dry, json_t **ret_obj, struct error *err)
{
	const char *name = meta_name(given);
	json_t *cur = name ? objects_get(s, k, meta_namespace(given), name) : NULL;
	_cleanup_json_ json_t *obj = NULL, *hold = json_incref(cur);
	int r;

	if (!cur) {
		error_set(err, ERR_NOT_FOUND, NULL, "%s \"%s\" not found", kind_resource_name(k),
			  name ? name : "");
		return STORE_NOT_FOUND;
	}
	r = check_preconditions(k, cur, given, err);
	if (r == 0)
		r = merge(s, k, part, cur, given, &obj, err);
	if (r == 0)
		r = check_rules(k, part, cur, obj, err);
	if (r == 0 && part == STORE_SPEC)
		r = service_ip_allocate(s, k, cur, obj, err);
	if (r)
		return r;
	bump_generation(k, part, cur, obj);
	if (deletion_is_complete(obj) && meta_has_finalizers(cur))
		return update_remove(s, k, obj, dry, ret_obj, err);
	if (!json_same(cur, obj) && !dry)
		r = engine_commit(s, k, STORE_MODIFIED, obj, err);
	if (r == 0 && ret_obj)
		*ret_obj = json_dup(obj);
	return r;
}

int engine_update(struct store *store, const struct kind *k, enum store_part part, json_t *obj,
		  json_t **ret_obj, struct error *err)
{
	return update(engine_of(store), k, part, obj, false, ret_obj, err);
}

int store_dry_update(struct store *store, const struct kind *k, enum store_part part, json_t *obj,
		     json_t **ret_obj, struct error *err)
{
	return update(engine_of(store), k, part, obj, true, ret_obj, err);
}
