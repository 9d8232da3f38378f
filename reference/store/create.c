/*
 * Create: an object's way in. The order is Kubernetes': the server's own metadata replaces the caller's, a name is
 * made, defaults, validation, the first status, then the namespace is looked at, then the name.
 */
#include "store/engine.h"

#include "api/meta.h"
#include "base/json.h"
#include "store/dry.h"
#include "store/verbs.h"

#define NAME_TRIES 8

static int refuse(int r)
{
	return r < 0 ? STORE_REFUSED : r;
}

static int place_in_namespace(const struct kind *k, const char *ns, json_t *obj, struct error *err)
{
	const char *own = meta_namespace(obj);

	if (!k->namespaced) {
		meta_set(obj, "namespace", NULL);
		return 0;
	}
	if (!ns || !*ns)
		ns = own && *own ? own : "default";
	if (own && *own && !streq(own, ns))
		return refuse(error_set(err, ERR_BAD_REQUEST, NULL,
					"the namespace of the provided object does not match the "
					"namespace sent on the request"));
	if (!streq(own, ns))
		meta_set(obj, "namespace", ns);
	return 0;
}

static void set_identity(struct engine *s, json_t *obj)
{
	static const char *const servers_own[] = {
		"deletionTimestamp", "deletionGracePeriodSeconds",
		"generation",	     "selfLink",
		"managedFields",     "resourceVersion"
	};
	char uid[META_UID_SIZE], stamp[CLOCK_STAMP_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(servers_own); i++)
		meta_set(obj, servers_own[i], NULL);
	meta_new_uid(uid);
	meta_set(obj, "uid", uid);
	meta_set(obj, "creationTimestamp", engine_stamp(s, stamp));
}

static bool wants_made_name(const json_t *obj)
{
	const char *name = meta_name(obj), *prefix = meta_generate_name(obj);

	return (!name || !*name) && prefix && *prefix;
}

static void make_name(struct engine *s, const struct kind *k, json_t *obj)
{
	for (int i = 0; i < NAME_TRIES; i++) {
		_cleanup_free_ char *name = meta_make_name(meta_generate_name(obj));

		meta_set(obj, "name", name);
		if (!objects_get(s, k, meta_namespace(obj), name))
			return;
	}
}

static int check_namespace(struct engine *s, const struct kind *k, const json_t *obj,
			   struct error *err)
{
	const struct kind *namespaces = scheme_kind("v1", "Namespace");
	const char *ns = meta_namespace(obj);
	json_t *found;

	if (!k->namespaced)
		return 0;
	found = objects_get(s, namespaces, NULL, ns);
	if (!found) {
		error_set(err, ERR_NOT_FOUND, NULL, "namespaces \"%s\" not found", ns);
		return STORE_NOT_FOUND;
	}
	if (!meta_deletion_timestamp(found))
		return 0;
	error_set(err, ERR_FORBIDDEN, NULL,
		  "%s \"%s\" is forbidden: unable to create new content in namespace %s because it "
		  "is being terminated",
		  kind_resource_name(k), meta_name(obj), ns);
	error_add_cause(err, "metadata.namespace", "NamespaceTerminating",
			"namespace %s is being terminated", ns);
	return STORE_REFUSED;
}

/* A new value with everything set and checked, ready to be stored. */
static int prepare(struct engine *s, const struct kind *k, const char *ns, const json_t *given,
		   json_t **ret, struct error *err)
{
	_cleanup_json_ json_t *obj = json_dup(given);
	int r;

	if (!meta_ensure(obj))
		return refuse(error_set(err, ERR_BAD_REQUEST, NULL, "the body is no object"));
	if (json_str(obj, "metadata.resourceVersion") && *json_str(obj, "metadata.resourceVersion"))
		return refuse(
			error_set(err, ERR_INTERNAL, NULL,
				  "resourceVersion should not be set on objects to be created"));
	r = place_in_namespace(k, ns, obj, err);
	if (r)
		return r;
	set_identity(s, obj);
	if (wants_made_name(obj))
		make_name(s, k, obj);
	strategy_prepare(k, obj);
	scheme_default(obj);
	r = strategy_outcome(scheme_validate(obj, err));
	if (r == 0)
		r = strategy_first_status(k, obj, err);
	if (r == 0)
		r = check_namespace(s, k, obj, err);
	if (r == 0)
		r = service_ip_allocate(s, k, NULL, obj, err);
	if (r == 0)
		*ret = take_ptr(obj);
	return r;
}

static int create(struct engine *s, const struct kind *k, const char *ns, json_t *given, bool dry,
		  json_t **ret_obj, struct error *err)
{
	_cleanup_json_ json_t *obj = NULL;
	int r = prepare(s, k, ns, given, &obj, err);

	if (r)
		return r;
	if (objects_get(s, k, meta_namespace(obj), meta_name(obj))) {
		error_set(err, ERR_EXISTS, NULL, "%s \"%s\" already exists", kind_resource_name(k),
			  meta_name(obj));
		return STORE_EXISTS;
	}
	if (!dry)
		r = engine_commit(s, k, STORE_ADDED, obj, err);
	if (r == 0 && ret_obj)
		*ret_obj = json_dup(obj);
	return r;
}

int engine_create(struct store *store, const struct kind *k, const char *ns, json_t *obj,
		  json_t **ret_obj, struct error *err)
{
	return create(engine_of(store), k, ns, obj, false, ret_obj, err);
}

int store_dry_create(struct store *store, const struct kind *k, const char *ns, json_t *obj,
		     json_t **ret_obj, struct error *err)
{
	return create(engine_of(store), k, ns, obj, true, ret_obj, err);
}
