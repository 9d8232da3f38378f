/*
 * Which function serves a request: one table of (subresource, shape, method). A path that exists under another method is
 * 405, a subresource that the kind has not is 404.
 */
#include "apiserver/server.h"

#include "base/json.h"
#include "base/log.h"

static const struct verb {
	enum route_type type;
	const char *sub; /* NULL: the object itself */
	unsigned has; /* the kind must have one of these subresources; 0: any kind */
	enum evhttp_cmd_type method;
	request_fn fn;
} verbs[] = {
	{ ROUTE_COLLECTION, NULL, 0, EVHTTP_REQ_GET, rest_read_collection },
	{ ROUTE_COLLECTION, NULL, 0, EVHTTP_REQ_POST, rest_create },
	{ ROUTE_COLLECTION, NULL, 0, EVHTTP_REQ_DELETE, rest_delete_collection },
	{ ROUTE_OBJECT, NULL, 0, EVHTTP_REQ_GET, rest_get },
	{ ROUTE_OBJECT, NULL, 0, EVHTTP_REQ_PUT, rest_update },
	{ ROUTE_OBJECT, NULL, 0, EVHTTP_REQ_PATCH, rest_patch },
	{ ROUTE_OBJECT, NULL, 0, EVHTTP_REQ_DELETE, rest_delete },
	{ ROUTE_OBJECT, "status", SUB_STATUS, EVHTTP_REQ_GET, rest_get },
	{ ROUTE_OBJECT, "status", SUB_STATUS, EVHTTP_REQ_PUT, rest_update },
	{ ROUTE_OBJECT, "status", SUB_STATUS, EVHTTP_REQ_PATCH, rest_patch },
	{ ROUTE_OBJECT, "scale", SUB_SCALE, EVHTTP_REQ_GET, scale_get },
	{ ROUTE_OBJECT, "scale", SUB_SCALE, EVHTTP_REQ_PUT, scale_update },
	{ ROUTE_OBJECT, "scale", SUB_SCALE, EVHTTP_REQ_PATCH, scale_patch },
	{ ROUTE_OBJECT, "binding", SUB_BINDING, EVHTTP_REQ_POST, rest_binding },
	{ ROUTE_OBJECT, "eviction", SUB_EVICTION, EVHTTP_REQ_POST, rest_eviction },
	{ ROUTE_OBJECT, "log", SUB_LOG, EVHTTP_REQ_GET, log_serve },
	{ ROUTE_OBJECT, "exec", SUB_EXEC, EVHTTP_REQ_GET, exec_serve },
	{ ROUTE_OBJECT, "exec", SUB_EXEC, EVHTTP_REQ_POST, exec_serve },
	{ ROUTE_OBJECT, "attach", SUB_EXEC, EVHTTP_REQ_GET, exec_serve },
	{ ROUTE_OBJECT, "attach", SUB_EXEC, EVHTTP_REQ_POST, exec_serve },
	{ ROUTE_OBJECT, "portforward", SUB_EXEC, EVHTTP_REQ_GET, portforward_serve },
	{ ROUTE_OBJECT, "portforward", SUB_EXEC, EVHTTP_REQ_POST, portforward_serve },
};

static int find_verb(const struct request *req, request_fn *ret, struct error *err)
{
	const struct route *r = &req->route;
	bool path_exists = false;

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (verbs[i].type != r->type || !streq(verbs[i].sub, r->sub) ||
		    (verbs[i].has && !(r->kind->subresources & verbs[i].has)))
			continue;
		path_exists = true;
		if (verbs[i].method != req->method)
			continue;
		*ret = verbs[i].fn;
		return 0;
	}
	if (path_exists)
		return error_set(err, ERR_METHOD, NULL,
				 "the server does not allow this method on the requested resource");
	return error_set(err, ERR_NOT_FOUND, NULL,
			 "the server could not find the requested resource");
}

static int serve_plain(struct request *req, struct error *err)
{
	int r = discovery_serve(req, err);

	if (r == PLAIN_NOT_FOUND)
		r = own_serve(req, err);
	if (r == PLAIN_NOT_FOUND)
		r = review_serve(req, err);
	if (r == PLAIN_NOT_FOUND)
		r = error_set(err, ERR_NOT_FOUND, NULL,
			      "the server could not find the requested resource");
	return r;
}

void dispatch(struct request *req)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	request_fn fn = serve_plain;
	int r = 0;

	if (req->route.type != ROUTE_PLAIN && req->route.kind->computed)
		fn = metrics_serve;
	else if (req->route.type != ROUTE_PLAIN)
		r = find_verb(req, &fn, &err);
	if (r == 0)
		r = fn(req, &err);
	if (r) {
		log_debug("apiserver", "%s: %s", evhttp_request_get_uri(req->http),
			  error_text(&err));
		reply_error(req, &err);
	}
	if (!req->kept)
		request_free(req);
}
