/*
 * Answers: a JSON value (as YAML when the client asks for that alone), text, or the Status of an error.
 */
#include <event2/buffer.h>
#include <event2/http.h>

#include "apiserver/request.h"
#include "apiserver/status_object.h"
#include "base/json.h"
#include "base/str.h"
#include "base/yaml.h"

static void add_warnings(struct request *req, struct evkeyvalq *headers)
{
	json_t *w;
	size_t i;

	json_array_foreach(req->warnings, i, w) {
		_cleanup_free_ char *quoted = json_dumps(w, JSON_ENCODE_ANY);
		_cleanup_free_ char *value = str_printf("299 - %s", quoted);

		evhttp_add_header(headers, "Warning", value);
	}
}

int reply_text(struct request *req, int code, const char *type, const void *data, size_t len)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(req->http);
	struct evbuffer *out = evhttp_request_get_output_buffer(req->http);

	evhttp_add_header(headers, "Content-Type", type);
	evhttp_add_header(headers, "Cache-Control", "no-cache, private");
	add_warnings(req, headers);
	evbuffer_add(out, data, len);
	evhttp_send_reply(req->http, code, NULL, NULL);
	return 0;
}

static bool wants_yaml(const struct request *req)
{
	const char *accept = request_header(req, "Accept");

	return accept &&
	       (str_starts(accept, "application/yaml") || str_starts(accept, "text/yaml"));
}

int reply_json(struct request *req, int code, const json_t *obj)
{
	bool yaml = wants_yaml(req);
	_cleanup_free_ char *text = yaml ? yaml_dump(obj) : json_text(obj);

	return reply_text(req, code, yaml ? "application/yaml" : "application/json", text,
			  strlen(text));
}

int reply_error(struct request *req, const struct error *err)
{
	_cleanup_json_ json_t *status = status_failure(err, &req->route);

	if (err->code == ERR_UNAUTHORIZED)
		evhttp_add_header(evhttp_request_get_output_headers(req->http), "WWW-Authenticate",
				  "Bearer");
	return reply_json(req, (int)json_int(status, "code", 500), status);
}
