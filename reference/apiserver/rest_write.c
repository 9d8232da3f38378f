/*
 * Create, update, patch, binding. The store has the rules; here is what HTTP adds: names in the path against names in the
 * body, content types, dry runs.
 */
#include "apiserver/server.h"

#include "api/meta.h"
#include "api/options.h"
#include "api/patch.h"
#include "apiserver/version.h"
#include "base/json.h"
#include "base/str.h"
#include "store/dry.h"

static enum store_part part_of(const struct request *req)
{
	return streq(req->route.sub, "status") ? STORE_STATUS_META : STORE_SPEC;
}

/* obj and *ret (may be NULL) are of the route's version. */
static int write_update(struct request *req, enum store_part part, json_t *obj, bool dry,
			json_t **ret, struct error *err)
{
	struct store *s = req->server->cfg.store;
	const struct kind *k = version_stored(req->route.kind);
	_cleanup_json_ json_t *stored = json_incref(obj);
	int r;

	version_to_stored(req->route.kind, &stored);
	r = dry ? store_dry_update(s, k, part, stored, ret, err) :
		  store_update(s, k, part, stored, ret, err);
	if (r == 0 && ret)
		version_from_stored(req->route.kind, ret);
	return r;
}

int rest_create(struct request *req, struct error *err)
{
	_cleanup_json_ json_t *obj = NULL, *stored = NULL;
	const struct route *route = &req->route;
	struct store *s = req->server->cfg.store;
	bool dry;
	int r;

	if (route->kind->namespaced && !route->ns)
		return error_set(err, ERR_METHOD, NULL,
				 "the server does not allow this method on the requested resource");
	r = request_dry_run(req, &dry, err);
	if (r == 0)
		r = request_body_object(req, &obj, err);
	if (r)
		return r;
	if (meta_name(obj))
		req->route.name = xstrdup(meta_name(obj));
	version_to_stored(route->kind, &obj);
	r = dry ? store_dry_create(s, version_stored(route->kind), route->ns, obj, &stored, err) :
		  store_create(s, version_stored(route->kind), route->ns, obj, &stored, err);
	if (r)
		return r;
	version_from_stored(route->kind, &stored);
	return rest_reply(req, 201, stored);
}

/* The body is about the object of the path. */
static int check_names(const struct request *req, json_t *obj, struct error *err)
{
	const char *name = meta_name(obj), *ns = meta_namespace(obj);

	if (!streq(name, req->route.name))
		return error_set(
			err, ERR_BAD_REQUEST, NULL,
			"the name of the object (%s) does not match the name on the URL (%s)",
			name ? name : "", req->route.name);
	if (ns && *ns && !streq(ns, req->route.ns))
		return error_set(err, ERR_BAD_REQUEST, NULL,
				 "the namespace of the object (%s) does not match the namespace on "
				 "the request (%s)",
				 ns, req->route.ns ? req->route.ns : "");
	if (req->route.ns)
		meta_set(obj, "namespace", req->route.ns);
	return 0;
}

int rest_update(struct request *req, struct error *err)
{
	_cleanup_json_ json_t *obj = NULL, *stored = NULL;
	bool dry;
	int r = request_dry_run(req, &dry, err);

	if (r == 0)
		r = request_body_object(req, &obj, err);
	if (r == 0)
		r = check_names(req, obj, err);
	if (r == 0)
		r = write_update(req, part_of(req), obj, dry, &stored, err);
	return r ? r : rest_reply(req, 200, stored);
}

/* ---- patch ---- */

int patch_apply(struct request *req, const json_t *target, const struct schema *schema,
		json_t **ret, struct error *err)
{
	_cleanup_json_ json_t *patch = NULL;
	char buf[64];
	const char *type = request_content_type(req, buf), *data;
	size_t len;
	int r = request_body(req, &data, &len, err);

	if (r < 0)
		return r;
	if (!streq(type, "application/json-patch+json") &&
	    !streq(type, "application/merge-patch+json") &&
	    !streq(type, "application/strategic-merge-patch+json"))
		return error_set(
			err, ERR_UNSUPPORTED, NULL,
			"the body of the request was in an unknown format - accepted media "
			"types include: application/json-patch+json, "
			"application/merge-patch+json, "
			"application/strategic-merge-patch+json");
	r = json_parse(data, len, &patch, err);
	if (r < 0)
		return r;
	if (streq(type, "application/json-patch+json"))
		return patch_json(target, patch, ret, err);
	if (streq(type, "application/merge-patch+json"))
		return patch_merge(target, patch, ret, err);
	return patch_strategic(schema, target, patch, ret, err);
}

static int check_patched(struct request *req, json_t *obj, struct error *err)
{
	enum scheme_strictness strict;
	_cleanup_json_ json_t *warnings = NULL;
	int r = request_strictness(req, &strict, err);

	if (r == 0)
		r = scheme_check(req->route.kind, obj, strict, &warnings, err);
	if (r == 0)
		r = check_names(req, obj, err);
	if (r == 0 && json_array_size(warnings))
		req->warnings = take_ptr(warnings);
	return r;
}

/* Before the object is looked for: an apply may be meant to make it. */
static int refuse_apply(const struct request *req, struct error *err)
{
	char buf[64];

	if (!streq(request_content_type(req, buf), "application/apply-patch+yaml"))
		return 0;
	return error_set(err, ERR_UNSUPPORTED, NULL,
			 "server-side apply is not supported here: apply without --server-side");
}

int rest_patch(struct request *req, struct error *err)
{
	_cleanup_json_ json_t *target = NULL, *obj = NULL, *stored = NULL;
	bool dry;
	int r = refuse_apply(req, err);

	if (r == 0)
		r = request_dry_run(req, &dry, err);
	if (r == 0)
		r = rest_load(req, &target, err);
	if (r == 0)
		r = patch_apply(req, target, req->route.kind->schema, &obj, err);
	if (r == 0)
		r = check_patched(req, obj, err);
	if (r == 0)
		r = write_update(req, part_of(req), obj, dry, &stored, err);
	return r ? r : rest_reply(req, 200, stored);
}

/* ---- binding ---- */

int rest_binding(struct request *req, struct error *err)
{
	_cleanup_json_ json_t *body = NULL, *pod = NULL;
	const char *node;
	bool dry;
	int r = request_dry_run(req, &dry, err);

	if (r == 0)
		r = request_body_value(req, &schema_binding, &body, err);
	if (r == 0)
		r = store_get(req->server->cfg.store, req->route.kind, req->route.ns,
			      req->route.name, &pod, err);
	if (r)
		return r;
	node = json_str(body, "target.name");
	if (!node || !*node) {
		error_add_cause(err, "target.name", "FieldValueRequired", "Required value");
		error_message(err, "Binding \"%s\" is invalid: target.name: Required value",
			      req->route.name);
		return -ERR_INVALID;
	}
	json_set_str(pod, "spec.nodeName", node);
	meta_set(pod, "resourceVersion", json_str(body, "metadata.resourceVersion"));
	r = write_update(req, STORE_BINDING, pod, dry, NULL, err);
	if (r)
		return r;
	json_decref(body);
	body = json_pack("{ss, ss, s{}, ss, si}", "kind", "Status", "apiVersion", "v1", "metadata",
			 "status", "Success", "code", 201);
	return reply_json(req, 201, body);
}
