/*
 * The scale subresource: a Scale (autoscaling/v1) is read out of the object, or written into its spec.replicas. What may be
 * patched is the Scale itself.
 */
#include "apiserver/server.h"

#include "api/meta.h"
#include "api/options.h"
#include "api/workload.h"
#include "base/json.h"
#include "store/dry.h"

static int load_owner(struct request *req, json_t **ret, struct error *err)
{
	return store_get(req->server->cfg.store, req->route.kind, req->route.ns, req->route.name,
			 ret, err);
}

int scale_get(struct request *req, struct error *err)
{
	_cleanup_json_ json_t *obj = NULL, *scale = NULL;
	int r = load_owner(req, &obj, err);

	if (r)
		return r;
	scale = workload_scale_get(obj);
	return reply_json(req, 200, scale);
}

static int store_scale(struct request *req, json_t *obj, const json_t *scale, struct error *err)
{
	_cleanup_json_ json_t *stored = NULL, *out = NULL;
	struct store *s = req->server->cfg.store;
	bool dry;
	int r = request_dry_run(req, &dry, err);

	if (r == 0)
		r = workload_scale_apply(obj, scale, err);
	if (r)
		return r;
	meta_set(obj, "resourceVersion", json_str(scale, "metadata.resourceVersion"));
	r = dry ? store_dry_update(s, req->route.kind, STORE_SPEC, obj, &stored, err) :
		  store_update(s, req->route.kind, STORE_SPEC, obj, &stored, err);
	if (r)
		return r;
	out = workload_scale_get(stored);
	return reply_json(req, 200, out);
}

int scale_update(struct request *req, struct error *err)
{
	_cleanup_json_ json_t *obj = NULL, *scale = NULL;
	int r = request_body_value(req, &schema_scale, &scale, err);

	if (r == 0 && !json_is_object(scale))
		r = error_set(err, ERR_BAD_REQUEST, NULL, "the body is no Scale");
	if (r == 0)
		r = load_owner(req, &obj, err);
	return r ? r : store_scale(req, obj, scale, err);
}

int scale_patch(struct request *req, struct error *err)
{
	_cleanup_json_ json_t *obj = NULL, *scale = NULL, *patched = NULL;
	int r = load_owner(req, &obj, err);

	if (r)
		return r;
	scale = workload_scale_get(obj);
	r = patch_apply(req, scale, NULL, &patched, err);
	return r ? r : store_scale(req, obj, patched, err);
}
