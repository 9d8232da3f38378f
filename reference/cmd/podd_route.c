/*
 * A stream is wrapped, so that what the API server does with it reaches the table that opened it. The wrapper goes with the last
 * call, done or cancel.
 */
#include "cmd/podd_route.h"

#include "api/cluster.h"
#include "api/meta.h"
#include "api/pod.h"
#include "api/pod_status.h"
#include "base/json.h"
#include "base/str.h"
#include "nodelink/link_client.h"

#define SOCKET_ANNOTATION "podd.podtest/socket"

struct podd_route {
	struct store *store;
	struct loop *loop;
	struct node_ops local;
	char *node_name;
	struct podd_agents *agents;
	struct podd_usage *usage;
};

struct routed {
	struct node_ops ops;
	struct node_stream *inner;
	struct node_stream_events ev;
	void *userdata;
};

static struct routed *routed_of(struct node_stream *s)
{
	return (struct routed *)s;
}

/* ---- which node ---- */

/* *ret_name: the node of a pod, owned; NULL when it has none, or when it is ours. */
static int other_node_of(struct podd_route *r, const char *ns, const char *pod, char **ret_name,
			 struct error *err)
{
	_cleanup_json_ json_t *obj = NULL;
	const char *name;
	int code = store_get(r->store, &kind_pod, ns, pod, &obj, err);

	if (code)
		return code;
	name = pod_node_name(obj);
	*ret_name = name && *name && !streq(name, r->node_name) ? xstrdup(name) : NULL;
	return 0;
}

const char *podd_route_socket(const json_t *node)
{
	return json_string_value(json_object_get(meta_annotations(node), SOCKET_ANNOTATION));
}

static int socket_of(struct podd_route *r, const char *node, char **ret, struct error *err)
{
	_cleanup_json_ json_t *obj = NULL;
	const char *path;
	int code = store_get(r->store, &kind_node, NULL, node, &obj, err);

	if (code)
		return code;
	path = podd_route_socket(obj);
	if (!path)
		return error_set(err, ERR_UNAVAILABLE, NULL,
				 "node \"%s\" serves no logs and commands here", node);
	*ret = xstrdup(path);
	return 0;
}

/* The table for a pod; target and path, the caller's to free, must live as long as it is used. */
static int find_ops(struct podd_route *r, const char *ns, const char *pod,
		    struct link_target *target, char **ret_path, struct node_ops *ret,
		    struct error *err)
{
	_cleanup_free_ char *node = NULL;
	int code = other_node_of(r, ns, pod, &node, err);

	*ret = r->local;
	if (code || !node)
		return code;
	code = socket_of(r, node, ret_path, err);
	if (code)
		return code;
	*target = (struct link_target){ .loop = r->loop, .path = *ret_path };
	*ret = link_node_ops(target);
	return 0;
}

/* ---- streams ---- */

static void on_data(void *userdata, int stream, const char *data, size_t len)
{
	struct routed *s = userdata;

	s->ev.data(s->userdata, stream, data, len);
}

static void on_done(void *userdata, int exit_code, const struct error *err)
{
	_cleanup_free_ struct routed *s = userdata;

	s->ev.done(s->userdata, exit_code, err);
}

static const struct node_stream_events events = { on_data, on_done };

static struct routed *routed_new(const struct node_stream_events *ev, void *userdata)
{
	struct routed *s = xnew(s);

	s->ev = *ev;
	s->userdata = userdata;
	return s;
}

static int opened(struct routed *s, int code, struct node_stream **ret)
{
	s->ops.ctx = NULL; /* the streams' own functions need none, and it may be gone */
	if (code == 0 || code == NODE_OPENING)
		*ret = (struct node_stream *)s;
	else
		free(s);
	return code;
}

/* Where one request goes: what is needed only until its stream is open. */
struct way {
	struct routed *s; /* lives on with the stream */
	struct link_target target;
	char *path; /* owned */
};

static void way_deinit(struct way *w)
{
	free(w->path);
}

/* Makes w->s also when there is no way: opened() ends it. */
static int way_find(struct podd_route *r, const char *ns, const char *pod,
		    const struct node_stream_events *ev, void *userdata, struct way *w,
		    struct error *err)
{
	w->s = routed_new(ev, userdata);
	return find_ops(r, ns, pod, &w->target, &w->path, &w->s->ops, err);
}

static int route_logs(void *ctx, const struct node_log_request *req,
		      const struct node_stream_events *ev, void *userdata, struct node_stream **ret,
		      struct error *err)
{
	_cleanup_(way_deinit) struct way w = { 0 };
	int code = way_find(ctx, req->ns, req->pod, ev, userdata, &w, err);

	if (code == 0)
		code = w.s->ops.logs(w.s->ops.ctx, req, &events, w.s, &w.s->inner, err);
	return opened(w.s, code, ret);
}

static int route_exec(void *ctx, const struct node_exec_request *req,
		      const struct node_stream_events *ev, void *userdata, struct node_stream **ret,
		      struct error *err)
{
	_cleanup_(way_deinit) struct way w = { 0 };
	int code = way_find(ctx, req->ns, req->pod, ev, userdata, &w, err);

	if (code == 0)
		code = w.s->ops.exec(w.s->ops.ctx, req, &events, w.s, &w.s->inner, err);
	return opened(w.s, code, ret);
}

static int route_attach(void *ctx, const struct node_exec_request *req,
			const struct node_stream_events *ev, void *userdata,
			struct node_stream **ret, struct error *err)
{
	_cleanup_(way_deinit) struct way w = { 0 };
	int code = way_find(ctx, req->ns, req->pod, ev, userdata, &w, err);

	if (code == 0)
		code = w.s->ops.attach(w.s->ops.ctx, req, &events, w.s, &w.s->inner, err);
	return opened(w.s, code, ret);
}

static int route_forward(void *ctx, const struct node_forward_request *req,
			 const struct node_stream_events *ev, void *userdata,
			 struct node_stream **ret, struct error *err)
{
	_cleanup_(way_deinit) struct way w = { 0 };
	int code = way_find(ctx, req->ns, req->pod, ev, userdata, &w, err);

	if (code == 0)
		code = w.s->ops.forward(w.s->ops.ctx, req, &events, w.s, &w.s->inner, err);
	return opened(w.s, code, ret);
}

static void route_hold(struct node_stream *s, bool on)
{
	routed_of(s)->ops.hold(routed_of(s)->inner, on);
}

static int route_stdin_write(struct node_stream *s, const char *data, size_t len)
{
	return routed_of(s)->ops.stdin_write(routed_of(s)->inner, data, len);
}

static void route_stdin_close(struct node_stream *s)
{
	routed_of(s)->ops.stdin_close(routed_of(s)->inner);
}

static void route_resize(struct node_stream *s, unsigned short cols, unsigned short rows)
{
	routed_of(s)->ops.resize(routed_of(s)->inner, cols, rows);
}

static void route_cancel(struct node_stream *s)
{
	if (!s)
		return;
	routed_of(s)->ops.cancel(routed_of(s)->inner);
	free(s);
}

/* ---- usage, of all nodes; images, those of our own node ---- */

static int route_pod_metrics(void *ctx, const char *ns, json_t **ret_items, struct error *err)
{
	struct podd_route *r = ctx;

	return podd_usage_pods(r->usage, ns, ret_items, err);
}

static int route_node_metrics(void *ctx, json_t **ret_items, struct error *err)
{
	struct podd_route *r = ctx;

	return podd_usage_nodes(r->usage, ret_items, err);
}

static int route_image_import(void *ctx, const char *path, json_t **ret_names, struct error *err)
{
	struct podd_route *r = ctx;

	return r->local.image_import(r->local.ctx, path, ret_names, err);
}

static int route_image_list(void *ctx, json_t **ret_array, struct error *err)
{
	struct podd_route *r = ctx;

	return r->local.image_list(r->local.ctx, ret_array, err);
}

static int route_image_remove(void *ctx, const char *ref, struct error *err)
{
	struct podd_route *r = ctx;

	return r->local.image_remove(r->local.ctx, ref, err);
}

/* ---- disruption ---- */

static int stop_node_of(struct podd_route *r, const char *ns, const char *pod, struct error *err)
{
	_cleanup_free_ char *node = NULL;
	int code = other_node_of(r, ns, pod, &node, err);

	return code ? code : podd_agents_kill(r->agents, node ? node : r->node_name, err);
}

/* ns NULL: name is a node's, or NULL for every node. */
static int disrupt_node(struct podd_route *r, const char *what, const char *name, struct error *err)
{
	if (streq(what, "stop-node") && name)
		return podd_agents_kill(r->agents, name, err);
	if (streq(what, "start-node"))
		return podd_agents_start(r->agents, name, err);
	return error_set(err, ERR_BAD_REQUEST, NULL, "unknown disruption \"%s\" of a node", what);
}

static int route_disrupt(void *ctx, const char *what, const char *ns, const char *name,
			 struct error *err)
{
	struct podd_route *r = ctx;
	_cleanup_free_ char *path = NULL;
	struct link_target target;
	struct node_ops ops;
	int code;

	if (!ns)
		return disrupt_node(r, what, name, err);
	if (streq(what, "stop-node"))
		return stop_node_of(r, ns, name, err);
	code = find_ops(r, ns, name, &target, &path, &ops, err);
	return code ? code : ops.disrupt(ops.ctx, what, ns, name, err);
}

/* ---- the route ---- */

struct podd_route *podd_route_new(const struct podd_route_config *cfg)
{
	struct podd_route *r = xnew(r);

	r->store = cfg->store;
	r->loop = cfg->loop;
	r->local = *cfg->local;
	r->node_name = xstrdup(cfg->node_name);
	r->usage = cfg->usage;
	return r;
}

struct podd_route *podd_route_free(struct podd_route *r)
{
	if (!r)
		return NULL;
	free(r->node_name);
	free(r);
	return NULL;
}

void podd_route_set_agents(struct podd_route *r, struct podd_agents *agents)
{
	r->agents = agents;
}

void podd_route_ops(struct podd_route *r, struct node_ops *ret)
{
	*ret = (struct node_ops){
		.ctx = r,
		.logs = route_logs,
		.exec = route_exec,
		.attach = route_attach,
		.forward = route_forward,
		.hold = route_hold,
		.stdin_write = route_stdin_write,
		.stdin_close = route_stdin_close,
		.resize = route_resize,
		.cancel = route_cancel,
		.pod_metrics = route_pod_metrics,
		.node_metrics = route_node_metrics,
		.image_import = route_image_import,
		.image_list = route_image_list,
		.image_remove = route_image_remove,
		.disrupt = route_disrupt,
	};
}
