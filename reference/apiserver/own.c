/*
 * podd's own small group, podd.podtest/v1: what no Kubernetes has an API for.
 *
 *	GET    info                                     who this is, its clock and features
 *	GET    access                                   address, CA and token of the TCP listener
 *	GET    images          POST images?path=FILE    DELETE images/REF (or images?name=REF)
 *	POST   namespaces/NS/pods/NAME/disrupt?what=kill-sandbox, stop-node (that of the pod)
 *	POST   nodes/NAME/disrupt?what=stop-node, start-node
 *	POST   disrupt?what=start-node                  every node that does not run
 */
#include "apiserver/server.h"

#include "apiserver/status_object.h"
#include "base/json.h"
#include "base/str.h"

json_t *own_resources(void)
{
	return json_pack("{ss, ss, ss, s[{ss, ss, sb, ss, s[s]}, {ss, ss, sb, ss, s[s, s, s]}]}",
			 "kind", "APIResourceList", "apiVersion", "v1", "groupVersion",
			 "podd.podtest/v1", "resources", "name", "info", "singularName", "info",
			 "namespaced", 0, "kind", "Info", "verbs", "get", "name", "images",
			 "singularName", "image", "namespaced", 0, "kind", "Image", "verbs",
			 "create", "delete", "get");
}

static int reply_success(struct request *req, int code)
{
	_cleanup_json_ json_t *status = status_success(code, NULL);

	return reply_json(req, code, status);
}

static int image_list(struct request *req, struct error *err)
{
	const struct node_ops *ops = &req->server->node;
	_cleanup_json_ json_t *items = NULL, *out = NULL;
	int r = ops->image_list(ops->ctx, &items, err);

	if (r)
		return r;
	out = json_pack("{ss, ss, sO}", "kind", "ImageList", "apiVersion", "podd.podtest/v1",
			"items", items);
	return reply_json(req, 200, out);
}

static int image_import(struct request *req, struct error *err)
{
	const struct node_ops *ops = &req->server->node;
	const char *path = request_query(req, "path");
	_cleanup_json_ json_t *names = NULL, *out = NULL;
	int r;

	if (!path || *path != '/')
		return error_set(err, ERR_BAD_REQUEST, NULL,
				 "path: the absolute path of an image archive is required");
	r = ops->image_import(ops->ctx, path, &names, err);
	if (r)
		return r;
	out = json_pack("{ss, ss, sO}", "kind", "Image", "apiVersion", "podd.podtest/v1", "names",
			names);
	return reply_json(req, 201, out);
}

static int image_remove(struct request *req, const char *ref, struct error *err)
{
	const struct node_ops *ops = &req->server->node;
	int r;

	if (!ref || !*ref)
		return error_set(err, ERR_BAD_REQUEST, NULL, "the image to remove is not named");
	r = ops->image_remove(ops->ctx, ref, err);
	return r ? r : reply_success(req, 200);
}

static int serve_images(struct request *req, const char *ref, struct error *err)
{
	switch (req->method) {
	case EVHTTP_REQ_GET:
		return ref ? PLAIN_NOT_FOUND : image_list(req, err);
	case EVHTTP_REQ_POST:
		return image_import(req, err);
	case EVHTTP_REQ_DELETE:
		return image_remove(req, ref ? ref : request_query(req, "name"), err);
	default:
		return error_set(err, ERR_METHOD, NULL,
				 "the server does not allow this method on the requested resource");
	}
}

/* With the time here: a node of another machine sets its clock by it. */
static int serve_info(struct request *req)
{
	_cleanup_json_ json_t *info = json_dup(req->server->cfg.info);

	json_set_int(info, "clock.now", store_now_ns(req->server->cfg.store));
	return reply_json(req, 200, info);
}

/* Whoever may ask already has all that this gives: the socket's owner, or the bearer of the token. */
static int serve_access(struct request *req, struct error *err)
{
	if (!req->server->access)
		return error_set(err, ERR_NOT_FOUND, NULL,
				 "podd listens on no TCP address; start it with "
				 "--listen tcp:127.0.0.1:PORT");
	return reply_json(req, 200, req->server->access);
}

/* ns NULL: name is a node's. */
static int serve_disrupt(struct request *req, const char *ns, const char *name, struct error *err)
{
	const struct node_ops *ops = &req->server->node;
	const char *what = request_query(req, "what");
	int r;

	if (!what)
		return error_set(err, ERR_BAD_REQUEST, NULL, "what: required");
	r = ops->disrupt(ops->ctx, what, ns, name, err);
	return r ? r : reply_success(req, 200);
}

int own_serve(struct request *req, struct error *err)
{
	char *const *w = req->route.words;
	size_t n = strv_len(w);

	if (n < 4 || !streq(w[0], "apis") || !streq(w[1], "podd.podtest") || !streq(w[2], "v1"))
		return PLAIN_NOT_FOUND;
	if (n == 4 && streq(w[3], "info") && req->method == EVHTTP_REQ_GET)
		return serve_info(req);
	if (n == 4 && streq(w[3], "access") && req->method == EVHTTP_REQ_GET)
		return serve_access(req, err);
	if (n <= 5 && streq(w[3], "images"))
		return serve_images(req, n == 5 ? w[4] : NULL, err);
	if (req->method == EVHTTP_REQ_POST && streq(w[n - 1], "disrupt")) {
		if (n == 8 && streq(w[3], "namespaces") && streq(w[5], "pods"))
			return serve_disrupt(req, w[4], w[6], err);
		if (n == 6 && streq(w[3], "nodes"))
			return serve_disrupt(req, NULL, w[4], err);
		if (n == 4)
			return serve_disrupt(req, NULL, NULL, err);
	}
	return PLAIN_NOT_FOUND;
}
