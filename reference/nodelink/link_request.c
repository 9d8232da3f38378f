/*
 * One member per field; what is NULL is left out.
 */
#include "nodelink/link_request.h"

#include "base/json.h"
#include "base/str.h"

json_t *link_log_request(const struct node_log_request *req)
{
	return json_pack("{ss, ss, ss, ss*, sb, sb, sb, sI, sI, ss*, sI}", "verb", "logs",
			 "namespace", req->ns, "pod", req->pod, "container", req->container,
			 "follow", req->follow, "previous", req->previous, "timestamps",
			 req->timestamps, "tail", (json_int_t)req->tail_lines, "sinceSeconds",
			 (json_int_t)req->since_seconds, "sinceTime", req->since_time, "limit",
			 (json_int_t)req->limit_bytes);
}

struct node_log_request link_read_log_request(const json_t *v)
{
	return (struct node_log_request){
		.ns = json_str_or(v, "namespace", ""),
		.pod = json_str_or(v, "pod", ""),
		.container = json_str(v, "container"),
		.follow = json_bool(v, "follow", false),
		.previous = json_bool(v, "previous", false),
		.timestamps = json_bool(v, "timestamps", false),
		.tail_lines = json_int(v, "tail", -1),
		.since_seconds = json_int(v, "sinceSeconds", -1),
		.since_time = json_str(v, "sinceTime"),
		.limit_bytes = json_int(v, "limit", -1),
	};
}

json_t *link_exec_request(const char *verb, const struct node_exec_request *req)
{
	json_t *argv = json_array();

	for (char *const *a = req->argv; a && *a; a++)
		json_take_append(argv, json_string(*a));
	return json_pack("{ss, ss, ss, ss*, so, sb, sb, sb, sb}", "verb", verb, "namespace",
			 req->ns, "pod", req->pod, "container", req->container, "argv", argv,
			 "stdin", req->stdin_open, "stdout", req->stdout_open, "stderr",
			 req->stderr_open, "tty", req->tty);
}

struct node_exec_request link_read_exec_request(const json_t *v, char ***ret_argv)
{
	*ret_argv = strv_from_json(json_arr(v, "argv"));
	return (struct node_exec_request){
		.ns = json_str_or(v, "namespace", ""),
		.pod = json_str_or(v, "pod", ""),
		.container = json_str(v, "container"),
		.argv = *ret_argv,
		.stdin_open = json_bool(v, "stdin", false),
		.stdout_open = json_bool(v, "stdout", false),
		.stderr_open = json_bool(v, "stderr", false),
		.tty = json_bool(v, "tty", false),
	};
}

json_t *link_forward_request(const struct node_forward_request *req)
{
	return json_pack("{ss, ss, ss, si}", "verb", "forward", "namespace", req->ns, "pod",
			 req->pod, "port", req->port);
}

struct node_forward_request link_read_forward_request(const json_t *v)
{
	return (struct node_forward_request){
		.ns = json_str_or(v, "namespace", ""),
		.pod = json_str_or(v, "pod", ""),
		.port = (uint16_t)json_int(v, "port", 0),
	};
}
