/*
 * pods/NAME/log: the node's log stream as a text body. Faults that are known before the first byte are a Status; later
 * ones just end the body, since its head is out.
 */
#include "apiserver/stream.h"

#include "api/pod_status.h"
#include "base/json.h"
#include "base/str.h"

struct log_answer {
	struct stream *stream;
	struct node_stream *node;
	const struct node_ops *ops;
};

static void on_data(void *userdata, int stream, const char *data, size_t len)
{
	struct log_answer *a = userdata;

	(void)stream;
	stream_begin(a->stream, "text/plain");
	stream_write(a->stream, data, len);
}

static void on_done(void *userdata, int exit_code, const struct error *err)
{
	struct log_answer *a = userdata;

	(void)exit_code;
	if (err && !stream_has_begun(a->stream)) {
		stream_fail(a->stream, err);
	} else {
		stream_begin(a->stream, "text/plain");
		stream_end(a->stream);
	}
	free(a);
}

static void on_closed(void *userdata)
{
	struct log_answer *a = userdata;

	a->ops->cancel(a->node);
	stream_end(a->stream);
	free(a);
}

static int invalid(struct error *err, const char *key, long long value, const char *why)
{
	error_add_cause(err, key, "FieldValueInvalid", "Invalid value: %lld: %s", value, why);
	error_message(err, "PodLogOptions \"\" is invalid: %s: Invalid value: %lld: %s", key, value,
		      why);
	return -ERR_INVALID;
}

static int read_number(const struct request *req, const char *key, int64_t min, int64_t *ret,
		       struct error *err)
{
	int r = request_int(req, key, -1, ret, err);

	if (r < 0)
		return r;
	if (request_query(req, key) && *ret < min)
		return invalid(err, key, *ret,
			       min ? "must be greater than 0" :
				     "must be greater than or equal to 0");
	return 0;
}

static int read_log_request(const struct request *req, struct node_log_request *ret,
			    struct error *err)
{
	const char *container = request_query(req, "container");
	int r;

	*ret = (struct node_log_request){
		.ns = req->route.ns,
		.pod = req->route.name,
		.container = container && *container ? container : NULL,
		.follow = request_query(req, "follow") && request_flag(req, "follow"),
		.previous = request_query(req, "previous") && request_flag(req, "previous"),
		.timestamps = request_query(req, "timestamps") && request_flag(req, "timestamps"),
		.since_time = request_query(req, "sinceTime"),
	};
	r = read_number(req, "tailLines", 0, &ret->tail_lines, err);
	if (r == 0)
		r = read_number(req, "sinceSeconds", 1, &ret->since_seconds, err);
	if (r == 0)
		r = read_number(req, "limitBytes", 1, &ret->limit_bytes, err);
	if (r == 0 && ret->since_time && ret->since_seconds >= 0) {
		error_add_cause(err, "sinceTime", "FieldValueForbidden",
				"Forbidden: at most one of `sinceTime` or `sinceSeconds` may be "
				"specified");
		error_message(err, "PodLogOptions \"\" is invalid: sinceTime: Forbidden: at most "
				   "one of `sinceTime` or `sinceSeconds` may be specified");
		r = -ERR_INVALID;
	}
	return r;
}

int log_serve(struct request *req, struct error *err)
{
	static const struct node_stream_events events = { on_data, on_done };
	struct apiserver *s = req->server;
	_cleanup_json_ json_t *pod = NULL;
	struct node_log_request lr;
	struct log_answer *a;
	int r = read_log_request(req, &lr, err);

	if (r == 0)
		r = store_get(s->cfg.store, req->route.kind, lr.ns, lr.pod, &pod, err);
	if (r)
		return r;
	if (!pod_node_name(pod)) /* nobody to ask, and nothing said yet */
		return reply_text(req, 204, "text/plain", "", 0);
	a = xnew(a);
	a->ops = &s->node;
	r = a->ops->logs(a->ops->ctx, &lr, &events, a, &a->node, err);
	if (r != 0 && r != NODE_OPENING) {
		free(a);
		return r;
	}
	a->stream = stream_new(req, on_closed, a);
	/* A follower wants to know at once that it is connected. */
	if (lr.follow && r == 0)
		stream_begin(a->stream, "text/plain");
	return 0;
}
