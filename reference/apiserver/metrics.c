/*
 * metrics: metrics.k8s.io, served from what the nodes measure. There is nothing to write or to watch.
 */
#include "apiserver/server.h"

#include "api/meta.h"
#include "api/metrics.h"
#include "base/json.h"
#include "base/str.h"

static int measure(struct request *req, json_t **ret_items, struct error *err)
{
	const struct node_ops *ops = &req->server->node;

	return req->route.kind == &kind_pod_metrics ?
		       ops->pod_metrics(ops->ctx, req->route.ns, ret_items, err) :
		       ops->node_metrics(ops->ctx, ret_items, err);
}

static int serve_one(struct request *req, const json_t *items, struct error *err)
{
	const struct kind *k = req->route.kind;
	json_t *obj;
	size_t i;

	json_array_foreach(items, i, obj)
		if (streq(meta_name(obj), req->route.name))
			return rest_reply(req, 200, obj);
	return error_set(err, ERR_NOT_FOUND, NULL, "%s.%s \"%s%s%s\" not found",
			 k == &kind_pod_metrics ? "podmetrics" : "nodemetrics", k->group,
			 req->route.ns ? req->route.ns : "", req->route.ns ? "/" : "",
			 req->route.name);
}

static int serve_list(struct request *req, const json_t *items, struct error *err)
{
	_cleanup_(selector_freep) struct selector *labels = NULL;
	_cleanup_(field_selector_freep) struct field_selector *fields = NULL;
	_cleanup_json_ json_t *chosen = json_array(), *meta = json_object();
	json_t *obj;
	size_t i;
	int r = request_selectors(req, &labels, &fields, err);

	if (r)
		return r;
	json_array_foreach(items, i, obj)
		if ((!labels || selector_matches(labels, meta_labels(obj))) &&
		    (!fields || field_selector_matches(fields, obj)))
			json_array_append(chosen, obj);
	return rest_reply_list(req, chosen, meta);
}

int metrics_serve(struct request *req, struct error *err)
{
	_cleanup_json_ json_t *items = NULL;
	int r;

	if (req->method != EVHTTP_REQ_GET || request_flag(req, "watch"))
		return error_set(err, ERR_METHOD, NULL,
				 "the server does not allow this method on the requested resource");
	if (req->route.sub)
		return error_set(err, ERR_NOT_FOUND, NULL,
				 "the server could not find the requested resource");
	r = measure(req, &items, err);
	if (r)
		return r;
	return req->route.name ? serve_one(req, items, err) : serve_list(req, items, err);
}
