/*
 * Adapters from node_ops to the kubelet. The two declare their requests apart, since neither may include the other; here
 * they are carried over field by field. A node_stream is the kubelet's stream under another name.
 */
#include "cmd/podd_node.h"

static struct kubelet_stream *stream_of(struct node_stream *s)
{
	return (struct kubelet_stream *)s;
}

static struct kubelet_stream_events events_of(const struct node_stream_events *ev)
{
	return (struct kubelet_stream_events){ .data = ev->data, .done = ev->done };
}

static int node_logs(void *ctx, const struct node_log_request *req,
		     const struct node_stream_events *ev, void *userdata, struct node_stream **ret,
		     struct error *err)
{
	const struct kubelet_log_request kr = {
		.ns = req->ns,
		.pod = req->pod,
		.container = req->container,
		.follow = req->follow,
		.previous = req->previous,
		.timestamps = req->timestamps,
		.tail_lines = req->tail_lines,
		.since_seconds = req->since_seconds,
		.since_time = req->since_time,
		.limit_bytes = req->limit_bytes,
	};
	const struct kubelet_stream_events kev = events_of(ev);
	struct kubelet_stream *s;
	int r = kubelet_logs(ctx, &kr, &kev, userdata, &s, err);

	if (r == 0)
		*ret = (struct node_stream *)s;
	return r;
}

static struct kubelet_exec_request exec_request_of(const struct node_exec_request *req)
{
	return (struct kubelet_exec_request){
		.ns = req->ns,
		.pod = req->pod,
		.container = req->container,
		.argv = req->argv,
		.stdin_open = req->stdin_open,
		.stdout_open = req->stdout_open,
		.stderr_open = req->stderr_open,
		.tty = req->tty,
	};
}

static int node_exec(void *ctx, const struct node_exec_request *req,
		     const struct node_stream_events *ev, void *userdata, struct node_stream **ret,
		     struct error *err)
{
	const struct kubelet_exec_request kr = exec_request_of(req);
	const struct kubelet_stream_events kev = events_of(ev);
	struct kubelet_stream *s;
	int r = kubelet_exec(ctx, &kr, &kev, userdata, &s, err);

	if (r == 0)
		*ret = (struct node_stream *)s;
	return r;
}

static int node_attach(void *ctx, const struct node_exec_request *req,
		       const struct node_stream_events *ev, void *userdata,
		       struct node_stream **ret, struct error *err)
{
	const struct kubelet_exec_request kr = exec_request_of(req);
	const struct kubelet_stream_events kev = events_of(ev);
	struct kubelet_stream *s;
	int r = kubelet_attach(ctx, &kr, &kev, userdata, &s, err);

	if (r == 0)
		*ret = (struct node_stream *)s;
	return r;
}

static int node_forward(void *ctx, const struct node_forward_request *req,
			const struct node_stream_events *ev, void *userdata,
			struct node_stream **ret, struct error *err)
{
	const struct kubelet_forward_request kr = { req->ns, req->pod, req->port };
	const struct kubelet_stream_events kev = events_of(ev);
	struct kubelet_stream *s;
	int r = kubelet_forward(ctx, &kr, &kev, userdata, &s, err);

	if (r == 0)
		*ret = (struct node_stream *)s;
	return r;
}

static void node_hold(struct node_stream *s, bool on)
{
	kubelet_stream_hold(stream_of(s), on);
}

static int node_stdin_write(struct node_stream *s, const char *data, size_t len)
{
	return kubelet_stream_write(stream_of(s), data, len);
}

static void node_stdin_close(struct node_stream *s)
{
	kubelet_stream_close_stdin(stream_of(s));
}

static void node_resize(struct node_stream *s, unsigned short cols, unsigned short rows)
{
	kubelet_stream_resize(stream_of(s), cols, rows);
}

static void node_cancel(struct node_stream *s)
{
	kubelet_stream_cancel(stream_of(s));
}

static int node_pod_metrics(void *ctx, const char *ns, json_t **ret_items, struct error *err)
{
	return kubelet_pod_metrics(ctx, ns, 0, ret_items, err);
}

static int node_node_metrics(void *ctx, json_t **ret_items, struct error *err)
{
	return kubelet_node_metrics(ctx, ret_items, err);
}

static int node_image_import(void *ctx, const char *path, json_t **ret_names, struct error *err)
{
	return kubelet_image_import(ctx, path, ret_names, err);
}

static int node_image_list(void *ctx, json_t **ret_array, struct error *err)
{
	return kubelet_image_list(ctx, ret_array, err);
}

static int node_image_remove(void *ctx, const char *ref, struct error *err)
{
	return kubelet_image_remove(ctx, ref, err);
}

static int node_disrupt(void *ctx, const char *what, const char *ns, const char *pod,
			struct error *err)
{
	return kubelet_disrupt(ctx, what, ns, pod, err);
}

void podd_node_ops(struct kubelet *k, struct node_ops *ret)
{
	*ret = (struct node_ops){
		.ctx = k,
		.logs = node_logs,
		.exec = node_exec,
		.attach = node_attach,
		.forward = node_forward,
		.hold = node_hold,
		.stdin_write = node_stdin_write,
		.stdin_close = node_stdin_close,
		.resize = node_resize,
		.cancel = node_cancel,
		.pod_metrics = node_pod_metrics,
		.node_metrics = node_node_metrics,
		.image_import = node_image_import,
		.image_list = node_image_list,
		.image_remove = node_image_remove,
		.disrupt = node_disrupt,
	};
}
